/** Runs the core's steps with real ports. */

import type { Ports } from "../ports.ts";
import type { Effect, EffectResult, Step } from "./effects.ts";

/** What a step comes to. Throws what the step throws. */
export async function run<T>(step: Step<T>, ports: Pick<Ports, "transport" | "store">): Promise<T> {
  let next = step.next({ type: "done" });
  while (!next.done) {
    const effect = next.value;
    let result: EffectResult;
    try {
      result = await perform(effect, ports);
    } catch (error) {
      next = step.throw(error);
      continue;
    }
    next = step.next(result);
  }
  return next.value;
}

async function perform(
  effect: Effect,
  { transport, store }: Pick<Ports, "transport" | "store">,
): Promise<EffectResult> {
  switch (effect.type) {
    case "http":
      return { type: "http", answer: await transport.send(effect.request) };
    case "read":
      return { type: "rows", rows: await store.read(effect.names) };
    case "list":
      return { type: "rows", rows: await store.list(effect.beginning) };
    case "commit":
      await store.commit(effect.changes);
      return { type: "done" };
  }
}
