// Runs the primitives' vectors in the libraries that a browser client would use: libsodium, noble and @hpke.
// It shows that a client in another language can be built from the vectors; it is not one. Usage: npm ci && npm test

import { readFileSync } from "node:fs";
import sodium from "libsodium-wrappers-sumo";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { ml_kem768_x25519 as XWing } from "@noble/post-quantum/hybrid.js";
import { CipherSuite, HkdfSha256 } from "@hpke/core";
import { Chacha20Poly1305 } from "@hpke/chacha20poly1305";
import { XWing as HpkeXWing } from "@hpke/hybridkem-x-wing";
import canonicalize from "canonicalize";

await sodium.ready;

export const hex = (bytes) => Buffer.from(bytes).toString("hex");
export const unhex = (text) => new Uint8Array(Buffer.from(text, "hex"));
const b64 = (bytes) => Buffer.from(bytes).toString("base64url");
const unb64 = (text) => new Uint8Array(Buffer.from(text, "base64url"));
const label = (purpose) => Buffer.from(`duolog/v1/${purpose}\0`);
const load = (name) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), "utf8"));
export const suite = new CipherSuite({
  kem: new HpkeXWing(),
  kdf: new HkdfSha256(),
  aead: new Chacha20Poly1305(),
});

function same(name, given, wanted) {
  const [left, right] = [JSON.stringify(given), JSON.stringify(wanted)];
  if (left !== right) throw new Error(`${name}: gives ${left.slice(0, 200)}, not ${right.slice(0, 200)}`);
}

const kinds = {
  hkdf(item) {
    const salt = item.salt === "" ? undefined : unhex(item.salt);
    const prk = extract(sha256, unhex(item.ikm), salt);
    return { prk: hex(prk), okm: hex(expand(sha256, prk, unhex(item.info), item.length)) };
  },
  hmac: (item) => ({ mac: hex(hmac(sha256, unhex(item.key), unhex(item.data))) }),
  ed25519(item) {
    const [seed, message] = [unhex(item.seed), unhex(item.message)];
    const pair = sodium.crypto_sign_seed_keypair(seed);
    const signature = sodium.crypto_sign_detached(message, pair.privateKey);
    if (!sodium.crypto_sign_verify_detached(signature, message, pair.publicKey)) throw new Error("does not verify");
    same("noble", hex(ed25519.sign(message, seed)), hex(signature));
    return { public_key: hex(pair.publicKey), signature: hex(signature) };
  },
  // libsodium alone: noble takes what holds only with the cofactor, and a browser's WebCrypto takes the identity as key
  ed25519_verify(item) {
    const [signature, message, key] = ["signature", "message", "public_key"].map((name) => unhex(item[name]));
    return sodium.crypto_sign_verify_detached(signature, message, key);
  },
  x25519(item) {
    const [secret, other] = [unhex(item.secret), unhex(item.other_public_key)];
    const agreed = sodium.crypto_scalarmult(secret, other);
    same("noble", hex(x25519.getSharedSecret(secret, other)), hex(agreed));
    return { public_key: hex(sodium.crypto_scalarmult_base(secret)), agreed: hex(agreed) };
  },
  xchacha20poly1305(item) {
    const [key, nonce, plaintext, associated] = ["key", "nonce", "plaintext", "associated"].map((name) => unhex(item[name]));
    const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, associated, null, nonce, key);
    const opened = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, associated, nonce, key);
    same("opened", hex(opened), item.plaintext);
    return { sealed: hex(sealed) };
  },
  xwing_key: (item) => ({ public_key: hex(XWing.keygen(unhex(item.seed)).publicKey) }),
  async hpke(item) {
    const key = await suite.kem.importKey("raw", unhex(item.seed), false);
    const sealed = unhex(item.sealed);
    const recipient = await suite.createRecipientContext({
      recipientKey: key,
      enc: sealed.slice(0, 1120),
      info: unhex(item.info),
    });
    const plaintext = await recipient.open(sealed.slice(1120));
    const publicKey = XWing.keygen(unhex(item.seed)).publicKey;
    return { public_key_sha256: hex(sha256(publicKey)), plaintext: hex(plaintext) };
  },
  canonical(item) {
    const bytes = Buffer.from(unb64(item.data));
    same("canonical bytes", canonicalize(item.gives), bytes.toString("utf8"));
    return JSON.parse(bytes.toString("utf8"));
  },
  // a whole derivation of the protocol: every key of an account generation from its seed
  generation(item) {
    const seed = unb64(item.seed);
    const from = (purpose) => expand(sha256, seed, label(purpose), 32);
    const pair = sodium.crypto_sign_seed_keypair(from("generation-sign"));
    const box = from("generation-box");
    const signed = Buffer.concat([label("signature"), unb64(item.statement)]);
    return {
      sign_key: b64(pair.publicKey),
      box_key: b64(sodium.crypto_scalarmult_base(box)),
      kem_key: b64(XWing.keygen(from("generation-kem")).publicKey),
      salt: b64(from("keyholder-salt")),
      signature: b64(sodium.crypto_sign_detached(signed, pair.privateKey)),
      agreed: b64(sodium.crypto_scalarmult(box, unb64(item.other_box_key))),
    };
  },
};

export async function check() {
  const counts = {};
  for (const file of ["primitives.json", "codec.json", "keys.json"]) {
    for (const item of load(file).cases) {
      const verdict = item.kind === "ed25519_verify";
      if (!(item.kind in kinds) || (item.error && !verdict)) continue;
      same(item.name, await kinds[item.kind](item), verdict ? !item.error : item.gives);
      counts[item.kind] = (counts[item.kind] ?? 0) + 1;
    }
  }
  for (const kind of Object.keys(kinds)) if (!counts[kind]) throw new Error(`no vector of kind ${kind}`);
  return counts;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const counts = await check();
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  console.log(`${total} vectors hold: ${Object.entries(counts).map(([kind, count]) => `${kind} ${count}`).join(", ")}`);
}
