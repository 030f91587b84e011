/** The account of a home, verified: its id, the secrets of its generations, and its keyholder sets. */

import { Withheld } from "../errors.ts";
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

  /** The id of the account journal. Throws Withheld when the newest set names none. */
  get accountJournal(): Uint8Array {
    const journal = this.sets.at(-1)?.accountJournal ?? null;
    if (journal === null) {
      throw new Withheld("The server keeps back the account's newest keyholder set.", "client.set_journal");
    }
    return journal;
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
