/** The account of a home, verified: its id, the secrets of its generations, and its keyholder sets. */

import { SIZES } from "../generated/constants.ts";
import type { KeyholderSet } from "../protocol/keyholderSets.ts";
import type { GenerationSecret } from "../seal/keys.ts";
import { Secret } from "../seal/secret.ts";

/** `secrets` by generation, the newest included. */
export class Identity extends Secret {
  readonly account: Uint8Array;
  readonly sets: readonly KeyholderSet[];
  readonly #secrets: ReadonlyMap<number, GenerationSecret>;

  constructor(account: Uint8Array, secrets: readonly GenerationSecret[], sets: readonly KeyholderSet[]) {
    super();
    if (account.length !== SIZES.ACCOUNT_ID) throw new RangeError("no account");
    this.account = account;
    this.sets = sets;
    this.#secrets = new Map(secrets.map((secret) => [secret.generation, secret]));
  }

  /** The newest generation whose secret is here. */
  get generation(): number {
    return Math.max(...this.#secrets.keys());
  }

  /** The secret of one generation; null where this home doesn't have it. */
  secret(generation: number): GenerationSecret | null {
    return this.#secrets.get(generation) ?? null;
  }
}
