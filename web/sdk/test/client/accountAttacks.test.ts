/** A server that lies, and somebody who saw a code, while devices are let in and keys are changed: at a real server. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beginAdding, confirmAdding } from "../../src/client/account/addingDevice.ts";
import { keyholders, lookAtKeyholders, newSheet, replaceSheet } from "../../src/client/account/keyholders.ts";
import { forgetSheet, register, sheetWords } from "../../src/client/account/registering.ts";
import { rotate } from "../../src/client/account/rotating.ts";
import { FetchTransport } from "../../src/client/adapters/fetchTransport.ts";
import { MemoryStore } from "../../src/client/adapters/memoryStore.ts";
import { systemClock, systemRandom } from "../../src/client/adapters/system.ts";
import { run } from "../../src/client/core/driver.ts";
import { openHome } from "../../src/client/core/home.ts";
import { withdraw } from "../../src/client/leaving/withdrawing.ts";
import { deliver } from "../../src/client/log/delivering.ts";
import { post } from "../../src/client/log/outbox.ts";
import { standingOf } from "../../src/client/log/standing.ts";
import { sync } from "../../src/client/log/syncing.ts";
import { createJournal } from "../../src/client/pairing/founding.ts";
import type { HttpAnswer, HttpRequest } from "../../src/client/ports.ts";
import { encodePage, parsePage } from "../../src/client/server/pages.ts";
import { makeDocument } from "../../src/documents/writing.ts";
import { TransportError, VerificationError } from "../../src/errors.ts";
import { utf8 } from "../../src/protocol/bytes.ts";
import { encodeB64, jsonObject } from "../../src/protocol/codec.ts";
import { parseCode } from "../../src/seal/deviceCodes.ts";
import { encodeDeviceKeys } from "../../src/seal/devices.ts";
import { KeyholderSecret } from "../../src/seal/keys.ts";
import { CAN_SERVE, Evening } from "./evening.ts";
import { bodyOf, NewDevice, Person, refusing } from "./people.ts";

const DIRECT = { random: systemRandom, clock: systemClock };
const ROTATED = { remove: [], sheet: null };

type Lie = (request: HttpRequest, answer: HttpAnswer) => HttpAnswer;

/** Answers to one path with some of their fields changed. */
function changing(path: RegExp, change: (body: Record<string, unknown>) => Record<string, unknown>): Lie {
  return (request, answer) => {
    if (!path.test(`${request.method} ${request.path}`) || answer.status >= 300) return answer;
    return { ...answer, body: utf8(JSON.stringify(change(bodyOf(answer)))) };
  };
}

/** The account's journal, of which all but the beginning is kept back. */
const CUT_SHORT: Lie = (request, answer) => {
  if (!request.path.includes("/entries?")) return answer;
  const pushes = parsePage(answer.body).pushes.slice(0, 1);
  return { ...answer, body: encodePage({ pushes, seq: pushes.at(-1)?.receipt.seq ?? 0 }) };
};

async function failed(check: string, act: Promise<unknown>): Promise<void> {
  const error = await act.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(VerificationError);
  expect((error as VerificationError).check).toBe(check);
}

describe.skipIf(!CAN_SERVE)("attacks on an account (skipped without Python's environment)", () => {
  let evening: Evening;

  beforeAll(async () => {
    evening = await Evening.begin();
  }, 60_000);

  afterAll(() => evening?.end());

  /** A person with a journal, and a new device that was shown their account. */
  async function meeting(): Promise<{ person: Person; device: NewDevice; words: readonly string[] }> {
    const [person, device] = [await Person.register(evening.origin), new NewDevice(evening.origin)];
    await person.do(createJournal);
    const code = await device.code();
    return { person, device, words: await person.do((home) => beginAdding(home, code)) };
  }

  const note = (text: string) => makeDocument("note", jsonObject({ text }), systemClock.now());

  describe("letting a device in", () => {
    test("a server that shows another account than the old device did, or an older state, opens nothing", async () => {
      const { person, device, words } = await meeting();
      expect(await device.words()).toEqual(words);
      await person.do((home) => confirmAdding(home, words, null));
      const other = bodyOf(await accountOf(await Person.register(evening.origin)));
      const lies: readonly (readonly [string, Lie])[] = [
        ["client.enrolled_chain", changing(ACCOUNT, (body) => ({ ...body, chain: other.chain }))],
        ["client.enrolled_sets", changing(ACCOUNT, (body) => ({ ...body, sets: listOf(body.sets).slice(0, -1) }))],
        [
          "client.enrolled_sets",
          changing(ACCOUNT, (body) => ({
            ...body,
            sets: [...listOf(other.sets).slice(0, 1), ...listOf(body.sets).slice(1)],
          })),
        ],
        ["client.enrolled_head", CUT_SHORT],
      ];
      for (const [check, lie] of lies) {
        device.transport.lie = lie;
        await failed(check, device.open());
        await expect(device.run(openHome(device.unlocked, DIRECT)), "no home until all of it holds").rejects.toThrow();
      }
      device.transport.lie = (_, answer) => answer;
      const home = await device.open();
      expect((await device.run(sync(home))).problems).toEqual([]);
      expect((await device.run(openHome(device.unlocked, DIRECT))).identity.account).toEqual(person.account);
    });

    test("a server that shows the new device another receipt key is found out by the old one's", async () => {
      const device = new NewDevice(evening.origin);
      const person = await Person.register(evening.origin);
      const key = encodeB64(systemRandom.bytes(32, "home"));
      device.transport.lie = changing(/well-known/, (body) => ({
        ...body,
        receipt_keys: [{ ...(listOf(body.receipt_keys).at(-1) as object), key }],
      }));
      const code = await device.code();
      await person.do((home) => beginAdding(home, code));
      await failed("client.enrolled_receipt_key", device.words());
    });

    test("who saw the code can't put keys of their own there, and the words tell of one who answers", async () => {
      const [person, device] = [await Person.register(evening.origin), new NewDevice(evening.origin)];
      const code = parseCode(await device.code());
      const thief = KeyholderSecret.fresh("device", systemRandom).public;
      const planted = code.seal("new", 1, encodeDeviceKeys(thief), systemRandom);
      person.transport.lie = changing(/GET .*\/new\/1$/, () => ({ sealed: encodeB64(planted) }));
      await failed(
        "seal.device_keys",
        person.do((home) => beginAdding(home, code.text)),
      );
      person.transport.lie = (_, answer) => answer;
      const other = await Person.register(evening.origin);
      await other.do((home) => beginAdding(home, code.text));
      const shown = (await device.words()) ?? [];
      await expect(person.do((home) => beginAdding(home, code.text))).rejects.toThrow("already"); // their place is taken
      await failed(
        "client.device_words",
        person.do((home) => confirmAdding(home, shown, null)),
      );
      expect(await person.do(keyholders)).toHaveLength(2);
      await expect(device.open()).rejects.toThrow("isn't let in");
    });
  });

  describe("changing keys", () => {
    test("a server that signs for something else than the rotation is refused; the rotation goes on, once", async () => {
      const person = await Person.register(evening.origin);
      let earlier: unknown = null;
      person.transport.lie = changing(/POST .*\/entries$/, (body) => {
        earlier = body.receipt ?? earlier;
        return body;
      });
      await person.do(createJournal); // noted in the account's journal
      person.transport.lie = changing(ROTATION, (body) => ({ ...body, receipt: earlier }));
      await failed(
        "client.rotation_receipt",
        person.do((home) => rotate(home, ROTATED)),
      );
      person.transport.lie = (_, answer) => answer;
      await person.restart();
      expect(await person.problems()).toEqual([]);
      expect(await person.problems()).toEqual([]);
      expect(person.home.identity.generation).toBe(2);
      expect((await person.noted()).filter((kind) => kind === "rotated")).toHaveLength(1);
    });

    test("a server that says for ever that others came first makes nobody sign for ever", async () => {
      const person = await Person.register(evening.origin);
      let asked = 0;
      person.transport.instead = (request) => {
        if (!ROTATION.test(`${request.method} ${request.path}`)) return null;
        asked++;
        return refusing(request, "set_moved");
      };
      const words = await person.do(newSheet);
      await expect(person.do(replaceSheet)).rejects.toThrow(TransportError);
      expect([person.home.identity.generation, asked < 10]).toEqual([1, true]);
      person.transport.instead = () => null;
      await person.restart();
      expect(await person.problems()).toEqual([]);
      expect(person.home.identity.generation).toBe(2);
      expect(await person.do(newSheet)).toEqual(words);
      await person.do(replaceSheet);
      expect(person.home.identity.generation).toBe(2);
    });

    test("a server that shows the account of before a rotation is refused, and the newer keys stay", async () => {
      const person = await Person.register(evening.origin);
      const before = await accountOf(person);
      await person.do((home) => rotate(home, ROTATED));
      person.transport.lie = (request, answer) =>
        /\/v1\/account\?/.test(request.path) ? { ...before, id: request.id } : answer;
      await expect(person.do((home) => rotate(home, ROTATED))).rejects.toThrow(VerificationError);
      person.transport.lie = (_, answer) => answer;
      await person.restart();
      expect(person.home.identity.generation).toBe(2);
      expect(await person.problems()).toEqual([]);
    });

    test("words that another device has replaced are shown no more, and what it added is new here", async () => {
      const unlocked = {
        keyholder: KeyholderSecret.fresh("device", systemRandom),
        homeSeed: systemRandom.bytes(32, "home"),
      };
      const ports = { store: new MemoryStore(), transport: new FetchTransport(evening.origin) };
      const { home, words } = await run(register(unlocked, evening.origin, null, DIRECT, { keepSheet: true }), ports);
      await run(sync(home), ports);
      expect(await run(sheetWords(home), ports)).toEqual(words);
      const device = new NewDevice(evening.origin);
      const eight = await run(beginAdding(home, await device.code()), ports);
      expect(await device.words()).toEqual(eight);
      await run(confirmAdding(home, eight, null), ports);
      const there = await device.open();
      await device.run(sync(there));
      await device.run(newSheet(there));
      await device.run(replaceSheet(there));
      expect((await run(sync(home), ports)).problems).toEqual([]);
      expect(home.identity.generation).toBe(2);
      const isNew = async () => (await run(keyholders(home), ports)).map((one) => [one.kind, one.isNew]);
      expect(await isNew()).toEqual([...DEVICES, ["recovery_sheet", true]]);
      await run(lookAtKeyholders(home), ports);
      expect(await isNew()).toEqual([...DEVICES, ["recovery_sheet", false]]);
      expect((await device.run(keyholders(there))).filter((one) => one.isNew)).toEqual([]);
      expect(await run(sheetWords(home), ports)).toBeNull();
      await run(forgetSheet(), ports);
    });
  });

  test("a server that takes something else in the place of a withdrawal freezes the journal", async () => {
    const person = await Person.register(evening.origin);
    const journal = await person.do(createJournal);
    const entry = await person.do((home) => post(home, journal, note("Taken back.")));
    await person.do((home) => deliver(home, journal));
    await person.do((home) => withdraw(home, journal, entry));
    const digest = encodeB64(systemRandom.bytes(32, "home"));
    person.transport.lie = changing(/\/withdrawals$/, (body) => ({
      ...body,
      places: listOf(body.places).map((place) => ({ ...(place as object), digest })),
    }));
    await failed(
      "client.place_digest",
      person.do((home) => deliver(home, journal)),
    );
    expect((await person.do(() => standingOf(journal))).frozen).not.toBeNull();
  });

  /** The server's answer about the account of a person, as their device gets it. */
  async function accountOf(person: Person): Promise<HttpAnswer> {
    let found: HttpAnswer | null = null;
    person.transport.lie = (request, answer) => {
      if (/\/v1\/account\?/.test(request.path)) found = answer;
      return answer;
    };
    await person.do((home) => home.connection.ownAccount(0, 0));
    person.transport.lie = (_, answer) => answer;
    if (found === null) throw new Error("nobody asked");
    return found;
  }
});

const DEVICES = [
  ["device", false],
  ["device", false],
];
const ACCOUNT = /GET \/v1\/account\?/;
const ROTATION = /POST \/v1\/account\/rotations$/;

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError("no list");
  return value;
}
