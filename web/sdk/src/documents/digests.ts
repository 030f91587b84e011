/** Digests of steps, by which rows know that two texts say the same. Spec: documents §4, §7, §13 */

import { utf8 } from "../protocol/bytes.ts";
import { encodeB64, isJsonObject, label, parseB64, sha256 } from "../protocol/codec.ts";
import type { Id } from "./applied.ts";
import { bodyJson } from "./bodyJson.ts";
import type { Digest, Rules } from "./rules.ts";
import type { Body } from "./shapes.ts";

/** The digest of a step in the thing of this entry, or null for a step that has none. */
export function digestOf(rules: Rules, step: Body, thing: Id): Id | null {
  const digest = Object.hasOwn(rules.digests, step.step) ? rules.digests[step.step] : undefined;
  if (digest === undefined) return null;
  return encodeB64(sha256(label(digest.label), ...digest.parts.map((part) => partOf(part, digest, step, thing))));
}

function partOf(part: Digest["parts"][number], digest: Digest, step: Body, thing: Id): Uint8Array {
  if (part === "thing") return parseB64(thing);
  if (part === "step") return utf8(step.step);
  const value = step.value(digest.path ?? "");
  if (part === "json" && isJsonObject(value)) return bodyJson(value);
  return parseB64(String(value));
}
