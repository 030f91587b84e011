/** A boundary in which something waits, on the screens of both: what holds stays in force until both agree to something else. */
import { type Document, jsonObject } from "@duolog/sdk/protocol";
import { describe, expect, test } from "vitest";
import type { Boundary, Entry } from "../../src/rpc.ts";
import { entriesOf } from "./couple.ts";
import { ADA, BEGUN, SAM, StoredJournal, type Written } from "./stored.ts";

const AGREED = "Sundays are ours.";

function step(name: string, answers: Written | null, fields: Record<string, unknown> = {}): Document {
  const named = answers === null ? {} : { answers: jsonObject({ ...answers }) };
  return { kind: "boundary", v: 1, at: BEGUN, body: jsonObject({ step: name, ...named, ...(fields as object) }) };
}

function wording(text: string): Record<string, unknown> {
  return { wording: jsonObject({ topic: "time", text, binds: "both" }) };
}

/** A journal of both, read by one of them. */
class Shared {
  readonly journal: StoredJournal;
  /** The text that is agreed. */
  agreed: Written = { entry: "", message: "" };

  private constructor(reader: Uint8Array) {
    this.journal = new StoredJournal(reader);
  }

  static async readBy(reader: Uint8Array): Promise<Shared> {
    const shared = new Shared(reader);
    await shared.journal.begin();
    shared.agreed = await shared.take(ADA, "propose", null, wording(AGREED));
    await shared.take(SAM, "accept", shared.agreed);
    return shared;
  }

  async take(who: Uint8Array, name: string, answers: Written | null, fields = {}): Promise<Written> {
    const [written] = await this.journal.write(who, [step(name, answers, fields)]);
    return written ?? { entry: "", message: "" };
  }

  async shown(): Promise<Boundary> {
    const [boundary] = await this.journal.calls.boundaries();
    if (boundary === undefined) throw new Error("There is no boundary.");
    return boundary;
  }

  /** The newest entry with a step. */
  async newest(name: string): Promise<Entry> {
    const found = entriesOf(await this.journal.calls.journal(0)).find((one) => one.step === name);
    if (found === undefined) throw new Error("There is no such step.");
    return found;
  }

  /** What waits for the reader, by its kind. */
  async waiting(): Promise<readonly string[]> {
    return (await this.journal.calls.journal(0)).waiting.map(({ kind, id }) => `${kind} ${id}`);
  }
}

test.each([
  ["Ada, who asks", ADA, ["take back"]],
  ["Sam, who is asked", SAM, ["accept", "decline"]],
])("a boundary whose end is proposed stays in force for %s, with the text that holds", async (_, reader, may) => {
  const shared = await Shared.readBy(reader);
  expect(await shared.shown()).toMatchObject({ state: "in force", text: { text: AGREED }, before: null });
  await shared.take(ADA, "retire", shared.agreed, { why: "We don't need it any more." });
  const shown = await shared.shown();
  expect(shown).toMatchObject({
    state: "in force",
    before: { text: AGREED },
    text: { asksToEnd: true, text: "We don't need it any more.", by: { mine: reader === ADA } },
  });
  expect(shown.may).toEqual(expect.arrayContaining(may));
  expect(shown.may.includes("accept")).toBe(reader === SAM);
  expect(await shared.waiting()).toEqual(reader === SAM ? [`boundary_retire ${shown.id}`] : []);
});

test.each([
  ["for Ada, who proposes them", ADA],
  ["for Sam, who has them before him", SAM],
])("a boundary to which other words are proposed stays in force %s", async (_, reader) => {
  const shared = await Shared.readBy(reader);
  await shared.take(ADA, "amend", shared.agreed, wording("Sunday mornings are ours."));
  const shown = await shared.shown();
  expect(shown).toMatchObject({ state: "in force", before: { text: AGREED }, text: { asksToEnd: false } });
  expect(await shared.waiting()).toEqual(reader === SAM ? [`boundary_text ${shown.id}`] : []);
});

test("a contested boundary whose end is proposed stays contested, and is over once both agree", async () => {
  const shared = await Shared.readBy(SAM);
  await shared.take(SAM, "contest", shared.agreed, { words: "Not any more." });
  const ask = await shared.take(ADA, "retire", shared.agreed);
  expect(await shared.shown()).toMatchObject({ state: "contested", text: { asksToEnd: true } });
  await shared.take(SAM, "retire", ask);
  expect(await shared.shown()).toMatchObject({ state: "over", may: [] });
});

describe.each([
  ["Ada, whose words were crossed", ADA],
  ["Sam, who accepted offline", SAM],
])("an acceptance that crosses newer words, on the screen of %s", (_, reader) => {
  const REPLACED = "This text has been replaced by a newer one. Read that one, and answer it.";

  async function crossed(): Promise<Shared> {
    const shared = await Shared.readBy(reader);
    const older = await shared.take(ADA, "amend", shared.agreed, wording("Sunday mornings are ours."));
    await shared.take(ADA, "amend", shared.agreed, wording("Sunday evenings are ours."));
    await shared.take(SAM, "accept", older);
    return shared;
  }

  test("names the text that was shown, and the newer one is not accepted", async () => {
    const shared = await crossed();
    const shown = await shared.shown();
    expect(shown).toMatchObject({
      state: "in force",
      before: { text: AGREED },
      text: { text: "Sunday evenings are ours." },
      late: { mine: reader === SAM },
    });
    expect(shown.consents.map(({ by }) => by.mine)).toEqual([reader === ADA]); // of the newer text, Ada's alone
    expect(shown.may.includes("accept")).toBe(reader === SAM);
    const [acceptance] = entriesOf(await shared.journal.calls.journal(0));
    expect(acceptance).toMatchObject({ kind: "boundary", step: "accept", without: REPLACED });
  });

  test("is over once the newer words are answered", async () => {
    const shared = await crossed();
    const newer = { entry: (await shared.newest("amend")).id, message: (await shared.shown()).text.message };
    await shared.take(SAM, "accept", newer);
    expect(await shared.shown()).toMatchObject({
      text: { text: "Sunday evenings are ours." },
      before: null,
      late: null,
    });
  });
});

test("an acceptance that was never late is said of nobody", async () => {
  const shared = await Shared.readBy(SAM);
  await shared.take(ADA, "amend", shared.agreed, wording("Sunday mornings are ours."));
  expect((await shared.shown()).late).toBeNull();
});
