/** People of this client alone: an account in a store, at a real server, perhaps behind a transport that lies. */

import { beginAdding, confirmAdding } from "../../src/client/account/addingDevice.ts";
import { beginEnrolling, enrollingWords, finishEnrolling } from "../../src/client/account/enrolling.ts";
import { register } from "../../src/client/account/registering.ts";
import { FetchTransport } from "../../src/client/adapters/fetchTransport.ts";
import { MemoryStore } from "../../src/client/adapters/memoryStore.ts";
import { systemClock, systemRandom } from "../../src/client/adapters/system.ts";
import { run } from "../../src/client/core/driver.ts";
import type { Step } from "../../src/client/core/effects.ts";
import { type Home, openHome, type Unlocked } from "../../src/client/core/home.ts";
import { readEntries } from "../../src/client/log/reading.ts";
import { sync } from "../../src/client/log/syncing.ts";
import type { Clock, HttpAnswer, HttpRequest, Transport } from "../../src/client/ports.ts";
import { fromUtf8, utf8 } from "../../src/protocol/bytes.ts";
import { KeyholderSecret } from "../../src/seal/keys.ts";

const DIRECT = { random: systemRandom, clock: systemClock };

/**
 * A transport whose answers a test changes: `lie` gets each, and gives what the client sees. `instead` answers in the
 * server's place, before the server hears of a request.
 */
export class Between implements Transport {
  readonly #there: Transport;
  lie: (request: HttpRequest, answer: HttpAnswer) => HttpAnswer = (_, answer) => answer;
  instead: (request: HttpRequest) => HttpAnswer | null = () => null;

  constructor(origin: string) {
    this.#there = new FetchTransport(origin);
  }

  get origin(): string {
    return this.#there.origin;
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    return this.instead(request) ?? this.lie(request, await this.#there.send(request));
  }
}

/** The server's "no" to a request, by its code. */
export function refusing(request: HttpRequest, code: string, status = 409): HttpAnswer {
  const problem = { type: `/docs#${code}`, title: "No", status, code, detail: "No." };
  const body = utf8(JSON.stringify(problem));
  return { status, media: "application/problem+json", id: request.id, retryAfter: "", body };
}

/** The bodies of answers are plain JSON here; the requests' ids are not of interest. */
export function bodyOf(answer: HttpAnswer): Record<string, unknown> {
  return JSON.parse(fromUtf8(answer.body)) as Record<string, unknown>;
}

export class Person {
  readonly transport: Between;
  readonly store: MemoryStore;
  readonly #unlocked: Unlocked;
  #home: Home;
  /** Seconds by which this person's clock is ahead. */
  ahead = 0;

  private constructor(transport: Between, store: MemoryStore, unlocked: Unlocked, home: Home) {
    this.transport = transport;
    this.store = store;
    this.#unlocked = unlocked;
    this.#home = home;
  }

  /** A new account, with its own journal fetched. */
  static async register(origin: string): Promise<Person> {
    const keyholder = KeyholderSecret.fresh("device", systemRandom);
    const unlocked = { keyholder, homeSeed: keyholder.seed };
    const [store, transport] = [new MemoryStore(), new Between(origin)];
    const { home } = await run(register(unlocked, origin, null, DIRECT), { store, transport });
    await run(sync(home), { store, transport });
    return new Person(transport, store, unlocked, home);
  }

  /** Another device of this person's account. */
  async device(): Promise<Person> {
    const { origin } = this.transport;
    const keyholder = KeyholderSecret.fresh("device", systemRandom);
    const unlocked = { keyholder, homeSeed: keyholder.seed };
    const [store, transport] = [new MemoryStore(), new Between(origin)];
    const direct = { random: systemRandom, clock: systemClock };
    const { code } = await run(beginEnrolling(unlocked, origin, direct), { store, transport });
    const words = await this.do((home) => beginAdding(home, code));
    await run(enrollingWords(unlocked, direct), { store, transport });
    await this.do((home) => confirmAdding(home, words, null));
    const home = await run(finishEnrolling(unlocked, direct), { store, transport });
    if (home === null) throw new Error("the device was not let in");
    return new Person(transport, store, unlocked, home);
  }

  /** Another program on a copy of this person's rows, as if it had stopped here. */
  async fork(): Promise<Person> {
    const other = new Person(
      new Between(this.transport.origin),
      new MemoryStore(this.store.rows),
      this.#unlocked,
      this.#home,
    );
    await other.restart();
    return other;
  }

  get home(): Home {
    return this.#home;
  }

  get account(): Uint8Array {
    return this.#home.identity.account;
  }

  async do<T>(step: (home: Home) => Step<T>): Promise<T> {
    return await run(step(this.#home), { store: this.store, transport: this.transport });
  }

  /** Starts the program again: what was not committed is lost. */
  async restart(): Promise<void> {
    const clock: Clock = { now: () => systemClock.now() + this.ahead };
    const opened = openHome(this.#unlocked, { random: systemRandom, clock });
    this.#home = await run(opened, { store: this.store, transport: this.transport });
  }

  /**
   * Does a step, is killed after so many of its effects that change something, and starts again; whether the step came to
   * its end. To be killed behind a reading is the same as to be killed before it.
   */
  async killed<T>(changes: number, step: (home: Home) => Step<T>): Promise<boolean> {
    const isDone = await this.do((home) => upToChange(changes, step(home)));
    await this.restart();
    return isDone;
  }

  /** Syncs; the names of the rules that were broken, and of errors without one. */
  async problems(): Promise<readonly string[]> {
    const { problems } = await this.do(sync);
    return problems.map(({ error }) => ("check" in error ? String(error.check) : error.constructor.name));
  }

  /** The first page of a journal, as the server answers it to this person. */
  async pageOf(journal: Uint8Array): Promise<HttpAnswer> {
    let page: HttpAnswer | null = null;
    this.transport.lie = (_, answer) => {
      page = answer;
      return answer;
    };
    await this.do((home) => home.connection.pull(journal, 0));
    this.transport.lie = (_, answer) => answer;
    if (page === null) throw new Error("no page came");
    return page;
  }

  /** The kinds of the documents in the account's own journal. */
  async noted(): Promise<readonly (string | undefined)[]> {
    const entries = await this.do((home) => readEntries(home, home.identity.accountJournal));
    return entries.map(({ document }) => document?.kind);
  }
}

/** A device that has no account yet. */
export class NewDevice {
  readonly unlocked: Unlocked;
  readonly store = new MemoryStore();
  readonly transport: Between;

  constructor(origin: string) {
    const keyholder = KeyholderSecret.fresh("device", systemRandom);
    this.unlocked = { keyholder, homeSeed: keyholder.seed };
    this.transport = new Between(origin);
  }

  async run<T>(step: Step<T>): Promise<T> {
    return await run(step, { store: this.store, transport: this.transport });
  }

  async code(): Promise<string> {
    return (await this.run(beginEnrolling(this.unlocked, this.transport.origin, DIRECT))).code;
  }

  async words(): Promise<readonly string[] | null> {
    return await this.run(enrollingWords(this.unlocked, DIRECT));
  }

  async open(): Promise<Home> {
    const home = await this.run(finishEnrolling(this.unlocked, DIRECT));
    if (home === null) throw new Error("it isn't let in yet");
    return home;
  }
}

/** Takes a step until so many of its effects have changed something; whether it came to its end before. */
function* upToChange<T>(changes: number, step: Step<T>): Step<boolean> {
  let left = changes;
  let next = step.next({ type: "done" });
  while (!next.done) {
    const effect = next.value;
    const result = yield effect;
    const isChange = effect.type === "commit" || (effect.type === "http" && effect.request.method !== "GET");
    next = step.next(result);
    if (isChange && --left === 0 && !next.done) return false;
  }
  return true;
}
