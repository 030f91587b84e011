/** What story 1 does with a boundary in a browser: proposes, opens, answers; and how a forged entry is shown there. */
import type { Person } from "./person.ts";

export const FIRST = "No late-night chats with people we're attracted to.";
export const AGREED =
  "After 22:00 no private chats about our relationship; group chats are fine. If it happens, we tell each other within a day.";
export const CONTEST = "Group chats turned out not to be fine for me.";

const PATIENCE = 30_000; // milliseconds

export type Group = "Proposed to me" | "In force" | "Contested" | "Mine that wait" | "Over";

export async function propose(person: Person, text: string): Promise<void> {
  await person.page.goto(`${person.origin}/app/#/propose`);
  await person.page.getByLabel("What it is about", { exact: true }).selectOption("friendships");
  await person.type("The boundary", text);
  await person.press("Propose");
  await person.heading("Boundaries").waitFor();
}

/** Waits until the one boundary stands under a heading, and under no other. */
export async function isUnder(person: Person, group: Group): Promise<void> {
  await person.page.goto(`${person.origin}/app/#/boundaries`);
  await person.heading(group).waitFor({ timeout: PATIENCE });
  const headings = await person.page.getByRole("heading", { level: 2 }).allInnerTexts();
  if (headings.length !== 1) throw new Error(`${person.name} sees the boundary under: ${headings.join(", ")}`);
}

/** Opens the one boundary, once it stands under a heading. */
export async function openBoundary(person: Person, group: Group): Promise<void> {
  await isUnder(person, group);
  await person.follow(/^Look at it/);
  await person.heading("A boundary").waitFor();
}

/** Answers the boundary that is open with a text of one's own, which then waits for the other. */
export async function offerOtherWords(person: Person, text: string): Promise<void> {
  await person.press("Other words");
  await person.type("The boundary", text);
  await person.press("Propose these words");
  await person.page.getByRole("button", { name: "Take it back" }).waitFor();
}

/** Sees one entry that can't be believed, with the check that it fails, and nothing of its text. */
export async function quarantines(person: Person, check: string): Promise<void> {
  await person.page.goto(`${person.origin}/app/#/journal`);
  await person.sees("An entry that can't be believed. Its text isn't shown.", PATIENCE);
  const shown = person.page.getByText("An entry that can't be believed");
  if ((await shown.count()) !== 1) throw new Error(`${person.name} sees ${await shown.count()} of them`);
  await person.page.getByText("Why", { exact: true }).first().click();
  await person.page.getByText(check, { exact: true }).waitFor();
  await person.picture(`forged-${person.name.toLowerCase()}`);
}
