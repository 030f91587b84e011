/**
 * The rows of a home in IndexedDB, which a browser keeps on disk.
 *
 * Rules
 * - A commit is one transaction with strict durability: all of its rows or none, and on disk when it resolves.
 * - Nothing is acknowledged that isn't stored. A browser without room says so, and the rows stay as they were.
 * - Another tab that erases the home, or brings a newer form of it, closes this one; from then on every call says so.
 *
 * Rows come here sealed (`client/core/vault`); names hold ids alone.
 */

import { HomeError } from "@duolog/sdk";
import type { Change, Rows, Store } from "@duolog/sdk/client";

const FORM = 1; // of the database
const ROWS = "rows";
const LAST = "\uffff"; // after every name that begins so: names are ASCII

export const FULL = "This browser has no room left for the journal. Make room, then try again: nothing was lost.";
export const CLOSED = "The journal was closed by another tab of this browser. Open it again.";
const BLOCKED = "Another tab of this browser still uses an older form of the journal. Close that tab, then try again.";

export class IndexedDbStore implements Store {
  readonly #database: IDBDatabase;
  #closed = false;

  private constructor(database: IDBDatabase) {
    this.#database = database;
    database.onversionchange = () => this.close();
    database.onclose = () => {
      this.#closed = true;
    };
  }

  /** The store of this name, made anew where there is none. Throws HomeError. */
  static open(name: string, factory: IDBFactory = indexedDB): Promise<IndexedDbStore> {
    return new Promise((resolve, reject) => {
      const request = factory.open(name, FORM);
      request.onupgradeneeded = () => request.result.createObjectStore(ROWS);
      request.onblocked = () => reject(new HomeError(BLOCKED));
      request.onerror = () => reject(homeError(request.error));
      request.onsuccess = () => resolve(new IndexedDbStore(request.result));
    });
  }

  /** Erase everything under this name. It waits until other tabs have closed it. Throws HomeError. */
  static erase(name: string, factory: IDBFactory = indexedDB): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = factory.deleteDatabase(name);
      request.onerror = () => reject(homeError(request.error));
      request.onsuccess = () => resolve();
    });
  }

  close(): void {
    this.#closed = true;
    this.#database.close();
  }

  async read(names: readonly string[]): Promise<Rows> {
    const found = new Map<string, Uint8Array>();
    await this.#within("readonly", (rows) => {
      for (const name of names) {
        const request: IDBRequest<Uint8Array | undefined> = rows.get(name);
        request.onsuccess = () => {
          if (request.result !== undefined) found.set(name, request.result);
        };
      }
    });
    return found;
  }

  async list(beginning: string): Promise<Rows> {
    let names: readonly string[] = [];
    let values: readonly Uint8Array[] = [];
    await this.#within("readonly", (rows) => {
      const range = IDBKeyRange.bound(beginning, beginning + LAST);
      const keys = rows.getAllKeys(range);
      keys.onsuccess = () => {
        names = keys.result.map(String);
      };
      const all: IDBRequest<Uint8Array[]> = rows.getAll(range);
      all.onsuccess = () => {
        values = all.result;
      };
    });
    const pairs = names.flatMap((name, at) => {
      const value = values[at];
      return value === undefined ? [] : [[name, value] as const];
    });
    return new Map(pairs);
  }

  async commit(changes: readonly Change[]): Promise<void> {
    await this.#within("readwrite", (rows) => {
      for (const { name, value } of changes) {
        if (value === null) rows.delete(name);
        else rows.put(value, name);
      }
    });
  }

  /** Run a transaction to its end. Throws HomeError, and then nothing of it is stored. */
  #within(mode: IDBTransactionMode, use: (rows: IDBObjectStore) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new HomeError(CLOSED));
        return;
      }
      try {
        const transaction = this.#database.transaction(ROWS, mode, { durability: "strict" });
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(homeError(transaction.error));
        use(transaction.objectStore(ROWS));
      } catch (error) {
        reject(homeError(error));
      }
    });
  }
}

function homeError(cause: unknown): HomeError {
  const name = cause instanceof DOMException ? cause.name : "";
  if (name === "QuotaExceededError") return new HomeError(FULL, { cause });
  if (name === "InvalidStateError") return new HomeError(CLOSED, { cause });
  return new HomeError("This browser can't keep the journal now. Open the page again.", { cause });
}
