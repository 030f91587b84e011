/** Writing into the journal: what is put there is in the outbox, durably, when the page is told so. */
import { NotAllowed } from "@duolog/sdk";
import { type Home, post, postWithWords, type Step } from "@duolog/sdk/client";
import { makeDocument } from "@duolog/sdk/documents";
import { jsonObject } from "@duolog/sdk/protocol";
import type { Draft } from "../../rpc.ts";
import { aboutOf, textOf } from "./drafts.ts";
import { findPlace } from "./entries.ts";
import type { Here } from "./here.ts";

/** The draft's row goes with the commit that puts it into the outbox. */
const DRAFT_GONE = [{ name: "app/draft", value: null }];

/** Puts a draft into the journal; it is a draft no longer. */
export function* putDraft(home: Home, { journal, membership, now }: Here, draft: Draft): Step<void> {
  const text = textOf(draft);
  if (text === "") throw new NotAllowed("There is no text yet.");
  const about = aboutOf(draft);
  if (about !== null) {
    const tell = makeDocument("disclosure", jsonObject({ step: "tell", form: draft.kind, about }), now);
    yield* postWithWords(home, journal, makeDocument("note", jsonObject({ text }), now), tell, DRAFT_GONE);
    return;
  }
  const of = (membership?.partners.size ?? 0) > 1 ? "you" : "us";
  const body = draft.kind === "appreciation" ? { text, of } : { text };
  yield* post(home, journal, makeDocument(draft.kind, jsonObject(body), now), DRAFT_GONE);
}

/** Answers an entry with a comment. */
export function* answer(home: Home, here: Here, id: string, text: string): Step<void> {
  const item = findPlace(here, id)?.item ?? null;
  if (item === null) throw new NotAllowed("There is no such text here.");
  const { entry, message } = item.applied;
  const body = jsonObject({ answers: jsonObject({ entry, message }), text: text.trim() });
  yield* post(home, here.journal, makeDocument("comment", body, here.now));
}
