/** Randomness and time as a line gives them (vectors/README.md); the system's own where a line gives none. */

import { createHash } from "node:crypto";
import { systemClock, systemRandom } from "../../dist/client/index.js";
import { encodeB64, parseB64 } from "../../dist/protocol/index.js";

/** What stays at home, which no transcript tells. */
const OWN = new Set(["home", "request_id"]);

/** The ports that are called directly. They follow the line that was told last. */
export class Decided {
  #left = null;
  #sealed = new Map();
  #now = null;

  /** `draws`: the lines of an act; null where the system draws. `now`: Unix seconds, or null. */
  follow(draws, now) {
    this.#now = now ?? null;
    this.#left = draws === undefined ? null : new Map();
    this.#sealed = new Map();
    for (const line of draws ?? []) {
      if (line.hpke !== undefined) this.#sealed.set(`${line.hpke}/${line.info}/${line.plaintext}`, line.sealed);
      else {
        const name = `${line.random}/${line.of ?? ""}`;
        this.#left.set(name, [...(this.#left.get(name) ?? []), line.bytes]);
      }
    }
    if (draws === undefined) this.random.sealed = undefined;
    else this.random.sealed = (kemKey, plaintext, info) => this.#found(kemKey, plaintext, info);
  }

  clock = { now: () => this.#now ?? systemClock.now() };

  random = {
    sealed: undefined,
    bytes: (size, draw, of = "") => {
      if (this.#left === null || OWN.has(draw)) return systemRandom.bytes(size, draw, of);
      const next = this.#left.get(`${draw}/${of}`)?.shift();
      if (next === undefined) throw new RangeError(`the act has no ${draw} ${of}`);
      return parseB64(next, size);
    },
  };

  #found(kemKey, plaintext, info) {
    const key = encodeB64(new Uint8Array(createHash("sha256").update(kemKey).digest()));
    const sealed = this.#sealed.get(`${key}/${encodeB64(info)}/${encodeB64(plaintext)}`);
    if (sealed === undefined) throw new RangeError("the act seals nothing like this");
    return parseB64(sealed);
  }
}
