/** A couple on a real server that lies on demand: `tests/web/evening.py`, and Sam's account as a home of this client. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { FetchTransport } from "../../src/client/adapters/fetchTransport.ts";
import { MemoryStore } from "../../src/client/adapters/memoryStore.ts";
import { systemClock, systemRandom } from "../../src/client/adapters/system.ts";
import { run } from "../../src/client/core/driver.ts";
import type { Step } from "../../src/client/core/effects.ts";
import { accountChanges, type Home, openHome, serverChanges, type Unlocked } from "../../src/client/core/home.ts";
import { Vault } from "../../src/client/core/vault.ts";
import type { HttpAnswer, HttpRequest, Rows, Store, Transport } from "../../src/client/ports.ts";
import { verifyChain } from "../../src/protocol/accounts.ts";
import { utf8 } from "../../src/protocol/bytes.ts";
import { parseB64 } from "../../src/protocol/codec.ts";
import { parseJson } from "../../src/protocol/json.ts";
import { GenerationSecret, KeyholderSecret } from "../../src/seal/keys.ts";
import { Inputs } from "../vectors/cases.ts";
import { accountStatements } from "../vectors/logs.ts";

export const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
export const PYTHON = process.env.DUOLOG_PYTHON ?? `${ROOT}.venv/bin/python`;

/** Whether there is a Python that can serve; without one the tests that need a server are skipped, and say so. */
export const CAN_SERVE = existsSync(PYTHON);

export class Evening {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  #said = new Inputs(new Map());

  private constructor(alone: boolean) {
    this.#process = spawn(PYTHON, ["-m", "tests.web.evening", ...(alone ? ["alone"] : [])], {
      cwd: ROOT,
      env: { ...process.env, PYTHONPATH: ROOT },
      stdio: ["pipe", "pipe", "inherit"],
    });
    if (this.#process.stdout === null) throw new TypeError("no output to read");
    this.#reader = createInterface({ input: this.#process.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** `alone`: with Ada alone, and no journal; that begins sooner. */
  static async begin({ alone = false } = {}): Promise<Evening> {
    const evening = new Evening(alone);
    evening.#said = await evening.#next();
    return evening;
  }

  get origin(): string {
    return this.#said.text("origin");
  }

  get journal(): Uint8Array {
    return this.#said.data("journal");
  }

  /** The 24 words of Sam's sheet. */
  get words(): string {
    return this.#said.text("words");
  }

  get texts(): readonly string[] {
    return this.#said.list("texts").map(String);
  }

  /** Tells the evening's program something, and waits until it is done; what it said. */
  async tell(order: string): Promise<Inputs> {
    this.#process.stdin?.write(`${order}\n`);
    return await this.#next();
  }

  /** The notes that Ada reads, with Python's client. */
  async adasTexts(): Promise<readonly string[]> {
    return (await this.tell("texts")).list("texts").map(String);
  }

  async #next(): Promise<Inputs> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the evening's program ended");
    return new Inputs(parseJson(utf8(value), "a line", 64));
  }

  end(): void {
    this.#process.stdin?.end();
    this.#reader.close();
  }

  /** What unlocks Sam's home. */
  get unlocked(): Unlocked {
    return this.unlockedOf(this.#said.object("sam"));
  }

  /** What unlocks the home of which the evening's program told all. */
  unlockedOf(home: Inputs): Unlocked {
    const seed = home.data("keyholder_seed");
    return { keyholder: new KeyholderSecret(seed, "device"), homeSeed: seed };
  }

  get accountJournal(): Uint8Array {
    return this.#said.object("sam").data("account_journal");
  }

  /** A store with Sam's account, which has not fetched anything. */
  async samsStore(): Promise<MemoryStore> {
    return await this.storeOf(this.#said.object("sam"));
  }

  /** The same for a home of which the evening's program told all. */
  async storeOf(home: Inputs): Promise<MemoryStore> {
    const statements = accountStatements(home.objects("chain"));
    const secrets = home.list("seeds").map((seed, at) => new GenerationSecret(parseB64(String(seed)), at + 1));
    const sets = accountStatements(home.objects("sets"));
    const store = new MemoryStore();
    const keys = home.list("receipt_keys").map((key) => parseB64(String(key)));
    await store.commit([
      ...accountChanges(
        { chain: verifyChain(statements), statements, sets, secrets },
        new Vault(this.unlockedOf(home).homeSeed, systemRandom),
      ),
      ...serverChanges(this.origin, keys),
    ]);
    return store;
  }
}

/** A client of one person: a home in a store, at a server. */
export class Client {
  readonly store: Store;
  readonly home: Home;
  readonly #transport: Transport;
  /** What a test makes of the server's answers. */
  lie: (request: HttpRequest, answer: HttpAnswer) => HttpAnswer = (_, answer) => answer;

  private constructor(store: Store, home: Home, there: Transport) {
    this.store = store;
    this.home = home;
    this.#transport = {
      origin: there.origin,
      send: async (request) => this.lie(request, await there.send(request)),
    };
  }

  /** Opens the home in a store, or in a copy of rows. */
  static async open(evening: Evening, rows: Rows | Store, unlocked = evening.unlocked): Promise<Client> {
    const store = rows instanceof Map ? new MemoryStore(rows) : (rows as Store);
    const transport = new FetchTransport(evening.origin, 5000);
    const home = await run(openHome(unlocked, { random: systemRandom, clock: systemClock }), {
      store,
      transport,
    });
    return new Client(store, home, transport);
  }

  async do<T>(step: (home: Home) => Step<T>): Promise<T> {
    return await run(step(this.home), { store: this.store, transport: this.#transport });
  }

  /** Does a step, but stops it for good after so many effects; whether it came to its end. */
  async doUpTo<T>(effects: number, step: (home: Home) => Step<T>): Promise<boolean> {
    const stopped = await run(upTo(effects, step(this.home)), { store: this.store, transport: this.#transport });
    return stopped !== null;
  }
}

/** The step, which ends for good behind so many effects: then it comes to null, as if the program had been killed. */
export function* upTo<T>(effects: number, step: Step<T>): Step<{ readonly value: T } | null> {
  let next = step.next({ type: "done" });
  for (let left = effects; !next.done; left--) {
    if (left === 0) return null;
    const result = yield next.value;
    next = step.next(result);
  }
  return { value: next.value };
}
