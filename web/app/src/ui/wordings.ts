/** The texts of a boundary: what holds, and one while somebody writes it, which is kept as a text of the page, as every field is. */
import { type Boundary, type BoundaryText, TOPICS, type Wording } from "../rpc.ts";

/** The text that holds while other words, or an end, are proposed to it; null where nothing waits, or nothing holds yet. */
export function heldIn({ state, before }: Boundary): BoundaryText | null {
  return state === "in force" || state === "contested" ? before : null;
}

export function noWording(): Wording {
  return { topic: "other", text: "", binds: "both", why: "", fine: "", notFine: "", ifCompromised: "", review: null };
}

/** Other words begin with all that is there. Nobody binds the other alone: a text that bound its author begins as one for both. */
export function wordingOf(text: BoundaryText, binds: Wording["binds"]): Wording {
  const { why, fine, notFine, ifCompromised, review } = text;
  const topic = TOPICS.find((one) => one === text.topic) ?? "other";
  return { topic, text: text.text, binds, why, fine, notFine, ifCompromised, review };
}

/** A wording as a text of the page; "" where nothing is filled in. */
export function keptAs(wording: Wording): string {
  const text = JSON.stringify(wording);
  return text === JSON.stringify(noWording()) ? "" : text;
}

/** What was kept of a wording; null for nothing. */
export function wordingIn(kept: string): Wording | null {
  return kept === "" ? null : { ...noWording(), ...(JSON.parse(kept) as Wording) };
}
