/** The plaintexts of sealed messages: canonical JSON of at most 1 MiB, with a `type`. Spec: §4.11, §7.2 */

import { SIZES } from "../generated/constants.ts";
import { encodeCanonical, type JsonObject, parseCanonical } from "../protocol/codec.ts";
import { Fields } from "../protocol/fields.ts";

/** The plaintext. Throws MalformedData when it is too long. */
export function encodePlaintext(value: JsonObject): Uint8Array {
  return encodeCanonical(value, SIZES.MAX_INVITATION);
}

/** The fields of a plaintext whose `type` is `kind`, read whole by `read`. Throws MalformedData. */
export function readPlaintext<T>(
  plaintext: Uint8Array,
  kind: string,
  read: (fields: Fields) => T,
  limit: number = SIZES.MAX_INVITATION,
): T {
  const fields = new Fields(parseCanonical(plaintext, limit), `A message of type ${kind}`);
  fields.choice("type", [kind]);
  const found = read(fields);
  fields.done();
  return found;
}
