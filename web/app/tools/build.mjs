/**
 * Builds the app as it is served: `node tools/build.mjs FOLDER [ROOT]`. ROOT: the folder with `index.html`.
 *
 * vite builds the page and its Worker, then the service worker; `finish` does the rest.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build as viteBuild } from "vite";
import { finish } from "./finish.mjs";

const HERE = fileURLToPath(new URL("..", import.meta.url));

/** Builds a page and the service worker, and finishes nothing. */
export async function bundle(folder, root = HERE) {
  if (!existsSync(join(root, "index.html"))) throw new Error(`There is no index.html in ${root}: nothing to build.`);
  const quiet = { logLevel: "warn", build: { outDir: folder, emptyOutDir: true } };
  await viteBuild({ ...quiet, configFile: join(HERE, "vite.config.mjs"), root });
  await viteBuild({
    configFile: false,
    root: HERE,
    publicDir: false,
    logLevel: "warn",
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: "es2022",
      reportCompressedSize: false,
      lib: { entry: "src/sw.ts", formats: ["iife"], name: "duolog", fileName: () => "sw.js" },
    },
  });
}

/** Builds a page as it is served; the digest of its list of files. */
export async function build(folder, root = HERE) {
  await bundle(folder, root);
  return finish(folder);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [, , folder, root] = process.argv;
  try {
    process.stdout.write(`build ${await build(resolve(folder), root && resolve(root))}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
