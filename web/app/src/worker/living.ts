/** An open home that lives: its calls, what keeps it up to date, and the lock that falls when nobody looks. */
import { createJournal, isUnconfirmed, keyholders, read, type Step } from "@duolog/sdk/client";
import type { Waiting } from "../rpc.ts";
import type { HomeCalls } from "./calls.ts";
import { confirmCall } from "./confirming.ts";
import { HiddenLock } from "./hiddenLock.ts";
import type { Here, Keeper } from "./keeper.ts";
import { lockMinutes, meCalls, sheetState } from "./me.ts";
import { nameDue, ownName } from "./naming.ts";
import { pairingCalls } from "./pairing.ts";
import { Syncing } from "./syncing.ts";
import { here as shown } from "./views/here.ts";
import { journalCalls } from "./views/index.ts";
import { requireConfirmed } from "./views/refusals.ts";

export class Living {
  readonly calls: HomeCalls;
  readonly #here: Here;
  /** Null where nothing would open the home again, or anybody. */
  readonly #lock: HiddenLock | null;
  readonly #syncing: Syncing;
  #pairing = "";

  /** `changed`: says to the page that something looks different. */
  constructor(here: Here, keeper: Keeper, changed: () => void) {
    this.#here = here;
    const { session, lock } = here;
    const { home } = session;
    const minutes = (): Promise<number> => session.run(lockMinutes(home));
    this.#lock = lock === "none" || lock === "tab" ? null : new HiddenLock(minutes, () => keeper.lockNow());
    this.#syncing = new Syncing({
      home,
      store: session.store,
      ask: (step) => session.ask(step),
      commits: () => session.commits,
      due: async () => {
        const [pairing, isNamed] = [await this.#pairingMoved(), await session.run(nameDue(home))];
        return (await keeper.becomeDevice()) || pairing || isNamed;
      },
      changed,
      forked: () => keeper.stop(),
    });
    const journal = journalCalls(session, {
      reach: () => this.#syncing.reach,
      waiting: () => session.run(waiting(here)),
    });
    this.calls = {
      ...pairingCalls(session),
      ...meCalls(here, () => session.run(ownName(home))),
      ...confirmCall(session),
      ...journal,
      put: async (draft) => {
        await this.#beginAlone();
        await journal.put(draft);
      },
    };
  }

  /** Something was written here. */
  written(): void {
    this.#syncing.now();
  }

  async attend(isVisible: boolean, isPairing: boolean): Promise<void> {
    this.#syncing.attend(isVisible, isPairing);
    await this.#lock?.attend(isVisible);
  }

  /** The first text makes the journal of somebody who writes alone. Who has answered an invitation waits for that journal. */
  async #beginAlone(): Promise<void> {
    const { session } = this.#here;
    if ((await session.run(shown(session.home))) !== null) return;
    if ((await this.calls.pairing()).step !== "none") return;
    await requireConfirmed(session);
    await session.ask(createJournal(session.home));
  }

  /** A pairing goes on while nothing is fetched, too. */
  async #pairingMoved(): Promise<boolean> {
    const before = this.#pairing;
    this.#pairing = JSON.stringify(await this.calls.pairing());
    return this.#pairing !== before;
  }

  end(): void {
    this.#lock?.end();
    this.#syncing.end();
  }
}

/** What waits for me that stands in no journal. */
function* waiting({ session: { home } }: Here): Step<readonly Waiting[]> {
  const hasAccount = (yield* read(["account"])).has("account");
  const isDue = hasAccount && (yield* sheetState(home)) !== "checked";
  const isAdded = hasAccount && (yield* keyholders(home)).some(({ isNew }) => isNew);
  const due = { device: isAdded, confirm: yield* isUnconfirmed(), sheet: isDue };
  return (["device", "confirm", "sheet"] as const)
    .filter((kind) => due[kind])
    .map((kind) => ({ kind, id: kind, from: "" }));
}
