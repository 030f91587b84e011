/**
 * Runs the steps of one opened home.
 *
 * Rules
 * - Steps that ask the server run one behind the other, as a home has one history.
 * - A step that needs no server runs between two answers, and never beside another step: each sees the store as whole
 *   commits have left it, and no slow network keeps a reader waiting.
 * - When the home is closed, every step under way ends at its next effect.
 */
import { HomeError, type Random } from "@duolog/sdk";
import {
  type Clock,
  type Home,
  type HttpAnswer,
  type HttpRequest,
  type Rows,
  run,
  type Step,
  type Store,
  systemClock,
  systemRandom,
  type Transport,
} from "@duolog/sdk/client";
import type { Session } from "./session.ts";

const CLOSED = "The journal is locked.";

/** Lets one in at a time, in the order in which they came. */
export class Gate {
  #last: Promise<void> = Promise.resolve();

  /** Waits for its turn; what is returned lets the next one in. */
  async enter(): Promise<() => void> {
    const before = this.#last;
    let leave = (): void => undefined;
    this.#last = new Promise((resolve) => {
      leave = resolve;
    });
    await before;
    return leave;
  }

  async within<T>(act: () => Promise<T>): Promise<T> {
    const leave = await this.enter();
    try {
      return await act();
    } finally {
      leave();
    }
  }
}

/** Steps of one store and one server. It is there before there is a home: an account is registered by such steps too. */
export class Runner {
  readonly store: Store;
  readonly #transport: Transport;
  readonly #here = new Gate();
  readonly #asking = new Gate();
  #isClosed = false;
  /** How often a step that asks the server has stored something. */
  commits = 0;
  readonly #counted: Store;

  constructor(store: Store, transport: Transport) {
    this.#transport = transport;
    this.store = {
      read: (names) => this.#open(() => store.read(names)),
      list: (beginning): Promise<Rows> => this.#open(() => store.list(beginning)),
      commit: (changes) => this.#open(() => store.commit(changes)),
    };
    this.#counted = {
      ...this.store,
      commit: async (changes) => {
        await this.store.commit(changes);
        this.commits++;
      },
    };
  }

  run<T>(step: Step<T>): Promise<T> {
    const transport = { origin: this.#transport.origin, send: refuseToSend };
    return this.#here.within(() => run(step, { store: this.store, transport }));
  }

  ask<T>(step: Step<T>): Promise<T> {
    return this.#asking.within(async () => {
      let leave = await this.#here.enter();
      const send = async (request: HttpRequest): Promise<HttpAnswer> => {
        leave();
        try {
          return await this.#open(() => this.#transport.send(request));
        } finally {
          leave = await this.#here.enter();
        }
      };
      try {
        return await run(step, { store: this.#counted, transport: { origin: this.#transport.origin, send } });
      } finally {
        leave();
      }
    });
  }

  close(): void {
    this.#isClosed = true;
  }

  async #open<T>(effect: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new HomeError(CLOSED);
    return await effect();
  }
}

async function refuseToSend(): Promise<never> {
  throw new TypeError("A step that asks the server goes through `ask`.");
}

/** An opened home. `told`: to be called when something looks different. */
export class Opened implements Session {
  readonly home: Home;
  readonly store: Store;
  readonly clock: Clock = systemClock;
  readonly random: Random = systemRandom;
  readonly #runner: Runner;
  readonly #told: () => void;

  constructor(home: Home, runner: Runner, told: () => void) {
    this.home = home;
    this.store = runner.store;
    this.#runner = runner;
    this.#told = told;
  }

  run<T>(step: Step<T>): Promise<T> {
    return this.#runner.run(step);
  }

  ask<T>(step: Step<T>): Promise<T> {
    return this.#runner.ask(step);
  }

  /** How often a step that asks the server has stored something. */
  get commits(): number {
    return this.#runner.commits;
  }

  changed(): void {
    this.#told();
  }

  close(): void {
    this.#runner.close();
  }
}
