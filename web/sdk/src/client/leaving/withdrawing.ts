/**
 * Withdrawing, keeping and erasing a text, and how it leaves this home.
 *
 * Rules
 * - A withdrawal goes through the outbox and has an address of its own. It is durable before it is sent, and keeps its place
 *   among the entries.
 * - Keeping and erasing are durable here before the server is asked, and a sync finishes them. The server's mark and the note
 *   for my other devices go together: without the note, an erased text would look removed by the host.
 * - Only texts are withdrawn or erased one by one, never a step: agreements rest on steps.
 * - A text that counts as withdrawn, or that an own device erased, leaves this home unless it was kept.
 *
 * Spec: §9
 */

import { isWithdrawn } from "../../documents/journalState.ts";
import { isStep } from "../../documents/kinds.ts";
import type { Item } from "../../documents/timeline.ts";
import { makeDocument } from "../../documents/writing.ts";
import { NotAllowed, ServerRefused } from "../../errors.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, encodeMessageJson, type JsonObject, jsonObject, parseB64 } from "../../protocol/codec.ts";
import { parseMessage } from "../../protocol/messages.ts";
import { commit, list, read, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { keySince } from "../log/earlierKeys.ts";
import { accountState, forgetFolded, journalState } from "../log/folding.ts";
import { messageChanges } from "../log/messageRows.ts";
import { entryName, itemName, parseEntryRow } from "../log/names.ts";
import { note } from "../log/notes.ts";
import { post, waitingFor } from "../log/outbox.ts";
import { standingOf } from "../log/standing.ts";
import type { Change } from "../ports.ts";
import { encodeItem, parseItem } from "../server/pages.ts";

/** A private mark of one member. */
export type Holding = "keep" | "erase";

const NOTES = { keep: "kept", erase: "erased" } as const;

/**
 * Puts the withdrawal of an own text into the outbox, durably and once; its entry id, 16 bytes. `deliver` sends it.
 *
 * Throws NotAllowed: the text isn't here, isn't mine, is a step, is older than a day, or another server accepted it;
 * JournalFrozen: the journal is read-only.
 */
export function* withdraw(home: Home, journal: Uint8Array, entry: Uint8Array): Step<Uint8Array> {
  const { applied } = yield* find(home, journal, entry);
  const { log, earlier } = yield* standingOf(journal);
  if (applied.seq < keySince(earlier, home.receiptKeys.at(-1) ?? new Uint8Array(), log.seq)) {
    throw new NotAllowed("It was written at another server. You can erase it for yourself.");
  }
  const answers = jsonObject({ entry: encodeB64(entry), message: applied.message });
  const document = makeDocument("withdrawn", jsonObject({ answers }), home.clock.now());
  const begun = yield* waitingAs(home, journal, document.body);
  return begun ?? (yield* post(home, journal, document));
}

/** The entry of a withdrawal with this body that waits already. */
function* waitingAs(home: Home, journal: Uint8Array, body: JsonObject): Step<Uint8Array | null> {
  const text = encodeMessageJson(body);
  for (const { entry, message } of yield* waitingFor(home, journal)) {
    const { document } = parseMessage(message);
    if (document.kind === "withdrawn" && sameBytes(encodeMessageJson(document.body), text)) return entry;
  }
  return null;
}

/**
 * Keeps a text even if its author withdraws it. No other member sees that. Throws NotAllowed: the text isn't here;
 * TransportError, ServerRefused: a sync finishes it.
 */
export function* keepText(home: Home, journal: Uint8Array, entry: Uint8Array): Step<void> {
  yield* find(home, journal, entry);
  yield* begin(home, "keep", journal, entry);
}

/** Erases a text for this account, on the server and on every own device. Throws NotAllowed for a step; and as `keepText`. */
export function* eraseText(home: Home, journal: Uint8Array, entry: Uint8Array): Step<void> {
  const name = entryName(journal, entry);
  if (!(yield* read([name])).has(name)) throw new NotAllowed("There is no such entry here.");
  const item = (yield* journalState(home, journal)).timeline.find(encodeB64(entry));
  if (item !== null && isStep(item.applied.document.kind)) {
    throw new NotAllowed("This is a step, and what was agreed rests on it. Only texts are erased one by one.");
  }
  yield* begin(home, "erase", journal, entry);
  yield* tidy(home, journal);
}

/** Finishes the marks that were cut off here. Throws as `keepText`. */
export function* finishHoldings(home: Home): Step<void> {
  for (const name of (yield* list("holding/")).keys()) {
    const [, act, journal = "", entry = ""] = name.split("/");
    yield* finish(home, act === "erase" ? "erase" : "keep", parseB64(journal), parseB64(entry));
  }
}

function* begin(home: Home, act: Holding, journal: Uint8Array, entry: Uint8Array): Step<void> {
  yield* commit([{ name: holdingName(act, journal, entry), value: new Uint8Array() }]);
  yield* finish(home, act, journal, entry);
}

function* finish(home: Home, act: Holding, journal: Uint8Array, entry: Uint8Array): Step<void> {
  const done: Change = { name: holdingName(act, journal, entry), value: null };
  try {
    yield* home.connection.hold(journal, act, entry);
  } catch (error) {
    if (error instanceof ServerRefused && error.code === "not_found") yield* commit([done]); // I am no member any more
    throw error;
  }
  yield* note(home, { kind: NOTES[act], body: { journal: encodeB64(journal), entry: encodeB64(entry) } });
  yield* commit([done]);
}

function holdingName(act: Holding, journal: Uint8Array, entry: Uint8Array): string {
  return `holding/${act}/${encodeB64(journal)}/${encodeB64(entry)}`;
}

/** Removes what this home has of the texts that were withdrawn or erased, and not kept. */
export function* tidy(home: Home, journal: Uint8Array): Step<void> {
  const id = encodeB64(journal);
  const account = yield* accountState(home);
  const [kept, erased] = [new Set(account.kept.get(id)), new Set(account.erased.get(id))];
  const { parts, timeline } = yield* journalState(home, journal);
  const named = [...new Set([...parts.withdrawals.keys(), ...erased])];
  const places = yield* read(named.map((entry) => entryName(journal, parseB64(entry))));
  const gone = named.flatMap((entry) => {
    const row = places.get(entryName(journal, parseB64(entry)));
    if (row === undefined) return [];
    const { seq, author } = parseEntryRow(row);
    const received = timeline.find(entry)?.applied.received ?? null; // null where nothing of it is here any more
    const isTaken = received !== null && isWithdrawn(parts, entry, encodeB64(author), seq, received);
    return erased.has(entry) || (isTaken && !kept.has(entry)) ? [seq] : [];
  });
  const rows = yield* read(gone.map((seq) => itemName(journal, seq)));
  const emptied = gone.flatMap((seq) => withoutBlob(journal, seq, rows.get(itemName(journal, seq))));
  if (emptied.length === 0) return;
  yield* commit([...emptied, ...(yield* messageChanges(home.vault, journal, [], gone))]);
  forgetFolded(home);
}

/** The change that leaves an item without its blob; none where it has none any more. */
function withoutBlob(journal: Uint8Array, seq: number, row: Uint8Array | undefined): readonly Change[] {
  const placed = row === undefined ? null : parseItem(row);
  if (placed?.item.type !== "entry" || placed.item.blob === null) return [];
  const gone = encodeItem({ ...placed, item: { ...placed.item, blob: null } });
  return [{ name: itemName(journal, seq), value: gone }];
}

function* find(home: Home, journal: Uint8Array, entry: Uint8Array): Step<Item> {
  const item = (yield* journalState(home, journal)).timeline.find(encodeB64(entry));
  if (item === null) throw new NotAllowed("There is no such text here.");
  return item;
}
