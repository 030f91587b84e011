/**
 * A device that waits to be let into an account: it looks for the answer of the other device, shows the eight words, and gives
 * the home once the person has confirmed them there.
 *
 * Rules
 * - A failure of the network is tried again. Anything else that is wrong ends the waiting, and is said.
 */
import { DuologError, ServerRefused, TransportError } from "@duolog/sdk";
import {
  beginEnrolling,
  enrollingWords,
  finishEnrolling,
  type Home,
  systemClock,
  systemRandom,
  type Unlocked,
} from "@duolog/sdk/client";
import type { Place } from "../rpc.ts";
import type { Runner } from "./opened.ts";
import { refusalOf } from "./views/refusals.ts";

const DIRECT = { random: systemRandom, clock: systemClock };
const OFTEN = 1000; // milliseconds between two looks
const FAILED = 4000; // after a failure of the network

/** Whom it tells: that something looks different, and that the home is there. */
export interface Watched {
  changed(): void;
  arrived(home: Home): void;
}

export class Enrolling {
  readonly #unlocked: Unlocked;
  readonly #runner: Runner;
  readonly #watched: Watched;
  #shown: { readonly code: string; readonly uri: string };
  #words: readonly string[] | null = null;
  #problem: string | null = null;
  #isEnded = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(
    unlocked: Unlocked,
    runner: Runner,
    watched: Watched,
    shown: { readonly code: string; readonly uri: string },
  ) {
    this.#unlocked = unlocked;
    this.#runner = runner;
    this.#watched = watched;
    this.#shown = shown;
    this.#timer = setTimeout(() => void this.#look(), OFTEN);
  }

  /** Begins, or goes on with what began in this store. Throws where the server can't be reached or refuses. */
  static async begin(unlocked: Unlocked, runner: Runner, origin: string, watched: Watched): Promise<Enrolling> {
    const shown = await runner.ask(beginEnrolling(unlocked, origin, DIRECT));
    return new Enrolling(unlocked, runner, watched, shown);
  }

  get place(): Place {
    return { at: "enrolling", ...this.#shown, words: this.#words, problem: this.#problem };
  }

  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    let wait = OFTEN;
    try {
      await this.#step();
    } catch (error) {
      if (error instanceof TransportError || error instanceof ServerRefused) wait = FAILED;
      else this.#fail(error);
    }
    if (!this.#isEnded) this.#timer = setTimeout(() => void this.#look(), wait);
  }

  async #step(): Promise<void> {
    if (this.#words === null) {
      this.#words = await this.#runner.ask(enrollingWords(this.#unlocked, DIRECT));
      if (this.#words !== null && !this.#isEnded) this.#watched.changed();
      return;
    }
    const home = await this.#runner.ask(finishEnrolling(this.#unlocked, DIRECT));
    if (home === null || this.#isEnded) return;
    this.end();
    this.#watched.arrived(home);
  }

  #fail(error: unknown): void {
    if (this.#isEnded) return; // the home was locked or erased meanwhile
    this.end();
    this.#problem = error instanceof DuologError ? (refusalOf(error)?.code ?? "unforeseen") : "unforeseen";
    this.#watched.changed();
  }
}
