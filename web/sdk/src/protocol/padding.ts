/** The padding of entries and attachments: what a length tells is at most the logarithm of its logarithm. Spec: §6.2 */

import { SIZES } from "../generated/constants.ts";

/**
 * The Padmé length of `length` bytes, at least 256.
 *
 * Source: Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019.
 */
export function paddedLength(length: number): number {
  const least = Math.max(length, SIZES.MIN_PLAINTEXT);
  const exponent = bitLength(least) - 1;
  const step = 2 ** (exponent - bitLength(exponent));
  return Math.ceil(least / step) * step;
}

/** How many binary digits a positive safe integer has. */
function bitLength(value: number): number {
  return value.toString(2).length;
}
