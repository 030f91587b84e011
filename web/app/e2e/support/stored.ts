/** Rows of a home in Chromium's IndexedDB: read them, and store as many entries beside them as somebody writes in years. */
import {
  accountState,
  type Change,
  type Home,
  MemoryStore,
  openHome,
  run,
  standingOf,
  systemClock,
  systemRandom,
  unlock,
} from "@duolog/sdk/client";
import {
  encodeHeader,
  encodeMessage,
  entryItem,
  IdMap,
  jsonObject,
  messageHash,
  parseB64,
  type Receipt,
} from "@duolog/sdk/protocol";
import type { Page } from "playwright-core";
import { messageChanges, type StoredMessage } from "../../../sdk/src/client/log/messageRows.ts";
import { encodeHeadRow, headName, itemName } from "../../../sdk/src/client/log/names.ts";
import { standingChanges } from "../../../sdk/src/client/log/standing.ts";
import { encodeItem } from "../../../sdk/src/client/server/pages.ts";

const AT_ONCE = 1500; // rows that are handed to the page together

type Row = readonly [name: string, value: string];

/** Every row of the home in this browser, which has no lock. `page`: of its origin, and without a Worker. */
export async function rowsOf(page: Page): Promise<MemoryStore> {
  const rows = await page.evaluate(
    () =>
      new Promise<Row[]>((resolve, reject) => {
        const opening = indexedDB.open("duolog-home");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const found: Row[] = [];
          const cursors = opening.result.transaction("rows").objectStore("rows").openCursor();
          cursors.onsuccess = () => {
            const cursor = cursors.result;
            if (cursor === null) {
              opening.result.close();
              resolve(found);
              return;
            }
            const latin = Array.from(cursor.value as Uint8Array, (byte) => String.fromCharCode(byte)).join("");
            found.push([String(cursor.key), btoa(latin)]);
            cursor.continue();
          };
        };
      }),
  );
  const store = new MemoryStore();
  await store.commit(rows.map(([name, value]) => ({ name, value: new Uint8Array(Buffer.from(value, "base64")) })));
  return store;
}

/** As many notes more in the one journal of this home, as a sync would have left them. They are verified already, and never sent. */
export async function addEntries(page: Page, store: MemoryStore, texts: readonly string[]): Promise<void> {
  const unlocked = unlock(store.rows.get("app/lock") ?? new Uint8Array(), null);
  const home = await run(openHome(unlocked, { random: systemRandom, clock: systemClock }), portsOf(store));
  const { journals } = await run(accountState(home), portsOf(store));
  const journal = parseB64([...journals.keys()][0] ?? "");
  const { log, earlier } = await run(standingOf(journal), portsOf(store));
  const come = texts.map((text, at) => messageOf(home, log.seq + at + 1, text));
  const changes = come.flatMap((one) => entryRows(journal, one));
  changes.push(...(await run(messageChanges(home.vault, journal, come), portsOf(store))));
  const state = { ...log, seq: log.seq + texts.length };
  const known = { epochs: new Map(), acknowledged: new Map(), earlier };
  changes.push(...standingChanges(home, state, receiptAt(state.seq, log.head), known as never));
  for (let from = 0; from < changes.length; from += AT_ONCE) {
    const rows = changes.slice(from, from + AT_ONCE).map(({ name, value }): Row => {
      return [name, Buffer.from(value ?? new Uint8Array()).toString("base64")];
    });
    await page.evaluate(putAll, rows);
  }
}

function portsOf(store: MemoryStore) {
  return { store, transport: { origin: "", send: () => Promise.reject(new Error("no server")) } };
}

function receiptAt(seq: number, head: Uint8Array): Receipt {
  return { seq, head, time: systemClock.now(), signature: new Uint8Array(64) };
}

function messageOf(home: Home, seq: number, text: string): StoredMessage {
  const time = systemClock.now();
  const entry = systemRandom.bytes(16, "entry_id");
  const document = { kind: "note", v: 1, at: time, body: jsonObject({ text }) };
  const seen = receiptAt(seq, messageHash(entry));
  const message = encodeMessage({ document, seen, follows: null, refused: [], attachments: [] });
  return { seq, entry, author: home.identity.account, generation: 1, time, hash: messageHash(message), message };
}

function entryRows(journal: Uint8Array, { seq, entry, author, generation, time, message }: StoredMessage): Change[] {
  const header = { journal, entry, epoch: 1, author, generation, attachments: [] };
  const item = entryItem(encodeHeader(header), new Uint8Array(message.length + 200));
  return [
    { name: itemName(journal, seq), value: encodeItem({ seq: 0, item, grants: new IdMap() }) },
    { name: headName(journal, seq), value: encodeHeadRow({ head: messageHash(entry), time }) },
  ];
}

/** Runs in the page. */
function putAll(rows: readonly Row[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("duolog-home");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction("rows", "readwrite");
      transaction.onabort = () => reject(transaction.error);
      transaction.oncomplete = () => {
        opening.result.close();
        resolve();
      };
      for (const [name, value] of rows) {
        const bytes = Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
        transaction.objectStore("rows").put(bytes, name);
      }
    };
  });
}
