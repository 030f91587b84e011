/** How sealed messages carry account statements: `{statement, signatures}` each, oldest first. Spec: §7.2 */

import { NotAllowed } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import type { SignedAccountStatement } from "../protocol/accounts.ts";
import { encodeB64, type JsonObject, jsonObject } from "../protocol/codec.ts";
import type { Fields } from "../protocol/fields.ts";

const MAX_LINKS = SIZES.MAX_INVITATION - 65536; // bytes of all the links of one message
const LINK = 256; // bytes of a link besides its statement

/** One statement of a chain, or one keyholder set. */
export function linkJson(signed: SignedAccountStatement): JsonObject {
  return jsonObject({ statement: encodeB64(signed.statement), signatures: signed.signatures.map(encodeB64) });
}

/**
 * A chain, or keyholder sets. `besides`: other links that the same message carries.
 *
 * Throws NotAllowed when a message can't hold them.
 */
export function linksJson(
  statements: readonly SignedAccountStatement[],
  besides: readonly SignedAccountStatement[] = [],
): readonly JsonObject[] {
  let size = 0;
  for (const signed of [...statements, ...besides]) size += Math.floor((4 * signed.statement.length) / 3) + LINK;
  if (size > MAX_LINKS) {
    throw new NotAllowed(
      "The keys of your account were changed so often that an invitation or a code can't carry all of them. " +
        "Let a further device in with your recovery words. To invite somebody, register a new account.",
    );
  }
  return statements.map(linkJson);
}

/** A link, parsed without verifying it. Throws MalformedData. */
export function readLink(fields: Fields): SignedAccountStatement {
  return {
    statement: fields.blob("statement", SIZES.MAX_STATEMENT),
    signatures: fields.datas("signatures", SIZES.SIGNATURE, 1, 2),
  };
}
