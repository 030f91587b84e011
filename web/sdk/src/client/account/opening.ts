/**
 * Opening the own account from what the server shows of it: when another own device has changed it, and when it is
 * restored from a sheet's words or a passkey.
 *
 * Rules
 * - The order is that of §4.9: the anchor, whose account it is, the chain, the package and earlier seeds, the sets. Nothing
 *   is kept before all of it is verified.
 * - What is known already is not asked for again. When what lies behind it doesn't continue it, everything is asked for:
 *   only the whole account shows what it is.
 * - A restored home is unconfirmed until its owner compares words that a member, or another own device, reads out.
 *
 * Spec: §4.9
 */

import { MalformedData, NotAllowed, OpenError, VerificationError, Withheld, WrongAccount } from "../../errors.ts";
import {
  type AccountChain,
  requireDescent,
  type SignedAccountStatement,
  verifyChain,
} from "../../protocol/accounts.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64 } from "../../protocol/codec.ts";
import { IdMap } from "../../protocol/idMap.ts";
import { findKeyholder, requireOwnSet, verifySets } from "../../protocol/keyholderSets.ts";
import { parseOrigin } from "../../protocol/login.ts";
import type { GenerationSecret, KeyholderSecret } from "../../seal/keys.ts";
import { unwrapEarlierSeed, unwrapPackage } from "../../seal/packages.ts";
import { commit, read, type Step } from "../core/effects.ts";
import {
  type AccountRows,
  accountChanges,
  type Direct,
  firstKnown,
  type Home,
  parseStatements,
  serverChanges,
  type Unlocked,
} from "../core/home.ts";
import { Vault } from "../core/vault.ts";
import { Identity } from "../identity.ts";
import type { OwnAccountPage } from "../server/bodies.ts";
import { Connection } from "../server/connection.ts";
import { pinServer } from "../server/linkedKeys.ts";

const MAX_STATEMENTS = 128 * 1024 * 1024; // bytes of key statements and sets that are fetched at once

/** What a home has of its account before it asks. */
interface KnownAccount {
  readonly account: Uint8Array;
  readonly chain: AccountChain;
  readonly identity: Identity;
  readonly statements: readonly SignedAccountStatement[];
  readonly sets: readonly SignedAccountStatement[];
}

/**
 * Fetches and verifies the own account: its chain, the secrets of every generation, and the keyholders.
 *
 * Throws ServerRefused: this device was taken out of the account; VerificationError, MalformedData, OpenError: the
 * server's answer is not this account.
 */
export function* refreshAccount(home: Home): Step<void> {
  const known = yield* knownAccount(home);
  let rows: AccountRows;
  try {
    const own = yield* fetchAccount(home.connection, known.statements.slice(0, home.identity.generation), known.sets);
    rows = openAccount(home.keyholder, own, home.connection.account, known);
  } catch (error) {
    const isAnother =
      error instanceof VerificationError || error instanceof MalformedData || error instanceof OpenError;
    if (!isAnother) throw error;
    const whole = yield* fetchAccount(home.connection, [], []);
    rows = openAccount(home.keyholder, whole, home.connection.account, known);
  }
  const isAsBefore = rows.statements.length === known.statements.length && rows.sets.length === known.sets.length;
  if (isAsBefore && home.identity.generation === rows.chain.newest.generation) return;
  yield* commit(accountChanges(rows, home.vault));
  home.chains.set(rows.chain.account, rows.chain);
  home.identity = identityOf(rows);
}

/**
 * The account of a sheet or a passkey, in a store that has none. The home is unconfirmed. `address`: the server's.
 *
 * Throws MalformedData: it is no address; NotAllowed: there is an account here already; ServerRefused: the server knows
 * no such keyholder; and as `refreshAccount`.
 */
export function* restore(unlocked: Unlocked, address: string, { random, clock }: Direct): Step<Home> {
  if ((yield* read(["account"])).has("account")) throw new NotAllowed("There is an account here already.");
  const { keyholder } = unlocked;
  const connection = new Connection(parseOrigin(address), keyholder, random);
  const receiptKeys = yield* pinServer(connection, []);
  const { account } = yield* connection.logIn();
  const rows = openAccount(keyholder, yield* fetchAccount(connection, [], []), account, null);
  const vault = new Vault(unlocked.homeSeed, random);
  yield* commit([
    ...accountChanges(rows, vault),
    firstKnown(rows.sets),
    ...serverChanges(connection.origin, receiptKeys),
    { name: "unconfirmed", value: new Uint8Array() },
  ]);
  const chains = new IdMap([[rows.chain.account, rows.chain]]);
  const identity = identityOf(rows);
  return {
    keyholder,
    connection,
    vault,
    random,
    clock,
    identity,
    chains,
    receiptKeys,
    accountState: null,
    folded: new Map(),
  };
}

/** Whether a home was restored, and its owner has compared no words since. */
export function* isUnconfirmed(): Step<boolean> {
  return (yield* read(["unconfirmed"])).has("unconfirmed");
}

/** Throws NotAllowed in a restored home whose owner has compared no words since. */
export function* requireConfirmed(): Step<void> {
  if (yield* isUnconfirmed()) {
    throw new NotAllowed("This account was restored, and no words were compared since. Compare them first.");
  }
}

function* knownAccount({ identity, chains }: Home): Step<KnownAccount> {
  const { account } = identity;
  const name = `chain/${encodeB64(account)}`;
  const rows = yield* read([name, "sets"]);
  const chain = chains.get(account);
  if (chain === undefined) throw new RangeError("a home without its own chain");
  const statements = (row: string): readonly SignedAccountStatement[] =>
    parseStatements(rows.get(row) ?? new Uint8Array());
  return { account, chain, identity, statements: statements(name), sets: statements("sets") };
}

/** The account whole, not verified: the statements and sets that are known, and those that the server has behind them. */
export function* fetchAccount(
  connection: Connection,
  chain: readonly SignedAccountStatement[],
  sets: readonly SignedAccountStatement[],
): Step<OwnAccountPage> {
  let whole = { chain, sets, earlierSeeds: [] as OwnAccountPage["earlierSeeds"] };
  let fetched = 0;
  for (;;) {
    const page = yield* connection.ownAccount(whole.chain.length, whole.sets.length);
    whole = {
      chain: [...whole.chain, ...page.chain],
      sets: [...whole.sets, ...page.sets],
      earlierSeeds: [...whole.earlierSeeds, ...page.earlierSeeds],
    };
    if (!page.more) return { ...page, ...whole };
    for (const { statement } of [...page.chain, ...page.sets]) fetched += statement.length;
    if (page.chain.length + page.sets.length === 0 || fetched > MAX_STATEMENTS) {
      throw new MalformedData("The server's answer about your account doesn't end. Ask who runs it.");
    }
  }
}

export function openAccount(
  keyholder: KeyholderSecret,
  own: OwnAccountPage,
  session: Uint8Array | null,
  known: KnownAccount | null,
): AccountRows {
  if (keyholder.kind !== "device") {
    if (own.anchor === null) {
      throw new WrongAccount("The server keeps back the anchor of this account.", "client.anchor_shown");
    }
    keyholder.requireAnchor(own.account, own.anchor);
  }
  const isMine = known === null || sameBytes(known.account, own.account);
  if (!isMine || session === null || !sameBytes(session, own.account)) {
    throw new WrongAccount("The server answers with another account than yours.", "client.own_account");
  }
  const chain = verifyChain(own.chain);
  if (!sameBytes(chain.account, own.account)) {
    throw new WrongAccount("The server shows another account's keys than it names.", "client.chain_account");
  }
  if (known !== null) requireDescent(known.chain, chain);
  const secrets = openSeeds(keyholder, chain, own, known?.identity ?? null);
  requireSets(keyholder, chain, own, secrets, known);
  return { chain, statements: own.chain, sets: own.sets, secrets };
}

/** The secrets of every generation, from the newest down. */
function openSeeds(
  keyholder: KeyholderSecret,
  chain: AccountChain,
  own: OwnAccountPage,
  known: Identity | null,
): readonly GenerationSecret[] {
  if (own.generation !== chain.newest.generation) {
    throw new WrongAccount("The server keeps back your account's newest keys.", "client.package_generation");
  }
  let above = unwrapPackage(own.package, chain.account, chain.newest, keyholder);
  const secrets = [above];
  const sealed = new Map(own.earlierSeeds.map((item) => [item.generation, item.sealed]));
  for (let number = own.generation - 1; number > 0; number--) {
    above = known?.secret(number) ?? earlierSecret(sealed.get(number), chain, above);
    secrets.push(above);
  }
  return secrets;
}

function earlierSecret(sealed: Uint8Array | undefined, chain: AccountChain, above: GenerationSecret): GenerationSecret {
  if (sealed === undefined) {
    throw new Withheld("The server keeps back an earlier key of your account.", "client.earlier_seed");
  }
  const [of, to] = [chain.generation(above.generation - 1), chain.generation(above.generation)];
  return unwrapEarlierSeed(sealed, chain.account, of, to, above);
}

function requireSets(
  keyholder: KeyholderSecret,
  chain: AccountChain,
  own: OwnAccountPage,
  [newest]: readonly GenerationSecret[],
  known: KnownAccount | null,
): void {
  const set = requireOwnSet(chain, own.sets, newest?.salt ?? new Uint8Array());
  if (findKeyholder(set, keyholder.id) === null) {
    throw new WrongAccount(
      "This device is revoked: the list of devices that your account has signed names it no longer.",
      "client.keyholder_listed",
    );
  }
  if (set.accountJournal === null) {
    throw new Withheld("The server keeps back the account's newest keyholder set.", "client.set_journal");
  }
  const continues = (known?.sets ?? []).every(({ statement }, at) =>
    sameBytes(statement, own.sets[at]?.statement ?? new Uint8Array()),
  );
  if (!continues) {
    throw new WrongAccount("The server shows another list of devices than before.", "client.set_descent");
  }
}

export function identityOf({ chain, secrets, sets }: AccountRows): Identity {
  return new Identity(chain.account, secrets, verifySets(chain, sets));
}
