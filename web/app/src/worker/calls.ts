/** Every method that the Worker answers, over the keeper and the home that is open now. */
import { AccountFork } from "@duolog/sdk";
import type { Calls } from "../rpc.ts";
import type { Keeper } from "./keeper.ts";
import { refusalOf } from "./views/refusals.ts";

/** The page answers these itself: what the browser keeps of the app, and how it asks to keep more. */
export type PageCalls = Pick<Calls, "build" | "askToLast" | "takeBuild">;
type OfTheKeeper =
  | "place"
  | "begin"
  | "restore"
  | "enroll"
  | "unlock"
  | "lockNow"
  | "signOut"
  | "eraseHere"
  | "attend"
  | "passkey";
/** What an open home answers. */
export type HomeCalls = Omit<Calls, keyof PageCalls | OfTheKeeper>;
export type WorkerCalls = Omit<Calls, keyof PageCalls>;

const OF_A_HOME: Record<keyof HomeCalls, true> = {
  pairing: true,
  invite: true,
  join: true,
  compared: true,
  takeBackInvitation: true,
  sheet: true,
  sheetChecked: true,
  journal: true,
  search: true,
  entry: true,
  draft: true,
  keepDraft: true,
  typed: true,
  keepTyped: true,
  put: true,
  answer: true,
  withdraw: true,
  keep: true,
  disclosure: true,
  read: true,
  hear: true,
  boundaries: true,
  propose: true,
  decide: true,
  things: true,
  make: true,
  take: true,
  checkIn: true,
  beginCheckIn: true,
  answerCheckIn: true,
  setCheckInAside: true,
  revealCheckIn: true,
  us: true,
  proposals: true,
  declineProposal: true,
  pause: true,
  leave: true,
  me: true,
  setLockMinutes: true,
  addDevice: true,
  deviceCompared: true,
  revoke: true,
  knowDevices: true,
  newSheet: true,
  confirm: true,
};

/** `open`: the calls of the open home; it throws a refusal where none is open. */
export function workerCalls(keeper: Keeper, open: () => HomeCalls, attend: Calls["attend"]): WorkerCalls {
  const own: Pick<Calls, OfTheKeeper> = {
    attend,
    place: () => keeper.place(),
    passkey: () => keeper.passkey(),
    begin: (name, lock, secret) => keeper.begin(name, { lock, secret }),
    restore: (words, lock, secret) => keeper.restore(words, { lock, secret }),
    enroll: (lock, secret) => keeper.enroll({ lock, secret }),
    unlock: (lock, secret) => keeper.unlock({ lock, secret }),
    lockNow: () => keeper.lockNow(),
    async signOut() {
      const { session } = keeper.here();
      await session.ask(session.home.connection.logOut()).catch(() => undefined); // without a network its token ends by itself
      await keeper.lockNow();
    },
    eraseHere: () => keeper.erase(),
  };
  const names = [...Object.keys(own), ...Object.keys(OF_A_HOME)] as (keyof WorkerCalls)[];
  const call = async (name: keyof WorkerCalls, given: readonly unknown[]): Promise<unknown> => {
    const calls = (name in own ? own : open()) as WorkerCalls;
    return await (calls[name] as (...given: readonly unknown[]) => Promise<unknown>)(...given);
  };
  const guarded = names.map((name) => [
    name,
    async (...given: readonly unknown[]) => {
      try {
        return await call(name, given);
      } catch (error) {
        if (error instanceof AccountFork) keeper.stop();
        throw refusalOf(error) ?? error;
      }
    },
  ]);
  return Object.fromEntries(guarded) as WorkerCalls;
}
