/** Hears from the server that something is new, while somebody looks. Without it the loop asks now and then. */
import { TransportError } from "@duolog/sdk";
import { type Home, listen, type Step } from "@duolog/sdk/client";

const FIRST_PAUSE = 3000; // milliseconds
const LAST_PAUSE = 120_000;

export class Listening {
  readonly #home: Home;
  readonly #ask: <T>(step: Step<T>) => Promise<T>;
  readonly #wake: () => void;
  #ending: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #isOpen = false;

  constructor(home: Home, ask: <T>(step: Step<T>) => Promise<T>, wake: () => void) {
    this.#home = home;
    this.#ask = ask;
    this.#wake = wake;
  }

  /** Whether the server says by itself when something is new. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  begin(): void {
    if (this.#ending !== null) return;
    this.#ending = new AbortController();
    void this.#hear(this.#ending.signal);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#ending?.abort();
    this.#ending = null;
    this.#isOpen = false;
  }

  async #hear(signal: AbortSignal): Promise<void> {
    try {
      const token = await this.#ask(this.#home.connection.token());
      const opened = (): void => {
        this.#failures = 0;
        this.#isOpen = true;
        this.#wake(); // what came while there was no stream is found now
      };
      await listen(this.#home.connection.origin, token, { opened, woken: this.#wake }, signal);
    } catch (error) {
      if (!(error instanceof TransportError)) this.#failures++; // locked, or refused: slower still
    }
    if (signal.aborted) return;
    this.#isOpen = false;
    const pause = Math.min(FIRST_PAUSE * 2 ** this.#failures++, LAST_PAUSE);
    this.#timer = setTimeout(() => void this.#hear(signal), pause * (0.5 + Math.random() / 2));
  }
}
