/** What was verified of a journal, from the store: nothing here asks the server. */

import { HomeError } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { encodeB64, parseMessageJson } from "../../protocol/codec.ts";
import { parseHeader } from "../../protocol/entries.ts";
import { Fields } from "../../protocol/fields.ts";
import { type Document, parseMessage } from "../../protocol/messages.ts";
import { list, read, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { parseItem } from "../server/pages.ts";
import { faultName, headName, messageName, parseHeadRow } from "./names.ts";

/**
 * An entry at its place. `received`: the time of its receipt, Unix seconds. `document` is null where the text is gone, or
 * where `unreadable` says why the entry isn't shown.
 */
export interface ReadEntry {
  readonly seq: number;
  readonly entry: Uint8Array;
  readonly author: Uint8Array;
  readonly received: number;
  readonly document: Document | null;
  readonly unreadable: { readonly check: string; readonly sentence: string } | null;
}

/** The entries of a journal in their order. An entry without a readable header is left out. */
export function* readEntries(home: Home, journal: Uint8Array): Step<readonly ReadEntry[]> {
  const found: ReadEntry[] = [];
  for (const [name, row] of yield* list(`item/${encodeB64(journal)}/`)) {
    const { item } = parseItem(row);
    const seq = Number(name.slice(name.lastIndexOf("/") + 1));
    if (item.type !== "entry") continue;
    const names = [headName(journal, seq), faultName(journal, seq), messageName(journal, seq)];
    const rows = yield* read(names);
    const [head, fault, message] = names.map((one) => rows.get(one));
    if (head === undefined) throw new HomeError("An item is stored without its head.");
    const unreadable = fault === undefined ? null : readFault(fault);
    if (unreadable?.check === "entries.header") continue;
    const { entry, author } = parseHeader(item.header);
    const isShown = message !== undefined && unreadable === null;
    const document = isShown ? parseMessage(home.vault.open("message", message)).document : null;
    found.push({ seq, entry, author, received: parseHeadRow(head).time, document, unreadable });
  }
  return found;
}

function readFault(row: Uint8Array): { check: string; sentence: string } {
  const fields = new Fields(parseMessageJson(row, "A stored fault"), "A stored fault");
  return { check: fields.text("check"), sentence: fields.text("sentence", SIZES.MAX_DOCUMENT) };
}
