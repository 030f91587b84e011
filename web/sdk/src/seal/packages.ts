/**
 * Packages: how a generation's seed reaches each keyholder, and how earlier seeds reach the newer generation.
 *
 * Rules
 * - A package is the seed of one generation, sealed to one keyholder and bound to account, generation, keyholder and the
 *   generation's statement. A package has no signature: the keys that derive from the seed must equal the chain's.
 * - An earlier seed is sealed to a newer generation and bound to both generations and their statements.
 * - Both are 1168 bytes.
 */

import { OpenError } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import type { Generation } from "../protocol/accounts.ts";
import { concat } from "../protocol/bytes.ts";
import { label, u32 } from "../protocol/codec.ts";
import type { Keyholder } from "../protocol/keyholderSets.ts";
import type { Random } from "../random.ts";
import { sealTo } from "./hpke.ts";
import { GenerationSecret, type KeyholderSecret } from "./keys.ts";

/**
 * The seed of `generation`, sealed to one keyholder. 1168 bytes.
 *
 * Throws WrongAccount: the secret is not that of `generation`; OpenError: the keyholder's key is invalid. Spec: §4.5
 */
export function wrapPackage(
  secret: GenerationSecret,
  account: Uint8Array,
  generation: Generation,
  keyholder: Keyholder,
  random: Random,
): Uint8Array {
  secret.requireMatches(generation);
  return sealTo(keyholder.kemKey, secret.seed, packageInfo(account, generation, keyholder.id), random);
}

/**
 * The secret of a verified generation, from the package sealed to this keyholder.
 *
 * Throws OpenError: it is another keyholder's or generation's, or changed; WrongAccount: the chain's keys don't derive
 * from the seed in it. Spec: §4.5
 */
export function unwrapPackage(
  sealed: Uint8Array,
  account: Uint8Array,
  generation: Generation,
  keyholder: KeyholderSecret,
): GenerationSecret {
  return matching(keyholder.open(sealed, packageInfo(account, generation, keyholder.id)), generation);
}

/**
 * The seed of the generation `of`, sealed to the newer generation `to`. 1168 bytes.
 *
 * Throws WrongAccount: the secret is not that of `of`; OpenError: the newer key is invalid. Spec: §4.5
 */
export function wrapEarlierSeed(
  older: GenerationSecret,
  account: Uint8Array,
  of: Generation,
  to: Generation,
  random: Random,
): Uint8Array {
  older.requireMatches(of);
  return sealTo(to.kemKey, older.seed, earlierInfo(account, of, to), random);
}

/**
 * The secret of the verified generation `of`, by the secret of the newer generation `to`.
 *
 * Throws OpenError: the seed was sealed to other keys or for another generation, or changed; WrongAccount: the chain's
 * keys don't derive from the seed. Spec: §4.5
 */
export function unwrapEarlierSeed(
  sealed: Uint8Array,
  account: Uint8Array,
  of: Generation,
  to: Generation,
  newer: GenerationSecret,
): GenerationSecret {
  return matching(newer.open(sealed, earlierInfo(account, of, to)), of);
}

function matching(seed: Uint8Array, generation: Generation): GenerationSecret {
  if (seed.length !== SIZES.SEED) throw new OpenError("A package holds something else than a seed.");
  const secret = new GenerationSecret(seed, generation.generation);
  secret.requireMatches(generation);
  return secret;
}

function packageInfo(account: Uint8Array, generation: Generation, keyholder: Uint8Array): Uint8Array {
  return concat(label("package"), account, u32(generation.generation), keyholder, generation.statementHash);
}

function earlierInfo(account: Uint8Array, of: Generation, to: Generation): Uint8Array {
  return concat(
    label("earlier-seed"),
    account,
    u32(of.generation),
    of.statementHash,
    u32(to.generation),
    to.statementHash,
  );
}
