/**
 * How the seeds of a home rest: behind a passphrase, behind a passkey, or open. The row is small, and stands apart from the
 * home's own rows.
 *
 * Rules
 * - Behind a passphrase: Argon2id, 64 MiB and 3 passes at least, then XChaCha20-Poly1305 with label("keystore"). A row that
 *   asks for less was changed by somebody, and so was one that asks for more than this machine can be made to spend.
 * - A passphrase is prepared as an OpaqueString (RFC 8265): every space is U+0020, then NFC. So another keyboard gives the
 *   same bytes.
 * - Behind a passkey: XChaCha20-Poly1305 under Expand(the output of its PRF on PASSKEY_HOME_INPUT, label("keystore")). The row
 *   names the passkey.
 * - Open means open: whoever reads the row has the keys. The program says so before it offers it.
 *
 * This is local: no other client reads it. Spec: §4.10
 */

import { KeystoreLocked, MalformedData, NotAllowed, OpenError } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { concat, sameBytes, utf8 } from "../../protocol/bytes.ts";
import { encodeB64, encodeMessageJson, jsonObject, label, parseMessageJson } from "../../protocol/codec.ts";
import { Fields } from "../../protocol/fields.ts";
import { KEYHOLDER_KINDS } from "../../protocol/keyholderSets.ts";
import type { Random } from "../../random.ts";
import { opened, sealed } from "../../seal/aead.ts";
import { expand } from "../../seal/derive.ts";
import { KeyholderSecret } from "../../seal/keys.ts";
import { argon2id } from "../../sodium.ts";
import type { Unlocked } from "./home.ts";

const PASSES = 3;
const MEMORY = 64 * 1024; // KiB
const MAX_PASSES = 64;
const MAX_MEMORY = 1024 * 1024; // KiB
const SALT = 16;
const MAX_PASSPHRASE = 1024; // bytes
const MAX_SEALED = 256; // bytes; two seeds and a kind need far fewer

const MAX_CREDENTIAL = 1023; // bytes of a passkey's id, by WebAuthn

export type LockKind = "passphrase" | "passkey" | "none";

/** A row that opens with this passphrase alone; with null, for everybody. Throws NotAllowed for a passphrase that is too long. */
export function lock(unlocked: Unlocked, passphrase: string | null, random: Random): Uint8Array {
  const plain = concat(unlocked.homeSeed, unlocked.keyholder.seed, utf8(unlocked.keyholder.kind));
  if (passphrase === null) return encodeMessageJson(jsonObject({ lock: "none", seeds: encodeB64(plain) }));
  const salt = random.bytes(SALT, "home");
  const key = stretched(passphrase, salt, PASSES, MEMORY);
  const box = sealed(key, plain, label("keystore"), random.bytes(SIZES.AEAD_NONCE, "home"));
  return encodeMessageJson(
    jsonObject({ lock: "passphrase", passes: PASSES, memory: MEMORY, salt: encodeB64(salt), sealed: encodeB64(box) }),
  );
}

/** A row that opens with one passkey alone. `credential`: its id; `output`: of its PRF, 32 bytes. */
export function lockWithPasskey(
  unlocked: Unlocked,
  credential: Uint8Array,
  output: Uint8Array,
  random: Random,
): Uint8Array {
  const plain = concat(unlocked.homeSeed, unlocked.keyholder.seed, utf8(unlocked.keyholder.kind));
  const box = sealed(passkeyKey(output), plain, label("keystore"), random.bytes(SIZES.AEAD_NONCE, "home"));
  return encodeMessageJson(jsonObject({ lock: "passkey", credential: encodeB64(credential), sealed: encodeB64(box) }));
}

/** The id of the passkey that opens a row; null where none does. Throws MalformedData for a row that was changed. */
export function passkeyOf(row: Uint8Array): Uint8Array | null {
  const [kind, fields] = parseKind(row);
  return kind === "passkey" ? fields.blob("credential", MAX_CREDENTIAL) : null;
}

/** The seeds in a row that a passkey opens. Throws KeystoreLocked: it is another passkey; MalformedData. */
export function unlockWithPasskey(row: Uint8Array, output: Uint8Array): Unlocked {
  const [kind, fields] = parseKind(row);
  if (kind !== "passkey") throw new KeystoreLocked("No passkey opens this.");
  fields.blob("credential", MAX_CREDENTIAL);
  const box = fields.blob("sealed", MAX_SEALED);
  fields.done();
  return openSeeds(passkeyKey(output), box, "That isn't the passkey. Try again.");
}

function passkeyKey(output: Uint8Array): Uint8Array {
  if (output.length !== SIZES.SEED) throw new MalformedData("A passkey gives 32 bytes.");
  return expand(output, label("keystore"), SIZES.SEED);
}

/** What opens a row. Throws MalformedData for one that was changed. */
export function lockKind(row: Uint8Array): LockKind {
  return parseKind(row)[0];
}

/**
 * The seeds in a row.
 *
 * Throws KeystoreLocked: the passphrase is another; MalformedData: the row was changed, or asks for a weaker key than this
 * program makes.
 */
export function unlock(row: Uint8Array, passphrase: string | null): Unlocked {
  const [kind, fields] = parseKind(row);
  if (kind === "passkey") throw new KeystoreLocked("A passkey opens this, and no passphrase.");
  if (kind === "none") {
    const seeds = fields.blob("seeds", MAX_SEALED);
    fields.done();
    return parseSeeds(seeds);
  }
  const [passes, memory] = [fields.integer("passes", 0, MAX_PASSES), fields.integer("memory", 0, MAX_MEMORY)];
  if (passes < PASSES || memory < MEMORY) {
    throw new MalformedData("The lock asks for a weaker key than this program makes: somebody changed it. Stop.");
  }
  const [salt, box] = [fields.data("salt", SALT), fields.blob("sealed", MAX_SEALED)];
  fields.done();
  const key = stretched(passphrase ?? "", salt, passes, memory);
  return openSeeds(key, box, "That isn't the passphrase. Try again.");
}

/** Throws KeystoreLocked with this sentence where the key is another. */
function openSeeds(key: Uint8Array, box: Uint8Array, sentence: string): Unlocked {
  try {
    return parseSeeds(opened(key, box, label("keystore")));
  } catch (error) {
    if (!(error instanceof OpenError)) throw error;
    throw new KeystoreLocked(sentence, { cause: error });
  }
}

function parseKind(row: Uint8Array): [LockKind, Fields] {
  const fields = new Fields(parseMessageJson(row, "A lock"), "A lock");
  return [fields.choice("lock", ["passphrase", "passkey", "none"]), fields];
}

function parseSeeds(plain: Uint8Array): Unlocked {
  const [seed, written] = [plain.slice(SIZES.SEED, 2 * SIZES.SEED), plain.slice(2 * SIZES.SEED)];
  const kind = KEYHOLDER_KINDS.find((one) => sameBytes(utf8(one), written));
  if (kind === undefined) throw new MalformedData("The lock is damaged.");
  return { homeSeed: plain.slice(0, SIZES.SEED), keyholder: new KeyholderSecret(seed, kind) };
}

function stretched(passphrase: string, salt: Uint8Array, passes: number, memory: number): Uint8Array {
  const prepared = utf8(passphrase.replace(/\p{Zs}/gu, " ").normalize("NFC"));
  if (prepared.length > MAX_PASSPHRASE) {
    throw new NotAllowed(`This passphrase has more than ${MAX_PASSPHRASE} bytes. Choose a shorter one.`);
  }
  return argon2id(prepared, salt, passes, memory);
}
