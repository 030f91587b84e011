/**
 * The code that a new device shows, and the sealed messages between it and the old device.
 *
 * Rules
 * - Code = secret 16 | first 16 bytes of SHA-256 over the new device's public keys. The secret names the rendezvous and
 *   seals its messages; the rest lets the old device recognise the new device's keys.
 * - Text = base64url of code 32 | checksum 2, 46 characters. The checksum shows that a code is cut off or mistyped.
 * - Sealed message = nonce 24 | XChaCha20-Poly1305, bound to the rendezvous, the side that left it, and its number.
 * - A thief who photographs the code can read the messages and answer as the old device. The person notices it only by
 *   comparing the account's eight words on both devices.
 *
 * The messages themselves are in `devices`. A passkey's PRF input is here too, as it is another way in. Spec: §4.11
 */

import { MalformedData, VerificationError } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { concat, sameBytes, withoutSpace } from "../protocol/bytes.ts";
import { encodeB64, label, parseB64, sha256, u8 } from "../protocol/codec.ts";
import { keyholderId } from "../protocol/ids.ts";
import type { Keyholder } from "../protocol/keyholderSets.ts";
import type { Random } from "../random.ts";
import { sameSecret } from "../sodium.ts";
import { drawn, opened, sealed } from "./aead.ts";
import { hkdf } from "./derive.ts";
import { Secret } from "./secret.ts";

/** Which device left a message. */
export type Side = "new" | "old";

/** The input (32 bytes) of a passkey's PRF; its output is the seed of the keyholder. */
export const PASSKEY_PRF_INPUT = sha256(label("passkey-prf"));
/** The input (32 bytes) of a passkey's PRF that only unlocks a home: it never yields a keyholder's seed. */
export const PASSKEY_HOME_INPUT = sha256(label("passkey-home"));

const SCHEME = "duolog-device:";
const ROLES: Readonly<Record<Side, number>> = { new: 1, old: 2 };
const SECRET = 16; // bytes
const CHECKSUM = 2; // bytes
const TEXT = 46; // characters of a code

/** The new device's first message: its public keys. */
export interface DeviceKeys {
  readonly signKey: Uint8Array;
  readonly kemKey: Uint8Array;
}

/** The code of a new device: a secret (16 bytes) and half a hash of its public keys (16). Throws MalformedData. */
export class DeviceCode extends Secret {
  /** Where the two devices' messages wait, 16 bytes. */
  readonly rendezvous: Uint8Array;
  readonly #code: Uint8Array;

  constructor(code: Uint8Array) {
    super();
    if (code.length !== SIZES.DEVICE_CODE) throw new MalformedData("A device's code has the wrong size.");
    this.#code = code.slice();
    this.rendezvous = hkdf(this.#secret, label("rendezvous-id"), SIZES.RENDEZVOUS_ID);
  }

  /** The code of a new device, with a fresh secret. */
  static fresh(device: DeviceKeys, random: Random): DeviceCode {
    return new DeviceCode(concat(random.bytes(SECRET, "device_code"), fingerprint(device)));
  }

  /** The code itself, 32 bytes: for the vault. */
  get code(): Uint8Array {
    return this.#code;
  }

  /** 46 characters, to type or paste. They hold the secret. */
  get text(): string {
    return encodeB64(concat(this.#code, checksum(this.#code)));
  }

  /** The same for a QR code. */
  get uri(): string {
    return SCHEME + this.text;
  }

  /** The keyholder of these keys, which must be those that the new device showed. Throws VerificationError. */
  requireKeys(keys: DeviceKeys): Keyholder {
    if (!sameSecret(this.#code.slice(SECRET), fingerprint(keys))) {
      throw new VerificationError(
        "Other keys wait than those of the device whose code this is: somebody may have seen the code. Nothing " +
          "was added. Start again with a new code.",
        "seal.device_keys",
      );
    }
    return { id: keyholderId(keys.signKey), kind: "device", signKey: keys.signKey, kemKey: keys.kemKey };
  }

  /** One message, sealed. Each side numbers its messages from 1. */
  seal(side: Side, number: number, plaintext: Uint8Array, random: Random): Uint8Array {
    return sealed(this.#key, plaintext, this.#bound(side, number), drawn(random, "message_nonce", `${side}/${number}`));
  }

  /** The plaintext of one message. Throws OpenError when it is another message, or changed. */
  open(side: Side, number: number, data: Uint8Array): Uint8Array {
    return opened(this.#key, data, this.#bound(side, number));
  }

  get #secret(): Uint8Array {
    return this.#code.slice(0, SECRET);
  }

  get #key(): Uint8Array {
    return hkdf(this.#secret, label("rendezvous-key"), SIZES.SEED);
  }

  #bound(side: Side, number: number): Uint8Array {
    return concat(label("rendezvous-key"), this.rendezvous, u8(ROLES[side]), u8(number));
  }
}

/**
 * A typed, pasted or scanned code.
 *
 * Throws MalformedData: a foreign character, a wrong length, or a typing error. The error repeats no part of the code.
 */
export function parseCode(typed: string): DeviceCode {
  const text = withoutSpace(typed).replace(/^duolog-device:/, "");
  if (!/^[A-Za-z0-9_-]*$/.test(text)) {
    throw new MalformedData("The code has a character that does not belong there. Copy it from the new device again.");
  }
  if (text.length !== TEXT) {
    throw new MalformedData(
      `The code has ${text.length} characters where ${TEXT} belong. Copy all of it, and no more.`,
    );
  }
  const data = parseB64(text);
  const code = data.slice(0, SIZES.DEVICE_CODE);
  if (!sameBytes(data.subarray(SIZES.DEVICE_CODE), checksum(code))) {
    throw new MalformedData("A character of the code is wrong. Compare it with the new device, or scan it.");
  }
  return new DeviceCode(code);
}

function checksum(code: Uint8Array): Uint8Array {
  return sha256(label("device-code-checksum"), code).slice(0, CHECKSUM);
}

function fingerprint(keys: DeviceKeys): Uint8Array {
  return sha256(label("device-code"), keys.signKey, keys.kemKey).slice(0, SIZES.DEVICE_CODE - SECRET);
}
