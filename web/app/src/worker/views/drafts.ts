/**
 * The draft on this device, and how it becomes a document. What was typed is sealed in the store before the page is told so; it
 * goes only when what it became is in the outbox.
 */
import type { Home, Step } from "@duolog/sdk/client";
import type { Draft } from "../../rpc.ts";
import { keep, kept } from "./kept.ts";

const KINDS: readonly string[] = ["note", "appreciation", "disclosure", "impact", "repair"] satisfies Draft["kind"][];

export function* keptDraft(home: Home): Step<Draft | null> {
  const value = yield* kept(home, "draft");
  return isDraft(value) ? { kind: value.kind, parts: value.parts } : null;
}

export function* keepDraft(home: Home, draft: Draft): Step<void> {
  const isEmpty = draft.parts.every((part) => part.trim() === "");
  yield* keep(home, "draft", isEmpty ? null : draft);
}

/** Texts of other fields, by field. */
export function* keptTyped(home: Home): Step<Readonly<Record<string, string>>> {
  const value = yield* kept(home, "typed");
  const all = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(all.filter(([, text]) => typeof text === "string"));
}

export function* keepTyped(home: Home, texts: Readonly<Record<string, string>>): Step<void> {
  yield* keep(home, "typed", Object.keys(texts).length === 0 ? null : texts);
}

/** The line that a letter is called by before it is opened; null for what is no letter. */
export function aboutOf(draft: Draft): string | null {
  return draft.kind === "note" || draft.kind === "appreciation" ? null : (draft.parts[0] ?? "").trim();
}

/** The words of a draft: its parts below each other, without the line of a letter. */
export function textOf(draft: Draft): string {
  const parts = aboutOf(draft) === null ? draft.parts : draft.parts.slice(1);
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .join("\n\n");
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== "object" || value === null || !("kind" in value) || !("parts" in value)) return false;
  const { kind, parts } = value;
  return KINDS.includes(String(kind)) && Array.isArray(parts) && parts.every((part) => typeof part === "string");
}
