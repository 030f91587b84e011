/** How each identifier is made. An id is raw bytes here and unpadded base64url in JSON. Spec: §4, §7 */

import { label, sha256 } from "./codec.ts";
import { statementHash } from "./statements.ts";

/** 32 bytes: the hash of the account's genesis statement. Spec: §4 */
export function accountId(genesis: Uint8Array): Uint8Array {
  return statementHash(genesis);
}

/** 32 bytes: the hash of the journal's roster genesis. Spec: §5 */
export function journalId(genesis: Uint8Array): Uint8Array {
  return statementHash(genesis);
}

/** 32 bytes: a hash of the keyholder's signing key, so that 24 words alone find their account. Spec: §4.3 */
export function keyholderId(signKey: Uint8Array): Uint8Array {
  return sha256(label("keyholder"), signKey);
}
