/**
 * Errors become refusals: a key for the page's sentence, and whether trying again helps. Of an error's text
 * nothing reaches the page but a sentence of the rules.
 */
import {
  AccountFork,
  HomeError,
  JournalFrozen,
  KeystoreLocked,
  MalformedData,
  NotAllowed,
  OpenError,
  ServerRefused,
  TransportError,
} from "@duolog/sdk";
import { isUnconfirmed } from "@duolog/sdk/client";
import { REASONS } from "@duolog/sdk/documents";
import { isRefusal, type Refusal } from "../../rpc.ts";
import { FULL } from "../indexedDbStore.ts";
import type { Session } from "../session.ts";

const OF_SERVER: Record<string, string> = {
  registration_closed: "registration_closed",
  invite_code_refused: "registration_closed",
  slow_down: "busy",
  busy: "busy",
  journal_closed: "journal_closed",
};

/** The refusal that an error is; null for one that nobody foresaw. */
export function refusalOf(error: unknown): Refusal | null {
  if (isRefusal(error)) return { ...error };
  if (error instanceof AccountFork) return { code: "account_fork", retry: false };
  if (error instanceof TransportError) return { code: "offline", retry: true };
  if (error instanceof KeystoreLocked) return { code: "wrong_passphrase", retry: true };
  if (error instanceof JournalFrozen) return { code: "journal_held", retry: false };
  if (error instanceof HomeError) return { code: error.message === FULL ? "full" : "home", retry: true };
  if (error instanceof ServerRefused) return { code: OF_SERVER[error.code] ?? "server_refused", retry: true };
  if (error instanceof NotAllowed) {
    const reason = REASONS.has(error.message) ? { reason: error.message } : {};
    return { code: "not_now", retry: false, ...reason };
  }
  if (error instanceof MalformedData) return { code: "not_written", retry: false };
  return error instanceof OpenError ? { code: "not_now", retry: false } : null;
}

/** Throws a refusal in a home that came back from words, whose owner has compared none since: the rules let it add nobody. */
export async function requireConfirmed(session: Session): Promise<void> {
  if (await session.run(isUnconfirmed())) refuse("unconfirmed");
}

/** Throws a refusal of this code. */
export function refuse(code: string, retry = false): never {
  throw { code, retry } satisfies Refusal;
}
