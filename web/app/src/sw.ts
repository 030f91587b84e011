/**
 * The service worker: keeps the app's files, so that it opens offline and stays the build that was once loaded.
 *
 * - It takes the build as a whole or not at all. Each file is checked against the list that `sw.js` begins with, when
 *   it is taken and again when it is handed out.
 * - A newer build waits until the person takes it, or until no page of the app is open: nothing here skips the waiting
 *   by itself. It takes over pages that were loaded before it, or the next build wouldn't wait for them.
 * - It answers for the files of its list, and for `/app`, `/app/` and `/join` with the page. It never sees to anything
 *   else, so no answer of the API and nothing with a token gets into its cache.
 */
import { version } from "../package.json";

declare const self: ServiceWorkerGlobalScope;
/** Written before this script by tools/finish.mjs: SHA-256 of each file by its name below `/app/`. */
declare const DUOLOG_BUILD: { build: string; files: Record<string, string> };

const BASE = "/app/";
const PAGE = "index.html";
const CACHE = "duolog-app-";
const OWN = CACHE + DUOLOG_BUILD.build;
const PAGES = new Set(["/app", "/app/", "/join"]);

self.addEventListener("install", (event) => event.waitUntil(takeAll()));
self.addEventListener("activate", (event) => event.waitUntil(dropOthers().then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const name = nameOf(event.request);
  if (name !== undefined) event.respondWith(handOut(name));
});
self.addEventListener("message", (event) => {
  if (event.data === "which-build") event.ports[0]?.postMessage(DUOLOG_BUILD.build);
  if (event.data === "which-version") event.ports[0]?.postMessage(version);
  if (event.data === "take-new-build") event.waitUntil(self.skipWaiting());
});

/** The file that a request is for; undefined where the network answers. */
function nameOf(request: Request): string | undefined {
  const address = new URL(request.url);
  const plain = request.method === "GET" && address.origin === self.location.origin;
  if (!plain || request.headers.has("authorization")) return undefined;
  if (PAGES.has(address.pathname)) return request.mode === "navigate" ? PAGE : undefined;
  const name = address.pathname.startsWith(BASE) ? address.pathname.slice(BASE.length) : "";
  return Object.hasOwn(DUOLOG_BUILD.files, name) ? name : undefined;
}

async function takeAll(): Promise<void> {
  const answers = await Promise.all(
    Object.keys(DUOLOG_BUILD.files).map(async (name) => [name, await take(name)] as const),
  );
  const cache = await caches.open(OWN);
  try {
    for (const [name, answer] of answers) await cache.put(BASE + name, answer);
  } catch (error) {
    await caches.delete(OWN); // no room: nothing half stays
    throw error;
  }
}

async function dropOthers(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(CACHE) && name !== OWN);
  await Promise.all(names.map((name) => caches.delete(name)));
}

async function handOut(name: string): Promise<Response> {
  const kept = await (await caches.open(OWN)).match(BASE + name);
  try {
    return (kept && (await checked(name, kept))) ?? (await take(name)); // a browser may have dropped it
  } catch {
    return Response.error();
  }
}

/** A file from the network, and not from the browser's own cache where that holds another. Throws where it isn't the listed one. */
async function take(name: string): Promise<Response> {
  for (const cache of ["default", "reload"] as const) {
    const answer = await fetch(BASE + name, { cache, credentials: "omit", redirect: "error" });
    const good = answer.ok ? await checked(name, answer) : undefined;
    if (good !== undefined) return good;
  }
  throw new TypeError(`${name} is not the file of this build.`);
}

/** An answer with these bytes and headers, if they are the listed ones. */
async function checked(name: string, answer: Response): Promise<Response | undefined> {
  const data = await answer.arrayBuffer();
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  if (Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("") !== DUOLOG_BUILD.files[name])
    return undefined;
  const headers = new Headers(answer.headers);
  for (const field of ["content-encoding", "content-length", "vary"]) headers.delete(field); // of bytes that are unpacked now
  return new Response(data, { headers });
}
