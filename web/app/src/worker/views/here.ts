/**
 * The journal that the app shows, as it stands here: its log, what waits to be sent, its people, and what is mine of it.
 *
 * The app shows one journal. As the command does, it takes those that are open, and of these the ones with somebody else
 * (`Run.journal` in `duolog/cli/run.py`); where several are left, the command asks, and the app takes the one that was
 * joined last. Where none is open, it is the last of all.
 */
import {
  accountState,
  type Expected,
  expected,
  type Home,
  list,
  membershipOf,
  type Standing,
  type Step,
  standingOf,
} from "@duolog/sdk/client";
import { type AccountState, type Id, type Membership, shownNames } from "@duolog/sdk/documents";
import { encodeB64, findMember, parseB64 } from "@duolog/sdk/protocol";
import type { Person } from "../../rpc.ts";

/** A journal at one moment. Ids are base64url, as documents have them. */
export interface Here extends Expected {
  readonly id: Id;
  readonly journal: Uint8Array;
  readonly me: Id;
  readonly now: number;
  readonly own: AccountState;
  /** The entries that I keep even if their author withdraws them. */
  readonly kept: ReadonlySet<Id>;
  /** Who is in it now; null where I am no member any more. */
  readonly membership: Membership | null;
  /** Whether I may write in it now. */
  readonly mayWrite: boolean;
  person(account: Id): Person;
}

/** The journal that is shown; null before there is one. */
export function* here(home: Home): Step<Here | null> {
  const journal = yield* shownJournal(home);
  if (journal === null) return null;
  const found = yield* expected(home, journal);
  const own = yield* accountState(home);
  const { roster, closed } = found.standing.log;
  const me = encodeB64(home.identity.account);
  const rights = roster === null ? null : (findMember(roster, home.identity.account)?.rights ?? null);
  const roles = new Map((roster?.members ?? []).map(({ account, role }) => [encodeB64(account), role]));
  const given = [...found.state.parts.profiles].map(([account, said]) => [account, said.display_name] as const);
  const names = shownNames(new Map(given));
  return {
    ...found,
    id: encodeB64(journal),
    journal,
    me,
    now: home.clock.now(),
    own,
    kept: new Set([...(own.kept.get(encodeB64(journal)) ?? []), ...(yield* keptSoon(journal))]),
    membership: roster !== null && roles.has(me) ? membershipOf(roster) : null,
    mayWrite: rights === "write" && !closed && found.standing.frozen === null,
    person: (id) => ({ id, name: names.get(id) ?? "", mine: id === me, role: roles.get(id) ?? "gone" }),
  };
}

/** The entries whose keeping the server hasn't been told yet. */
function* keptSoon(journal: Uint8Array): Step<readonly Id[]> {
  const rows = yield* list(`holding/keep/${encodeB64(journal)}/`);
  return [...rows.keys()].map((name) => name.slice(name.lastIndexOf("/") + 1));
}

function* shownJournal(home: Home): Step<Uint8Array | null> {
  const { journals } = yield* accountState(home);
  const all: { journal: Uint8Array; isOpen: boolean; others: number }[] = [];
  for (const id of journals.keys()) {
    const standing = yield* standingOf(parseB64(id));
    if (standing.log.roster !== null) all.push({ journal: parseB64(id), ...membersIn(home, standing) });
  }
  const open = all.filter(({ isOpen }) => isOpen);
  const shared = open.filter(({ others }) => others > 0);
  const found = [shared, open, all].find((some) => some.length > 0);
  return found?.at(-1)?.journal ?? null;
}

function membersIn(home: Home, { log }: Standing): { isOpen: boolean; others: number } {
  const members = (log.roster?.members ?? []).map(({ account }) => encodeB64(account));
  const isMember = members.includes(encodeB64(home.identity.account));
  return { isOpen: isMember && !log.closed, others: members.length - 1 };
}
