/**
 * The rules of kinds with steps, as data: the rows that `openapi/documents/<kind>.rules.json` has for every language.
 *
 * A row is one way in which a step counts: all its guards hold, then its effects happen in order. The lists of guards
 * and effects are closed. Spec: documents §13
 */

import { RULES as MADE } from "../generated/kinds.ts";

/** What a step does. *Ends* speaks for its author alone, and lets go. */
export type StepClass = "tells" | "asks" | "answers" | "own" | "ends";

/** What becomes of a text. */
export type Outcome = "waiting" | "accepted" | "declined" | "replaced";

/** One condition. `says`: the sentence where it doesn't hold. `of_body`: it reads the content of the step. */
export type Guard = { readonly says?: string; readonly of_body?: true } & (
  | { readonly guard: "two" }
  | { readonly guard: "from"; readonly stages: readonly string[] }
  | { readonly guard: "at"; readonly register: string; readonly became?: Became }
  | { readonly guard: "by"; readonly who: "owner" | "other" | "writer" | "not_writer" }
  | { readonly guard: "is" | "named"; readonly path: string; readonly values: readonly string[] }
  | { readonly guard: "left_out"; readonly path: string }
  | { readonly guard: "within"; readonly seconds: number }
  | { readonly guard: "became"; readonly outcomes: readonly Outcome[] }
  | { readonly guard: "of_kind"; readonly kind: string }
  | { readonly guard: "unset" | "has" | "in" | "not_in" | "owner_in"; readonly register: string }
  | { readonly guard: "key_fits"; readonly register: string }
  | { readonly guard: "free" | "after"; readonly register: string; readonly seconds: number }
  | { readonly guard: "not_after"; readonly register: string; readonly seconds?: number }
  | { readonly guard: "differs"; readonly stage: string; readonly register: string }
  | { readonly guard: "fresh"; readonly seconds: number; readonly lapse?: number; readonly mine?: boolean }
  | { readonly guard: "least"; readonly count: string; readonly least: number }
  | { readonly guard: "ahead"; readonly path: string; readonly at_least?: number; readonly at_most: number }
  | { readonly guard: "later"; readonly path: string; readonly register: string }
  | NoOpen
  | Rested
);

/** No other thing between the same two is open. `mine`: of the author alone. `form`: of this form alone. */
export interface NoOpen {
  readonly guard: "no_open";
  readonly stages: readonly string[];
  readonly register: string;
  readonly form?: string;
  readonly mine?: boolean;
}

/** In no thing of this form between the same two is a mark of the other that is younger than `seconds`. */
export interface Rested {
  readonly guard: "rested";
  readonly stages: readonly string[];
  readonly register: string;
  readonly form: string;
  readonly seconds: number;
}

/** Other sentences of `at`, by what became of the text that the step names. */
export type Became = { readonly [outcome in Outcome | "taken_back"]?: string };

/** One small change in a thing. `stays`: it happens although the other partner could not open the step. */
export type Effect = { readonly stays?: true } & (
  | { readonly effect: "make" | "stage"; readonly stage: string }
  | { readonly effect: "put" | "put_by" | "drop" | "empty"; readonly register: string }
  | { readonly effect: "when_both"; readonly register: string; readonly stage: string }
  | { readonly effect: "time"; readonly register: string; readonly path?: string; readonly seconds?: number }
  | { readonly effect: "point"; readonly register: string; readonly to: "named" | "step" }
  | { readonly effect: "settle"; readonly register: string; readonly outcome: Outcome; readonly why?: string }
  | { readonly effect: "aside"; readonly register: string; readonly seconds: number }
  | { readonly effect: "add"; readonly register: string; readonly words: string }
  | { readonly effect: "count"; readonly count: string }
);

/** One way in which a step counts. `names`: the register of the text that it names, null where it names none. */
export interface Row {
  readonly step: string;
  readonly class: StepClass;
  readonly names: string | null;
  readonly only: readonly Guard[];
  readonly then: readonly Effect[];
}

/** What a step's digest is the SHA-256 of: a label, and parts in order. `path`: the field of `json` and `bytes`. */
export interface Digest {
  readonly label: "boundary-text" | "boundary-retire" | "disclosure-text";
  readonly parts: readonly ("json" | "thing" | "step" | "bytes")[];
  readonly path?: string;
}

/** All rules of one kind. */
export interface Rules {
  readonly kind: string;
  readonly v: number;
  /** The word for one thing. */
  readonly noun: string;
  /** Whether its steps count before the partners have compared words; those of the class *ends* always do. */
  readonly while_provisional: boolean;
  /** The stages in which a thing takes comments. */
  readonly comments_open: readonly string[];
  /** The steps that not even their own author takes back. */
  readonly binding: readonly string[];
  /** Digests by the names of steps. Two texts with the same digest are the same. */
  readonly digests: { readonly [step: string]: Digest };
  readonly rows: readonly Row[];
}

/** The rules of each kind with steps. */
export const RULES: readonly Rules[] = MADE;
