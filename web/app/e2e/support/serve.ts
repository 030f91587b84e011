/** Serves a build under the headers that Duolog's server sends with the app, on a free port of this machine. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join, normalize } from "node:path";
import { HEADERS, POLICY } from "./served.ts";

// A build that isn't finished has no hashes in its page, so the policy that asks for them is left out.
const { "integrity-policy": _, ...KEPT } = HEADERS;
const SENT = { ...KEPT, "content-security-policy": POLICY, "cache-control": "no-store" };

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** Every address below `/app/` without a file of its own gets the shell. */
export function serve(folder: string): Promise<{ origin: string; close: () => void }> {
  const server: Server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://x").pathname).replace(/^\/app\//, "");
    const name = extname(path) === "" ? "index.html" : path;
    try {
      const body = readFileSync(join(folder, name));
      response
        .writeHead(200, { ...SENT, "content-type": TYPES[extname(name)] ?? "application/octet-stream" })
        .end(body);
    } catch {
      response.writeHead(404, SENT).end();
    }
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("The server has no port.");
      resolve({ origin: `http://127.0.0.1:${address.port}`, close: () => server.close() });
    });
  });
}
