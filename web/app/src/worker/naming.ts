/**
 * My name in the journal that is shown: it goes there as soon as there is one, and again for a partner who came after it.
 *
 * Rules
 * - A newcomer reads nothing from before they came, and so no name: my newest profile is written anew, as it is.
 * - A device that another one let in, or that came back from words, was told no name: it stands in this journal or in an earlier one.
 *   The name that was typed here is taken where none stands in any.
 * - A home whose words nobody has compared tells nothing by itself.
 */
import { MalformedData, NotAllowed } from "@duolog/sdk";
import { accountState, type Home, isUnconfirmed, journalState, post, type Step } from "@duolog/sdk/client";
import { type AppliedDocument, type JournalState, makeDocument, membershipAt } from "@duolog/sdk/documents";
import { type Document, encodeB64, jsonObject, parseB64 } from "@duolog/sdk/protocol";
import { here } from "./views/here.ts";
import { kept } from "./views/kept.ts";

/** Puts my name into the outbox where it is due; whether it did. */
export function* nameDue(home: Home): Step<boolean> {
  const found = yield* here(home);
  if (found === null || !found.mayWrite || found.membership === null || (yield* isUnconfirmed())) return false;
  const mine = profileOf(found.me, found.state);
  const before = mine === null ? null : membershipAt(found.state, mine.seq);
  if (before !== null && [...found.membership.partners].every((id) => before.partners.has(id))) return false;
  const document = mine?.document ?? (yield* earlierProfile(home, found.me)) ?? (yield* typedHere(home));
  if (document === null) return false;
  try {
    yield* post(home, found.journal, { ...document, at: home.clock.now() });
    return true;
  } catch (error) {
    if (error instanceof NotAllowed || error instanceof MalformedData) return false; // a newer version wrote it
    throw error;
  }
}

/** My newest profile in a journal that counts. */
function profileOf(me: string, { timeline: { items } }: JournalState): AppliedDocument | null {
  for (let at = items.length - 1; at >= 0; at--) {
    const item = items[at];
    if (item?.applied.author === me && item.applied.document.kind === "profile" && item.skipped === null) {
      return item.applied;
    }
  }
  return null;
}

/** My profile in the journal that was joined last and has one. */
function* earlierProfile(home: Home, me: string): Step<Document | null> {
  for (const id of [...(yield* accountState(home)).journals.keys()].reverse()) {
    const found = profileOf(me, yield* journalState(home, parseB64(id)));
    if (found !== null) return found.document;
  }
  return null;
}

function* typedHere(home: Home): Step<Document | null> {
  const name = yield* kept(home, "name");
  return typeof name === "string" ? makeDocument("profile", jsonObject({ display_name: name }), 0) : null;
}

/** My name as the others see me; before there is a journal, as it was typed here. */
export function* ownName(home: Home): Step<string> {
  const found = yield* here(home);
  const name = found?.person(encodeB64(home.identity.account)).name ?? "";
  return name === "" ? String((yield* kept(home, "name")) ?? "") : name;
}
