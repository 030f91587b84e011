/**
 * The roster's rules for an entry: step 4 of a client's order, and the server's check of a push. Spec: §6.9
 *
 * The roster in force at an entry's place decides: the author is a member who may write, the epoch is current and not
 * stale, and the roster names the entry's generation.
 */

import { EntryFault } from "../errors.ts";
import { sameBytes } from "./bytes.ts";
import type { Header } from "./entries.ts";
import { findMember, type Roster } from "./rosterChanges.ts";

/** Checks that the entry fits the roster at its place. Throws EntryFault. */
export function checkEntry(header: Header, roster: Roster): void {
  if (!sameBytes(header.journal, roster.journal)) {
    throw new EntryFault("The entry was written for another journal.", "entries.journal");
  }
  const member = findMember(roster, header.author);
  if (member === null) throw new EntryFault("The entry's author is not a member.", "entries.author");
  if (member.rights !== "write") {
    throw new EntryFault("The entry's author may read here, not write.", "entries.rights");
  }
  if (roster.stale) {
    throw new EntryFault("The entry was written while the journal's key had to be changed.", "entries.stale");
  }
  if (header.epoch !== roster.epoch) {
    throw new EntryFault("The entry was sealed with another epoch's key than the one in force.", "entries.epoch");
  }
  if (header.generation !== member.generation) {
    throw new EntryFault("The entry was written with keys that are not in force.", "entries.generation");
  }
}
