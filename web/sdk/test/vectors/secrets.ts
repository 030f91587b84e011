/** The kinds of `keys.json`, `devices.json`, `pairing.json`, `attachments.json` and `blind_pairs.json`. */

import { keyFits, type PairPlace, pairKeys } from "../../src/protocol/blindPairs.ts";
import { concat, sameBytes } from "../../src/protocol/bytes.ts";
import { encodeB64, isJsonArray, parseB64, sha256 } from "../../src/protocol/codec.ts";
import { KEYHOLDER_KINDS, type KeyholderKind } from "../../src/protocol/keyholderSets.ts";
import { parseOrigin, verifyLogin } from "../../src/protocol/login.ts";
import { parseReceipt, verifyFormerKey, verifyReceipt, verifyReceiptKey } from "../../src/protocol/receipts.ts";
import { AttachmentOpener, AttachmentSealer, StoredVerifier } from "../../src/seal/attachments.ts";
import { openAnswer, PairSecret, sealAnswer } from "../../src/seal/blindPairs.ts";
import { PASSKEY_PRF_INPUT, parseCode } from "../../src/seal/deviceCodes.ts";
import { parseDeviceAccount, parseDeviceAdded, parseDeviceKeys, verifyDeviceAccount } from "../../src/seal/devices.ts";
import { InvitationSecret, parseAnswer, parseInvitation, parseNonce } from "../../src/seal/invitations.ts";
import { EpochKey, GenerationSecret, KeyholderSecret } from "../../src/seal/keys.ts";
import { parseLink } from "../../src/seal/links.ts";
import { unwrapEarlierSeed, unwrapPackage } from "../../src/seal/packages.ts";
import { pairingWords, requireReveal, verifyAnswer, verifyInvitation } from "../../src/seal/pairing.ts";
import { given } from "../support.ts";
import type { Inputs, Runner } from "./cases.ts";
import { chainOf, secretOf } from "./logs.ts";

function kindOf(input: Inputs): KeyholderKind {
  const kind = KEYHOLDER_KINDS.find((item) => item === input.text("keyholder_kind"));
  if (kind === undefined) throw new TypeError("no kind of keyholder");
  return kind;
}

function placeOf(input: Inputs): PairPlace {
  return { journal: input.data("journal"), pair: input.data("pair"), author: input.data("author") };
}

/** The content of an attachment: byte i is i mod 251. */
function pattern(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => at % 251);
}

/** Stored bytes after these replacements, in order, each by new bytes or by a copy of those between two places. */
function changed(stored: Uint8Array, input: Inputs): Uint8Array {
  let data = stored;
  for (const change of input.has("changes") ? input.list("changes") : []) {
    if (!isJsonArray(change)) throw new TypeError("no change");
    const [from, to, put] = change;
    const bytes = isJsonArray(put) ? data.slice(Number(put[0]), Number(put[1])) : parseB64(String(put));
    data = concat(data.slice(0, Number(from)), bytes, data.slice(Number(to)));
  }
  return data;
}

const ATTACHMENTS: Readonly<Record<string, Runner>> = {
  attachment: (input, shared) => {
    const original = parseB64(shared.object("stored").text(input.text("stored")));
    const stored = changed(original, input);
    const [key, journal, id, size] = [
      input.data("key"),
      input.data("journal"),
      input.data("attachment"),
      input.number("size"),
    ];
    const digest = input.has("digest") ? input.data("digest") : sha256(stored);
    const named = { id, key, digest, size, type: "text/plain" };
    const verifier = new StoredVerifier(named);
    verifier.push(stored);
    verifier.finish();
    const opener = new AttachmentOpener(named, journal);
    const content = concat(...opener.push(stored));
    opener.finish();
    const sealer = new AttachmentSealer({ id, key, size, journal }, given(original.slice(0, 24)));
    const again = concat(sealer.header, ...sealer.push(content), ...sealer.finish());
    if (!sameBytes(again, stored)) throw new TypeError("seals to other bytes");
    return { pattern: sameBytes(content, pattern(content.length)) ? content.length : null, stored: stored.length };
  },
};

const PAIRS: Readonly<Record<string, Runner>> = {
  blind_pair: (input) => {
    const secret = new PairSecret(input.data("k"));
    const made = sealAnswer(secret, placeOf(input), input.data("answer"), given(input.data("nonce")));
    return {
      key: encodeB64(pairKeys(secret.k, placeOf(input)).key),
      commitment: encodeB64(made.commitment),
      sealed: encodeB64(made.sealed),
    };
  },
  blind_pair_open: (input) => {
    const answer = { sealed: input.data("sealed"), commitment: input.data("commitment") };
    return { answer: encodeB64(openAnswer(new PairSecret(input.data("k")), placeOf(input), answer)) };
  },
  blind_pair_key: (input) => ({ fits: keyFits(input.data("commitment"), input.data("k"), placeOf(input)) }),
};

const MEETINGS: Readonly<Record<string, Runner>> = {
  invitation: (input) => {
    const secret = new InvitationSecret(parseLink(input.text("link")).secret);
    const plaintext = secret.open("invitation", input.data("invitation"));
    const invitation = parseInvitation(plaintext);
    const { chain } = verifyInvitation(invitation);
    const answer = parseAnswer(secret.open("acceptance", input.data("answer")));
    const newcomer = verifyAnswer(plaintext, answer).chain;
    const nonce = parseNonce(secret.open("reveal", input.data("reveal")));
    requireReveal(invitation, nonce);
    return {
      id: encodeB64(secret.id),
      founder: encodeB64(chain.account),
      newcomer: encodeB64(newcomer.account),
      words: pairingWords(plaintext, answer.acceptance, nonce),
    };
  },
  device_code: (input) => {
    const code = parseCode(input.text("text"));
    return { code: encodeB64(code.code), rendezvous: encodeB64(code.rendezvous), uri: code.uri };
  },
  rendezvous: (input) => {
    const code = parseCode(input.text("text"));
    const keyholder = code.requireKeys(parseDeviceKeys(code.open("new", 1, input.data("keys"))));
    const shown = parseDeviceAccount(code.open("old", 1, input.data("account")));
    const { chain, newest } = verifyDeviceAccount(shown, input.text("origin"));
    const added = parseDeviceAdded(code.open("old", 2, input.data("added")));
    return {
      keyholder: encodeB64(keyholder.id),
      account: encodeB64(chain.account),
      set: newest.version,
      added: added.version,
    };
  },
  passkey: (input) => {
    const passkey = new KeyholderSecret(input.data("prf_output"), "passkey");
    return {
      prf_input: encodeB64(PASSKEY_PRF_INPUT),
      id: encodeB64(passkey.id),
      kem_key_sha256: encodeB64(sha256(passkey.public.kemKey)),
      anchor: encodeB64(passkey.anchor(input.data("account"))),
    };
  },
};

const KEYS: Readonly<Record<string, Runner>> = {
  generation: (input) => {
    const secret = secretOf(input);
    return {
      sign_key: encodeB64(secret.signKey),
      box_key: encodeB64(secret.boxKey),
      kem_key: encodeB64(secret.kemKey),
      salt: encodeB64(secret.salt),
      signature: encodeB64(secret.sign(input.data("statement"))),
      agreed: encodeB64(secret.agree(input.data("other_box_key"))),
    };
  },
  epoch: (input) => {
    const key = new EpochKey(input.data("epoch_key"), input.number("epoch"));
    const entry = key.entryKeys(input.data("header"));
    return {
      epoch_commitment: encodeB64(key.commitment(input.data("nonce"))),
      entry_key: encodeB64(entry.key),
      commitment: encodeB64(entry.commitment),
    };
  },
  keyholder: (input) => {
    const secret = new KeyholderSecret(input.data("seed"), kindOf(input));
    const { id, signKey, kemKey } = secret.public;
    const found = { id: encodeB64(id), sign_key: encodeB64(signKey), kem_key: encodeB64(kemKey) };
    return secret.kind === "device" ? found : { ...found, anchor: encodeB64(secret.anchor(input.data("account"))) };
  },
  package: (input, shared) => {
    const chain = chainOf(input, "chain", shared);
    const keyholder = new KeyholderSecret(input.data("keyholder_seed"), kindOf(input));
    const generation = chain.generation(input.number("generation"));
    return { seed: encodeB64(unwrapPackage(input.data("package"), chain.account, generation, keyholder).seed) };
  },
  earlier_seed: (input, shared) => {
    const chain = chainOf(input, "chain", shared);
    const [of, to] = [chain.generation(input.number("of")), chain.generation(input.number("to"))];
    const newer = new GenerationSecret(input.data("newer_seed"), to.generation);
    return { seed: encodeB64(unwrapEarlierSeed(input.data("sealed"), chain.account, of, to, newer).seed) };
  },
  login: (input) => {
    const origin = parseOrigin(input.text("origin"));
    verifyLogin(input.data("sign_key"), origin, input.data("challenge"), input.data("signature"));
    return {};
  },
  receipt: (input) => {
    const receipt = parseReceipt(input.data("receipt"));
    verifyReceipt(receipt, input.data("journal"), input.data("receipt_key"));
    return { seq: receipt.seq, head: encodeB64(receipt.head), time: receipt.time };
  },
  receipt_key: (input) => {
    verifyReceiptKey(input.data("old_key"), input.data("new_key"), input.data("signature"));
    return {};
  },
  former_receipt_key: (input) => {
    verifyFormerKey(input.data("old_key"), input.data("new_key"), input.data("countersignature"));
    return {};
  },
};

export const SECRETS: Readonly<Record<string, Runner>> = { ...ATTACHMENTS, ...PAIRS, ...MEETINGS, ...KEYS };
