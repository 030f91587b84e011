/**
 * How the seeds of this browser's home rest between two visits: a row of the store that opens with what the person chose.
 *
 * For a passkey the secret is its id and what its PRF gave (`ui/passkey.ts`); for a tab alone there is no row, and nothing rests.
 */
import { KeystoreLocked } from "@duolog/sdk";
import {
  type Change,
  lock,
  lockKind,
  lockWithPasskey,
  passkeyOf,
  type Store,
  systemRandom,
  type Unlocked,
  unlock,
  unlockWithPasskey,
} from "@duolog/sdk/client";
import { encodeB64, parseB64 } from "@duolog/sdk/protocol";
import { PASSKEY_HOME_INPUT } from "@duolog/sdk/seal";
import type { Lock, Passkey } from "../rpc.ts";
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
  if (kind === "passkey") given(secret);
}

/** The changes that let a home rest so. */
export function lockChanges(unlocked: Unlocked, { lock: kind, secret }: Opener): readonly Change[] {
  if (kind === "tab") return [];
  if (kind === "passkey") {
    const { credential, output } = given(secret);
    return [{ name: ROW, value: lockWithPasskey(unlocked, credential, output, systemRandom) }];
  }
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
  if (kind === "passkey") return unlockWithPasskey(row, given(secret).output);
  return unlock(row, kind === "none" ? null : secret);
}

/** What the page needs for a passkey's ceremony. `row`: of the home that rests here. */
export function passkeyFor(row: Uint8Array | null): Passkey {
  const credential = row === null ? null : passkeyOf(row);
  return { credential: credential === null ? null : encodeB64(credential), input: encodeB64(PASSKEY_HOME_INPUT) };
}

/** What a ceremony gave: the passkey's id and its output, with a dot between them. */
function given(secret: string): { readonly credential: Uint8Array; readonly output: Uint8Array } {
  const [credential = "", output = ""] = secret.split(".");
  if (credential === "" || output.length !== 43) refuse("no_passkey");
  return { credential: parseB64(credential), output: parseB64(output) };
}
