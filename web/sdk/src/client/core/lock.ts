/**
 * How the seeds of a home rest: behind a passphrase, or open. The row is small, and stands apart from the home's own rows.
 *
 * Rules
 * - Behind a passphrase: Argon2id, 64 MiB and 3 passes at least, then XChaCha20-Poly1305 with label("keystore"). A row that
 *   asks for less was changed by somebody, and so was one that asks for more than this machine can be made to spend.
 * - A passphrase is prepared as an OpaqueString (RFC 8265): every space is U+0020, then NFC. So another keyboard gives the
 *   same bytes.
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

export type LockKind = "passphrase" | "none";

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
  try {
    return parseSeeds(opened(stretched(passphrase ?? "", salt, passes, memory), box, label("keystore")));
  } catch (error) {
    if (!(error instanceof OpenError)) throw error;
    throw new KeystoreLocked("That isn't the passphrase. Try again.", { cause: error });
  }
}

function parseKind(row: Uint8Array): [LockKind, Fields] {
  const fields = new Fields(parseMessageJson(row, "A lock"), "A lock");
  return [fields.choice("lock", ["passphrase", "none"]), fields];
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
