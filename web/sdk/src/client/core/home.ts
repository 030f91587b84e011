/**
 * A home: the account of this client as its store has it, with all that verifying needs. Everything here was verified
 * before it was stored, and is parsed again when the home is opened.
 *
 * Rows by name: `origin`, `receipt_keys`, `account`, `sets`, `seed/GENERATION` (sealed), `chain/ACCOUNT`. Those of a
 * journal are in `log/standing`, `log/names` and `log/messageRows`.
 */

import type { AccountState } from "../../documents/accountState.ts";
import { HomeError } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { type AccountChain, type SignedAccountStatement, verifyChain } from "../../protocol/accounts.ts";
import { concat, fromUtf8, utf8 } from "../../protocol/bytes.ts";
import { encodeB64, encodeMessageJson, jsonObject, parseB64, parseMessageJson } from "../../protocol/codec.ts";
import { Fields } from "../../protocol/fields.ts";
import { IdMap } from "../../protocol/idMap.ts";
import { parseSet, verifySets } from "../../protocol/keyholderSets.ts";
import type { Random } from "../../random.ts";
import { linkJson, readLink } from "../../seal/chains.ts";
import { GenerationSecret, type KeyholderSecret } from "../../seal/keys.ts";
import { Identity } from "../identity.ts";
import type { Folded } from "../log/folding.ts";
import type { Change, Clock } from "../ports.ts";
import { Connection } from "../server/connection.ts";
import { list, read, type Step } from "./effects.ts";
import { Vault } from "./vault.ts";

export const KNOWN = "known_keyholders"; // their ids, 32 bytes each

/** What the program unlocked: the keyholder of this home, and the seed under which its rows rest. */
export interface Unlocked {
  readonly keyholder: KeyholderSecret;
  readonly homeSeed: Uint8Array;
}

/** An opened home. `chains` grow while journals are fetched. */
export interface Home {
  readonly keyholder: KeyholderSecret;
  readonly connection: Connection;
  readonly vault: Vault;
  readonly random: Random;
  readonly clock: Clock;
  /** Another own device may change it. */
  identity: Identity;
  readonly chains: IdMap<AccountChain>;
  /** The server's pinned receipt keys, oldest first. They may only grow. */
  receiptKeys: readonly Uint8Array[];
  /** What the account journal comes to, as far as it was folded since it last grew; null where it must be folded anew. */
  accountState: AccountState | null;
  /** Journals as far as they were folded, by id: `log/folding` keeps a few. */
  readonly folded: Map<string, Folded>;
}

/** The ports that are called directly. */
export interface Direct {
  readonly random: Random;
  readonly clock: Clock;
}

/** The rows of a new account. */
export interface AccountRows {
  readonly chain: AccountChain;
  readonly statements: readonly SignedAccountStatement[];
  readonly sets: readonly SignedAccountStatement[];
  readonly secrets: readonly GenerationSecret[];
}

/** The changes that make an account this home's. */
export function accountChanges(rows: AccountRows, vault: Vault): readonly Change[] {
  return [
    { name: "account", value: rows.chain.account },
    { name: "sets", value: encodeStatements(rows.sets) },
    chainChange(rows.chain.account, rows.statements),
    ...rows.secrets.map(({ generation, seed }) => ({
      name: `seed/${generation}`,
      value: vault.seal("seed", seed),
    })),
  ];
}

/** The change that makes the ways into the account those of which the owner knows here. */
export function knownChange(ids: readonly Uint8Array[]): Change {
  return { name: KNOWN, value: concat(...ids) };
}

/** The change by which a new home begins with those of the newest set. `sets`: as they came. */
export function firstKnown(sets: readonly SignedAccountStatement[]): Change {
  const newest = sets.at(-1);
  return knownChange(newest === undefined ? [] : parseSet(newest.statement).keyholders.map(({ id }) => id));
}

/** The change that pins a chain, by its statements, genesis first. */
export function chainChange(account: Uint8Array, statements: readonly SignedAccountStatement[]): Change {
  return { name: `chain/${encodeB64(account)}`, value: encodeStatements(statements) };
}

/** The changes that pin a server. */
export function serverChanges(origin: string, receiptKeys: readonly Uint8Array[]): readonly Change[] {
  return [
    { name: "origin", value: utf8(origin) },
    { name: "receipt_keys", value: concat(...receiptKeys) },
  ];
}

/** The pinned receipt keys in their row; none where there is no row. */
export function parseKeys(data: Uint8Array | undefined): readonly Uint8Array[] {
  const joined = data ?? new Uint8Array();
  const count = joined.length / SIZES.SIGN_KEY;
  return Array.from({ length: count }, (_, at) => joined.slice(at * SIZES.SIGN_KEY, (at + 1) * SIZES.SIGN_KEY));
}

function encodeStatements(statements: readonly SignedAccountStatement[]): Uint8Array {
  return encodeMessageJson(jsonObject({ statements: statements.map(linkJson) }));
}

/** The statements in a row of `chain/` or `sets`. */
export function parseStatements(data: Uint8Array): readonly SignedAccountStatement[] {
  const fields = new Fields(parseMessageJson(data, "A stored chain"), "A stored chain");
  return fields.objects("statements", readLink, 0, SIZES.MAX_GENERATIONS);
}

/** The home in a store. Throws HomeError where there is no account yet, or a row is not what it must be. */
export function* openHome({ keyholder, homeSeed }: Unlocked, { random, clock }: Direct): Step<Home> {
  const rows = yield* read(["account", "enrolling", "origin", "receipt_keys", "sets"]);
  const [account, origin, sets] = [rows.get("account"), rows.get("origin"), rows.get("sets")];
  if (account === undefined || origin === undefined || sets === undefined) {
    throw new HomeError("There is no account here yet. Register, or let this device in from another one.");
  }
  if (rows.has("enrolling")) {
    throw new HomeError("This device is not let in yet. Go on with the code that it shows.");
  }
  const vault = new Vault(homeSeed, random);
  const chains = new IdMap<AccountChain>();
  for (const [name, row] of yield* list("chain/")) {
    chains.set(parseB64(name.slice("chain/".length)), verifyChain(parseStatements(row)));
  }
  const chain = chains.get(account);
  if (chain === undefined) throw new HomeError("The keys of this account are not here.");
  const secrets: GenerationSecret[] = [];
  for (const [name, row] of yield* list("seed/")) {
    secrets.push(new GenerationSecret(vault.open("seed", row), Number(name.slice("seed/".length))));
  }
  return {
    keyholder,
    connection: new Connection(fromUtf8(origin), keyholder, random),
    vault,
    random,
    clock,
    identity: new Identity(account, secrets, verifySets(chain, parseStatements(sets))),
    chains,
    receiptKeys: parseKeys(rows.get("receipt_keys")),
    accountState: null,
    folded: new Map(),
  };
}
