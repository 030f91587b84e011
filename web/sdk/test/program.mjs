/**
 * The built SDK as a program with verbs, for `python -m vectors.transcript play` (vectors/README.md): a line of JSON in, a
 * line out. It has `register`; what it lacks it says.
 */

import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { FetchTransport, MemoryStore, register, run } from "../dist/client/index.js";
import { DuologError } from "../dist/index.js";
import { encodeB64, parseB64 } from "../dist/protocol/index.js";
import { KeyholderSecret } from "../dist/seal/index.js";

/** The draws of one act: the next bytes of a purpose, and what HPKE sealed. What stays at home is of no account. */
function drawn(lines) {
  const left = new Map();
  const sealedThen = new Map();
  for (const line of lines) {
    if (line.hpke !== undefined) sealedThen.set(`${line.hpke}/${line.info}/${line.plaintext}`, line.sealed);
    else {
      const name = `${line.random}/${line.of ?? ""}`;
      left.set(name, [...(left.get(name) ?? []), line.bytes]);
    }
  }
  return {
    bytes(size, draw, of = "") {
      if (draw === "home" || draw === "request_id") return new Uint8Array(createHash("sha512").digest()).slice(0, size);
      const next = left.get(`${draw}/${of}`)?.shift();
      if (next === undefined) throw new RangeError(`the act has no ${draw} ${of}`);
      return parseB64(next, size);
    },
    sealed(kemKey, plaintext, info) {
      const key = encodeB64(new Uint8Array(createHash("sha256").update(kemKey).digest()));
      const sealed = sealedThen.get(`${key}/${encodeB64(info)}/${encodeB64(plaintext)}`);
      if (sealed === undefined) throw new RangeError("the act seals nothing like this");
      return parseB64(sealed);
    },
  };
}

const store = new MemoryStore();

const VERBS = {
  async register({ server, connect, draws, now }) {
    const random = drawn(draws ?? []);
    const keyholder = KeyholderSecret.fresh("device", random);
    const unlocked = { keyholder, homeSeed: keyholder.seed };
    const there = new FetchTransport(connect ?? server);
    const transport = { origin: server, send: (request) => there.send(request) };
    await run(register(unlocked, server, null, { random, clock: { now: () => now } }), { store, transport });
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { verb, ...fields } = JSON.parse(line);
  let answer;
  try {
    answer = verb in VERBS ? await VERBS[verb](fields) : { unsupported: true };
  } catch (error) {
    if (!(error instanceof DuologError)) throw error;
    answer = { error: "refused", say: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
