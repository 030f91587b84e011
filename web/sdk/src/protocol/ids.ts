/** A keyholder's id. The ids of accounts and journals are the hashes of their genesis statements. Spec: §4, §5 */

import { label, sha256 } from "./codec.ts";

/** 32 bytes: a hash of the keyholder's signing key, so that 24 words alone find their account. Spec: §4.3 */
export function keyholderId(signKey: Uint8Array): Uint8Array {
  return sha256(label("keyholder"), signKey);
}
