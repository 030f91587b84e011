/**
 * The three messages by which two devices of one person meet: the new one's keys, the account as the old one knows it,
 * and that the new one was added.
 *
 * This module adds no device: the next keyholder set does. Codes and sealing are in `deviceCodes`. Spec: §4.11
 */

import { VerificationError } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { type AccountChain, type SignedAccountStatement, verifyChain } from "../protocol/accounts.ts";
import { sameBytes } from "../protocol/bytes.ts";
import { encodeB64, jsonObject } from "../protocol/codec.ts";
import {
  type AccountHead,
  accountHeadJson,
  type KeyholderSet,
  readAccountHead,
  requireOwnSet,
} from "../protocol/keyholderSets.ts";
import { linksJson, readLink } from "./chains.ts";
import type { DeviceKeys } from "./deviceCodes.ts";
import { encodePlaintext, readPlaintext } from "./sealedMessages.ts";

/**
 * The old device's first message: the account as this device knows it. So the server can't show a false one.
 *
 * `salt`: of the newest generation's set commitment, 32 bytes. `accountHead`: the account journal's verified end.
 */
export interface DeviceAccount {
  readonly account: Uint8Array;
  readonly chain: readonly SignedAccountStatement[];
  readonly sets: readonly SignedAccountStatement[];
  readonly salt: Uint8Array;
  readonly accountHead: AccountHead;
  readonly origin: string;
  readonly receiptKey: Uint8Array;
}

/** The old device's second message: the version of the set that lists the new device. */
export interface DeviceAdded {
  readonly version: number;
}

/** The plaintext of the new device's message. */
export function encodeDeviceKeys(keys: DeviceKeys): Uint8Array {
  return encodePlaintext(
    jsonObject({ type: "device_keys", sign_key: encodeB64(keys.signKey), kem_key: encodeB64(keys.kemKey) }),
  );
}

/** The plaintext of the old device's first message. Throws MalformedData when it is too long. */
export function encodeDeviceAccount(shown: DeviceAccount): Uint8Array {
  return encodePlaintext(
    jsonObject({
      type: "device_account",
      account: encodeB64(shown.account),
      chain: linksJson(shown.chain),
      sets: linksJson(shown.sets, shown.chain),
      salt: encodeB64(shown.salt),
      account_head: accountHeadJson(shown.accountHead),
      origin: shown.origin,
      receipt_key: encodeB64(shown.receiptKey),
    }),
  );
}

/** The plaintext of the old device's second message. */
export function encodeDeviceAdded(added: DeviceAdded): Uint8Array {
  return encodePlaintext(jsonObject({ type: "device_added", version: added.version }));
}

/** The first message of the new device. Throws MalformedData. */
export function parseDeviceKeys(plaintext: Uint8Array): DeviceKeys {
  return readPlaintext(plaintext, "device_keys", (fields) => ({
    signKey: fields.data("sign_key", SIZES.SIGN_KEY),
    kemKey: fields.data("kem_key", SIZES.KEM_KEY),
  }));
}

/** The first message of the old device; nothing is verified yet. Throws MalformedData. */
export function parseDeviceAccount(plaintext: Uint8Array): DeviceAccount {
  return readPlaintext(plaintext, "device_account", (fields) => ({
    account: fields.data("account", SIZES.ACCOUNT_ID),
    chain: fields.objects("chain", readLink, 1, SIZES.MAX_CHAIN),
    sets: fields.objects("sets", readLink, 1, SIZES.MAX_CHAIN),
    salt: fields.data("salt", SIZES.SALT),
    accountHead: fields.object("account_head", readAccountHead),
    origin: fields.text("origin", SIZES.MAX_ORIGIN),
    receiptKey: fields.data("receipt_key", SIZES.SIGN_KEY),
  }));
}

/** The second message of the old device. Throws MalformedData. */
export function parseDeviceAdded(plaintext: Uint8Array): DeviceAdded {
  return readPlaintext(plaintext, "device_added", (fields) => ({ version: fields.number("version") }));
}

/** The verified account that an old device shows, and its newest keyholder set. */
export interface VerifiedDeviceAccount {
  readonly chain: AccountChain;
  readonly newest: KeyholderSet;
}

/**
 * Checks that the old device's account is valid, and lives on the server that the new device was told. The eight words
 * show whose account it is.
 *
 * Throws MalformedData, ChainViolation, BadSignature: chain, sets or salt break their rules; VerificationError: the
 * chain is another account's, or the server is another.
 */
export function verifyDeviceAccount(shown: DeviceAccount, origin: string): VerifiedDeviceAccount {
  const chain = verifyChain(shown.chain);
  if (!sameBytes(chain.account, shown.account)) {
    throw new VerificationError("The other device shows another account than it names.", "seal.device_account");
  }
  const newest = requireOwnSet(chain, shown.sets, shown.salt);
  if (shown.origin !== origin) {
    throw new VerificationError(
      "The other device's account is at another server. Start again, with the server that it names.",
      "seal.device_origin",
    );
  }
  return { chain, newest };
}
