/** How far the pairing of a journal is, as the store has it: `pairing/JOURNAL`, sealed. */

import { SIZES } from "../../generated/constants.ts";
import { encodeB64, encodeMessageJson, jsonObject, parseB64, parseMessageJson } from "../../protocol/codec.ts";
import { Fields } from "../../protocol/fields.ts";
import type { SignedAcceptance } from "../../protocol/rosterStatements.ts";
import { pairingWords } from "../../seal/pairing.ts";
import { commit, list, read, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";

/**
 * The newcomer's side. `plaintext`: of the invitation; `nonce`: N_F, null until it was revealed and fits; `confirmed`:
 * the words were compared here; `done`: both have signed, and it is noted.
 */
export interface Progress {
  readonly journal: Uint8Array;
  readonly secret: Uint8Array;
  readonly founder: Uint8Array;
  readonly plaintext: Uint8Array;
  readonly acceptance: SignedAcceptance;
  /** The sealed answer, the same bytes each time that it is sent: another one would find the invitation used. */
  readonly answer: Uint8Array;
  readonly nonce: Uint8Array | null;
  readonly confirmed: boolean;
  readonly done: boolean;
}

/** The eight words of a pairing; null before there are any. */
export function wordsOf({ plaintext, acceptance, nonce }: Progress): readonly string[] | null {
  return nonce === null ? null : pairingWords(plaintext, acceptance, nonce);
}

export function* saveProgress(home: Home, progress: Progress): Step<void> {
  const { journal, secret, founder, plaintext, acceptance, answer, nonce, confirmed, done } = progress;
  const row = encodeMessageJson(
    jsonObject({
      secret: encodeB64(secret),
      founder: encodeB64(founder),
      plaintext: encodeB64(plaintext),
      acceptance: encodeB64(acceptance.statement),
      signature: encodeB64(acceptance.signature),
      answer: encodeB64(answer),
      nonce: nonce === null ? undefined : encodeB64(nonce),
      confirmed,
      done,
    }),
  );
  yield* commit([{ name: `pairing/${encodeB64(journal)}`, value: home.vault.seal("pairing", row) }]);
}

/** The pairing of a journal; null where there is none. */
export function* progressOf(home: Home, journal: Uint8Array): Step<Progress | null> {
  const name = `pairing/${encodeB64(journal)}`;
  const row = (yield* read([name])).get(name);
  return row === undefined ? null : parse(journal, home.vault.open("pairing", row));
}

/** Every pairing that isn't done. */
export function* pairingsUnderWay(home: Home): Step<readonly Progress[]> {
  const rows = [...(yield* list("pairing/"))];
  const all = rows.map(([name, row]) =>
    parse(parseB64(name.slice("pairing/".length)), home.vault.open("pairing", row)),
  );
  return all.filter(({ done }) => !done);
}

function parse(journal: Uint8Array, row: Uint8Array): Progress {
  const fields = new Fields(parseMessageJson(row, "A stored pairing"), "A stored pairing");
  return {
    journal,
    secret: fields.data("secret", SIZES.INVITATION_SECRET),
    founder: fields.data("founder", SIZES.ACCOUNT_ID),
    plaintext: fields.blob("plaintext", SIZES.MAX_INVITATION),
    acceptance: {
      statement: fields.blob("acceptance", SIZES.MAX_STATEMENT),
      signature: fields.data("signature", SIZES.SIGNATURE),
    },
    answer: fields.blob("answer", SIZES.MAX_INVITATION),
    nonce: fields.has("nonce") ? fields.data("nonce", SIZES.NONCE) : null,
    confirmed: fields.flag("confirmed"),
    done: fields.flag("done"),
  };
}
