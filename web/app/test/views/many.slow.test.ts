/** How long a long journal takes to open, to be asked for again, and to be searched. `make web-speed`. */
import { expect, test } from "vitest";
import { entriesOf } from "./couple.ts";
import { ADA, BEGUN, note, SAM, StoredJournal } from "./stored.ts";

const ENTRIES = 10_000;
const WORDS = "I thought of the evening at the lake, and of what you said about your sister. ".repeat(12);

test("ten thousand stored entries show the newest fifty within a second", async () => {
  const journal = new StoredJournal();
  await journal.begin();
  for (let at = 0; at < ENTRIES; at += 500) {
    const notes = Array.from({ length: 500 }, (_, one) => note(`${at + one}. ${WORDS}`, BEGUN + at + one));
    journal.now = BEGUN + at;
    await journal.write(at % 1000 === 0 ? ADA : SAM, notes);
  }
  const took = async (what: string, task: () => Promise<unknown>): Promise<number> => {
    const [begun, before] = [performance.now(), process.cpuUsage()];
    await task();
    const { user, system } = process.cpuUsage(before);
    const time = Math.min(performance.now() - begun, (user + system) / 1000); // by this machine's clock, or without its other work
    process.stdout.write(`${what}: ${time.toFixed(0)} ms\n`);
    return time;
  };
  expect(await took("open and show the newest 50", () => journal.calls.journal(0))).toBeLessThan(1000);
  expect(await took("show them again", () => journal.calls.journal(0))).toBeLessThan(100);
  await journal.write(ADA, [note("One more.")]);
  expect(await took("show them with one that came", () => journal.calls.journal(0))).toBeLessThan(100);
  expect(await took("put a note", () => journal.calls.put({ kind: "note", parts: ["Mine."] }))).toBeLessThan(200);
  expect(await took("show them with what waits", () => journal.calls.journal(0))).toBeLessThan(200);
  expect(await took("look for words that nobody wrote", () => journal.calls.search("nowhere at all"))).toBeLessThan(
    1000,
  );
  expect(entriesOf(await journal.calls.journal(0)).map(({ text }) => text.slice(0, 9))[1]).toBe("One more.");
}, 120_000);
