/** What several tests need. */

import type { Random } from "../src/random.ts";

/** Gives these bytes, one after the other, and refuses to give others than are asked for. */
export function given(...values: readonly Uint8Array[]): Random {
  const left = [...values];
  return {
    bytes(size) {
      const next = left.shift();
      if (next?.length !== size) throw new RangeError(`${size} bytes are asked for, ${next?.length ?? 0} are there`);
      return next;
    },
  };
}

/** Bytes that repeat from run to run: the parts of a counter's hash would do, but a simple generator is enough. */
export function repeatable(seed = 1): Random {
  let state = seed;
  return {
    bytes(size) {
      return Uint8Array.from({ length: size }, () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state >>> 24;
      });
    },
  };
}
