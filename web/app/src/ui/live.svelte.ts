/** A view of the Worker that stays true: it is asked for again whenever something may look different. */
import { isRefusal, type Rpc } from "../rpc.ts";
import type { TypedTexts } from "./typed.ts";
import { type Key, keyOf } from "./words.ts";

/** What is said of an error. `reason`: the sentence of the rules that forbid it, which is said instead where there is one. */
export interface Said {
  readonly key: Key;
  readonly reason: string;
}

/** Of a refusal its own sentence, of anything else that it was unforeseen. */
export function sentenceOf(error: unknown): Said {
  if (!isRefusal(error)) return { key: "error_unforeseen", reason: "" };
  return { key: keyOf(`error_${error.code}`) ?? "error_unforeseen", reason: error.reason ?? "" };
}

export class Live<T> {
  value = $state.raw<T | undefined>(undefined);
  error = $state.raw<Said | null>(null);

  /** Call it while a component is set up. `get` may read reactive values: a change asks again. */
  constructor(rpc: Rpc, get: () => Promise<T>) {
    let turn = 0;
    const ask = () => {
      const mine = ++turn;
      get().then(
        (value) => {
          if (mine !== turn) return;
          this.value = value;
          this.error = null;
        },
        (error: unknown) => {
          if (mine === turn) this.error = sentenceOf(error);
        },
      );
    };
    $effect(() => {
      ask();
      const stop = rpc.onChange(ask);
      return () => {
        turn++;
        stop();
      };
    });
  }
}

/**
 * One act at a time of a screen: its button waits, and a failure becomes a sentence beside it. Create it while a component is
 * set up. An act may end after its screen was left (`isLeft`): then it takes nobody anywhere.
 */
export class Act {
  busy = $state.raw(false);
  error = $state.raw<Said | null>(null);
  isLeft = false;

  constructor() {
    $effect(() => () => {
      this.isLeft = true;
    });
  }

  async run(act: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.error = null;
    try {
      await act();
      return true;
    } catch (error) {
      this.error = sentenceOf(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** A text that somebody types. The app keeps it, not the screen. */
export class Typed {
  text = $state("");

  /** Call it while a component is set up. `name`: of the field, with the id of the thing that it belongs to. */
  constructor(kept: TypedTexts, name: string) {
    this.text = kept.get(name);
    $effect(() => {
      kept.set(name, this.text);
    });
  }
}
