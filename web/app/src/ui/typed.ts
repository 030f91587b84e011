/**
 * Texts that are typed and not yet put anywhere, by field: a screen that is covered, or left and opened again, has them still.
 *
 * The Worker keeps them, sealed, a second after the last key and as soon as nobody looks: so a lock that falls, or a page that ends, takes
 * none. While the journal is locked the page has none of them.
 */
import type { Rpc } from "../rpc.ts";

const SOON = 1000; // milliseconds

export class TypedTexts {
  readonly #rpc: Pick<Rpc, "typed" | "keepTyped">;
  #texts = new Map<string, string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isKept = true;

  constructor(rpc: Pick<Rpc, "typed" | "keepTyped">) {
    this.#rpc = rpc;
  }

  get(name: string): string {
    return this.#texts.get(name) ?? "";
  }

  set(name: string, text: string): void {
    if (this.get(name) === text) return;
    if (text === "") this.#texts.delete(name);
    else this.#texts.set(name, text);
    this.#isKept = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.keep(), text === "" ? 0 : SOON); // what went into the journal doesn't come back
  }

  /** Has the Worker keep them now. */
  async keep(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#isKept) return;
    this.#isKept = true;
    try {
      await this.#rpc.keepTyped(Object.fromEntries(this.#texts));
    } catch {
      this.#isKept = false; // they stand on the page, and the next key or look away tries again
    }
  }

  /** Takes those that were kept, when the journal opens. */
  async load(): Promise<void> {
    const kept = await this.#rpc.typed().catch(() => ({})); // a row that can't be read keeps nobody out
    this.#texts = new Map([...Object.entries(kept), ...this.#texts]);
  }

  /** Forgets them on this page. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#isKept = true;
    this.#texts.clear();
  }
}
