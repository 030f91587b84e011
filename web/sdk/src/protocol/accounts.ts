/**
 * Accounts: the chain of key statements, one for each generation of keys.
 *
 * Rules
 * - The account id is the hash of its genesis, which its own key signs.
 * - A rotation names its account, the next generation and the hash of the statement before it; the old and the new key
 *   sign it, in this order.
 * - Two different successors of one statement are a fork of the account: a hard stop.
 *
 * The keyholder sets that a genesis or rotation commits to are in `keyholderSets`. This module holds no secret: packages
 * and derivation live in `seal`.
 */

import { AccountFork, ChainViolation, Rollback } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { sameBytes } from "./bytes.ts";
import { encodeB64, encodeCanonical, type Json, jsonObject } from "./codec.ts";
import { Fields } from "./fields.ts";
import { statementHash, verifyStatement } from "./statements.ts";

/** A genesis (one signature), rotation (old key's, new key's) or keyholder set (one) as shipped. Nothing is verified. */
export interface SignedAccountStatement {
  readonly statement: Uint8Array;
  readonly signatures: readonly Uint8Array[];
}

/** The public keys of a generation, and its commitment to a keyholder set, as its statement holds them. */
export interface GenerationKeys {
  readonly signKey: Uint8Array;
  readonly boxKey: Uint8Array;
  readonly kemKey: Uint8Array;
  readonly keyholders: Uint8Array;
}

/**
 * One verified link of a chain. `statementHash` is the chain head that rosters name; `at` a Unix day, null in a genesis.
 */
export interface Generation extends GenerationKeys {
  readonly generation: number;
  readonly statementHash: Uint8Array;
  readonly at: number | null;
}

/** A verified account: its id and every generation, oldest first. */
export class AccountChain {
  readonly account: Uint8Array;
  readonly generations: readonly Generation[];
  readonly newest: Generation;

  constructor(account: Uint8Array, generations: readonly Generation[]) {
    const newest = generations.at(-1);
    if (newest === undefined) throw new ChainViolation("An account chain has no genesis.", "accounts.empty");
    this.account = account;
    this.generations = generations;
    this.newest = newest;
  }

  /** Throws ChainViolation when the chain has no such generation. */
  generation(number: number): Generation {
    const found = this.generations[number - 1];
    if (found === undefined) {
      throw new ChainViolation("The account has no such generation.", "accounts.generation_known");
    }
    return found;
  }
}

/** The canonical genesis statement of an account. Spec: §4.2 */
export function encodeGenesis(keys: GenerationKeys, nonce: Uint8Array): Uint8Array {
  return encodeCanonical(
    jsonObject({ type: "account_genesis", suite: SIZES.SUITE, nonce: encodeB64(nonce), ...keyFields(keys) }),
  );
}

/** The canonical rotation statement that follows `before`; `at` is a Unix day. Spec: §4.2 */
export function encodeRotation(account: Uint8Array, before: Generation, keys: GenerationKeys, at: number): Uint8Array {
  return encodeCanonical(
    jsonObject({
      type: "account_rotation",
      account: encodeB64(account),
      generation: before.generation + 1,
      prev: encodeB64(before.statementHash),
      at,
      ...keyFields(keys),
    }),
  );
}

function keyFields(keys: GenerationKeys): Record<string, Json> {
  return {
    sign_key: encodeB64(keys.signKey),
    box_key: encodeB64(keys.boxKey),
    kem_key: encodeB64(keys.kemKey),
    keyholders: encodeB64(keys.keyholders),
  };
}

/** The fields that genesis and rotation share, and nothing after them. No signature is verified. */
function readGeneration(fields: Fields, generation: number, statement: Uint8Array, at: number | null): Generation {
  const found: Generation = {
    generation,
    signKey: fields.data("sign_key", SIZES.SIGN_KEY),
    boxKey: fields.data("box_key", SIZES.BOX_KEY),
    kemKey: fields.data("kem_key", SIZES.KEM_KEY),
    keyholders: fields.data("keyholders", SIZES.HASH),
    statementHash: statementHash(statement),
    at,
  };
  fields.done();
  return found;
}

/** A whole account chain, genesis first. Throws as `continueChain`, for a wrong genesis too. Spec: §4.2 */
export function verifyChain(statements: readonly SignedAccountStatement[]): AccountChain {
  const [first, ...rest] = statements;
  if (first === undefined) throw new ChainViolation("An account chain has no genesis.", "accounts.empty");
  return continueChain(verifyGenesis(first), rest);
}

function verifyGenesis(signed: SignedAccountStatement): AccountChain {
  const fields = Fields.ofStatement(signed.statement, "account_genesis");
  fields.suite();
  fields.data("nonce", SIZES.NONCE);
  const genesis = readGeneration(fields, 1, signed.statement, null);
  const [own] = requireSignatures(signed, 1);
  verifyStatement(genesis.signKey, signed.statement, own);
  return new AccountChain(genesis.statementHash, [genesis]);
}

/**
 * The chain with these rotations behind it; links that it holds already are not verified again.
 *
 * Throws
 * - MalformedData: a statement is not a rotation in canonical form.
 * - ChainViolation: the account, generation or predecessor is not the next link's, or the chain is full.
 * - BadSignature: the old or the new key has not signed. Spec: §4.2
 */
export function continueChain(chain: AccountChain, statements: readonly SignedAccountStatement[]): AccountChain {
  const generations = [...chain.generations];
  let before = chain.newest;
  for (const signed of statements) {
    before = verifyRotation(chain.account, before, signed);
    generations.push(before);
  }
  return new AccountChain(chain.account, generations);
}

function verifyRotation(account: Uint8Array, before: Generation, signed: SignedAccountStatement): Generation {
  const fields = Fields.ofStatement(signed.statement, "account_rotation");
  if (!sameBytes(fields.data("account", SIZES.ACCOUNT_ID), account)) {
    throw new ChainViolation("A rotation belongs to another account.", "accounts.rotation_account");
  }
  if (fields.number("generation") !== before.generation + 1) {
    throw new ChainViolation("A rotation is not the next generation.", "accounts.rotation_generation");
  }
  if (before.generation >= SIZES.MAX_GENERATIONS) {
    throw new ChainViolation("An account has had more keys than an account can have.", "accounts.generations");
  }
  if (!sameBytes(fields.data("prev", SIZES.HASH), before.statementHash)) {
    throw new ChainViolation("A rotation does not follow the statement before it.", "accounts.rotation_prev");
  }
  const at = fields.integer("at", 0, SIZES.MAX_U32);
  const rotation = readGeneration(fields, before.generation + 1, signed.statement, at);
  const [old, own] = requireSignatures(signed, 2);
  verifyStatement(before.signKey, signed.statement, old);
  verifyStatement(rotation.signKey, signed.statement, own);
  return rotation;
}

/**
 * Checks that `offered` continues the pinned chain.
 *
 * Throws Rollback when it is shorter, AccountFork when it has another statement at a place of the pinned one. Spec: §4.2
 */
export function requireDescent(pinned: AccountChain, offered: AccountChain): void {
  if (offered.generations.length < pinned.generations.length) {
    throw new Rollback("The server shows an older state of an account than it did before.", "accounts.chain_rollback");
  }
  const isKnown = (generation: Generation, at: number): boolean =>
    sameBytes(generation.statementHash, offered.generations[at]?.statementHash ?? new Uint8Array());
  if (!pinned.generations.every(isKnown)) {
    throw new AccountFork(
      "Two different key statements follow the same one. Stop, and compare the eight words of the account in person.",
      "accounts.fork",
    );
  }
}

/** The signatures of a statement that must have this many. Throws ChainViolation. */
export function requireSignatures(signed: SignedAccountStatement, count: 1): readonly [Uint8Array];
export function requireSignatures(signed: SignedAccountStatement, count: 2): readonly [Uint8Array, Uint8Array];
export function requireSignatures(signed: SignedAccountStatement, count: number): readonly Uint8Array[] {
  if (signed.signatures.length !== count) {
    throw new ChainViolation("An account statement has too few or too many signatures.", "accounts.signature_count");
  }
  return signed.signatures;
}
