import { configDefaults, defineConfig } from "vitest/config";

// `DUOLOG_SLOW=1` takes the slow tests too: `make web-hostile` asks for them.
const slow = process.env.DUOLOG_SLOW === undefined ? ["**/*.slow.test.ts"] : [];

export default defineConfig({
  test: {
    include: ["sdk/test/**/*.test.ts", "app/test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...slow],
    pool: "threads",
    testTimeout: 20_000,
  },
});
