/**
 * Keyholder sets: the ways into an account, which only its owner sees.
 *
 * Rules
 * - A keyholder set is complete, linked to the one before, and signed by the key of the generation that it names;
 *   generations never decrease.
 * - Set 1 names no account journal; every later one names the same. The first set of a later generation carries
 *   `account_head`.
 * - A genesis or rotation commits to one set. Only the owner has the salt, so nobody else can test a guess.
 */

import { ChainViolation } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { type AccountChain, type Generation, requireSignatures, type SignedAccountStatement } from "./accounts.ts";
import { sameBytes } from "./bytes.ts";
import { encodeB64, encodeCanonical, type JsonObject, jsonObject, label, sha256 } from "./codec.ts";
import { Fields, requireAscending } from "./fields.ts";
import { keyholderId } from "./ids.ts";
import { statementHash, verifyStatement } from "./statements.ts";

export const KEYHOLDER_KINDS = ["device", "recovery_sheet", "passkey"] as const;
export type KeyholderKind = (typeof KEYHOLDER_KINDS)[number];

/** One way into an account: its id, kind and public keys. Seen by the owner alone. */
export interface Keyholder {
  readonly id: Uint8Array;
  readonly kind: KeyholderKind;
  readonly signKey: Uint8Array;
  readonly kemKey: Uint8Array;
}

/** The end of the account journal when a rotation was made. */
export interface AccountHead {
  readonly seq: number;
  readonly head: Uint8Array;
}

/** The complete list of an account's keyholders, parsed and not verified: see `verifySets`. */
export interface KeyholderSet {
  readonly version: number;
  readonly prev: Uint8Array | null;
  readonly generation: number;
  readonly rotator: Uint8Array;
  readonly accountJournal: Uint8Array | null;
  readonly accountHead: AccountHead | null;
  readonly keyholders: readonly Keyholder[];
}

/** The keyholder with this id; null where the set has none. */
export function findKeyholder(set: KeyholderSet, id: Uint8Array): Keyholder | null {
  return set.keyholders.find((item) => sameBytes(item.id, id)) ?? null;
}

/** The canonical statement. Spec: §4.4 */
export function encodeSet(set: KeyholderSet): Uint8Array {
  return encodeCanonical(
    jsonObject({
      type: "keyholder_set",
      version: set.version,
      generation: set.generation,
      rotator: encodeB64(set.rotator),
      prev: set.prev === null ? undefined : encodeB64(set.prev),
      account_journal: set.accountJournal === null ? undefined : encodeB64(set.accountJournal),
      account_head: set.accountHead === null ? undefined : accountHeadJson(set.accountHead),
      set: set.keyholders.map((item) =>
        jsonObject({
          id: encodeB64(item.id),
          kind: item.kind,
          sign_key: encodeB64(item.signKey),
          kem_key: encodeB64(item.kemKey),
        }),
      ),
    }),
  );
}

/** An account head as statements and messages hold it. */
export function accountHeadJson(head: AccountHead): JsonObject {
  return jsonObject({ seq: head.seq, head: encodeB64(head.head) });
}

/**
 * A keyholder set from its canonical bytes.
 *
 * Throws MalformedData: not canonical, a field missing or unknown, ids out of order; ChainViolation: an id is not the
 * hash of its key. Spec: §4.4
 */
export function parseSet(statement: Uint8Array): KeyholderSet {
  const fields = Fields.ofStatement(statement, "keyholder_set");
  const version = fields.number("version");
  const parsed: KeyholderSet = {
    version,
    prev: version > 1 ? fields.data("prev", SIZES.HASH) : null,
    generation: fields.number("generation"),
    rotator: fields.data("rotator", SIZES.KEYHOLDER_ID),
    accountJournal: version > 1 ? fields.data("account_journal", SIZES.JOURNAL_ID) : null,
    accountHead: fields.has("account_head") ? fields.object("account_head", readAccountHead) : null,
    keyholders: fields.objects("set", readKeyholder, 1, SIZES.MAX_KEYHOLDERS),
  };
  fields.done();
  requireAscending(
    parsed.keyholders.map((item) => item.id),
    "Keyholders",
  );
  return parsed;
}

/** The end of an account journal, as sets and devices' messages name it. Throws MalformedData. */
export function readAccountHead(fields: Fields): AccountHead {
  return { seq: fields.integer("seq", 1), head: fields.data("head", SIZES.HASH) };
}

function readKeyholder(fields: Fields): Keyholder {
  const keyholder: Keyholder = {
    id: fields.data("id", SIZES.KEYHOLDER_ID),
    kind: fields.choice("kind", KEYHOLDER_KINDS),
    signKey: fields.data("sign_key", SIZES.SIGN_KEY),
    kemKey: fields.data("kem_key", SIZES.KEM_KEY),
  };
  if (!sameBytes(keyholder.id, keyholderId(keyholder.signKey))) {
    throw new ChainViolation("A keyholder's id is not the hash of its key.", "accounts.keyholder_id");
  }
  return keyholder;
}

/**
 * Verifies every keyholder set of an account, first version first. `known`: the first sets, verified before.
 *
 * Throws MalformedData: a set is not canonical; ChainViolation: a link, the account journal or a generation does not
 * follow; BadSignature: the generation's key has not signed. Spec: §4.4
 */
export function verifySets(
  chain: AccountChain,
  statements: readonly SignedAccountStatement[],
  known: readonly KeyholderSet[] = [],
): readonly KeyholderSet[] {
  const sets = [...known];
  const last = statements[sets.length - 1];
  let prev = last === undefined ? null : statementHash(last.statement);
  for (const signed of statements.slice(sets.length)) {
    sets.push(followSet(chain, sets.at(-1) ?? null, prev, signed));
    prev = statementHash(signed.statement);
  }
  if (sets.length === 0) throw new ChainViolation("An account has no keyholder set.", "accounts.no_set");
  return sets;
}

/** The set after `before`, whose statement hash is `prev`, verified. Throws as `verifySets`. */
export function followSet(
  chain: AccountChain,
  before: KeyholderSet | null,
  prev: Uint8Array | null,
  signed: SignedAccountStatement,
): KeyholderSet {
  const parsed = parseSet(signed.statement);
  checkSetLink(before, prev, parsed);
  const [signature] = requireSignatures(signed, 1);
  verifyStatement(chain.generation(parsed.generation).signKey, signed.statement, signature);
  return parsed;
}

function checkSetLink(before: KeyholderSet | null, prev: Uint8Array | null, parsed: KeyholderSet): void {
  if (parsed.version !== (before?.version ?? 0) + 1) {
    throw new ChainViolation("A keyholder set is not the next version.", "accounts.set_version");
  }
  if (!same(parsed.prev, prev)) {
    throw new ChainViolation("A keyholder set does not follow the one before it.", "accounts.set_prev");
  }
  if (parsed.generation < (before?.generation ?? 1)) {
    throw new ChainViolation("A keyholder set goes back to an earlier generation.", "accounts.set_generation");
  }
  const isRotated = before !== null && parsed.generation > before.generation;
  if (isRotated !== (parsed.accountHead !== null)) {
    throw new ChainViolation(
      "The first set of a generation, and no other, says where the account journal stood.",
      "accounts.set_account_head",
    );
  }
  const named = before?.accountJournal ?? null;
  if (named !== null && !same(parsed.accountJournal, named)) {
    throw new ChainViolation("A keyholder set names another account journal.", "accounts.set_account_journal");
  }
  if (findKeyholder(parsed, parsed.rotator) === null) {
    throw new ChainViolation("A keyholder set's rotator is not in it.", "accounts.set_rotator");
  }
}

function same(one: Uint8Array | null, other: Uint8Array | null): boolean {
  return one === null || other === null ? one === other : sameBytes(one, other);
}

/** The salted hash of one set, as a genesis or rotation carries it in `keyholders`. 32 bytes. Spec: §4.4 */
export function setCommitment(salt: Uint8Array, statement: Uint8Array): Uint8Array {
  return sha256(label("keyholder-set"), salt, statement);
}

/** Checks that this generation's statement committed to the set. Throws ChainViolation. Spec: §4.4 */
export function requireCommittedSet(generation: Generation, salt: Uint8Array, statement: Uint8Array): void {
  if (!sameBytes(setCommitment(salt, statement), generation.keyholders)) {
    throw new ChainViolation(
      "The server shows other keyholders than this account's keys were made for.",
      "accounts.set_commitment",
    );
  }
}

/**
 * The newest keyholder set of an own account; `salt` is that of its newest generation, `known` as in `verifySets`.
 *
 * Throws as `verifySets`, and ChainViolation: the newest set is of an earlier generation, or its generation committed to
 * another first set. Spec: §4.4
 */
export function requireOwnSet(
  chain: AccountChain,
  statements: readonly SignedAccountStatement[],
  salt: Uint8Array,
  known: readonly KeyholderSet[] = [],
): KeyholderSet {
  const sets = verifySets(chain, statements, known);
  const newest = sets.at(-1);
  const first = statements[sets.findIndex((item) => item.generation === chain.newest.generation)];
  if (newest?.generation !== chain.newest.generation || first === undefined) {
    throw new ChainViolation("The server shows no keyholders of this account's newest keys.", "accounts.set_newest");
  }
  requireCommittedSet(chain.newest, salt, first.statement);
  return newest;
}
