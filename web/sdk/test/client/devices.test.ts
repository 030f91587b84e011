/** Own devices of two languages, revoking, a new sheet, and a partner who was away meanwhile: on a real server. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beginAdding, confirmAdding } from "../../src/client/account/addingDevice.ts";
import { becomeDevice, confirmRestored, wordsToCompare } from "../../src/client/account/confirming.ts";
import { finishEnrolling } from "../../src/client/account/enrolling.ts";
import { keyholders, newSheet, replaceSheet, revoke } from "../../src/client/account/keyholders.ts";
import { isUnconfirmed, restore } from "../../src/client/account/opening.ts";
import { rotate } from "../../src/client/account/rotating.ts";
import { FetchTransport } from "../../src/client/adapters/fetchTransport.ts";
import { MemoryStore } from "../../src/client/adapters/memoryStore.ts";
import { systemClock, systemRandom } from "../../src/client/adapters/system.ts";
import { run } from "../../src/client/core/driver.ts";
import type { Step } from "../../src/client/core/effects.ts";
import { type Home, openHome } from "../../src/client/core/home.ts";
import { deliver } from "../../src/client/log/delivering.ts";
import { post } from "../../src/client/log/outbox.ts";
import { readEntries } from "../../src/client/log/reading.ts";
import { sync } from "../../src/client/log/syncing.ts";
import { createJournal } from "../../src/client/pairing/founding.ts";
import { encodePage, parsePage } from "../../src/client/server/pages.ts";
import { makeDocument } from "../../src/documents/writing.ts";
import { HomeError, MalformedData, NotAllowed, PinMismatch, ServerRefused } from "../../src/errors.ts";
import { SIZES } from "../../src/generated/constants.ts";
import { sameBytes } from "../../src/protocol/bytes.ts";
import { encodeB64, jsonObject, u32 } from "../../src/protocol/codec.ts";
import { IdMap } from "../../src/protocol/idMap.ts";
import { KeyholderSecret } from "../../src/seal/keys.ts";
import { parseWords } from "../../src/seal/words.ts";
import { CAN_SERVE, Client, Evening, upTo } from "./evening.ts";
import { NewDevice, Person } from "./people.ts";

const DIRECT = { random: systemRandom, clock: systemClock };
const ROTATED = { remove: [], sheet: null };

function* texts(home: Home, journal: Uint8Array): Step<readonly unknown[]> {
  const notes = (yield* readEntries(home, journal)).filter(({ document }) => document?.kind === "note");
  return notes.map(({ document }) => document?.body.get("text"));
}

function note(text: string): ReturnType<typeof makeDocument> {
  return makeDocument("note", jsonObject({ text }), systemClock.now());
}

describe.skipIf(!CAN_SERVE)("own devices, on a real server (skipped without Python's environment)", () => {
  let evening: Evening;

  beforeAll(async () => {
    evening = await Evening.begin();
  }, 60_000);

  afterAll(() => evening?.end());

  test("Ada's program in Python lets this one in, and takes it out again", async () => {
    const tablet = new NewDevice(evening.origin);
    const code = await tablet.code();
    expect(await tablet.words()).toBeNull();
    const hers = (await evening.tell(`let in ${code}`)).list("words").map(String);
    expect(await tablet.words()).toEqual(hers);
    expect(await tablet.run(finishEnrolling(tablet.unlocked, DIRECT))).toBeNull();
    await expect(tablet.run(openHome(tablet.unlocked, DIRECT))).rejects.toThrow(HomeError);
    const added = (await evening.tell("let in")).data("keyholder");
    expect(sameBytes(added, tablet.unlocked.keyholder.id)).toBe(true);
    const home = await tablet.open();
    expect((await tablet.run(sync(home))).problems).toEqual([]);
    expect(await tablet.run(texts(home, evening.journal))).toEqual(evening.texts);
    const ways = await tablet.run(keyholders(home));
    expect(ways.map(({ kind, label, here }) => [kind, label, here])).toEqual([
      ["device", null, false],
      ["recovery_sheet", null, false],
      ["device", "The other one", true],
    ]);
    await tablet.run(post(home, evening.journal, note("From the other device.")));
    await tablet.run(deliver(home, evening.journal));
    expect((await evening.adasTexts()).at(-1)).toBe("From the other device.");
    await evening.tell(`revoke ${encodeB64(added)}`);
    await expect(tablet.run(sync(home))).rejects.toThrow(ServerRefused);
    await expect(tablet.run(home.connection.logIn())).rejects.toThrow(/login_refused|refuse/);
  });

  test("this program lets a device of Python's in, and takes it out again", async () => {
    const person = await Person.register(evening.origin);
    const journal = await person.do(createJournal);
    await person.do((home) => post(home, journal, note("Before you came.")));
    await person.do((home) => deliver(home, journal));
    const code = (await evening.tell("enroll")).text("code");
    const mine = await person.do((home) => beginAdding(home, code));
    expect((await evening.tell("enrolled")).list("words")).toEqual(mine);
    await expect(person.do((home) => confirmAdding(home, [...mine].reverse(), null))).rejects.toThrow(PinMismatch);
    expect(person.home.identity.sets.at(-1)?.keyholders).toHaveLength(2);
    const id = await person.do((home) => confirmAdding(home, mine, "Tablet"));
    expect((await evening.tell("enrolled yes")).flag("open")).toBe(true);
    expect((await evening.tell("tablet texts")).list("texts")).toEqual(["Before you came."]);
    expect((await person.do(keyholders)).map(({ label }) => label)).toEqual([null, null, "Tablet"]);
    await person.do((home) => revoke(home, [id]));
    expect((await evening.tell("tablet")).text("said")).not.toBe("well");
    expect((await person.do(keyholders)).map(({ kind }) => kind)).toEqual(["device", "recovery_sheet"]);
    await person.do((home) => post(home, journal, note("You don't get this.")));
    expect(await person.do((home) => deliver(home, journal))).toBe(1);
    expect((await person.do(sync)).problems).toEqual([]);
  });

  test("no device takes itself out, and none is let in by a code that nobody shows", async () => {
    const person = await Person.register(evening.origin);
    await expect(person.do((home) => revoke(home, [home.keyholder.id]))).rejects.toThrow(NotAllowed);
    await expect(person.do((home) => revoke(home, [new Uint8Array(32)]))).rejects.toThrow(NotAllowed);
    const nobody = new NewDevice(evening.origin);
    const code = await nobody.code();
    const mistyped = code.startsWith("A") ? `B${code.slice(1)}` : `A${code.slice(1)}`;
    await expect(person.do((home) => beginAdding(home, mistyped))).rejects.toThrow(MalformedData);
    await expect(person.do((home) => confirmAdding(home, [], null))).rejects.toThrow(NotAllowed);
  });

  test("a new sheet takes the old one's place: its words restore, the old ones open nothing", async () => {
    const person = await Person.register(evening.origin);
    const words = await person.do(newSheet);
    expect(await person.do(newSheet)).toEqual(words);
    await person.do(replaceSheet);
    const sheet = new KeyholderSecret(parseWords(words.join(" ")), "recovery_sheet");
    const ports = { store: new MemoryStore(), transport: new FetchTransport(evening.origin) };
    const homeSeed = systemRandom.bytes(32, "home");
    const home = await run(restore({ keyholder: sheet, homeSeed }, evening.origin, DIRECT), ports);
    expect(sameBytes(home.identity.account, person.account)).toBe(true);
    expect((await run(sync(home), ports)).problems).toEqual([]);
    const ways = await person.do(keyholders);
    expect(ways.filter(({ kind }) => kind === "recovery_sheet")).toHaveLength(1);
    await expect(person.do(replaceSheet)).rejects.toThrow(NotAllowed);
  });

  test("a restored home is confirmed by words that another device shows, and becomes a device of its own", async () => {
    const person = await Person.register(evening.origin);
    const journal = await person.do(createJournal);
    const words = await person.do(newSheet);
    await person.do(replaceSheet);
    const keyholder = new KeyholderSecret(parseWords(words.join(" ")), "recovery_sheet");
    const ports = { store: new MemoryStore(), transport: new FetchTransport(evening.origin) };
    const homeSeed = systemRandom.bytes(32, "home");
    const home = await run(restore({ keyholder, homeSeed }, evening.origin, DIRECT), ports);
    await run(sync(home), ports);
    const rest = (device: KeyholderSecret) => [{ name: "rests", value: device.seed }];
    await expect(run(becomeDevice(home, rest), ports)).rejects.toThrow(NotAllowed);
    const shown = await person.do((mine) => wordsToCompare(mine, journal));
    const confirm = (account: readonly string[], heard: readonly string[] | null) =>
      run(confirmRestored(home, account, new IdMap(heard === null ? [] : [[journal, heard]])), ports);
    await expect(confirm(shown.account, null)).rejects.toThrow(NotAllowed);
    await expect(confirm(shown.journal, shown.journal)).rejects.toThrow(PinMismatch);
    await expect(confirm(shown.account, shown.account)).rejects.toThrow(PinMismatch);
    expect(await run(isUnconfirmed(), ports)).toBe(true);
    await confirm(shown.account, shown.journal);
    expect(await run(isUnconfirmed(), ports)).toBe(false);
    for (let effects = 1; (await run(upTo(effects, becomeDevice(home, rest)), ports)) === null; effects++);
    const device = new KeyholderSecret(ports.store.rows.get("rests") ?? new Uint8Array(), "device");
    const opened = await run(openHome({ keyholder: device, homeSeed }, DIRECT), ports);
    expect((await run(sync(opened), ports)).problems).toEqual([]);
    const ways = await run(keyholders(opened), ports);
    expect(ways.map(({ kind, here }) => [kind, here])).toEqual([
      ["device", false],
      ["recovery_sheet", false],
      ["device", true],
    ]);
    expect(await run(becomeDevice(opened, rest), ports)).toBe(opened.keyholder);
    await person.do(sync);
    expect((await person.do(keyholders)).filter(({ isNew }) => isNew)).toHaveLength(1);
  });

  test("Sam changes his keys here while Ada is away, and she follows; so does he when she does", async () => {
    const client = await Client.open(evening, await evening.samsStore());
    await client.do(sync);
    await client.do((home) => rotate(home, ROTATED));
    expect((await client.do(sync)).problems).toEqual([]);
    const text = "Under my new keys.";
    await client.do((home) => post(home, evening.journal, note(text)));
    expect(await client.do((home) => deliver(home, evening.journal))).toBe(1);
    expect((await evening.adasTexts()).at(-1)).toBe(text);
    await evening.tell("rotate ada");
    await evening.tell("write And under mine.");
    expect((await client.do(sync)).problems).toEqual([]);
    expect((await client.do((home) => texts(home, evening.journal))).at(-1)).toBe("And under mine.");
    const noted = (await client.do((home) => readEntries(home, home.identity.accountJournal))).at(-1)?.document;
    const hers = Math.max(...[...client.home.chains].map(([, chain]) => chain.newest.generation));
    expect([noted?.kind, noted?.body.get("generation")]).toEqual(["pin", hers]);
  });

  test("once a day a device notes how far it has seen, and another one notices what is kept back", async () => {
    const person = await Person.register(evening.origin);
    const journal = await person.do(createJournal);
    await person.do((home) => post(home, journal, note("Seen by one of my devices.")));
    await person.do((home) => deliver(home, journal));
    await person.store.commit([{ name: "drawn", value: u32(SIZES.MAX_U32) }]); // no rotation by chance
    const heads = async () => (await person.noted()).filter((kind) => kind === "noted_head").length;
    for (const [hours, notes] of [
      [23, 0],
      [25, 1],
      [26, 1],
      [50, 1],
    ] as const) {
      person.ahead = hours * 3600;
      await person.restart();
      expect([await person.problems(), await heads()], `after ${hours} hours`).toEqual([[], notes]);
    }
    const device = new NewDevice(evening.origin);
    const code = await device.code();
    const words = await person.do((home) => beginAdding(home, code));
    expect(await device.words()).toEqual(words);
    await person.do((home) => confirmAdding(home, words, null));
    const home = await device.open();
    device.transport.lie = (request, answer) => {
      if (!request.path.startsWith(`/v1/journals/${encodeB64(journal)}/entries`)) return answer;
      const pushes = parsePage(answer.body).pushes.filter(({ receipt }) => receipt.seq < 2);
      return { ...answer, body: encodePage({ pushes, seq: 1 }) };
    };
    const { problems } = await device.run(sync(home));
    expect(problems.map(({ error }) => "check" in error && error.check)).toEqual(["client.noted_ahead"]);
    device.transport.lie = (_, answer) => answer;
    expect((await device.run(sync(home))).problems).toEqual([]);
    expect(await device.run(texts(home, journal))).toEqual(["Seen by one of my devices."]);
  });

  test("killed after any effect, a rotation goes on, and there is one of it", async () => {
    const person = await Person.register(evening.origin);
    const journal = await person.do(createJournal);
    await person.do((home) => post(home, journal, note("kept")));
    await person.do((home) => deliver(home, journal));
    for (let effects = 4, expected = 1; ; effects += 7) {
      const before = person.home.identity.generation;
      const isDone = await person.killed(effects, (home) => rotate(home, ROTATED));
      expect((await person.do(sync)).problems, `after ${effects} effects`).toEqual([]);
      const { generation } = person.home.identity;
      expect([0, 1]).toContain(generation - before);
      expected += generation - before;
      expect(generation).toBe(expected);
      expect(await person.do((home) => texts(home, journal))).toEqual(["kept"]);
      if (isDone) break;
    }
  }, 60_000);
});
