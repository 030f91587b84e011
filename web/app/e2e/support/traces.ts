/** All that a browser keeps of a person, as text to search in: IndexedDB, caches, storage, address, history, console, page. */
import type { Page } from "playwright-core";

export interface Traces {
  readonly rows: string;
  readonly caches: string;
  readonly storage: string;
  readonly address: string;
  readonly page: string;
}

/** Bytes are shown as Latin-1, so that a text among them is found. */
export async function traces(page: Page): Promise<Traces> {
  return await page.evaluate(async () => {
    const latin = (data: Uint8Array): string => Array.from(data, (byte) => String.fromCharCode(byte)).join("");
    const shown = (value: unknown): string =>
      value instanceof Uint8Array
        ? latin(value)
        : value instanceof ArrayBuffer
          ? latin(new Uint8Array(value))
          : JSON.stringify(value);
    const rowsOf = (database: IDBDatabase, store: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const found: string[] = [];
        const request = database.transaction(store).objectStore(store).openCursor();
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const cursor = request.result;
          if (cursor === null) return resolve(found.join("\n"));
          found.push(`${String(cursor.key)} ${shown(cursor.value)}`);
          cursor.continue();
        };
      });
    const open = (name: string): Promise<IDBDatabase> =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const rows: string[] = [];
    for (const { name = "" } of await indexedDB.databases()) {
      const database = await open(name);
      for (const store of database.objectStoreNames) rows.push(await rowsOf(database, store));
      database.close();
    }
    const kept: string[] = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const answer = await cache.match(request);
        kept.push(`${request.url} ${latin(new Uint8Array((await answer?.arrayBuffer()) ?? new ArrayBuffer(0)))}`);
      }
    }
    return {
      rows: rows.join("\n"),
      caches: kept.join("\n"),
      storage: JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
      address: JSON.stringify([location.href, history.state, document.title, document.referrer]),
      page: document.documentElement.outerHTML,
    };
  });
}
