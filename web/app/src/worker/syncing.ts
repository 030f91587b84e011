/**
 * Keeps an open home up to date: fetches what is new, and sends what waits in the outbox.
 *
 * Rules
 * - At once when the home opens, when something was written, when the server says that something is new, when the network or
 *   the person comes back; otherwise at ease.
 * - While two people pair, every 700 ms, and only then.
 * - A failure waits longer each time; a device that was taken out waits longest. Nothing is lost by it: what was written stays in the outbox.
 * - A device that the server lets in again listens again.
 */
import { AccountFork, DuologError, HomeError, ServerRefused, TransportError } from "@duolog/sdk";
import { deliver, type Home, type Step, type Store, type Synced, sync } from "@duolog/sdk/client";
import { parseB64, sameBytes } from "@duolog/sdk/protocol";
import type { Reach } from "../rpc.ts";
import { FULL } from "./indexedDbStore.ts";
import { Listening } from "./listening.ts";

const AT_EASE = 20_000; // milliseconds
const TOLD = 60_000; // while the server says by itself that something is new
const HIDDEN = 120_000;
const PAIRING = 700;
const FIRST_FAILURE = 2000;
const LAST_FAILURE = 60_000;
const LAST_WITHOUT_ROOM = 10_000; // while somebody looks: room comes back without a word
const PROGRESS = 700; // while much is fetched, it is shown page by page

/** What the loop does for a home, and whom it tells. */
export interface Kept {
  readonly home: Home;
  readonly store: Store;
  ask<T>(step: Step<T>): Promise<T>;
  /** How often a step that asks the server has stored something. */
  commits(): number;
  /** What is due besides: a pairing that goes on, a name that isn't in the journal yet. Whether it changed something. */
  due(): Promise<boolean>;
  changed(): void;
  /** The account's own keys fork: nothing may go on by itself. */
  forked(): void;
}

function isFull(error: unknown): boolean {
  return error instanceof HomeError && error.message === FULL;
}

export class Syncing {
  readonly #kept: Kept;
  readonly #listening: Listening;
  #wake: () => void = () => undefined;
  #isWanted = false;
  #isEnded = false;
  #isVisible = true;
  #isPairing = false;
  #failures = 0;
  #reach: Reach = "online";

  constructor(kept: Kept) {
    this.#kept = kept;
    this.#listening = new Listening(
      kept.home,
      (step) => kept.ask(step),
      () => this.now(),
    );
    this.#listening.begin();
    void this.#live();
  }

  get reach(): Reach {
    return this.#reach;
  }

  /** As soon as possible. */
  now(): void {
    this.#isWanted = true;
    this.#wake();
  }

  /** How closely somebody looks. */
  attend(isVisible: boolean, isPairing: boolean): void {
    const comes = (isVisible && !this.#isVisible) || (isPairing && !this.#isPairing);
    [this.#isVisible, this.#isPairing] = [isVisible, isPairing];
    if (isVisible) this.#listening.begin();
    else this.#listening.end();
    if (comes) this.now();
  }

  end(): void {
    this.#isEnded = true;
    this.#listening.end();
    this.#wake();
  }

  async #live(): Promise<void> {
    while (!this.#isEnded) {
      this.#isWanted = false;
      await this.#pass();
      if (!this.#isEnded && !this.#isWanted) await this.#rest();
    }
  }

  async #pass(): Promise<void> {
    const was = this.#reach;
    let isNew = false;
    let stored = this.#kept.commits();
    const progress = setInterval(() => {
      if (this.#isEnded || this.#kept.commits() === stored) return;
      stored = this.#kept.commits();
      this.#reach = "coming";
      this.#kept.changed();
    }, PROGRESS);
    try {
      const { home } = this.#kept;
      const waysIn = home.identity.sets.length;
      const { fetched, problems }: Synced = await this.#kept.ask(sync(home));
      const own = home.identity.accountJournal;
      if (problems.some((one) => one.error instanceof AccountFork && sameBytes(one.journal, own))) this.#kept.forked();
      const full = problems.find(({ error }) => isFull(error));
      if (full !== undefined) throw full.error;
      isNew = fetched > 0 || problems.length > 0 || home.identity.sets.length > waysIn;
      isNew = (await this.#deliver()) || isNew;
      isNew = (await this.#kept.due()) || isNew;
      this.#reach = "online";
      this.#failures = 0;
      if (this.#isVisible && !this.#isEnded) this.#listening.begin();
    } catch (error) {
      if (this.#reach === "coming") [this.#reach, isNew] = [was, true];
      this.#failures++;
      if (error instanceof AccountFork) this.#kept.forked();
      else if (error instanceof ServerRefused && error.code === "login_refused") {
        // Asked seldom from now on: a server counts the log-ins of all who share an address.
        this.#reach = "out";
        this.#failures = 9;
        this.#listening.end();
      } else if (isFull(error)) this.#reach = "full";
      else if (error instanceof TransportError || error instanceof ServerRefused) this.#reach = "offline";
      else if (!(error instanceof DuologError)) isNew = true; // its screen asks again, and says what it finds
    }
    clearInterval(progress);
    if (!this.#isEnded && (isNew || was !== this.#reach)) this.#kept.changed();
  }

  /** Sends what waits, journal by journal; whether something went. */
  async #deliver(): Promise<boolean> {
    const waiting = [...(await this.#kept.store.list("out/")).keys()];
    let delivered = 0;
    for (const id of new Set(waiting.map((name) => name.split("/")[1] ?? ""))) {
      try {
        delivered += await this.#kept.ask(deliver(this.#kept.home, parseB64(id)));
      } catch (error) {
        const isOfAll = error instanceof TransportError || error instanceof HomeError;
        if (isOfAll || !(error instanceof DuologError)) throw error;
        // this journal can't be written now; the others can
      }
    }
    return delivered > 0;
  }

  #rest(): Promise<void> {
    const ease = this.#listening.isOpen ? TOLD : AT_EASE;
    const wait = this.#isPairing && this.#isVisible ? PAIRING : this.#isVisible ? ease : HIDDEN;
    const last = this.#reach === "full" && this.#isVisible ? LAST_WITHOUT_ROOM : LAST_FAILURE;
    const after = Math.min(FIRST_FAILURE * 2 ** (this.#failures - 1), last);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#failures === 0 ? wait : this.#isPairing ? Math.min(after, 4000) : after);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
