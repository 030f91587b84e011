/** Texts are taken back at a real server: this client's and Python's, each as the other sees it. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/client/adapters/system.ts";
import type { Step } from "../../src/client/core/effects.ts";
import type { Home } from "../../src/client/core/home.ts";
import { withdraw } from "../../src/client/leaving/withdrawing.ts";
import { deliver } from "../../src/client/log/delivering.ts";
import { expected } from "../../src/client/log/expected.ts";
import { itemName, messageName } from "../../src/client/log/names.ts";
import { post, waitingFor } from "../../src/client/log/outbox.ts";
import { type ReadEntry, readEntries } from "../../src/client/log/reading.ts";
import { sync } from "../../src/client/log/syncing.ts";
import { createJournal } from "../../src/client/pairing/founding.ts";
import { parseItem } from "../../src/client/server/pages.ts";
import { viewItem } from "../../src/documents/items.ts";
import { makeDocument } from "../../src/documents/writing.ts";
import { NotAllowed, ServerRefused } from "../../src/errors.ts";
import { encodeB64, jsonObject } from "../../src/protocol/codec.ts";
import { parseMessage } from "../../src/protocol/messages.ts";
import { CAN_SERVE, Client, Evening } from "./evening.ts";
import { Person, refusing } from "./people.ts";

const DAY = 24 * 3600;

describe.skipIf(!CAN_SERVE)("with a real server (skipped without Python's environment)", () => {
  let evening: Evening;

  beforeAll(async () => {
    evening = await Evening.begin();
  }, 60_000);

  afterAll(() => evening?.end());

  const note = (text: string) => makeDocument("note", jsonObject({ text }), systemClock.now());
  const clientWith = async (): Promise<Client> => {
    const client = await Client.open(evening, await evening.samsStore());
    await client.do(sync);
    return client;
  };

  async function write(client: Client, text: string): Promise<Uint8Array> {
    const entry = await client.do((home) => post(home, evening.journal, note(text)));
    await client.do((home) => deliver(home, evening.journal));
    return entry;
  }

  function* at(home: Home, entry: Uint8Array): Step<ReadEntry> {
    const found = (yield* readEntries(home, evening.journal)).find((one) => encodeB64(one.entry) === encodeB64(entry));
    if (found === undefined) throw new RangeError("no such entry");
    return found;
  }

  test("a text is gone for both, here and in the store, and the log stands", async () => {
    const client = await clientWith();
    const entry = await write(client, "I take this back.");
    expect(await evening.adasTexts()).toContain("I take this back.");
    const withdrawal = await client.do((home) => withdraw(home, evening.journal, entry));
    expect(await client.do((home) => withdraw(home, evening.journal, entry)), "once").toEqual(withdrawal);
    const { state } = await client.do((home) => expected(home, evening.journal));
    const item = state.timeline.find(encodeB64(entry));
    expect(item !== null && viewItem(state, item).withdrawn, "shown at once").toBe(true);
    expect(await client.do((home) => deliver(home, evening.journal))).toBe(1);
    const read = await client.do((home) => at(home, entry));
    expect([read.document, read.gone]).toEqual([null, "withdrawn"]);
    const rows = await client.store.read([itemName(evening.journal, read.seq), messageName(evening.journal, read.seq)]);
    const kept = parseItem(rows.get(itemName(evening.journal, read.seq)) ?? new Uint8Array()).item;
    expect([rows.size, kept.type === "entry" && kept.blob]).toEqual([1, null]);
    expect(await evening.adasTexts()).not.toContain("I take this back.");
    const another = await clientWith();
    expect((await another.do((home) => at(home, entry))).gone).toBe("withdrawn");
    expect((await client.do(sync)).problems).toEqual([]);
    await expect(client.do((home) => withdraw(home, evening.journal, entry))).rejects.toThrow(NotAllowed);
  });

  test("the other's text leaves this home when they take it back", async () => {
    const client = await clientWith();
    await evening.tell("write Hers, taken back.");
    await client.do(sync);
    const entry = (await client.do((home) => readEntries(home, evening.journal))).at(-1)?.entry ?? new Uint8Array();
    expect((await client.do((home) => at(home, entry))).document?.body.get("text")).toBe("Hers, taken back.");
    expect((await evening.tell("withdraw")).data("entry")).toEqual(entry);
    expect((await client.do(sync)).problems).toEqual([]);
    const read = await client.do((home) => at(home, entry));
    expect([read.document, read.gone]).toEqual([null, "withdrawn"]);
    expect((await client.store.read([messageName(evening.journal, read.seq)])).size).toBe(0);
    await expect(client.do((home) => withdraw(home, evening.journal, entry))).rejects.toThrow(NotAllowed);
  });

  test("only an own text is taken back, and for a day", async () => {
    const ada = await Person.register(evening.origin);
    const journal = await ada.do(createJournal);
    await ada.do((home) =>
      post(home, journal, makeDocument("profile", jsonObject({ display_name: "Ada" }), systemClock.now())),
    );
    const text = await ada.do((home) => post(home, journal, note("A day old.")));
    await ada.do((home) => deliver(home, journal));
    const [step] = await ada.do((home) => readEntries(home, journal));
    const [isStep, noText] = [step?.entry ?? new Uint8Array(), new Uint8Array(16)];
    await expect(ada.do((home) => withdraw(home, journal, isStep))).rejects.toThrow(NotAllowed);
    await expect(ada.do((home) => withdraw(home, journal, noText))).rejects.toThrow(NotAllowed);
    ada.ahead = DAY + 5;
    await ada.restart();
    await expect(ada.do((home) => withdraw(home, journal, text))).rejects.toThrow("this machine's clock");
    ada.ahead = 3 * DAY;
    await ada.restart();
    const late = { ...note("It shows how far this clock is ahead."), at: systemClock.now() + ada.ahead };
    await ada.do((home) => post(home, journal, late));
    await ada.do((home) => deliver(home, journal));
    await ada.do((home) => withdraw(home, journal, text));
    await ada.do((home) => deliver(home, journal));
    expect((await ada.do((home) => readEntries(home, journal))).map(({ gone }) => gone)).toContain("withdrawn");
  });

  test("one that the server calls late is given up, and what waits behind it follows what is before it", async () => {
    const ada = await Person.register(evening.origin);
    const journal = await ada.do(createJournal);
    const text = await ada.do((home) => post(home, journal, note("It stays.")));
    await ada.do((home) => deliver(home, journal));
    const before = await ada.do((home) => post(home, journal, note("Before.")));
    await ada.do((home) => withdraw(home, journal, text));
    await ada.do((home) => post(home, journal, note("Behind.")));
    ada.transport.instead = (request) =>
      request.path.endsWith("/withdrawals") ? refusing(request, "withdrawal_late") : null;
    await expect(ada.do((home) => deliver(home, journal))).rejects.toThrow(ServerRefused);
    const [left, ...others] = await ada.do((home) => waitingFor(home, journal));
    expect([left && parseMessage(left.message).follows, others]).toEqual([before, []]);
    ada.transport.instead = () => null;
    await ada.do((home) => deliver(home, journal));
    const read = await ada.do((home) => readEntries(home, journal));
    expect(read.map(({ document }) => document?.body.get("text"))).toEqual(["It stays.", "Before.", "Behind."]);
  });
});
