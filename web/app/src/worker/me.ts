/** What is mine: this device and my others, how it opens, the sheet. */
import { MalformedData, NotAllowed, OpenError, VerificationError } from "@duolog/sdk";
import {
  beginAdding,
  confirmAdding,
  forgetSheet,
  giveUpAdding,
  type Home,
  isNewSheet,
  isUnconfirmed,
  keyholders,
  lookAtKeyholders,
  newSheet,
  replaceSheet,
  revoke,
  type Step,
  sheetWords,
} from "@duolog/sdk/client";
import { cleanLine } from "@duolog/sdk/documents";
import { encodeB64, parseB64 } from "@duolog/sdk/protocol";
import { eightWords } from "@duolog/sdk/seal";
import type { Calls, Device, Me } from "../rpc.ts";
import { seenWords } from "./confirming.ts";
import type { Here } from "./keeper.ts";
import { keep, kept } from "./views/kept.ts";
import { refuse, requireConfirmed } from "./views/refusals.ts";

export const MINUTES = 5; // hidden, before it locks, until the person says otherwise
const MOST_MINUTES = 24 * 60;

export type MeCalls = Pick<
  Calls,
  | "sheet"
  | "sheetChecked"
  | "me"
  | "setLockMinutes"
  | "addDevice"
  | "deviceCompared"
  | "revoke"
  | "knowDevices"
  | "newSheet"
>;

/** `name`: as the others see me. */
export function meCalls({ session, lock }: Here, name: () => Promise<string>): MeCalls {
  const { home } = session;
  return {
    async sheet() {
      const words = (await session.run(wordsToShow(home))) ?? refuse("not_now");
      if (!(await session.run(isNewSheet()))) await session.run(keep(home, "sheet", "shown"));
      session.changed();
      return words;
    },
    async sheetChecked(given) {
      const words = (await session.run(wordsToShow(home))) ?? refuse("not_now");
      const isRight = given.length > 0 && given.every(({ number, word }) => words[number - 1] === word);
      if (isRight && (await session.run(isNewSheet()))) await session.ask(replaceSheet(home));
      if (isRight) {
        await session.run(keep(home, "sheet", "checked"));
        await session.run(forgetSheet());
        session.changed();
      }
      return isRight;
    },
    async me() {
      return {
        name: await name(),
        server: home.connection.origin.replace(/^https?:\/\//, ""),
        lock,
        lockMinutes: await session.run(lockMinutes(home)),
        devices: await session.run(devices(home)),
        sheet: await session.run(sheetState(home)),
        lasting: lock === "tab" || (await navigator.storage.persisted()),
        unconfirmed: await session.run(isUnconfirmed()),
        seen: await session.run(seenWords(home)),
      };
    },
    async setLockMinutes(minutes) {
      const isMinutes = Number.isInteger(minutes) && minutes >= 1 && minutes <= MOST_MINUTES;
      if (!isMinutes) refuse("not_now");
      await session.run(keep(home, "minutes", minutes));
      session.changed();
    },
    async addDevice(code) {
      await requireConfirmed(session);
      try {
        return await session.ask(beginAdding(home, code));
      } catch (error) {
        throw isNoCode(error) ? { code: "bad_code", retry: true } : error;
      }
    },
    async deviceCompared(same, label) {
      const called = cleanLine(label).trim();
      if (same) {
        const words = eightWords(home.identity.account); // the person has compared them on both screens
        await session.ask(confirmAdding(home, words, called === "" ? null : called));
      } else {
        await session.run(giveUpAdding());
      }
      session.changed();
    },
    async revoke(device) {
      await session.ask(revoke(home, [parseB64(device)]));
      session.changed();
    },
    async knowDevices() {
      await session.run(lookAtKeyholders(home));
      session.changed();
    },
    async newSheet() {
      await session.run(newSheet(home));
      session.changed();
    },
  };
}

export function* lockMinutes(home: Home): Step<number> {
  const minutes = yield* kept(home, "minutes");
  return typeof minutes === "number" ? minutes : MINUTES;
}

/** New words that wait to be checked, or those of the registration. */
function* wordsToShow(home: Home): Step<readonly string[] | null> {
  return (yield* isNewSheet()) ? yield* newSheet(home) : yield* sheetWords(home);
}

/** The code is mistyped, too old, or belongs to other keys. */
function isNoCode(error: unknown): boolean {
  const isBad = error instanceof MalformedData || error instanceof OpenError || error instanceof VerificationError;
  return isBad || error instanceof NotAllowed;
}

/** A home without a row about it came from words, or from before: its person has had them. */
export function* sheetState(home: Home): Step<Me["sheet"]> {
  const step = yield* kept(home, "sheet");
  if (yield* isNewSheet()) return "not shown";
  if (step === "shown" || step === "checked") return step;
  return (yield* sheetWords(home)) === null ? "checked" : "not shown";
}

function* devices(home: Home): Step<readonly Device[]> {
  return (yield* keyholders(home)).map(({ id, kind, label, here, isNew }) => {
    return { id: encodeB64(id), kind, label: cleanLine(label ?? ""), here, isNew };
  });
}
