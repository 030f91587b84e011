/** A store in memory: for tests, and for somebody else's computer, where nothing may stay. */

import type { Change, Rows, Store } from "../ports.ts";

export class MemoryStore implements Store {
  readonly #rows: Map<string, Uint8Array>;

  /** `rows`: what is there at the beginning. */
  constructor(rows: Rows = new Map()) {
    this.#rows = new Map(rows);
  }

  /** All rows, as they are now. */
  get rows(): Rows {
    return new Map(this.#rows);
  }

  async read(names: readonly string[]): Promise<Rows> {
    const found = names.flatMap((name) => {
      const row = this.#rows.get(name);
      return row === undefined ? [] : [[name, row] as const];
    });
    return new Map(found);
  }

  async list(beginning: string): Promise<Rows> {
    const found: [string, Uint8Array][] = [];
    for (const [name, row] of this.#rows) if (name.startsWith(beginning)) found.push([name, row]);
    return new Map(found.sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  async commit(changes: readonly Change[]): Promise<void> {
    for (const { name, value } of changes) {
      if (value === null) this.#rows.delete(name);
      else this.#rows.set(name, value);
    }
  }
}
