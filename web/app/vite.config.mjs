import { fileURLToPath } from "node:url";
import MessageFormat from "@messageformat/core";
import compileModule from "@messageformat/core/compile-module.js";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { sodium } from "./tools/sodium.mjs";

/** Turns `messages/<language>.json` and `<language>.later.json` into functions at build time: the page evaluates no text. */
function messages() {
  return {
    name: "duolog-messages",
    enforce: "pre",
    transform(source, id) {
      const language = /\/messages\/([a-z]{2})(?:\.later)?\.json$/.exec(id)?.[1];
      if (language === undefined) return null;
      return {
        code: compileModule(new MessageFormat(language), JSON.parse(source)),
        map: { mappings: "" },
        moduleType: "js",
      };
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL("e2e/pretend", import.meta.url)),
  publicDir: fileURLToPath(new URL("public", import.meta.url)),
  base: "/app/",
  // A class is named after its style, not its place: two builds at two places are equal.
  plugins: [
    messages(),
    svelte({ compilerOptions: { fragments: "tree", cssHash: ({ hash, css }) => `svelte-${hash(css)}` } }),
  ],
  worker: { format: "es", plugins: () => [sodium()] },
  build: {
    outDir: fileURLToPath(new URL("build/pretend", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
