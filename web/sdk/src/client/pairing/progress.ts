/** How far the pairing of a journal is, as the store has it: `pairing/JOURNAL`, sealed. */

import { SIZES } from "../../generated/constants.ts";
import { encodeB64, encodeMessageJson, jsonObject, parseB64, parseMessageJson } from "../../protocol/codec.ts";
import { Fields } from "../../protocol/fields.ts";
import type { SignedAcceptance } from "../../protocol/rosterStatements.ts";
import { pairingWords } from "../../seal/pairing.ts";
import { commit, list, read, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";

const ENDS = ["lapsed", "withdrawn", "over"] as const;
const MAX_SEALED = SIZES.MAX_INVITATION + 1024;

/** How a pairing ended before anybody joined. `over`: the newcomer can't tell which of the two it was. */
export type End = (typeof ENDS)[number];

/** One side of a pairing. */
export interface Progress {
  readonly journal: Uint8Array;
  readonly role: "founder" | "newcomer";
  readonly secret: Uint8Array;
  /** Of the invitation. */
  readonly plaintext: Uint8Array;
  /** My message, sealed once: the same bytes each time that it is sent. Empty where another own device sent it. */
  readonly sealed: Uint8Array;
  /** Whether the server has taken it. */
  readonly sent: boolean;
  /** Unix seconds, when the founder's invitation ends without an answer; 0 for the newcomer. */
  readonly expires: number;
  /** N_F. For the newcomer null until it was revealed and fits. */
  readonly nonce: Uint8Array | null;
  /** The other's account, and the newcomer's acceptance; null for the founder until the answer was taken. */
  readonly other: Uint8Array | null;
  readonly acceptance: SignedAcceptance | null;
  /** The words were compared here. */
  readonly confirmed: boolean;
  /** Both have signed, and it is noted. */
  readonly done: boolean;
  readonly end: End | null;
}

/** The eight words of a pairing; null before there are any. */
export function wordsOf({ plaintext, acceptance, nonce }: Progress): readonly string[] | null {
  return nonce === null || acceptance === null ? null : pairingWords(plaintext, acceptance, nonce);
}

export function* saveProgress(home: Home, progress: Progress): Step<void> {
  const { journal, role, secret, plaintext, sealed, sent, expires, nonce, other, acceptance } = progress;
  const row = encodeMessageJson(
    jsonObject({
      role,
      secret: encodeB64(secret),
      plaintext: encodeB64(plaintext),
      sealed: encodeB64(sealed),
      sent,
      expires,
      nonce: nonce === null ? undefined : encodeB64(nonce),
      other: other === null ? undefined : encodeB64(other),
      acceptance: acceptance === null ? undefined : encodeB64(acceptance.statement),
      signature: acceptance === null ? undefined : encodeB64(acceptance.signature),
      confirmed: progress.confirmed,
      done: progress.done,
      end: progress.end ?? undefined,
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

/** Every pairing that is neither done nor ended. */
export function* pairingsUnderWay(home: Home): Step<readonly Progress[]> {
  const rows = [...(yield* list("pairing/"))];
  const all = rows.map(([name, row]) =>
    parse(parseB64(name.slice("pairing/".length)), home.vault.open("pairing", row)),
  );
  return all.filter(({ done, end }) => !done && end === null);
}

function parse(journal: Uint8Array, row: Uint8Array): Progress {
  const fields = new Fields(parseMessageJson(row, "A stored pairing"), "A stored pairing");
  const data = (name: string, size: number): Uint8Array | null => (fields.has(name) ? fields.data(name, size) : null);
  return {
    journal,
    role: fields.choice("role", ["founder", "newcomer"]),
    secret: fields.data("secret", SIZES.INVITATION_SECRET),
    plaintext: fields.blob("plaintext", SIZES.MAX_INVITATION),
    sealed: fields.blob("sealed", MAX_SEALED),
    sent: fields.flag("sent"),
    expires: fields.integer("expires"),
    nonce: data("nonce", SIZES.NONCE),
    other: data("other", SIZES.ACCOUNT_ID),
    acceptance: fields.has("acceptance")
      ? {
          statement: fields.blob("acceptance", SIZES.MAX_STATEMENT),
          signature: fields.data("signature", SIZES.SIGNATURE),
        }
      : null,
    confirmed: fields.flag("confirmed"),
    done: fields.flag("done"),
    end: fields.has("end") ? fields.choice("end", ENDS) : null,
  };
}
