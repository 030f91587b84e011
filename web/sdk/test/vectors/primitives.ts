/** The kinds of `primitives.json`: known answers of RFCs and drafts, in hex. */

import { sameBytes } from "../../src/protocol/bytes.ts";
import { hmacSha256, sha256 } from "../../src/protocol/codec.ts";
import { verifySignature } from "../../src/protocol/statements.ts";
import { decrypt } from "../../src/seal/aead.ts";
import { expand, hkdf } from "../../src/seal/derive.ts";
import { KemSecret } from "../../src/seal/hpke.ts";
import { agreedSecret, boxKeyOf, signatureOf, signKeys, xchachaSealed } from "../../src/sodium.ts";
import type { Runner } from "./cases.ts";

function hex(data: Uint8Array): string {
  return Buffer.from(data).toString("hex");
}

export const PRIMITIVES: Readonly<Record<string, Runner>> = {
  hkdf: (input) => {
    const [secret, salt, info] = [input.hex("ikm"), input.hex("salt"), input.hex("info")];
    const pseudorandom = hmacSha256(salt.length > 0 ? salt : new Uint8Array(32), secret);
    const output = expand(pseudorandom, info, input.number("length"));
    if (!sameBytes(output, hkdf(secret, info, input.number("length"), salt))) throw new TypeError("differs");
    return { prk: hex(pseudorandom), okm: hex(output) };
  },
  hmac: (input) => ({ mac: hex(hmacSha256(input.hex("key"), input.hex("data"))) }),
  ed25519: (input) => {
    const keys = signKeys(input.hex("seed"));
    const signature = signatureOf(input.hex("message"), keys.privateKey);
    verifySignature(keys.publicKey, input.hex("message"), signature);
    return { public_key: hex(keys.publicKey), signature: hex(signature) };
  },
  ed25519_verify: (input) => {
    verifySignature(input.hex("public_key"), input.hex("message"), input.hex("signature"));
    return true;
  },
  x25519: (input) => {
    const agreed = agreedSecret(input.hex("secret"), input.hex("other_public_key"));
    return { public_key: hex(boxKeyOf(input.hex("secret"))), agreed: agreed && hex(agreed) };
  },
  xchacha20poly1305: (input) => {
    const [key, nonce] = [input.hex("key"), input.hex("nonce")];
    const sealed = xchachaSealed(key, nonce, input.hex("plaintext"), input.hex("associated"));
    if (!sameBytes(decrypt(key, nonce, sealed, input.hex("associated")), input.hex("plaintext"))) {
      throw new TypeError("does not open again");
    }
    return { sealed: hex(sealed) };
  },
  xwing_key: (input) => ({ public_key: hex(new KemSecret(input.hex("seed")).kemKey) }),
  hpke: (input) => {
    const secret = new KemSecret(input.hex("seed"));
    const plaintext = secret.open(input.hex("sealed"), input.hex("info"));
    return { public_key_sha256: hex(sha256(secret.kemKey)), plaintext: hex(plaintext) };
  },
};
