/** Withdrawing, keeping and erasing a text, and closing a journal: on a real server, read by Python's client. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beginAdding, confirmAdding } from "../../src/client/account/addingDevice.ts";
import { keyholders } from "../../src/client/account/keyholders.ts";
import { endOtherSessions, endSession, sessions, signOut } from "../../src/client/account/sessions.ts";
import { systemClock, systemRandom } from "../../src/client/adapters/system.ts";
import type { Step } from "../../src/client/core/effects.ts";
import type { Home } from "../../src/client/core/home.ts";
import { closeJournal } from "../../src/client/leaving/closing.ts";
import { leaveJournal } from "../../src/client/leaving/leaving.ts";
import { declineProposal, proposals } from "../../src/client/leaving/proposals.ts";
import { eraseText, keepText, withdraw } from "../../src/client/leaving/withdrawing.ts";
import { deliver } from "../../src/client/log/delivering.ts";
import { accountState } from "../../src/client/log/folding.ts";
import { messageRowsOf, messagesIn } from "../../src/client/log/messageRows.ts";
import { note as noteToSelf } from "../../src/client/log/notes.ts";
import { post, waitingFor } from "../../src/client/log/outbox.ts";
import { readEntries } from "../../src/client/log/reading.ts";
import { standingOf } from "../../src/client/log/standing.ts";
import { sync } from "../../src/client/log/syncing.ts";
import { createJournal } from "../../src/client/pairing/founding.ts";
import { makeDocument } from "../../src/documents/writing.ts";
import { NotAllowed, ServerRefused } from "../../src/errors.ts";
import { sameBytes, utf8 } from "../../src/protocol/bytes.ts";
import { encodeB64, jsonObject } from "../../src/protocol/codec.ts";
import { parseMessage } from "../../src/protocol/messages.ts";
import { closeTiming, encodeClose } from "../../src/protocol/rosterStatements.ts";
import { CAN_SERVE, Client, Evening } from "./evening.ts";
import { bodyOf, NewDevice, Person, refusing } from "./people.ts";

function* texts(home: Home, journal: Uint8Array): Step<readonly (string | null)[]> {
  const entries = (yield* readEntries(home, journal)).filter(
    ({ document }) => document === null || document.kind === "note",
  );
  return entries.map(({ document }) => (document === null ? null : String(document.body.get("text"))));
}

const ADA = "her account";

function note(text: string): ReturnType<typeof makeDocument> {
  return makeDocument("note", jsonObject({ text }), systemClock.now());
}

describe.skipIf(!CAN_SERVE)("leaving, on a real server (skipped without Python's environment)", () => {
  let evening: Evening;

  beforeAll(async () => {
    evening = await Evening.begin();
  }, 60_000);

  afterAll(() => evening?.end());

  test("a text is withdrawn: it leaves this home and Ada's, and the withdrawal keeps its place", async () => {
    const client = await Client.open(evening, await evening.samsStore());
    await client.do(sync);
    const entry = await client.do((home) => post(home, evening.journal, note("Said in anger.")));
    await client.do((home) => deliver(home, evening.journal));
    expect(await evening.adasTexts()).toContain("Said in anger.");
    const { seq } = (await client.do(() => standingOf(evening.journal))).log;
    const storedSeqs = async () => {
      const rows = await client.store.list(messageRowsOf(encodeB64(evening.journal)));
      return [...messagesIn(client.home.vault, rows)].map((one) => one.seq);
    };
    const before = await storedSeqs();
    expect(before).toContain(seq);
    await client.do((home) => post(home, evening.journal, note("Before it.")));
    const taken = await client.do((home) => withdraw(home, evening.journal, entry));
    expect(sameBytes(await client.do((home) => withdraw(home, evening.journal, entry)), taken)).toBe(true);
    await client.do((home) => post(home, evening.journal, note("Behind it.")));
    expect(await client.do((home) => deliver(home, evening.journal))).toBe(3);
    expect((await client.do(sync)).problems).toEqual([]);
    const [left, behind] = (await client.do((home) => texts(home, evening.journal))).slice(-2);
    expect([left, behind]).toEqual(["Before it.", "Behind it."]);
    const after = await storedSeqs();
    expect(after, "what it shared a row with is there").toEqual(
      expect.arrayContaining(before.filter((one) => one !== seq)),
    );
    expect(after).not.toContain(seq);
    expect((await evening.adasTexts()).slice(-2)).toEqual(["Before it.", "Behind it."]);
    expect(await evening.adasTexts()).not.toContain("Said in anger.");
  });

  test("a text that was kept stays when its author withdraws it", async () => {
    const client = await Client.open(evening, await evening.samsStore());
    await evening.tell("write Hers, and kept.");
    await client.do(sync);
    const entry = (await client.do((home) => readEntries(home, evening.journal))).at(-1)?.entry ?? new Uint8Array();
    await client.do((home) => keepText(home, evening.journal, entry));
    await evening.tell(`withdraw ${encodeB64(entry)}`);
    expect((await client.do(sync)).problems).toEqual([]);
    expect(await client.do((home) => texts(home, evening.journal))).toContain("Hers, and kept.");
    const other = await Client.open(evening, await evening.samsStore());
    expect((await other.do(sync)).problems).toEqual([]);
    expect(await other.do((home) => texts(home, evening.journal))).toContain("Hers, and kept.");
  });

  test("steps stand, what isn't there can't be taken back, and a text of hers isn't mine", async () => {
    const client = await Client.open(evening, await evening.samsStore());
    await client.do(sync);
    const [hers] = await client.do((home) => readEntries(home, evening.journal));
    for (const entry of [hers?.entry ?? new Uint8Array(16), new Uint8Array(16)]) {
      await expect(client.do((home) => withdraw(home, evening.journal, entry))).rejects.toThrow(NotAllowed);
    }
    expect(await client.do((home) => waitingFor(home, evening.journal))).toEqual([]);
  });

  test("what I erase is gone here and on my other devices, and the other keeps it", async () => {
    const client = await Client.open(evening, await evening.samsStore());
    await client.do(sync);
    const entry = await client.do((home) => post(home, evening.journal, note("I don't want to see this.")));
    await client.do((home) => deliver(home, evening.journal));
    await client.do((home) => eraseText(home, evening.journal, entry));
    expect(await client.do((home) => texts(home, evening.journal))).not.toContain("I don't want to see this.");
    const other = await Client.open(evening, await evening.samsStore());
    expect((await other.do(sync)).problems).toEqual([]);
    expect(await other.do((home) => texts(home, evening.journal))).not.toContain("I don't want to see this.");
    const gone = (await other.do((home) => readEntries(home, evening.journal))).map((read) => read.gone);
    expect(gone.filter((by) => by !== null)).toEqual(["withdrawn", "erased"]);
    expect(await evening.adasTexts()).toContain("I don't want to see this.");
  });

  test("a journal that is closed takes nothing more, and is noted as closed", async () => {
    const person = await Person.register(evening.origin);
    const journal = await person.do(createJournal);
    await person.do((home) => post(home, journal, note("The last one.")));
    await person.do((home) => closeJournal(home, journal));
    await person.do((home) => closeJournal(home, journal));
    expect((await person.do(() => standingOf(journal))).log.closed).toBe(true);
    expect(await person.do((home) => texts(home, journal))).toEqual(["The last one."]);
    await expect(person.do((home) => post(home, journal, note("too late")))).rejects.toThrow(NotAllowed);
    expect(await person.noted()).toContain("ended_closing");
    expect(await person.problems()).toEqual([]);
    await expect(person.do((home) => closeJournal(home, home.identity.accountJournal))).rejects.toThrow(NotAllowed);
  });

  test("what another device's closing asks for follows: who it ends is taken out, and a cancelled one is made void", async () => {
    const [person, tablet] = [await Person.register(evening.origin), new NewDevice(evening.origin)];
    const [one, other] = [await person.do(createJournal), await person.do(createJournal)];
    const code = await tablet.code();
    const words = await person.do((home) => beginAdding(home, code));
    expect(await tablet.words()).toEqual(words);
    const id = await person.do((home) => confirmAdding(home, words, null));
    function* scheduled(home: Home, journal: Uint8Array, held: string, ends: readonly string[]): Step<void> {
      const [salt, nonce] = [systemRandom.bytes(32, "closing"), systemRandom.bytes(32, "closing")];
      const [account, not_before] = [home.identity.account, systemClock.now() + 3600];
      const { generation } = home.identity;
      const timing = closeTiming(salt, not_before);
      const statement = encodeClose({ journal, account, generation, nonce, timing, receiptKey: null });
      const signature = home.identity.secret(generation)?.sign(statement) ?? new Uint8Array();
      const bytes = { journal: encodeB64(journal), statement: encodeB64(statement), signature: encodeB64(signature) };
      const body = { ...bytes, salt: encodeB64(salt), not_before, held, ends };
      yield* noteToSelf(home, { kind: "pending_closing", body });
    }
    await person.do((home) => scheduled(home, one, "device", [encodeB64(id)]));
    await person.do((home) => closeJournal(home, one));
    expect([(await person.do(keyholders)).length, (await person.noted()).at(-1)]).toEqual([3, "pending_closing"]);
    expect(await person.problems()).toEqual([]);
    expect((await person.do(keyholders)).map(({ kind }) => kind)).toEqual(["device", "recovery_sheet"]);
    expect((await person.noted()).slice(-2)).toEqual(["rotated", "ended_closing"]);
    await person.do((home) => scheduled(home, other, "server", []));
    await person.do((home) =>
      noteToSelf(home, { kind: "ended_closing", body: { journal: encodeB64(other), how: "cancelled" } }),
    );
    for (const _ of "twice") expect(await person.problems()).toEqual([]);
    expect(person.home.identity.generation).toBe(3);
    const { roster } = (await person.do(() => standingOf(other))).log;
    expect(roster?.members.map(({ generation }) => generation)).toEqual([3]);
  });

  test("a confidant leaves, keeps what they have read, and their other devices know", async () => {
    const told = await evening.tell("confidant");
    const [journal, kim] = [told.data("journal"), told.object("home")];
    const client = await Client.open(evening, await evening.storeOf(kim), evening.unlockedOf(kim));
    expect((await client.do(sync)).problems).toEqual([]);
    expect((await evening.tell("admitted")).number("members")).toBe(2);
    await expect(client.do((home) => closeJournal(home, journal))).rejects.toThrow(NotAllowed);
    const before = (await client.do((home) => readEntries(home, journal))).length;
    await client.do((home) => leaveJournal(home, journal));
    await client.do((home) => leaveJournal(home, journal));
    expect((await evening.tell("admitted")).number("members")).toBe(1);
    expect((await client.do(sync)).problems).toEqual([]);
    expect((await client.do((home) => readEntries(home, journal))).length).toBe(before);
    await expect(client.do((home) => post(home, journal, note("No more.")))).rejects.toThrow(NotAllowed);
    const other = await Client.open(evening, await evening.storeOf(kim), evening.unlockedOf(kim));
    expect((await other.do(sync)).problems).toEqual([]);
    expect((await other.do(accountState)).left.has(encodeB64(journal))).toBe(true);
    const sam = await Client.open(evening, await evening.samsStore());
    await sam.do(sync);
    await expect(sam.do((home) => leaveJournal(home, evening.journal))).rejects.toThrow("Partners don't leave");
  });

  test("a confidant who is proposed is shown with their words, and declined", async () => {
    const words = (await evening.tell("confidant proposed")).list("words");
    const client = await Client.open(evening, await evening.samsStore());
    await client.do(sync);
    const [shown, ...others] = await client.do((home) => proposals(home, evening.journal));
    expect([shown?.change, shown?.rights, shown?.mine, shown?.words, others]).toEqual([
      "add",
      "read",
      false,
      words,
      [],
    ]);
    const wrong = [{ signatures: [{ account: ADA, signature: encodeB64(new Uint8Array(64)) }] }, { grants: [] }];
    for (const part of wrong) {
      client.lie = (request, answer) => {
        if (!request.path.endsWith("/proposals")) return answer;
        const listed = (bodyOf(answer).proposals as { signatures: { account: string }[] }[]).map((one) => ({
          ...one,
          ...JSON.parse(JSON.stringify(part).replace(ADA, one.signatures[0]?.account ?? "")),
        }));
        return { ...answer, body: utf8(JSON.stringify({ proposals: listed })) };
      };
      expect(await client.do((home) => proposals(home, evening.journal)), "nobody has proposed that").toEqual([]);
    }
    client.lie = (_, answer) => answer;
    await client.do((home) => declineProposal(home, evening.journal, shown?.id ?? new Uint8Array()));
    expect(await client.do((home) => proposals(home, evening.journal))).toEqual([]);
    await expect(client.do((home) => declineProposal(home, evening.journal, new Uint8Array(32)))).rejects.toThrow(
      NotAllowed,
    );
    expect((await evening.tell("admitted proposed")).list("stages")).toEqual(["DECLINED"]);
    expect((await client.do(sync)).problems).toEqual([]);
    expect((await client.do(accountState)).declined).toHaveLength(1);
  });

  test("a person sees where they are logged in, and ends it", async () => {
    const person = await Person.register(evening.origin);
    await person.do((home) => home.connection.logIn());
    const both = await person.do(sessions); // of one second: in any order
    expect(both.map(({ isCurrent }) => isCurrent).sort()).toEqual([false, true]);
    expect(both.map(({ keyholder }) => keyholder?.here)).toEqual([true, true]);
    const other = both.find(({ isCurrent }) => !isCurrent)?.id ?? new Uint8Array();
    await person.do((home) => endSession(home, other));
    expect(await person.do(sessions)).toHaveLength(1);
    await person.do((home) => home.connection.logIn());
    await person.do(endOtherSessions);
    expect(await person.do(sessions)).toHaveLength(1);
    await person.do(signOut);
    expect(await person.problems()).toEqual([]);
    expect(await person.do(sessions)).toHaveLength(1);
  });

  test("a withdrawal that the server calls late is given up, and what waits behind it follows what is before it", async () => {
    const person = await Person.register(evening.origin);
    const journal = await person.do(createJournal);
    const entry = await person.do((home) => post(home, journal, note("It stays.")));
    await person.do((home) => deliver(home, journal));
    const before = await person.do((home) => post(home, journal, note("Before.")));
    await person.do((home) => withdraw(home, journal, entry));
    await person.do((home) => post(home, journal, note("Behind.")));
    person.transport.instead = (request) =>
      request.path.endsWith("/withdrawals") ? refusing(request, "withdrawal_late") : null;
    await expect(person.do((home) => deliver(home, journal))).rejects.toThrow(ServerRefused);
    const [left, ...others] = await person.do((home) => waitingFor(home, journal));
    expect([left && parseMessage(left.message).follows, others]).toEqual([before, []]);
    person.transport.instead = () => null;
    await person.do((home) => deliver(home, journal));
    expect(await person.do((home) => texts(home, journal))).toEqual(["It stays.", "Before.", "Behind."]);
    person.ahead = 25 * 3600;
    await person.restart();
    await expect(person.do((home) => withdraw(home, journal, entry))).rejects.toThrow(NotAllowed);
  });

  test("killed after any effect, a withdrawal goes on, and there is one of it", async () => {
    const person = await Person.register(evening.origin);
    const journal = await person.do(createJournal);
    for (let effects = 1; ; effects += 3) {
      const entry = await person.do((home) => post(home, journal, note(`${effects}`)));
      await person.do((home) => deliver(home, journal));
      await person.do((home) => withdraw(home, journal, entry));
      const isDone = await person.killed(effects, (home) => deliver(home, journal));
      await person.do((home) => deliver(home, journal));
      expect(await person.problems(), `after ${effects} effects`).toEqual([]);
      const entries = await person.do((home) => readEntries(home, journal));
      expect(entries.filter(({ document }) => document?.kind === "withdrawn")).toHaveLength((effects + 2) / 3);
      expect(await person.do((home) => texts(home, journal))).not.toContain(`${effects}`);
      if (isDone) break;
    }
  }, 60_000);
});
