/** Randomness and time as a line gives them (vectors/README.md); the system's own where a line gives none. */

import { createHash } from "node:crypto";
import { systemClock, systemRandom } from "../../dist/client/index.js";
import { encodeB64, parseB64 } from "../../dist/protocol/index.js";
import { sealTo } from "../../dist/seal/hpke.js";

/** What stays at home, which no transcript tells. */
const OWN = new Set(["home", "request_id"]);
/** Inside HPKE: what it sealed is told instead. */
const INSIDE = new Set(["encapsulation"]);

/** The ports that are called directly. They follow the line that was told last. */
export class Decided {
  #left = null;
  #sealed = new Map();
  #now = null;
  /** The lines of what was drawn since; null where nobody asks for them. */
  #noted = null;

  /** `draws`: the lines of an act, where the system doesn't draw. `now`: Unix seconds. `record`: note what is drawn. */
  follow({ draws, now, record }) {
    this.#now = now ?? null;
    this.#noted = record ? [] : null;
    this.#left = draws === undefined ? null : new Map();
    this.#sealed = new Map();
    for (const line of draws ?? []) {
      if (line.hpke !== undefined) this.#sealed.set(`${line.hpke}/${line.info}/${line.plaintext}`, line.sealed);
      else {
        const name = `${line.random}/${line.of ?? ""}`;
        this.#left.set(name, [...(this.#left.get(name) ?? []), line.bytes]);
      }
    }
    const isPlain = draws === undefined && !record;
    this.random.sealed = isPlain
      ? undefined
      : (...inputs) => (record ? this.#sealAndNote : this.#found).call(this, ...inputs);
  }

  get noted() {
    return this.#noted;
  }

  clock = { now: () => this.#now ?? systemClock.now() };

  random = {
    sealed: undefined,
    bytes: (size, draw, of = "") => {
      if (this.#left === null || OWN.has(draw)) return this.#fresh(size, draw, of);
      const next = this.#left.get(`${draw}/${of}`)?.shift();
      if (next === undefined) throw new RangeError(`the act has no ${draw} ${of}`);
      return parseB64(next, size);
    },
  };

  #fresh(size, draw, of) {
    const bytes = systemRandom.bytes(size, draw, of);
    if (this.#noted !== null && !OWN.has(draw) && !INSIDE.has(draw)) {
      this.#noted.push({ random: draw, ...(of === "" ? {} : { of }), bytes: encodeB64(bytes) });
    }
    return bytes;
  }

  #sealAndNote(kemKey, plaintext, info) {
    const sealed = sealTo(kemKey, plaintext, info, systemRandom);
    const inputs = { hpke: hashOf(kemKey), info: encodeB64(info), plaintext: encodeB64(plaintext) };
    this.#noted.push({ ...inputs, sealed: encodeB64(sealed) });
    return sealed;
  }

  #found(kemKey, plaintext, info) {
    const sealed = this.#sealed.get(`${hashOf(kemKey)}/${encodeB64(info)}/${encodeB64(plaintext)}`);
    if (sealed === undefined) throw new RangeError("the act seals nothing like this");
    return parseB64(sealed);
  }
}

function hashOf(kemKey) {
  return encodeB64(new Uint8Array(createHash("sha256").update(kemKey).digest()));
}
