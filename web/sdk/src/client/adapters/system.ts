/** Randomness and the clock of the machine. */

import type { Random } from "../../random.ts";
import type { Clock } from "../ports.ts";

const LARGEST_DRAW = 65536; // bytes that one call of getRandomValues gives at most

/** The operating system's generator. */
export const systemRandom: Random = {
  bytes(size) {
    const data = new Uint8Array(size);
    for (let at = 0; at < size; at += LARGEST_DRAW) {
      crypto.getRandomValues(data.subarray(at, at + LARGEST_DRAW));
    }
    return data;
  },
};

/** The machine's clock, in whole Unix seconds. */
export const systemClock: Clock = {
  now: () => Math.floor(Date.now() / 1000),
};
