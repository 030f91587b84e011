/** Search on this device alone: in what a list shows, so words that are folded away stay so. */
import { KINDS, readOrNull } from "@duolog/sdk/documents";
import type { Entry } from "../../rpc.ts";
import { places, viewEntry } from "./entries.ts";
import type { Here } from "./here.ts";
import { rawText } from "./texts.ts";

const MOST_FOUND = 100;

/** The newest entries with these words in a row, without letter case. */
export function search(here: Here, text: string): readonly Entry[] {
  const wanted = folded(text.trim());
  const found: Entry[] = [];
  if (wanted === "") return found;
  for (const place of places(here)) {
    if (place.item === null) continue;
    const { applied } = place.item;
    const kind = KINDS.get(applied.document.kind);
    const body = kind === undefined ? null : readOrNull(kind, applied);
    if (body === null || !folded(rawText(applied.document.kind, body)).includes(wanted)) continue;
    const entry = viewEntry(here, place);
    if (folded(entry.text).includes(wanted)) found.push(entry);
    if (found.length === MOST_FOUND) break;
  }
  return found;
}

function folded(text: string): string {
  return text.normalize("NFC").toLowerCase();
}
