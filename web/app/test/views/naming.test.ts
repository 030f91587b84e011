/** My name in a journal: it is there as soon as there is one, and told again to a partner who came after it. */
import { type Document, jsonObject } from "@duolog/sdk/protocol";
import { expect, test } from "vitest";
import { nameDue } from "../../src/worker/naming.ts";
import { keep } from "../../src/worker/views/kept.ts";
import { ADA, BEGUN, note, SAM, StoredJournal } from "./stored.ts";

function profile(display_name: string, more: Record<string, string> = {}): Document {
  return { kind: "profile", v: 1, at: BEGUN, body: jsonObject({ display_name, ...more }) };
}

/** The bodies of my profiles that wait to be sent, after the loop has looked twice. */
async function told(journal: StoredJournal): Promise<readonly unknown[]> {
  const went = await journal.run(nameDue(journal.home));
  expect(await journal.run(nameDue(journal.home)), "once is enough").toBe(false);
  const waiting = await journal.waiting();
  expect(waiting.length > 0).toBe(went);
  return waiting.map(({ body }) => Object.fromEntries(body));
}

test("who begins here writes alone under the name that they typed", async () => {
  const journal = new StoredJournal();
  await journal.join([SAM]);
  expect(await told(journal)).toEqual([]);
  await journal.run(keep(journal.home, "name", "Sam"));
  expect(await told(journal)).toEqual([{ display_name: "Sam" }]);
});

test("a device that another one let in tells a partner who came later the name that stands in the journal", async () => {
  const journal = new StoredJournal();
  await journal.join([SAM]);
  await journal.write(SAM, [profile("Samuel"), profile("Sam", { pronouns: "he" }), note("Alone.")]);
  expect(await told(journal)).toEqual([]);
  await journal.join([SAM, ADA]);
  expect(await told(journal)).toEqual([{ display_name: "Sam", pronouns: "he" }]);
});

test("a partner who was there before is told once, by whichever device was first", async () => {
  const journal = new StoredJournal();
  await journal.join([SAM, ADA]);
  await journal.write(SAM, [profile("Sam")]);
  await journal.run(keep(journal.home, "name", "Sam"));
  expect(await told(journal)).toEqual([]);
});

test("a name that was changed since isn't changed back by the device on which the first was typed", async () => {
  const journal = new StoredJournal();
  await journal.join([SAM]);
  await journal.run(keep(journal.home, "name", "Sam"));
  await journal.write(SAM, [profile("Samuel")]);
  await journal.join([SAM, ADA]);
  expect(await told(journal)).toEqual([{ display_name: "Samuel" }]);
});

test("a device that doesn't know the name takes it from an earlier journal", async () => {
  const journal = new StoredJournal();
  await journal.join([SAM, ADA]);
  await journal.write(SAM, [profile("Sam")]);
  await journal.beginAnother();
  await journal.join([SAM]);
  expect(await told(journal)).toEqual([{ display_name: "Sam" }]);
});

test("a home whose words nobody has compared tells nothing by itself", async () => {
  const journal = new StoredJournal();
  await journal.join([SAM]);
  await journal.write(SAM, [profile("Sam")]);
  await journal.join([SAM, ADA]);
  await journal.store.commit([{ name: "unconfirmed", value: new Uint8Array() }]);
  expect(await told(journal)).toEqual([]);
});

test("a profile that a newer version wrote is left to that one, and the loop goes on", async () => {
  const journal = new StoredJournal();
  await journal.join([SAM]);
  await journal.write(SAM, [{ ...profile("Sam"), v: 2 }]);
  await journal.join([SAM, ADA]);
  expect(await told(journal)).toEqual([]);
});
