/**
 * The lock that falls when nobody has looked for some minutes. A phone may stop this program meanwhile: then it falls as soon as
 * the page is seen again, before anything is shown.
 */
const MINUTE = 60_000; // milliseconds

export class HiddenLock {
  readonly #minutes: () => Promise<number>;
  readonly #fall: () => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hiddenAt: number | null = null;

  /** `minutes`: until it falls, as the person has set it. */
  constructor(minutes: () => Promise<number>, fall: () => Promise<void>) {
    this.#minutes = minutes;
    this.#fall = fall;
  }

  async attend(isVisible: boolean): Promise<void> {
    const since = this.#hiddenAt ?? Date.now();
    this.#hiddenAt = isVisible ? null : since;
    const limit = (await this.#minutes()) * MINUTE;
    const left = limit - (Date.now() - since);
    clearTimeout(this.#timer);
    if (left <= 0) await this.#fall();
    else if (this.#hiddenAt !== null) this.#timer = setTimeout(() => void this.#fall(), left);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
