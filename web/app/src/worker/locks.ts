/**
 * How the seeds of this browser's home rest between two visits: a row of the store that opens with what the person chose.
 *
 * For a passkey the secret is what its PRF gave (`ui/passkey.ts`); for a tab alone there is no row, and nothing rests.
 */
import { KeystoreLocked } from "@duolog/sdk";
import { type Change, lock, lockKind, type Store, systemRandom, type Unlocked, unlock } from "@duolog/sdk/client";
import type { Lock } from "../rpc.ts";
import { isStrong } from "./strength.ts";
import { refuse } from "./views/refusals.ts";

const ROW = "app/lock";

/** What the person chose, and what opens it: a passphrase, or what a passkey gave. */
export interface Opener {
  readonly lock: Lock;
  readonly secret: string;
}

/** Throws a refusal where nobody should open a home so. */
export function requireOpener({ lock: kind, secret }: Opener): void {
  if (kind === "passphrase" && !isStrong(secret)) refuse("weak_passphrase");
  if (kind === "passkey") refuse("no_passkey");
}

/** The changes that let a home rest so. */
export function lockChanges(unlocked: Unlocked, { lock: kind, secret }: Opener): readonly Change[] {
  if (kind === "tab") return [];
  return [{ name: ROW, value: lock(unlocked, kind === "none" ? null : secret, systemRandom) }];
}

/** The row of a home that rests here, or null. */
export async function lockRow(store: Store): Promise<Uint8Array | null> {
  return (await store.read([ROW])).get(ROW) ?? null;
}

export function locksOf(row: Uint8Array): readonly Lock[] {
  return [lockKind(row)];
}

/** Opens a home that rests. Throws KeystoreLocked. */
export function opened(row: Uint8Array, { lock: kind, secret }: Opener): Unlocked {
  if (kind !== lockKind(row)) throw new KeystoreLocked("It doesn't open that way.");
  return unlock(row, kind === "none" ? null : secret);
}
