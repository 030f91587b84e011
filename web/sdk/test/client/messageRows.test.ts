/** Messages that share rows: whatever comes and goes, in any order, the store has exactly those that are left. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryStore } from "../../src/client/adapters/memoryStore.ts";
import { run } from "../../src/client/core/driver.ts";
import { Vault } from "../../src/client/core/vault.ts";
import {
  messageChanges,
  messageRow,
  messageRowsOf,
  messagesIn,
  type StoredMessage,
} from "../../src/client/log/messageRows.ts";
import { HomeError } from "../../src/errors.ts";
import { utf8 } from "../../src/protocol/bytes.ts";
import { encodeB64 } from "../../src/protocol/codec.ts";
import { messageHash } from "../../src/protocol/messages.ts";
import { repeatable } from "../support.ts";

const JOURNAL = new Uint8Array(32).fill(7);
const ID = encodeB64(JOURNAL);
const vault = new Vault(new Uint8Array(32).fill(9), repeatable());

function messageAt(seq: number, text: string): StoredMessage {
  const message = utf8(text);
  const [entry, author] = [new Uint8Array(16).fill(seq), new Uint8Array(32).fill(seq)];
  return {
    seq,
    entry,
    author,
    generation: 1 + (seq % 3),
    time: 1_790_000_000 + seq,
    hash: messageHash(message),
    message,
  };
}

const SEQ = fc.integer({ min: 1, max: 130 });
const STEPS = fc.array(fc.record({ come: fc.array(fc.tuple(SEQ, fc.string())), gone: fc.array(SEQ) }), {
  maxLength: 8,
});

test("after any steps the rows hold what came and hasn't gone, in order, and no row is empty", async () => {
  await fc.assert(
    fc.asyncProperty(STEPS, async (steps) => {
      const store = new MemoryStore();
      const ports = { store, transport: { origin: "", send: () => Promise.reject(new Error("no server")) } };
      const model = new Map<number, StoredMessage>();
      for (const { come, gone } of steps) {
        const fresh = come.filter(([seq]) => !gone.includes(seq)).map(([seq, text]) => messageAt(seq, text));
        await store.commit(await run(messageChanges(vault, JOURNAL, fresh, gone), ports));
        for (const seq of gone) model.delete(seq);
        for (const one of fresh) model.set(one.seq, one);
      }
      const rows = await store.list(messageRowsOf(ID));
      expect([...messagesIn(vault, rows)]).toEqual([...model.values()].sort((one, other) => one.seq - other.seq));
      expect([...rows.keys()]).toEqual([...new Set([...model.keys()].map((seq) => messageRow(ID, seq)))].sort());
    }),
    { numRuns: 60 },
  );
});

test("a row of another home, or one that was changed, is not read", async () => {
  const ports = {
    store: new MemoryStore(),
    transport: { origin: "", send: () => Promise.reject(new Error("no server")) },
  };
  const [change] = await run(messageChanges(vault, JOURNAL, [messageAt(1, "Words.")]), ports);
  const row = change?.value ?? new Uint8Array();
  const other = new Vault(new Uint8Array(32).fill(1), repeatable());
  expect(() => [...messagesIn(other, new Map([["a", row]]))]).toThrow(HomeError);
  const changed = row.map((byte, at) => (at === row.length - 1 ? byte ^ 1 : byte));
  expect(() => [...messagesIn(vault, new Map([["a", changed]]))]).toThrow(HomeError);
});
