/** A real server: an account is registered there, and a journal that Python's client wrote is read. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isUnconfirmed, restore } from "../../src/client/account/opening.ts";
import { register } from "../../src/client/account/registering.ts";
import { FetchTransport } from "../../src/client/adapters/fetchTransport.ts";
import { MemoryStore } from "../../src/client/adapters/memoryStore.ts";
import { systemClock, systemRandom } from "../../src/client/adapters/system.ts";
import { run } from "../../src/client/core/driver.ts";
import type { Step } from "../../src/client/core/effects.ts";
import { type Home, openHome, type Unlocked } from "../../src/client/core/home.ts";
import { deliver } from "../../src/client/log/delivering.ts";
import { listJournals } from "../../src/client/log/listing.ts";
import { post, waitingFor } from "../../src/client/log/outbox.ts";
import { pull } from "../../src/client/log/pulling.ts";
import { readEntries } from "../../src/client/log/reading.ts";
import { standingOf } from "../../src/client/log/standing.ts";
import { sync } from "../../src/client/log/syncing.ts";
import type { Transport } from "../../src/client/ports.ts";
import { makeDocument } from "../../src/documents/writing.ts";
import { MalformedData, NotAllowed, ServerRefused, TransportError } from "../../src/errors.ts";
import { fromUtf8, sameBytes, utf8 } from "../../src/protocol/bytes.ts";
import { jsonObject } from "../../src/protocol/codec.ts";
import type { Document } from "../../src/protocol/messages.ts";
import { KeyholderSecret } from "../../src/seal/keys.ts";
import { parseWords } from "../../src/seal/words.ts";
import { CAN_SERVE, Client, Evening, upTo } from "./evening.ts";

const DIRECT = { random: systemRandom, clock: systemClock };

/** The texts of the notes, oldest first; `null` where an entry isn't shown. */
function* texts(home: Home, journal: Uint8Array): Step<readonly (string | null)[]> {
  const notes = (yield* readEntries(home, journal)).filter((entry) => entry.document?.kind !== "profile");
  return notes.map(({ document }) => (document === null ? null : String(document.body.get("text"))));
}

describe.skipIf(!CAN_SERVE)("with a real server (skipped without Python's environment)", () => {
  let evening: Evening;
  const written: string[] = [];

  beforeAll(async () => {
    evening = await Evening.begin();
    written.push(...evening.texts);
  }, 60_000);

  afterAll(() => evening?.end());

  test("the server lists the account's journal and the couple's", async () => {
    const client = await Client.open(evening, await evening.samsStore());
    const listed = await client.do(listJournals);
    expect(listed.some((one) => sameBytes(one.journal, evening.journal))).toBe(true);
    expect(listed.some((one) => sameBytes(one.journal, evening.accountJournal))).toBe(true);
  });

  test("what is pulled is verified, shown, and not fetched twice", async () => {
    const client = await Client.open(evening, await evening.samsStore());
    expect(await client.do((home) => pull(home, evening.journal))).toBeGreaterThan(4);
    expect(await client.do((home) => texts(home, evening.journal))).toEqual(written);
    expect(await client.do((home) => pull(home, evening.journal))).toBe(0);
    const { log, frozen } = await client.do(() => standingOf(evening.journal));
    expect([log.roster?.members.length, log.roster?.provisional, frozen]).toEqual([2, false, null]);
  });

  test("the account's own journal holds its documents", async () => {
    const client = await Client.open(evening, await evening.samsStore());
    await client.do((home) => pull(home, evening.accountJournal));
    const kinds = (await client.do((home) => readEntries(home, evening.accountJournal))).map(
      ({ document }) => document?.kind,
    );
    expect(kinds).toEqual(expect.arrayContaining(["sent_acceptance", "joined", "verified"]));
  });

  test("a partner's new keys are followed, and a text under them is read", async () => {
    const client = await Client.open(evening, await evening.samsStore());
    await client.do((home) => pull(home, evening.journal));
    const before = client.home.chains.size;
    await evening.tell("rotate ada");
    await evening.tell("write Written with other keys.");
    written.push("Written with other keys.");
    await client.do((home) => pull(home, evening.journal));
    expect(await client.do((home) => texts(home, evening.journal))).toEqual(written);
    const generations = [...client.home.chains].map(([, chain]) => chain.newest.generation);
    expect([client.home.chains.size, Math.max(...generations)]).toEqual([before, 2]);
  });

  test("a home that is opened again goes on where it stopped", async () => {
    const store = await evening.samsStore();
    const first = await Client.open(evening, store);
    await first.do((home) => pull(home, evening.journal));
    await evening.tell("write While you slept.");
    written.push("While you slept.");
    const again = await Client.open(evening, store.rows);
    expect(await again.do((home) => pull(home, evening.journal))).toBe(1);
    expect(await again.do((home) => texts(home, evening.journal))).toEqual(written);
  });

  test("no text and no secret rests in a store in the clear", async () => {
    const store = await evening.samsStore();
    const client = await Client.open(evening, store);
    await client.do((home) => pull(home, evening.journal));
    const all = [...store.rows].map(([name, row]) => `${name} ${Buffer.from(row).toString("latin1")}`).join("\n");
    for (const text of written) expect(all).not.toContain(text);
    const secrets = [evening.unlocked.homeSeed, ...[1].map((number) => client.home.identity.secret(number)?.seed)];
    for (const secret of secrets) expect(all).not.toContain(Buffer.from(secret ?? "").toString("latin1"));
    expect(all).toContain(fromUtf8(new TextEncoder().encode(evening.origin)));
  });

  test("a client that is killed after any effect goes on from its store, and nothing is lost or doubled", async () => {
    const whole = await evening.samsStore();
    for (let effects = 1; ; effects++) {
      const store = new MemoryStore(whole.rows);
      const killed = await Client.open(evening, store);
      const isDone = await killed.doUpTo(effects, (home) => pull(home, evening.journal));
      const next = await Client.open(evening, store.rows);
      await next.do((home) => pull(home, evening.journal));
      expect(await next.do((home) => texts(home, evening.journal)), `after ${effects} effects`).toEqual(written);
      if (isDone) break;
    }
  }, 60_000);

  test("from 24 words everything comes back, unconfirmed", async () => {
    const keyholder = new KeyholderSecret(parseWords(evening.words), "recovery_sheet");
    const ports = { store: new MemoryStore(), transport: new FetchTransport(evening.origin) };
    const unlocked = { keyholder, homeSeed: systemRandom.bytes(32, "home") };
    const typed = `${evening.origin.toUpperCase()}/`; // as a person may type it
    const home = await run(restore(unlocked, typed, DIRECT), ports);
    expect((await run(sync(home), ports)).problems).toEqual([]);
    expect(await run(texts(home, evening.journal), ports)).toEqual(written);
    expect(await run(isUnconfirmed(), ports)).toBe(true);
  });

  test("words of nobody find no account", async () => {
    const keyholder = KeyholderSecret.fresh("recovery_sheet", systemRandom);
    const ports = { store: new MemoryStore(), transport: new FetchTransport(evening.origin) };
    const asked = run(restore({ keyholder, homeSeed: keyholder.seed }, evening.origin, DIRECT), ports);
    await expect(asked).rejects.toThrow(ServerRefused);
    expect(ports.store.rows.size).toBe(0);
  });

  test("keys that another own device has changed are fetched, and nothing is frozen", async () => {
    const store = await evening.samsStore();
    const client = await Client.open(evening, store);
    await client.do(sync);
    await evening.tell("rotate sam");
    await evening.tell("write To Sam's newest keys.");
    written.push("To Sam's newest keys.");
    expect((await client.do(sync)).problems).toEqual([]);
    expect(client.home.identity.generation).toBe(2);
    expect(await client.do((home) => texts(home, evening.journal))).toEqual(written);
    const again = await Client.open(evening, store.rows);
    expect(again.home.identity.generation).toBe(2);
  });

  describe("writing", () => {
    const note = (text: string): Document => makeDocument("note", jsonObject({ text }), systemClock.now());

    test("a note is read by the other, and stands in the own journal once", async () => {
      const client = await Client.open(evening, await evening.samsStore());
      await client.do(sync);
      for (const text of ["From TypeScript.", "And another."]) {
        await client.do((home) => post(home, evening.journal, note(text)));
        written.push(text);
      }
      expect(await client.do((home) => deliver(home, evening.journal))).toBe(2);
      expect(await client.do((home) => texts(home, evening.journal))).toEqual(written);
      expect(await client.do((home) => waitingFor(home, evening.journal))).toEqual([]);
      expect(await evening.adasTexts()).toEqual(written);
      expect(await client.do((home) => deliver(home, evening.journal))).toBe(0);
    });

    test("what was written before the other changed their keys arrives behind that", async () => {
      const client = await Client.open(evening, await evening.samsStore());
      await client.do(sync);
      await client.do((home) => post(home, evening.journal, note("Before your keys changed.")));
      await evening.tell("rotate ada");
      written.push("Before your keys changed.");
      expect(await client.do((home) => deliver(home, evening.journal))).toBe(1);
      expect(await evening.adasTexts()).toEqual(written);
    });

    test("a document that the rules forbid isn't stored", async () => {
      const store = await evening.samsStore();
      const client = await Client.open(evening, store);
      await client.do(sync);
      const rows = store.rows.size;
      const bad = makeDocument("note", jsonObject({ text: 1 }), systemClock.now());
      await expect(client.do((home) => post(home, evening.journal, bad))).rejects.toThrow(MalformedData);
      await expect(client.do((home) => post(home, evening.accountJournal, note("x")))).rejects.toThrow(NotAllowed);
      expect(store.rows.size).toBe(rows);
    });

    test("killed after any effect while it sends, it goes on, and the text arrives once", async () => {
      const store = await evening.samsStore();
      const client = await Client.open(evening, store);
      await client.do(sync);
      const synced = store.rows;
      for (let effects = 1; ; effects += 3) {
        const mine = new MemoryStore(synced);
        const text = `Killed after ${effects}.`;
        const killed = await Client.open(evening, mine);
        await killed.do(sync);
        await killed.do((home) => post(home, evening.journal, note(text)));
        written.push(text);
        const isDone = await killed.doUpTo(effects, (home) => deliver(home, evening.journal));
        const next = await Client.open(evening, mine.rows);
        await next.do(sync);
        await next.do((home) => deliver(home, evening.journal));
        expect(await next.do((home) => texts(home, evening.journal)), text).toEqual(written);
        if (isDone) break;
      }
      expect(await evening.adasTexts()).toEqual(written);
    }, 60_000);

    test("a text behind a rotation of another own device is quarantined, and written again", async () => {
      const client = await Client.open(evening, await evening.samsStore());
      await client.do(sync);
      await evening.tell("lag");
      const text = "While my other device changed our keys.";
      await client.do((home) => post(home, evening.journal, note(text)));
      expect(await client.do((home) => deliver(home, evening.journal))).toBe(1);
      expect((await client.do(sync)).problems).toEqual([]);
      const faults = (await client.do((home) => readEntries(home, evening.journal))).map(
        ({ unreadable }) => unreadable,
      );
      expect(faults.at(-1)?.check).toBe("entries.own_older");
      expect(await client.do((home) => deliver(home, evening.journal))).toBe(1);
      written.push(text);
      const shown = await client.do((home) => texts(home, evening.journal));
      expect(shown.filter((one) => one !== null)).toEqual(written);
      expect((await evening.adasTexts()).at(-1)).toBe(text);
    });
  });

  describe("registering", () => {
    const device = (): Unlocked => {
      const keyholder = KeyholderSecret.fresh("device", systemRandom);
      return { keyholder, homeSeed: keyholder.seed };
    };

    test("gives an account, 24 words, and a journal of its own", async () => {
      const [unlocked, store, transport] = [device(), new MemoryStore(), new FetchTransport(evening.origin)];
      const made = await run(register(unlocked, `${evening.origin}/`, null, DIRECT), { store, transport });
      expect(made.words).toHaveLength(24);
      const home = await run(openHome(unlocked, DIRECT), { store, transport });
      expect(await run(sync(home), { store, transport })).toEqual({ fetched: 1, problems: [] });
      await expect(run(register(unlocked, evening.origin, null, DIRECT), { store, transport })).rejects.toThrow(
        NotAllowed,
      );
    });

    test("stopped after any effect, it goes on with the same account and the same words", async () => {
      const transport = new FetchTransport(evening.origin);
      for (let effects = 1; effects < 6; effects++) {
        const [unlocked, store] = [device(), new MemoryStore()];
        const killed = upTo(effects, register(unlocked, evening.origin, null, DIRECT));
        if ((await run(killed, { store, transport })) !== null) return;
        const begun = store.rows.has("pending");
        const made = await run(register(unlocked, evening.origin, null, DIRECT), { store, transport });
        const account = store.rows.get("account") ?? new Uint8Array();
        expect(sameBytes(made.home.identity.account, account)).toBe(true);
        expect([begun, store.rows.has("pending")]).toEqual([effects > 2, false]);
        expect(await run(sync(made.home), { store, transport })).toEqual({ fetched: 1, problems: [] });
      }
      throw new Error("registering has more effects than expected");
    });

    test("another server's answer in its place makes no account", async () => {
      const store = new MemoryStore();
      const portal: Transport = {
        origin: evening.origin,
        send: async () => ({ status: 200, media: "text/html", id: "", retryAfter: "", body: utf8("<p>log in") }),
      };
      const asked = run(register(device(), evening.origin, null, DIRECT), { store, transport: portal });
      await expect(asked).rejects.toThrow(TransportError);
      expect(store.rows.size).toBe(0);
    });
  });
});
