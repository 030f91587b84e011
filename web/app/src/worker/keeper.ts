/**
 * Where the person stands, and the way from each place to the next: outside, locked, open, elsewhere, stopped.
 *
 * Rules
 * - What opens the home is on disk before the server is asked for an account: no crash leaves an account without its key.
 * - A registration or a restoring whose answer was lost goes on with the same key, here or after the next unlocking.
 * - Locking drops the keys, and every step under way ends.
 */
import { DuologError, NotAllowed, ServerRefused, VerificationError } from "@duolog/sdk";
import {
  becomeDevice,
  FetchTransport,
  type Home,
  isUnconfirmed,
  MemoryStore,
  openHome,
  register,
  restore,
  type Store,
  systemClock,
  systemRandom,
  type Unlocked,
  Vault,
} from "@duolog/sdk/client";
import { nameFault } from "@duolog/sdk/documents";
import { fromUtf8, utf8 } from "@duolog/sdk/protocol";
import { KeyholderSecret, parseWords } from "@duolog/sdk/seal";
import type { Lock, Passkey, Place } from "../rpc.ts";
import { Enrolling } from "./enrolling.ts";
import { HOME } from "./home.ts";
import { IndexedDbStore } from "./indexedDbStore.ts";
import { lockChanges, lockRow, locksOf, type Opener, opened, passkeyFor, requireOpener } from "./locks.ts";
import { Opened, Runner } from "./opened.ts";
import { refuse } from "./views/refusals.ts";

const DIRECT = { random: systemRandom, clock: systemClock };

/** An open home, and how it rests. */
export interface Here {
  readonly session: Opened;
  readonly lock: Lock;
  /** Of a home that words opened: with what it rests again, once it is a device of its own. */
  readonly restored: Restored | null;
}

interface Restored {
  readonly homeSeed: Uint8Array;
  readonly opener: Opener;
}

/** What the keeper tells: that something looks different, that something was written, and that a home was opened or closed. */
export interface Told {
  changed(): void;
  written(): void;
  opened(here: Here): void;
  closed(): void;
}

export class Keeper {
  readonly #origin: () => Promise<string>;
  readonly #told: Told;
  #place: Place | null = null;
  /** Which tab has the home: nothing is said before that is known. */
  #known: () => void = () => undefined;
  #ready: Promise<void> = new Promise((resolve) => {
    this.#known = resolve;
  });
  #store: Store | null = null;
  #here: Here | null = null;
  #enrolling: Enrolling | null = null;
  /** Of a registration whose answer was lost, until this tab ends: another press goes on with it. */
  #begun: Unlocked | null = null;

  constructor(origin: () => Promise<string>, told: Told) {
    this.#origin = origin;
    this.#told = told;
  }

  async place(): Promise<Place> {
    await this.#ready;
    return this.#enrolling?.place ?? this.#place ?? { at: "elsewhere" };
  }

  /** The open home. Throws a refusal where there is none. */
  here(): Here {
    return this.#here ?? refuse("locked");
  }

  elsewhere(): void {
    this.#known();
    this.#close({ at: "elsewhere" });
  }

  async passkey(): Promise<Passkey> {
    return passkeyFor(this.#store === null ? null : await lockRow(this.#store));
  }

  /** This tab has the home now: what is there? */
  mine(): void {
    const known = this.#known;
    this.#ready = this.#look().then(() => this.#told.changed());
    this.#ready.then(known, known); // who asked before waits for the same
  }

  stop(): void {
    this.#close({ at: "stopped", why: "account_fork" });
  }

  async begin(name: string, opener: Opener): Promise<void> {
    this.#require("outside");
    requireOpener(opener);
    if (nameFault(name) !== null) refuse("bad_name");
    const unlocked = this.#begun ?? fresh();
    this.#begun = unlocked;
    const called = {
      name: "app/name",
      value: new Vault(unlocked.homeSeed, systemRandom).seal("app", utf8(JSON.stringify(name))),
    };
    await this.#settle(unlocked, opener, [called]);
  }

  async restore(words: readonly string[], opener: Opener): Promise<void> {
    this.#require("outside");
    requireOpener(opener);
    const keyholder = new KeyholderSecret(sheetOf(words), "recovery_sheet");
    await this.#settle({ keyholder, homeSeed: systemRandom.bytes(32, "home") }, opener, []);
  }

  /** Begins to use another device's account here. What opens this home is on disk before the code is shown. */
  async enroll(opener: Opener): Promise<void> {
    this.#require("outside");
    requireOpener(opener);
    await this.#settle(fresh(), opener, [], true);
  }

  async unlock(opener: Opener): Promise<void> {
    this.#require("locked");
    const store = this.#store ?? refuse("home");
    const row = (await lockRow(store)) ?? refuse("home");
    await this.#open(opened(row, opener), store, opener);
  }

  /** Drops the keys. What a tab alone holds is gone with them. */
  async lockNow(): Promise<void> {
    const { lock } = this.here();
    const row = this.#store === null ? null : await lockRow(this.#store);
    if (lock === "tab" || row === null) this.#close({ at: "outside" });
    else this.#close({ at: "locked", locks: locksOf(row) });
  }

  /**
   * Makes a home that words opened a device of its own, once they were compared, and opens it anew as one. Whether it did. Until
   * then this Worker keeps what opens the home; an account with too many ways in takes no device.
   */
  async becomeDevice(): Promise<boolean> {
    const { session, restored } = this.here();
    if (restored === null || (await session.run(isUnconfirmed()))) return false;
    const { homeSeed, opener } = restored;
    const rest = (keyholder: KeyholderSecret) => lockChanges({ keyholder, homeSeed }, opener);
    try {
      const unlocked = { keyholder: await session.ask(becomeDevice(session.home, rest)), homeSeed };
      const runner = new Runner(this.#store ?? refuse("home"), new FetchTransport(session.home.connection.origin));
      const home = await runner.run(openHome(unlocked, DIRECT));
      session.close();
      this.#told.closed();
      this.#arrive(home, runner, unlocked, opener);
      return true;
    } catch (error) {
      if (error instanceof NotAllowed) return false;
      throw error;
    }
  }

  /** Erases everything here, from any place. */
  async erase(): Promise<void> {
    if (this.#store instanceof IndexedDbStore) this.#store.close();
    this.#store = null;
    this.#begun = null;
    await IndexedDbStore.erase(HOME);
    this.#close({ at: "outside" });
  }

  #require(at: Place["at"]): void {
    if (this.#place?.at !== at) refuse("not_now");
  }

  async #look(): Promise<void> {
    try {
      const store = await IndexedDbStore.open(HOME);
      const row = await lockRow(store);
      this.#store = store;
      if (row === null) this.#place = { at: "outside" };
      else {
        this.#place = { at: "locked", locks: locksOf(row) };
        if (locksOf(row).includes("none")) await this.#open(opened(row, NO_LOCK), store, NO_LOCK);
      }
    } catch (error) {
      this.#place ??= { at: "outside" };
      if (!(error instanceof DuologError)) throw error; // else whoever opens or begins it is told
    }
  }

  /** A new home: durable first, then made known to the server. */
  async #settle(
    unlocked: Unlocked,
    opener: Opener,
    more: readonly { readonly name: string; readonly value: Uint8Array }[],
    isEnrolling = false,
  ): Promise<void> {
    const store = opener.lock === "tab" ? new MemoryStore() : (this.#store ?? (await IndexedDbStore.open(HOME)));
    await store.commit([...lockChanges(unlocked, opener), ...more]);
    try {
      await this.#open(unlocked, store, opener, isEnrolling);
    } catch (error) {
      if (error instanceof ServerRefused || error instanceof VerificationError) {
        await this.#forget(store); // there is no such account, so nothing is lost
      }
      throw error;
    }
  }

  async #forget(store: Store): Promise<void> {
    this.#begun = null;
    const rows = await store.list("");
    await store.commit([...rows.keys()].map((name) => ({ name, value: null })));
  }

  async #open(unlocked: Unlocked, store: Store, opener: Opener, isEnrolling = false): Promise<void> {
    const rows = await store.read(["account", "enrolling", "origin"]);
    const known = rows.get("origin");
    const origin = known === undefined ? await this.#origin() : fromUtf8(known);
    const runner = new Runner(store, new FetchTransport(origin));
    this.#store = store;
    if (isEnrolling || rows.has("enrolling")) {
      this.#enrolling = await Enrolling.begin(unlocked, runner, origin, {
        changed: () => this.#told.changed(),
        arrived: (home) => this.#arrive(home, runner, unlocked, opener),
      });
      this.#told.changed();
      return;
    }
    this.#arrive(await this.#home(unlocked, runner, origin, rows.has("account")), runner, unlocked, opener);
  }

  #arrive(home: Home, runner: Runner, { keyholder, homeSeed }: Unlocked, opener: Opener): void {
    this.#begun = null;
    this.#enrolling = null;
    const session = new Opened(home, runner, () => {
      this.#told.changed();
      this.#told.written();
    });
    const restored = keyholder.kind === "device" ? null : { homeSeed, opener };
    this.#here = { session, lock: opener.lock, restored };
    this.#place = { at: "open" };
    this.#told.opened(this.#here);
    this.#told.changed();
  }

  async #home(unlocked: Unlocked, runner: Runner, origin: string, isHere: boolean): Promise<Home> {
    if (isHere) return await runner.run(openHome(unlocked, DIRECT));
    if (unlocked.keyholder.kind !== "device") return await runner.ask(restore(unlocked, origin, DIRECT));
    const { home } = await runner.ask(register(unlocked, origin, null, DIRECT, { keepSheet: true }));
    return home;
  }

  #close(place: Place): void {
    this.#enrolling?.end();
    this.#enrolling = null;
    this.#here?.session.close();
    if (this.#here !== null) this.#told.closed();
    this.#here = null;
    this.#place = place;
    this.#told.changed();
  }
}

const NO_LOCK: Opener = { lock: "none", secret: "" };

function fresh(): Unlocked {
  const keyholder = KeyholderSecret.fresh("device", systemRandom);
  return { keyholder, homeSeed: keyholder.seed };
}

function sheetOf(words: readonly string[]): Uint8Array {
  try {
    return parseWords(words.join(" "));
  } catch {
    return refuse("bad_words");
  }
}
