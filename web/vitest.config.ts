import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";

// `DUOLOG_SLOW=1` takes the slow tests too: `make web-hostile` asks for them.
const slow = process.env.DUOLOG_SLOW === undefined ? ["**/*.slow.test.ts"] : [];

/** The app's tests run the SDK from its source, as the SDK's own do: one class of each error, and nothing to build before. */
const sdk = fileURLToPath(new URL("sdk/src/", import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@duolog\/sdk$/, replacement: `${sdk}index.ts` },
      { find: /^@duolog\/sdk\/(.*)$/, replacement: `${sdk}$1/index.ts` },
    ],
  },
  test: {
    include: ["sdk/test/**/*.test.ts", "app/test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...slow],
    pool: "threads",
    testTimeout: 20_000,
  },
});
