/** A home that came back from words of an account that has no journal: its other own device alone can tell. */
import {
  createJournal,
  FetchTransport,
  type Home,
  isUnconfirmed,
  MemoryStore,
  newSheet,
  replaceSheet,
  restore,
  run,
  type Step,
  sync,
  systemClock,
  systemRandom,
} from "@duolog/sdk/client";
import { KeyholderSecret, parseWords } from "@duolog/sdk/seal";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Person } from "../../../sdk/test/client/people.ts";
import { confirmCall, seenWords } from "../../src/worker/confirming.ts";
import type { Session } from "../../src/worker/session.ts";
import { CAN_SERVE, Evening, refusal } from "./couple.ts";

describe.skipIf(!CAN_SERVE)("with a real server (skipped without Python's environment)", () => {
  let evening: Evening;

  beforeAll(async () => {
    evening = await Evening.begin({ alone: true });
  }, 60_000);

  afterAll(() => evening?.end());

  /** A person with a device, and the home of their words. */
  async function restored(): Promise<{ person: Person; session: Session }> {
    const person = await Person.register(evening.origin);
    const words = await person.do(newSheet);
    await person.do(replaceSheet);
    const keyholder = new KeyholderSecret(parseWords(words.join(" ")), "recovery_sheet");
    const ports = { store: new MemoryStore(), transport: new FetchTransport(evening.origin) };
    const direct = { random: systemRandom, clock: systemClock };
    const unlocked = { keyholder, homeSeed: systemRandom.bytes(32, "home") };
    const home: Home = await run(restore(unlocked, evening.origin, direct), ports);
    const task = <T>(step: Step<T>): Promise<T> => run(step, ports);
    expect(await task(seenWords(home))).toEqual([]); // nothing was fetched yet
    await task(sync(home));
    return { person, session: { home, store: ports.store, ...direct, run: task, ask: task, changed: () => undefined } };
  }

  test("it is confirmed by the words that the other device shows, and by no others", async () => {
    const { person, session } = await restored();
    const shown = await person.do(seenWords);
    expect(shown.map(({ of }) => of?.mine ?? null)).toEqual([null, true]);
    const [journal = "", keys = ""] = shown.map(({ words }) => words.join(" "));
    const { confirm } = confirmCall(session);
    for (const [heardKeys, heardJournal] of [
      [journal, keys],
      [keys, keys],
    ] as const) {
      expect(await refusal(confirm(heardKeys, heardJournal))).toMatchObject({ code: "words_differ" });
    }
    expect(await session.run(isUnconfirmed())).toBe(true);
    await confirm(keys, journal);
    expect(await session.run(isUnconfirmed())).toBe(false);
  });

  test("it isn't confirmed where the other device knows of a journal that the server has not shown here", async () => {
    const { person, session } = await restored();
    await person.do(createJournal);
    const [journal = "", keys = ""] = (await person.do(seenWords)).map(({ words }) => words.join(" "));
    expect(await refusal(confirmCall(session).confirm(keys, journal))).toMatchObject({ code: "words_differ" });
    expect(await session.run(isUnconfirmed())).toBe(true);
  });
});
