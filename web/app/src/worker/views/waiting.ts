/** What waits for the reader, as the kinds say it: one quiet line for each thing, and nothing of what others do. */
import { today } from "@duolog/sdk/documents";
import type { Waiting } from "../../rpc.ts";
import type { Here } from "./here.ts";

/** Each at most once. `day`: of a time, in the reader's zone. */
export function waitingIn(here: Here, day: (seconds: number) => string): readonly Waiting[] {
  const { me, now, state } = here;
  const found = new Map<string, Waiting>();
  for (const { thing, open } of today(state, { me, now, day })) {
    if (open === "plan") continue; // it is there, and waits for nobody
    const other = thing.between.find((one) => one !== me) ?? thing.owner;
    const from = open === "pause" ? thing.owner : other;
    const one: Waiting = { kind: open, id: thing.entry, from: here.person(from).name };
    found.set(`${one.kind}/${one.id}`, one);
  }
  return [...found.values()];
}
