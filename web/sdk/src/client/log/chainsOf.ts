/**
 * The account chains of a journal's members, page by page: only the statements behind the pins of this home.
 *
 * Rules
 * - It doesn't matter where a statement comes from: each is verified by the one before, from the account's id on.
 * - A chain that doesn't continue a pin is asked for from the beginning: only the whole chain shows whether it is a fork.
 *
 * Spec: §4.2, §6.9
 */

import { ChainViolation, type DuologError, MalformedData, VerificationError, WrongAccount } from "../../errors.ts";
import {
  type AccountChain,
  continueChain,
  requireDescent,
  type SignedAccountStatement,
  verifyChain,
} from "../../protocol/accounts.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64 } from "../../protocol/codec.ts";
import { contained } from "../../protocol/containing.ts";
import { IdSet } from "../../protocol/idMap.ts";
import { type Member, parseRoster } from "../../protocol/rosterStatements.ts";
import { commit, read, type Step } from "../core/effects.ts";
import { chainChange, type Home, parseStatements } from "../core/home.ts";
import type { PulledPush } from "../server/pages.ts";

const CHAIN = "What the server shows of an account's keys";

/**
 * Fetches and pins the statements that these pushes name and that aren't pinned.
 *
 * Throws AccountFork, Rollback, WrongAccount, ChainViolation, BadSignature, MalformedData: the server's fault; and as a
 * `Connection`.
 */
export function* fetchChains(home: Home, journal: Uint8Array, pushes: readonly PulledPush[]): Step<void> {
  for (const account of behind(home, pushes)) {
    const pinned = home.chains.get(account) ?? null;
    const isDone = pinned !== null && (yield* follow(home, journal, pinned));
    if (!isDone) yield* fetchWhole(home, journal, account, pinned);
  }
}

/** Pins what continues the pin. False where what the server shows doesn't continue it. */
function* follow(home: Home, journal: Uint8Array, pinned: AccountChain): Step<boolean> {
  const more = yield* statementsBehind(home, journal, pinned.account, pinned.generations.length);
  let chain: AccountChain;
  try {
    chain = contained(CHAIN, unforeseen, () => continueChain(pinned, more));
  } catch (error) {
    if (!(error instanceof VerificationError || error instanceof MalformedData)) throw error;
    return false;
  }
  yield* pin(home, chain, [...(yield* storedStatements(pinned.account)), ...more]);
  return true;
}

function* fetchWhole(home: Home, journal: Uint8Array, account: Uint8Array, pinned: AccountChain | null): Step<void> {
  const statements = yield* statementsBehind(home, journal, account, 0);
  if (statements.length === 0) return; // the log's rules say what is missing
  const chain = contained(CHAIN, unforeseen, () => verifyChain(statements));
  if (!sameBytes(chain.account, account)) {
    throw new WrongAccount("The server shows another account's keys than it names.", "client.chain_account");
  }
  if (pinned !== null) requireDescent(pinned, chain);
  yield* pin(home, chain, statements);
}

function* pin(home: Home, chain: AccountChain, statements: readonly SignedAccountStatement[]): Step<void> {
  yield* commit([chainChange(chain.account, statements)]);
  home.chains.set(chain.account, chain);
}

/** The accounts of which these pushes name a generation that isn't pinned. */
function behind(home: Home, pushes: readonly PulledPush[]): IdSet {
  const members = pushes
    .flatMap((push) => push.items)
    .flatMap(({ item }) => {
      return item.type === "statement" ? membersOf(item.signed.statement) : [];
    });
  const isBehind = ({ account, generation }: Member): boolean =>
    (home.chains.get(account)?.newest.generation ?? 0) < generation;
  return new IdSet(members.filter(isBehind).map((member) => member.account));
}

/** The members that a statement names; none of a closing, or of what is no statement: the log's rules decide. */
function membersOf(statement: Uint8Array): readonly Member[] {
  try {
    return parseRoster(statement).members;
  } catch (error) {
    if (!(error instanceof MalformedData)) throw error;
    return [];
  }
}

function* storedStatements(account: Uint8Array): Step<readonly SignedAccountStatement[]> {
  const name = `chain/${encodeB64(account)}`;
  const row = (yield* read([name])).get(name);
  return row === undefined ? [] : parseStatements(row);
}

function* statementsBehind(
  home: Home,
  journal: Uint8Array,
  account: Uint8Array,
  after: number,
): Step<readonly SignedAccountStatement[]> {
  const statements: SignedAccountStatement[] = [];
  for (;;) {
    const page = yield* home.connection.chains(journal, account, after + statements.length);
    const more = page.chains.filter((one) => sameBytes(one.account, account)).flatMap((one) => one.statements);
    statements.push(...more);
    if (!page.more) return statements;
    if (more.length === 0) {
      throw new MalformedData("The server says that there are more keys of an account, and shows none.");
    }
  }
}

function unforeseen(sentence: string): DuologError {
  return new ChainViolation(sentence, "client.chain_unforeseen");
}
