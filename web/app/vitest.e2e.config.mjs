import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["e2e/**/*.test.ts"],
    pool: "forks",
    cache: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
