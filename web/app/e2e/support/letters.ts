/** What story 2 does in a browser: owns up, hears, answers what was heard, and takes a pause. */
import type { Person } from "./person.ts";

export const TOLD = "Robin messaged on Tuesday. I replied twice and hid it. I felt flattered, then ashamed.";
export const HEARD_FIRST = "You hid it because you feared losing my trust?";
export const MISSING = "I feared your anger.";
export const HEARD_THEN = "You hid it because you feared my anger.";
export const RESPONSE = "I was hurt most by the hiding. Please tell me the same day.";

const PATIENCE = 30_000; // milliseconds

export async function ownUp(person: Person, about: string, happened: string): Promise<void> {
  await person.page.goto(`${person.origin}/app/#/write`);
  await person.page.getByLabel("I want to own up").check();
  await person.type("One line, read before it is opened", about);
  await person.type("What happened", happened);
  await person.picture("own-up");
  await person.press("Put into the journal");
  await person.heading("Journal").waitFor();
}

/** Opens the letter from the journal's quiet line. */
export async function openLetter(person: Person, line: RegExp): Promise<void> {
  await person.page.goto(`${person.origin}/app/#/journal`);
  await person.page.getByRole("link", { name: line }).first().click({ timeout: PATIENCE });
  await person.heading("Something to hear").waitFor();
}

/** Opens the letter from its entry in the journal: its writer, and whoever has opened it before. */
export async function openWritten(person: Person): Promise<void> {
  await person.page.goto(`${person.origin}/app/#/journal`);
  const entry = person.page.getByRole("article").filter({ hasText: "A letter" });
  await entry.getByRole("link", { name: /^Open/ }).first().click();
  await person.heading("Something to hear").waitFor();
}

export async function reflect(person: Person, text: string): Promise<void> {
  await person.type("Say what I hear", text);
  await person.press("This is what I hear");
  await person.sees(text);
}

export async function sayWhatIsMissing(person: Person, text: string): Promise<void> {
  await person.press("Not quite: say what is missing");
  await person.type("Not quite: say what is missing", text);
  await person.press("Not quite");
}

/** Whether a field or a button for an answer is on the page. */
export async function mayAnswer(person: Person): Promise<boolean> {
  const { page } = person;
  const field = page.getByLabel("Answer", { exact: true });
  return (await field.count()) + (await page.getByRole("button", { name: "Answer", exact: true }).count()) > 0;
}

export async function answer(person: Person, text: string): Promise<void> {
  await person.page.getByLabel("Answer", { exact: true }).fill(text, { timeout: PATIENCE });
  await person.press("Answer");
}

/** Pauses for two hours, and lets the journal tell of it. */
export async function pause(person: Person): Promise<void> {
  await person.page.goto(`${person.origin}/app/#/pause`);
  await person.page.getByLabel("For how long").selectOption("2");
  await person.page.getByLabel("Tell it in the journal").check();
  await person.press("Pause");
  await person.heading("Us").waitFor();
  await person.sees(/^You have paused until/);
  await person.sees("The journal says so.");
  await person.picture("pause-mine");
}

export async function comeBack(person: Person): Promise<void> {
  await person.page.goto(`${person.origin}/app/#/us`);
  await person.press("I am back");
  await person.page.getByText(/You have paused until/).waitFor({ state: "detached" });
}

/** Is told of the other's pause, and is held back from nothing. */
export async function isToldOfPause(person: Person, other: string): Promise<void> {
  await person.page.goto(`${person.origin}/app/#/journal`);
  await person.sees(`${other} is taking a pause.`, PATIENCE);
  await person.page.goto(`${person.origin}/app/#/us`);
  await person.sees(new RegExp(`^${other} has paused until`));
  await person.picture("pause-theirs");
}

export async function isToldOfReturn(person: Person, other: string): Promise<void> {
  await person.page.goto(`${person.origin}/app/#/us`);
  await person.heading("Us").waitFor();
  await person.page.getByText(`${other} has paused until`).waitFor({ state: "detached", timeout: PATIENCE });
}
