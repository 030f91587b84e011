/** A store in one file: a line of JSON for each commit, read again at the start. For programs of tests alone. */

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { MemoryStore } from "../../dist/client/index.js";
import { encodeB64, parseB64 } from "../../dist/protocol/index.js";

export class FileStore extends MemoryStore {
  #file;

  constructor(file) {
    const rows = new Map();
    const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
    for (const [name, value] of lines.filter((line) => line !== "").flatMap((line) => JSON.parse(line))) {
      if (value === null) rows.delete(name);
      else rows.set(name, parseB64(value));
    }
    super(rows);
    this.#file = file;
  }

  async commit(changes) {
    const line = changes.map(({ name, value }) => [name, value === null ? null : encodeB64(value)]);
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
    await super.commit(changes);
  }
}
