/** Logs that nobody would write: no view throws, and each entry stands in the journal exactly once. */
import { type Document, jsonObject } from "@duolog/sdk/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Entry, isRefusal } from "../../src/rpc.ts";
import { requirePlain } from "../../src/wire.ts";
import { MOST_PAGES } from "../../src/worker/views/journal.ts";
import { entriesOf } from "./couple.ts";
import { ADA, BEGUN, encodeB64, note, SAM, StoredJournal, type Written } from "./stored.ts";

const LINK = Symbol("link");
const WORDS = Symbol("words");
const WORDING = jsonObject({ topic: "time", text: "Sundays are ours.", binds: "both" });
const K = encodeB64(new Uint8Array(32).fill(7));

/** A body with places for a link to an earlier entry, and for one to the note before it. */
type Template = readonly [kind: string, body: Record<string, unknown>];
const TEMPLATES: readonly Template[] = [
  ["note", { text: "I thought of the lake." }],
  ["note", { text: "\u202eA text\u0000 that steers." }],
  ["note", { wrong: true }],
  ["comment", { answers: LINK, text: "Yes." }],
  ["appreciation", { text: "For the soup.", of: "you", about: LINK }],
  ["profile", { display_name: "Ada" }],
  ["copy", { of: LINK, document: jsonObject({ kind: "note", v: 1, body: jsonObject({ text: "A copy." }) }) }],
  ["withdrawn", { answers: LINK }],
  ["moved", { origin: "https://b.example" }],
  ["from_the_future", { text: "Who knows." }],
  ["boundary", { step: "propose", wording: WORDING }],
  ["boundary", { step: "counter", answers: LINK, wording: WORDING }],
  ["boundary", { step: "accept", answers: LINK }],
  ["boundary", { step: "decline", answers: LINK }],
  ["boundary", { step: "contest", answers: LINK, words: "No more." }],
  ["boundary", { step: "retire", answers: LINK }],
  ["disclosure", { step: "tell", form: "disclosure", about: "About Tuesday", text: WORDS }],
  ["disclosure", { step: "acknowledge", answers: LINK }],
  ["disclosure", { step: "reflect", answers: LINK, text: WORDS }],
  ["disclosure", { step: "heard", answers: LINK }],
  ["disclosure", { step: "respond", answers: LINK, text: WORDS }],
  ["promise", { step: "make", form: "plan", text: "I leave the room.", triggers: "A raised voice." }],
  ["promise", { step: "end", answers: LINK }],
  ["pause", { step: "call", until: BEGUN + 7200 }],
  ["pause", { step: "return", answers: LINK }],
  ["breach", { step: "open", as: "own", text: WORDS }],
  ["breach", { step: "account", answers: LINK, text: WORDS }],
  ["check_in", { step: "begin", form: "week" }],
  ["check_in", { step: "commit", answers: LINK, sealed: "A".repeat(5515), commitment: K }],
  ["check_in", { step: "reveal", answers: LINK, k: K }],
  ["check_in", { step: "set_aside", answers: LINK }],
];

const STEP = fc.record({
  mine: fc.boolean(),
  what: fc.oneof(
    { weight: 9, arbitrary: fc.nat(TEMPLATES.length - 1) },
    { weight: 1, arbitrary: fc.constantFrom("gone", "closed", "entries.tag", "entries.repeated") },
  ),
  of: fc.nat(6),
  refused: fc.boolean(),
  at: fc.integer({ min: -86_400 * 20, max: 86_400 * 20 }),
});

function documentOf(
  [kind, template]: Template,
  link: Written | undefined,
  words: Written | undefined,
  at: number,
): Document {
  const body = Object.entries(template).flatMap(([name, value]): [string, unknown][] => {
    if (value !== LINK && value !== WORDS) return [[name, value]];
    const named = value === LINK ? link : words;
    return named === undefined ? [] : [[name, jsonObject({ ...named })]];
  });
  return { kind, v: 1, at, body: jsonObject(Object.fromEntries(body) as never) };
}

async function whole(journal: StoredJournal): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  for (let older = 0; older < MOST_PAGES; older++) {
    const page = await journal.calls.journal(older);
    if (!page.older) return entriesOf(page);
  }
  return found;
}

test("no view of a log throws or is more than plain data, and each of its entries is shown exactly once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 40 }), async (steps) => {
      const journal = new StoredJournal();
      await journal.begin();
      const written: Written[] = [];
      const expected = new Set<string>();
      /** Words that stand in their step where it counts, and what is told in its thing alone. */
      const mayBeShown = new Set<string>();
      for (const { mine, what, of, refused, at } of steps) {
        journal.now += 60;
        const author = mine ? SAM : ADA;
        if (typeof what === "string") {
          const lost = await journal.lose(author, what === "gone" ? null : what);
          expected.add(what === "gone" ? lost.entry : `${lost.entry}-${journal.seq}`);
          continue;
        }
        const template = TEMPLATES[what] ?? ["note", {}];
        const hasWords = Object.values(template[1]).includes(WORDS);
        const words = hasWords ? await journal.write(author, [note("The words beside it.", BEGUN + at)]) : [];
        const document = documentOf(template, written.at(-1 - of), words[0], BEGUN + at);
        const made = await journal.write(author, [document], refused && journal.seq > 1 ? [journal.seq - 1] : []);
        written.push(...words, ...made);
        const isQuiet = template[0] === "check_in" && ["commit", "reveal"].includes(String(template[1].step));
        for (const { entry } of words) mayBeShown.add(entry);
        for (const { entry } of made) (isQuiet ? mayBeShown : expected).add(entry);
      }
      const shown = (await whole(journal)).map(({ id }) => id);
      expect(new Set(shown).size).toBe(shown.length);
      for (const id of expected) expect(shown).toContain(id);
      for (const id of shown) expect(expected.has(id) || mayBeShown.has(id)).toBe(true);

      for (const view of [
        await journal.calls.journal(0),
        await journal.calls.boundaries(),
        await journal.calls.checkIn(),
        await journal.calls.us(),
        await journal.calls.search("the"),
      ]) {
        requirePlain(view);
      }
      for (const id of shown) {
        const entry = await journal.calls.entry(id);
        requirePlain(entry);
        expect(entry.text).not.toMatch(/[\u202e\u0000]/);
        if (entry.thing?.kind === "disclosure") requirePlain(await journal.calls.disclosure(entry.thing.id));
      }
      for (const { entry } of written) {
        await journal.calls.disclosure(entry).catch((error: unknown) => expect(isRefusal(error)).toBe(true));
      }
    }),
    { numRuns: 60 },
  );
});
