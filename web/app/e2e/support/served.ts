/**
 * Serves finished builds as Duolog's server does, under its very headers (tests/app/web holds the two together), on a
 * free port. `folder` may be changed while it serves.
 */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";

export const HEADERS: Record<string, string> = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "integrity-policy": "blocked-destinations=(script)",
};
/** `script-src` also names the hash of the page's import map. */
export const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types duolog";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

export type Served = { origin: string; folder: string; asked: string[]; close: () => Promise<void> };

export function serveBuild(folder: string, policyOf: (html: string) => string): Promise<Served> {
  const served: Served = { origin: "", folder, asked: [], close: () => Promise.resolve() };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    served.asked.push(path);
    if (path.startsWith("/v1/")) {
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
      return;
    }
    const name = ["/app", "/app/", "/join"].includes(path) ? "index.html" : path.replace(/^\/app\//, "");
    const file = join(served.folder, name);
    if (!existsSync(file) || name.includes("..")) {
      response.writeHead(404).end();
      return;
    }
    const policy = policyOf(readFileSync(join(served.folder, "index.html"), "utf8"));
    response
      .writeHead(200, {
        ...HEADERS,
        "content-security-policy": policy,
        "content-type": TYPES[extname(name)] ?? "application/octet-stream",
        "cache-control": name.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache",
        ...(name === "sw.js" ? { "service-worker-allowed": "/" } : {}),
      })
      .end(readFileSync(file));
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("The server has no port.");
      served.origin = `http://127.0.0.1:${address.port}`;
      served.close = () =>
        new Promise((done) => {
          server.closeAllConnections();
          server.close(() => done());
        });
      resolve(served);
    });
  });
}
