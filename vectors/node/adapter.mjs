// A program for `python -m vectors.run`, with what Node brings alone: it shows the lines. It is no client.

import { createHmac } from "node:crypto";
import { createInterface } from "node:readline";

class Refused extends Error {}

const unhex = (text) => Buffer.from(text, "hex");
const hmac = (key, data) => createHmac("sha256", key).update(data).digest();

const kinds = {
  hmac: ({ key, data }) => ({ mac: hmac(unhex(key), unhex(data)).toString("hex") }),
  hkdf({ ikm, salt, info, length }) {
    const prk = hmac(salt === "" ? Buffer.alloc(32) : unhex(salt), unhex(ikm));
    let [block, output] = [Buffer.alloc(0), Buffer.alloc(0)];
    for (let number = 1; output.length < length; number += 1) {
      block = hmac(prk, Buffer.concat([block, unhex(info), Buffer.of(number)]));
      output = Buffer.concat([output, block]);
    }
    return { prk: prk.toString("hex"), okm: output.subarray(0, length).toString("hex") };
  },
  base64url({ text, size }) {
    const data = Buffer.from(text, "base64url");
    if (data.toString("base64url") !== text || (size !== undefined && data.length !== size)) throw new Refused();
    return data.toString("hex");
  },
};

function answer(line) {
  if (line.verb === "shared") return {};
  if (!(line.kind in kinds)) return { unsupported: true };
  try {
    return { gives: kinds[line.kind](line.input) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { error: "MalformedData" };
  }
}

for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(answer(JSON.parse(line))));
