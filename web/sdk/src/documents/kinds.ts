/**
 * The kinds of shared and private journals: how a body is read, and what a document changes.
 *
 * A kind with steps is its rows. Of the others each has a few lines of its own in `plainKinds`. Spec: documents
 */

import { NotAllowed } from "../errors.ts";
import { BODIES, type BodyShape } from "../generated/kinds.ts";
import type { Document } from "../protocol/messages.ts";
import { Machine } from "./machine.ts";
import { PLAIN_KINDS, type PlainKind } from "./plainKinds.ts";
import { RULES } from "./rules.ts";
import { type Body, readBody } from "./shapes.ts";

export const NEWER = "A newer version of Duolog wrote this; update to see what it does.";

/** One kind: its version, the shape of its body, and its rows or its own lines. */
export interface Kind extends PlainKind {
  readonly name: string;
  readonly v: number;
  readonly body: BodyShape;
  readonly machine: Machine | null;
}

const MACHINES = new Map(RULES.map((rules) => [rules.kind, new Machine(rules)]));

/** Every kind that this version knows, by its name. */
export const KINDS: ReadonlyMap<string, Kind> = new Map(
  [...BODIES].map(([name, { v, body }]) => [name, kindOf(name, v, body)]),
);

function kindOf(name: string, v: number, body: BodyShape): Kind {
  const machine = MACHINES.get(name) ?? null;
  const whileProvisional = machine === null || machine.rules.while_provisional;
  return { whileProvisional, ...PLAIN_KINDS.get(name), name, v, body, machine };
}

/** Whether a document of this kind does more than stand in the timeline. Spec: §9 */
export function isStep(kind: string): boolean {
  const known = KINDS.get(kind);
  return known === undefined || known.machine !== null || known.reduce !== undefined;
}

/**
 * The body of a document of a known kind. `writing`: before it is sent, when the limits of length count too.
 *
 * Throws NotAllowed where another version of Duolog wrote it, and MalformedData where it isn't what the kind says.
 */
export function readDocument(kind: { v: number; body: BodyShape }, document: Document, writing = false): Body {
  if (document.v !== kind.v) throw new NotAllowed(NEWER);
  return readBody(kind.body, document.body, writing);
}
