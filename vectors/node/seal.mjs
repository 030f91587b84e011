// Prints an HPKE vector sealed here, to be frozen in sealed.json: what JavaScript sealed, Python must open.

import { createHash } from "node:crypto";
import { ml_kem768_x25519 as XWing } from "@noble/post-quantum/hybrid.js";
import { hex, suite, unhex } from "./check.mjs";

const seed = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26";
const publicKey = XWing.keygen(unhex(seed)).publicKey;
const info = new TextEncoder().encode("duolog/v1/test\0");
const plaintext = Uint8Array.from({ length: 32 }, (_, at) => 255 - at);
const sender = await suite.createSenderContext({
  recipientPublicKey: await suite.kem.importKey("raw", publicKey, true),
  info,
});
const sealed = Buffer.concat([Buffer.from(sender.enc), Buffer.from(await sender.seal(plaintext))]);
console.log(
  JSON.stringify({
    name: "HPKE with X-Wing, sealed by JavaScript",
    kind: "hpke",
    source: "RFC 9180, KEM 0x647A, HKDF-SHA256, ChaCha20-Poly1305",
    seed,
    info: hex(info),
    sealed: sealed.toString("hex"),
    gives: { public_key_sha256: createHash("sha256").update(publicKey).digest("hex"), plaintext: hex(plaintext) },
  }),
);
