/**
 * The built SDK as a program with verbs, for `make hostile` (hostile/README.md) and `make transcript` (vectors/README.md):
 * a line of JSON in, a line out. What it lacks it says. Its home rests in the folder `HOSTILE_HOME`, or in memory.
 */

import { createInterface } from "node:readline";
import { DuologError } from "../dist/index.js";
import { fault } from "./program/faults.mjs";
import { Person } from "./program/person.mjs";

const KIT = ["register", "restore", "rotate", "invite", "join", "status", "write", "read"];
const DEVICES = ["new_device", "begin_adding", "see_words", "confirm_adding", "finish", "revoke"];
const VERBS = [...KIT, ...DEVICES, "propose", "accept", "close"];

const person = new Person(process.env.HOSTILE_HOME ?? null);

for await (const line of createInterface({ input: process.stdin })) {
  const { verb, draws, now, record, connect, ...fields } = JSON.parse(line);
  person.follow({ draws, now, record, connect });
  let answer;
  try {
    answer = VERBS.includes(verb) ? await person[verb](fields) : { unsupported: true };
    answer = { ...answer, ...person.drawn };
  } catch (error) {
    if (!(error instanceof DuologError)) throw error;
    answer = fault(error);
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
