/** Devices, sheets, erasing and closing at a real server, killed after every single effect, and gone on with. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beginAdding, confirmAdding } from "../../src/client/account/addingDevice.ts";
import { beginEnrolling, enrollingWords, finishEnrolling } from "../../src/client/account/enrolling.ts";
import { keyholders, newSheet, replaceSheet, revoke } from "../../src/client/account/keyholders.ts";
import { restore } from "../../src/client/account/opening.ts";
import { FetchTransport } from "../../src/client/adapters/fetchTransport.ts";
import { MemoryStore } from "../../src/client/adapters/memoryStore.ts";
import { systemClock, systemRandom } from "../../src/client/adapters/system.ts";
import { run } from "../../src/client/core/driver.ts";
import type { Step } from "../../src/client/core/effects.ts";
import { openHome } from "../../src/client/core/home.ts";
import { closeJournal } from "../../src/client/leaving/closing.ts";
import { eraseText } from "../../src/client/leaving/withdrawing.ts";
import { deliver } from "../../src/client/log/delivering.ts";
import { post } from "../../src/client/log/outbox.ts";
import { readEntries } from "../../src/client/log/reading.ts";
import { standingOf } from "../../src/client/log/standing.ts";
import { sync } from "../../src/client/log/syncing.ts";
import { createJournal } from "../../src/client/pairing/founding.ts";
import { makeDocument } from "../../src/documents/writing.ts";
import { ServerRefused } from "../../src/errors.ts";
import { jsonObject } from "../../src/protocol/codec.ts";
import { KeyholderSecret } from "../../src/seal/keys.ts";
import { parseWords } from "../../src/seal/words.ts";
import { CAN_SERVE, Evening, upTo } from "./evening.ts";
import { NewDevice, Person } from "./people.ts";

const MINUTES = 600_000;
const DIRECT = { random: systemRandom, clock: systemClock };

describe.skipIf(!CAN_SERVE)("killed after each effect (skipped without Python's environment)", () => {
  let evening: Evening;

  beforeAll(async () => {
    evening = await Evening.begin();
  }, 60_000);

  afterAll(() => evening?.end());

  const person = (): Promise<Person> => Person.register(evening.origin);
  const note = (text: string) => makeDocument("note", jsonObject({ text }), systemClock.now());

  /** Kills after 1, 2, 3 ... effects, until the step comes to its end before. */
  async function eachKill(once: (effects: number) => Promise<boolean>): Promise<void> {
    for (let effects = 1; !(await once(effects)); effects++) expect(effects).toBeLessThan(400);
  }

  /** Does a step of a device without a home, killed after so many effects; whether it came to its end. */
  async function killed(device: NewDevice, effects: number, step: Step<unknown>): Promise<boolean> {
    return (await device.run(upTo(effects, step))) !== null;
  }

  test.each(["beginning", "confirming"])(
    "the old device's %s goes on, and one device is let in",
    async (what) => {
      const ada = await person();
      await eachKill(async (effects) => {
        const device = new NewDevice(evening.origin);
        const code = await device.code();
        const before = (await ada.do(keyholders)).length;
        const begin = (home: typeof ada.home) => beginAdding(home, code);
        if (what === "confirming") await ada.do(begin);
        const words = (await device.words()) ?? [];
        const confirm = (home: typeof ada.home) => confirmAdding(home, words, "Tablet");
        const isDone = await ada.killed<unknown>(effects, what === "confirming" ? confirm : begin);
        if (what === "beginning") await ada.do(begin);
        if (what === "beginning" || !isDone) {
          const shown = (await device.words()) ?? [];
          await ada.do((home) => confirmAdding(home, shown, "Tablet"));
        }
        const home = await device.open();
        expect((await device.run(sync(home))).problems, `after ${effects}`).toEqual([]);
        expect(await ada.problems(), `after ${effects}`).toEqual([]);
        const [last, ...others] = (await ada.do(keyholders)).slice(before);
        expect([last?.label, others], `after ${effects}`).toEqual(["Tablet", []]);
        await ada.do((home) => revoke(home, last === undefined ? [] : [last.id]));
        return isDone;
      });
    },
    MINUTES,
  );

  test.each(["its code", "the words", "opening"])(
    "on the new device %s goes on, and the account opens",
    async (what) => {
      const ada = await person();
      await eachKill(async (effects) => {
        const device = new NewDevice(evening.origin);
        const begin = () => beginEnrolling(device.unlocked, evening.origin, DIRECT);
        let isDone = what === "its code" && (await killed(device, effects, begin()));
        const { code } = await device.run(begin());
        await ada.do((home) => beginAdding(home, code));
        if (what === "the words") isDone = await killed(device, effects, enrollingWords(device.unlocked, DIRECT));
        const words = (await device.words()) ?? [];
        const id = await ada.do((home) => confirmAdding(home, words, null));
        if (what === "opening") isDone = await killed(device, effects, finishEnrolling(device.unlocked, DIRECT));
        const home =
          isDone && what === "opening" ? await device.run(openHome(device.unlocked, DIRECT)) : await device.open();
        expect((await device.run(sync(home))).problems, `after ${effects}`).toEqual([]);
        expect(home.identity.account).toEqual(ada.account);
        await ada.do((home) => revoke(home, [id]));
        return isDone;
      });
    },
    MINUTES,
  );

  test(
    "a new sheet goes on; there is one sheet, whose words restore, and older words open nothing",
    async () => {
      const ada = await person();
      await ada.do(createJournal);
      let older: readonly string[] = [];
      await eachKill(async (effects) => {
        const words = await ada.do(newSheet);
        const isDone = await ada.killed(effects, replaceSheet);
        if (ada.store.rows.has("new_sheet")) await ada.do(replaceSheet); // else only the journals follow, with a sync
        expect(await ada.problems(), `after ${effects}`).toEqual([]);
        const sheets = (await ada.do(keyholders)).filter(({ kind }) => kind === "recovery_sheet");
        expect(sheets, `after ${effects}`).toHaveLength(1);
        expect(await restored(words)).toEqual(ada.account);
        if (older.length > 0) await expect(restored(older)).rejects.toThrow(ServerRefused);
        older = words;
        return isDone;
      });
    },
    MINUTES,
  );

  async function restored(words: readonly string[]): Promise<Uint8Array> {
    const keyholder = new KeyholderSecret(parseWords(words.join(" ")), "recovery_sheet");
    const ports = { store: new MemoryStore(), transport: new FetchTransport(evening.origin) };
    const home = await run(restore({ keyholder, homeSeed: keyholder.seed }, evening.origin, DIRECT), ports);
    return home.identity.account;
  }

  test(
    "erasing goes on with a sync, and the text is gone",
    async () => {
      const ada = await person();
      const journal = await ada.do(createJournal);
      await eachKill(async (effects) => {
        const entry = await ada.do((home) => post(home, journal, note(`${effects}`)));
        await ada.do((home) => deliver(home, journal));
        const isDone = await ada.killed(effects, (home) => eraseText(home, journal, entry));
        const hasBegun = [...ada.store.rows.keys()].some((name) => name.startsWith("holding/"));
        expect(await ada.problems(), `after ${effects}`).toEqual([]);
        const gone = (await ada.do((home) => readEntries(home, journal))).at(-1)?.gone;
        if (isDone || hasBegun) expect(gone, `after ${effects}`).toBe("erased");
        return isDone;
      });
    },
    MINUTES,
  );

  test(
    "closing goes on, and it is noted once",
    async () => {
      const ada = await person();
      let closed = 0;
      await eachKill(async (effects) => {
        const journal = await ada.do(createJournal);
        await ada.do((home) => post(home, journal, note("The last one.")));
        const isDone = await ada.killed(effects, (home) => closeJournal(home, journal));
        await ada.do((home) => closeJournal(home, journal));
        expect(await ada.problems(), `after ${effects}`).toEqual([]);
        expect((await ada.do(() => standingOf(journal))).log.closed, `after ${effects}`).toBe(true);
        const texts = (await ada.do((home) => readEntries(home, journal))).map(({ document }) =>
          document?.body.get("text"),
        );
        expect(texts, `after ${effects}`).toEqual(["The last one."]);
        closed++;
        expect((await ada.noted()).filter((kind) => kind === "ended_closing")).toHaveLength(closed);
        return isDone;
      });
    },
    MINUTES,
  );
});
