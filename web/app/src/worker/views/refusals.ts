/** Errors become refusals: a key for the page's sentence, and whether trying again helps. */
import {
  AccountFork,
  HomeError,
  JournalFrozen,
  MalformedData,
  NotAllowed,
  ServerRefused,
  TransportError,
} from "@duolog/sdk";
import { isRefusal, type Refusal } from "../../rpc.ts";

/** The refusal that an error is; null for an error that nobody foresaw. */
export function refusalOf(error: unknown): Refusal | null {
  if (isRefusal(error)) return error;
  if (error instanceof TransportError) return { code: "offline", retry: true };
  if (error instanceof JournalFrozen) return { code: "journal_held", retry: false };
  if (error instanceof NotAllowed || error instanceof MalformedData) return { code: "not_now", retry: false };
  if (error instanceof ServerRefused) return { code: "server_refused", retry: true };
  if (error instanceof HomeError) return { code: "home", retry: true };
  return error instanceof AccountFork ? { code: "account_fork", retry: false } : null;
}

/** Throws a refusal of this code. */
export function refuse(code: string, retry = false): never {
  throw { code, retry } satisfies Refusal;
}
