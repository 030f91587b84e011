/**
 * Notes to oneself: what the account journal keeps for all own devices. Each is written once, and is at the server before
 * anything that depends on it. Spec: documents §6
 */

import { makeAccountDocument, requireAllowedAccount } from "../../documents/account.ts";
import { sameTerms } from "../../documents/accountActs.ts";
import type { AccountState } from "../../documents/accountState.ts";
import { NotAllowed } from "../../errors.ts";
import type { DeclinedProposalBody } from "../../generated/documents.ts";
import type { AccountChain } from "../../protocol/accounts.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, encodeMessageJson, jsonObject } from "../../protocol/codec.ts";
import { parseMessage } from "../../protocol/messages.ts";
import type { Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { deliver } from "./delivering.ts";
import { accountState } from "./folding.ts";
import { put, waitingFor } from "./outbox.ts";
import { newestReceipt, requireOpen, standingOf } from "./standing.ts";

/** The kinds that are written here, with their fields; binary as base64url. */
export type Note =
  | { readonly kind: "sent_acceptance"; readonly body: Record<string, string> & { readonly journal: string } }
  | { readonly kind: "joined"; readonly body: Record<string, string> & { readonly journal: string } }
  | { readonly kind: "pin" | "verified"; readonly body: PinBody }
  | {
      readonly kind: "pending_invitation" | "taken_acceptance" | "ended_invitation";
      readonly body: Record<string, string | number> & { readonly invitation: string };
    }
  | { readonly kind: "left_journal"; readonly body: { readonly journal: string } }
  | { readonly kind: "declined_proposal"; readonly body: Declined }
  | { readonly kind: "keyholder_label"; readonly body: { readonly keyholder: string; readonly label: string } }
  | { readonly kind: "kept" | "erased"; readonly body: { readonly journal: string; readonly entry: string } }
  | {
      readonly kind: "pending_closing";
      readonly body: Record<string, string | number | readonly string[]> & {
        readonly journal: string;
        readonly salt: string;
      };
    }
  | {
      readonly kind: "ended_closing";
      readonly body: { readonly journal: string; readonly how: "closed" | "cancelled" };
    }
  | {
      readonly kind: "noted_head";
      readonly body: { readonly journal: string; readonly seq: number; readonly head: string };
    };

type Declined = Pick<DeclinedProposalBody, "change" | "rights"> &
  Readonly<Record<"journal" | "account", string> & Record<"until" | "at", number>>;

interface PinBody {
  readonly account: string;
  readonly generation: number;
  readonly chain_head: string;
}

/** The body of a pin: an account's newest keys. */
export function pinOf({ account, newest }: AccountChain): PinBody {
  const { generation, statementHash } = newest;
  return { account: encodeB64(account), generation, chain_head: encodeB64(statementHash) };
}

/**
 * Writes a note and delivers it, unless the account journal says this already.
 *
 * Throws PinMismatch: it contradicts a pin, so stop, and compare words; NotAllowed, JournalFrozen: the account journal
 * can't be written now; and as `deliver`, when the note waits.
 */
export function* note(home: Home, said: Note): Step<void> {
  yield* putNote(home, said);
  yield* deliver(home, home.identity.accountJournal);
}

/** Writes a note that the next delivery takes along, unless the account journal says this already. Throws as `note`. */
export function* putNote(home: Home, { kind, body }: Note): Step<void> {
  const journal = home.identity.accountJournal;
  const document = makeAccountDocument(kind, jsonObject({ ...body }), home.clock.now());
  const text = encodeMessageJson(document.body);
  const waits = (yield* waitingFor(home, journal)).some(({ message }) => {
    const waiting = parseMessage(message).document;
    return waiting.kind === kind && sameBytes(encodeMessageJson(waiting.body), text);
  });
  const state = yield* accountState(home);
  if (!waits && !isNoted(state, { kind, body } as Note) && isNews(state, document)) {
    requireOpen(yield* standingOf(journal));
    const seen = yield* newestReceipt(journal);
    if (seen === null) throw new NotAllowed("The account's own journal has not been fetched yet. Sync first.");
    yield* put(home, journal, document, seen);
  }
}

/** Whether the account journal takes it; where it knows more already, there is nothing to write. Throws PinMismatch. */
function isNews(state: AccountState, document: Parameters<typeof requireAllowedAccount>[1]): boolean {
  try {
    requireAllowedAccount(state, document);
  } catch (error) {
    if (!(error instanceof NotAllowed)) throw error;
    return false;
  }
  return true;
}

function isNoted(state: AccountState, { kind, body }: Note): boolean {
  switch (kind) {
    case "joined":
      return state.journals.has(body.journal) && !state.left.has(body.journal);
    case "verified":
      return state.verified.has(body.account);
    case "pin":
      return state.pins.get(body.account)?.get(body.generation) === body.chain_head;
    case "sent_acceptance":
      return state.sent.get(body.journal)?.acceptance === body.acceptance;
    case "pending_invitation":
      return state.invitations.has(body.invitation);
    case "taken_acceptance":
      return state.acceptances.has(body.invitation);
    case "ended_invitation":
      return state.ended.has(body.invitation);
    case "left_journal":
      return state.left.has(body.journal);
    case "declined_proposal":
      return state.declined.some((one) => sameTerms(one, body) && one.at === body.at);
    case "keyholder_label":
      return state.labels.get(body.keyholder) === body.label;
    case "kept":
    case "erased":
      return (state[kind].get(body.journal) ?? []).includes(body.entry);
    case "pending_closing":
      return state.closings.get(body.journal)?.salt === body.salt;
    case "ended_closing":
      return !state.closings.has(body.journal) && (body.how === "cancelled" || state.closed.includes(body.journal));
    case "noted_head":
      return state.heads.get(body.journal)?.head === body.head;
  }
}
