/**
 * The entries of a journal as a person is shown them, newest first: each entry of the log exactly once, and what waits.
 *
 * Rules
 * - Nothing is dropped: an entry without a document has the reason in its standing; one of an unknown kind is told as that.
 * - What a kind tells in its thing alone (the sealed answers and keys of a check-in) stands in no list.
 * - Words beside a step are shown with the step, and folded: a list has the step's own line, and the entry by itself its words.
 *   As for the command, a note is such words only if the step stands at most eight places behind it: both are in one push.
 */
import { SIZES } from "@duolog/sdk";
import type { LogEntry } from "@duolog/sdk/client";
import {
  type AppliedDocument,
  type Item,
  type ItemView,
  isStep,
  isWithdrawn,
  KINDS,
  viewItem,
  wordsOfStep,
} from "@duolog/sdk/documents";
import type { Entry, Standing } from "../../rpc.ts";
import type { Here } from "./here.ts";
import { shownText, wordsOf } from "./texts.ts";

const BESIDE = 8; // places behind a note in which the step that names it is looked for
const MINE: Entry["sending"] = "kept here";

/** A place in a journal: an entry of the log, or a document that waits. */
export interface Place {
  readonly at: LogEntry | AppliedDocument;
  readonly item: Item | null;
  readonly waits: boolean;
}

/** Every place that a list shows, newest first. */
export function* places(here: Here): Iterable<Place> {
  for (const at of [...here.waiting].reverse()) yield* placeOf(here, at, true);
  const { entries } = here.log;
  for (let place = entries.length - 1; place >= 0; place--) {
    const at = entries[place];
    if (at !== undefined) yield* placeOf(here, at, false);
  }
}

/** The place of an entry, also one that no list shows; null where there is none. */
export function findPlace(here: Here, id: string): Place | null {
  const item = here.state.timeline.find(id);
  if (item !== null) return { at: item.applied, item, waits: item.applied.seq > here.log.seq };
  for (const place of places(here)) if (nameOf(place) === id) return place;
  return null;
}

/** How the page calls an entry. Of several under one id only the first can be believed, so the others have their place in it. */
function nameOf({ at }: Place): string {
  return "fault" in at && at.fault !== null ? `${at.entry}-${at.seq}` : at.entry;
}

function* placeOf(here: Here, at: LogEntry | AppliedDocument, waits: boolean): Iterable<Place> {
  const found = here.state.timeline.placeOf(at.seq);
  const item = found === null ? null : (here.state.timeline.items[found] ?? null);
  if (found !== null && item !== null && !isListed(here, item, found)) return;
  yield { at, item, waits };
}

function isListed(here: Here, item: Item, place: number): boolean {
  const { kind } = item.applied.document;
  if (kind === "check_in") return viewItem(here.state, item).told;
  return kind !== "note" || stepOf(here, item, place) === null;
}

/** The step whose words a note is. */
function stepOf(here: Here, note: Item, place: number): Item | null {
  const { items } = here.state.timeline;
  for (let at = place + 1; at < items.length; at++) {
    const step = items[at];
    if (step === undefined || step.applied.seq > note.applied.seq + BESIDE) return null;
    if (step.skipped === null && wordsOfStep(step.applied, here.state.timeline) === note) return step;
  }
  return null;
}

/** An entry in a list. `whole`: by itself, with the words beside it. */
export function viewEntry(here: Here, place: Place, whole = false): Entry {
  const { at, item, waits } = place;
  const base = {
    id: nameOf(place),
    author: here.person(at.author),
    at: at.received,
    kind: "",
    step: "",
    text: "",
    folded: false,
    reason: null,
    without: null,
    notDeliveredTo: [],
    thing: null,
    about: null,
    sending: waits ? MINE : ("delivered" as const),
    answers: [],
    may: [],
  };
  if (item === null) return { ...base, ...missing(here, at) };
  const view = viewItem(here.state, item);
  const { document } = item.applied;
  const hidden = hiddenAs(here, item, view);
  const words = hidden === null ? wordsBeside(here, item, view) : null;
  const text = hidden !== null || view.body === null ? "" : shownText(document.kind, view.body);
  return {
    ...base,
    at: waits ? document.at : item.applied.received || document.at,
    kind: document.kind,
    step: view.body?.step ?? "",
    text: whole && words !== null ? [text, words].filter((one) => one !== "").join("\n\n") : text,
    folded: words !== null && !whole,
    standing: hidden ?? (view.provisional && hasPartner(here) ? "provisional" : "shown"),
    without: view.status === "without_effect" && isStep(document.kind) ? view.why : null,
    notDeliveredTo: view.notDeliveredTo.map((id) => here.person(id)),
    thing: view.thing === null ? null : { kind: document.kind, id: view.thing.entry },
    about: view.about === null || view.about === "not here" ? null : view.about.item.applied.entry,
    may: mayDo(here, item, view, waits),
  };
}

/** An entry by itself: with the words beside it, and the comments on it, oldest first. */
export function wholeEntry(here: Here, id: string): Entry | null {
  const place = findPlace(here, id);
  if (place === null) return null;
  const shown = viewEntry(here, place, true);
  const answers: Entry[] = [];
  for (const one of places(here)) {
    if (one.item?.applied.document.kind !== "comment") continue;
    const comment = viewEntry(here, one);
    if (comment.about === shown.id) answers.unshift(comment);
  }
  return { ...shown, answers };
}

/** Why an entry without a document isn't shown. */
function missing(here: Here, at: LogEntry | AppliedDocument): { standing: Standing; reason: string | null } {
  const { entry, author, seq, received } = at;
  const fault = "fault" in at ? at.fault : null;
  if (here.own.erased.get(here.id)?.includes(entry)) return { standing: "erased", reason: null };
  if (fault === null) {
    const isGone = isWithdrawn(here.state.parts, entry, author, seq, received);
    return { standing: isGone ? "withdrawn" : "removed", reason: null };
  }
  return fault.check === "closed"
    ? { standing: "closed to me", reason: null }
    : { standing: "not believed", reason: fault.check };
}

/** Why a document's text isn't shown, or null. */
function hiddenAs(here: Here, item: Item, view: ItemView): Standing | null {
  const { entry } = item.applied;
  if (here.own.erased.get(here.id)?.includes(entry)) return "erased";
  if (view.withdrawn && !here.kept.has(entry)) return "withdrawn";
  if (view.status === "newer") return "unknown kind";
  return view.status === "unreadable" ? "unreadable" : null;
}

function wordsBeside(here: Here, item: Item, view: ItemView): string | null {
  if (view.body === null || view.body.link("text") === null || view.thing === null) return null;
  const note = wordsOfStep(item.applied, here.state.timeline);
  if (note === null) return "";
  const hidden = hiddenAs(here, note, viewItem(here.state, note));
  return hidden === null ? wordsOf(note) : "";
}

function hasPartner(here: Here): boolean {
  return (here.membership?.partners.size ?? 0) > 1;
}

function mayDo(here: Here, item: Item, view: ItemView, waits: boolean): Entry["may"] {
  const { author, received, document, seq } = item.applied;
  if (!here.mayWrite || waits || view.withdrawn) return [];
  const may: Entry["may"][number][] = [];
  const isText = KINDS.has(document.kind) && !isStep(document.kind);
  if (view.takesComments === true) may.push("answer");
  const isYoung = Math.max(here.now, here.standing.log.time) <= received + SIZES.WITHDRAW_WINDOW;
  const isThisServers = seq > (here.standing.earlier.at(-1)?.until ?? 0);
  if (isText && author === here.me && isYoung && isThisServers) may.push("withdraw");
  if (isText && author !== here.me && !here.kept.has(item.applied.entry)) {
    may.push("keep");
  }
  return may;
}
