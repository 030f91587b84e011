/**
 * Which journals are mine: those that the account journal knows, and those that this home began to found or to join.
 *
 * Rules
 * - Nobody can put me into a journal: its log needs my signature, on its genesis or on an acceptance. So every other journal
 *   that the server lists is a stranger's. It is not fetched, not shown, and reported once.
 * - A journal that I founded, and whose founding was cut off before its note, is known by its genesis, which my newest keys
 *   have signed. Where this home holds the verified log already, any keys of mine count.
 * - A journal whose first page is bad, or doesn't come, is nobody's for now: it is reported, the next sync looks at it again, and
 *   it holds up nothing.
 *
 * Spec: §5.8
 */

import { type DuologError, MalformedData, TransportError, VerificationError } from "../../errors.ts";
import { compareBytes, sameBytes } from "../../protocol/bytes.ts";
import { encodeB64 } from "../../protocol/codec.ts";
import { IdMap } from "../../protocol/idMap.ts";
import { checkChange } from "../../protocol/roster.ts";
import { findMember } from "../../protocol/rosterChanges.ts";
import { commit, list, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import type { ListedJournal } from "../server/bodies.ts";
import { foreseen } from "./fetching.ts";
import { accountState } from "./folding.ts";
import { standingOf } from "./standing.ts";
import type { Problem } from "./syncing.ts";

const MOST_LOOKED_AT = 16; // unknown journals whose first page one sync asks for
const CHANCE = 8; // bytes

/** The journals of a list that are mine, in its order; and what is to be said of the others. */
export function* mineOf(
  home: Home,
  listed: readonly ListedJournal[],
): Step<{ readonly mine: readonly ListedJournal[]; readonly problems: readonly Problem[] }> {
  const joined = yield* joinedJournals(home);
  const known = yield* namesBehind("stranger/");
  const left: Uint8Array[] = [];
  for (const { journal } of listed) {
    const id = encodeB64(journal);
    if (joined.has(id)) continue;
    const { roster } = (yield* standingOf(journal)).log;
    if (roster !== null && sameBytes(roster.founder, home.identity.account)) joined.add(id);
    else if (!known.has(id)) left.push(journal);
  }
  const { founded, strangers, problems } = yield* lookAt(home, someOf(home, left));
  for (const id of founded) joined.add(id);
  const [stranger] = strangers;
  if (stranger !== undefined) {
    yield* commit(strangers.map((journal) => ({ name: `stranger/${encodeB64(journal)}`, value: new Uint8Array() })));
    problems.push({ journal: stranger, error: aboutStrangers(strangers.length) });
  }
  return { mine: listed.filter(({ journal }) => joined.has(encodeB64(journal))), problems };
}

function aboutStrangers(count: number): DuologError {
  const what = count === 1 ? "a journal" : `${count} journals`;
  return new VerificationError(
    `The server lists ${what} that you have not joined. Nothing of it is fetched or shown. Ask who runs the server.`,
    "client.stranger",
  );
}

/** Every journal that I founded or joined, or that I am about to. */
function* joinedJournals(home: Home): Step<Set<string>> {
  const { journals, sent, closed, left } = yield* accountState(home);
  const own = encodeB64(home.identity.accountJournal);
  const begun = yield* namesBehind("pairing/");
  return new Set([own, ...journals.keys(), ...sent.keys(), ...closed, ...left.keys(), ...begun]);
}

function* namesBehind(beginning: string): Step<ReadonlySet<string>> {
  return new Set([...(yield* list(beginning)).keys()].map((name) => name.slice(beginning.length)));
}

/** Chosen by chance, so that bad ones that stay in the list can't hold up the others. */
function someOf(home: Home, journals: readonly Uint8Array[]): readonly Uint8Array[] {
  if (journals.length <= MOST_LOOKED_AT) return journals;
  const drawn = journals.map((journal) => ({ journal, by: home.random.bytes(CHANCE, "home") }));
  return drawn
    .sort((one, other) => compareBytes(one.by, other.by))
    .slice(0, MOST_LOOKED_AT)
    .map(({ journal }) => journal);
}

interface LookedAt {
  readonly founded: readonly string[];
  readonly strangers: readonly Uint8Array[];
  readonly problems: Problem[];
}

/** Looks at the first page of each. A lost connection ends the looking. */
function* lookAt(home: Home, journals: readonly Uint8Array[]): Step<LookedAt> {
  const found: { founded: string[]; strangers: Uint8Array[]; problems: Problem[] } = {
    founded: [],
    strangers: [],
    problems: [],
  };
  for (const journal of journals) {
    try {
      if (yield* isMine(home, journal)) found.founded.push(encodeB64(journal));
      else found.strangers.push(journal);
    } catch (error) {
      found.problems.push({ journal, error: foreseen(error) });
      if (error instanceof TransportError) break;
    }
  }
  return found;
}

/** Whether my newest keys have signed the genesis with which its log begins. */
function* isMine(home: Home, journal: Uint8Array): Step<boolean> {
  const { account } = home.identity;
  const chain = home.chains.get(account);
  const item = (yield* home.connection.pull(journal, 0)).pushes[0]?.items[0]?.item;
  if (chain === undefined || item?.type !== "statement") return false;
  try {
    const genesis = checkChange(null, item.signed, new IdMap([[account, chain]]));
    const me = findMember(genesis, account);
    const isNewest = me !== null && me.generation === chain.newest.generation;
    return isNewest && sameBytes(genesis.founder, account) && sameBytes(genesis.journal, journal);
  } catch (error) {
    if (!(error instanceof MalformedData || error instanceof VerificationError)) throw error;
    return false;
  }
}
