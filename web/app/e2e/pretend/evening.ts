/** An evening of Ada and Sam as views: what a Worker would give, in each state that a screen can show. */
import type {
  Build,
  CheckIn,
  Disclosure,
  Entry,
  Journal,
  Me,
  Pairing,
  Person,
  Place,
  Proposal,
  Rpc,
  Us,
} from "../../src/rpc.ts";
import { ADA, BOUNDARIES, BREACHES, checkIn, DAY, disclosure, HOUR, NOON, PROMISES, SAM } from "./things.ts";

export const BUILD: Build = {
  origin: "https://journal.example",
  served: true,
  version: "0.1.0",
  hash: "b3f1c6de0a8c4f5b7c1f2f0a6f3f2d1c9a8b7c6d5e4f30211203f4e5d6c7b8a9",
  waiting: { version: "0.2.0", hash: "0c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f405162738495a6b7c8d9eafb" },
};

const WORDS =
  "acoustic basket canyon dawn elbow fabric galaxy harbor icon jacket kitchen lava magnet nature oak paddle quantum rabbit saddle table umbrella vacuum wagon zebra".split(
    " ",
  );

function entry(id: string, author: Person, at: number, text: string, other: Partial<Entry> = {}): Entry {
  return {
    id,
    author,
    at,
    kind: "note",
    step: "",
    text,
    folded: false,
    standing: "shown",
    reason: null,
    without: null,
    notDeliveredTo: [],
    thing: null,
    about: null,
    sending: "delivered",
    answers: [],
    may: [],
    ...other,
  };
}

const ANSWER = entry("answer", SAM, NOON + 2 * HOUR, "Thank you for telling me.");
export const ENTRIES: readonly Entry[] = [
  entry("one", ADA, NOON + HOUR, "I could not sleep. I kept going over Tuesday.", {
    answers: [ANSWER],
    may: ["withdraw"],
    sending: "kept here",
  }),
  entry("two", SAM, NOON, "I called from the station because I wanted you to know first.\n\nIt was not easy.", {
    may: ["answer", "keep"],
  }),
  entry("three", SAM, NOON - HOUR, "", { standing: "withdrawn" }),
  entry("four", SAM, NOON - DAY, "", { standing: "unknown kind" }),
  entry("five", SAM, NOON - DAY, "", { standing: "not believed", reason: "entry.tag" }),
  entry("six", ADA, NOON - DAY, "This waits for the other phone.", { standing: "provisional" }),
  entry("seven", SAM, NOON - 2 * DAY, "", { standing: "closed to me" }),
  entry("nine", SAM, NOON - HOUR / 2, "About Tuesday", {
    kind: "disclosure",
    step: "tell",
    folded: true,
    thing: { kind: "disclosure", id: "told" },
  }),
  entry("ten", ADA, NOON - DAY, "", { kind: "boundary", step: "accept", thing: { kind: "boundary", id: "force" } }),
  entry("eleven", SAM, NOON - DAY, "Thank you for the soup.", {
    kind: "comment",
    about: "one",
    without: "This takes no comments now. What you want to say can stand in a note of your own.",
    notDeliveredTo: [ADA],
  }),
  entry("twelve", SAM, NOON - 2 * DAY, "", { standing: "removed" }),
  entry("eight", SAM, NOON - 2 * DAY, "هذه رسالة من اليمين إلى اليسار"),
];

function journal(state: string): Journal {
  const full = state !== "empty" && state !== "alone";
  const days = full
    ? [0, 1, 2].map((day) => ({
        date: `2026-11-${18 - day}`,
        entries: ENTRIES.filter(
          (one) =>
            Math.ceil((NOON + HOUR - one.at) / DAY) <= day + 1 &&
            Math.ceil((NOON + HOUR - one.at) / DAY) > day - (day === 0 ? 1 : 0),
        ),
      }))
    : [];
  return {
    id: "journal",
    name: "Ours",
    partner: state === "alone" ? null : SAM,
    state: state === "held" ? "held" : state === "closed" ? "closed" : state === "alone" ? "alone" : "open",
    days: days.filter((day) => day.entries.length > 0),
    older: full,
    newer: false,
    waiting: full
      ? (["letter", "boundary_text", "check_in", "device", "sheet"] as const).map((kind) => ({
          kind,
          id: "a",
          from: "Sam",
        }))
      : [],
    reach: state === "offline" || state === "out" || state === "full" || state === "coming" ? state : "online",
    undelivered: state === "offline" ? 2 : 0,
  };
}

const ME: Me = {
  name: "Ada",
  server: "journal.example",
  lock: "passphrase",
  lockMinutes: 5,
  devices: [
    { id: "here", kind: "device", label: "Phone", here: true, isNew: false },
    { id: "sheet", kind: "recovery_sheet", label: "", here: false, isNew: false },
    { id: "other", kind: "device", label: "Laptop", here: false, isNew: true },
  ],
  sheet: "not shown",
  lasting: false,
  unconfirmed: false,
  hasJournal: true,
  seen: [null, ADA, SAM].map((of, at) => ({ of, words: WORDS.slice(8 * at, 8 * at + 8) })),
};

const US: Us = {
  me: ADA,
  partner: SAM,
  compared: true,
  confidants: [{ person: { id: "okoro", name: "Dr Okoro", mine: false, role: "confidant" }, until: NOON + 60 * DAY }],
  pause: null,
  invitation: null,
};

const PROPOSAL: Proposal = {
  id: "proposal",
  by: SAM,
  change: "add",
  who: { id: "okoro", name: "", mine: false, role: "gone" },
  rights: "read",
  until: NOON + 60 * DAY,
  words: WORDS.slice(8, 16),
};

const LINK = `https://journal.example/join#${"AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-".repeat(4)}`;

function pairing(state: string): Pairing {
  if (state === "waits") return { step: "waits", invitation: { link: LINK, until: NOON + DAY } };
  if (state === "compare") return { step: "compare", words: WORDS.slice(0, 8), other: "Sam" };
  if (state === "paired") return { step: "done", other: "Sam" };
  if (state === "expired") return { step: "stopped", why: "expired" };
  return { step: "none" };
}

function place(state: string): Place {
  if (state === "outside") return { at: "outside" };
  if (state === "locked") return { at: "locked", locks: ["passkey", "passphrase"] };
  if (state === "elsewhere") return { at: "elsewhere" };
  if (state.startsWith("enrolling")) return enrolling(state);
  if (state === "fork") return { at: "stopped", why: "account_fork" };
  return { at: "open" };
}

function enrolling(state: string): Place {
  const code = "q3v8Zk1mT0aYw5RdcH2sXnE7uJ4pLbF9oG6iVxQyKtMBAw";
  const words = state === "enrolling-words" ? WORDS.slice(0, 8) : null;
  const problem = state === "enrolling-stopped" ? "unforeseen" : null;
  return { at: "enrolling", code, uri: `duolog-device:${code}`, words, problem };
}

/** A Worker that is played. Acts change what the views show, as far as a test needs it; `refusing` refuses each act; `slow`: milliseconds of one. */
export function played(begun: string, slow = 0): Rpc {
  let state = begun;
  let told: Disclosure["stage"] = state === "heard" || state === "answered" ? state : "told";
  let isOpened = ["heard", "answered", "read", "mine"].includes(state);
  let asked: CheckIn["step"] =
    state === "sealed"
      ? "waits for the other"
      : state === "opened"
        ? "open"
        : state === "withheld"
          ? "not revealed"
          : "to answer";
  let draft: Awaited<ReturnType<Rpc["draft"]>> = null;
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const one of [...listeners]) one();
  };
  const act = async (change: () => void = () => undefined): Promise<void> => {
    if (slow > 0) await new Promise((resolve) => setTimeout(resolve, slow));
    if (begun === "refusing") throw { code: "offline", retry: true };
    change();
    changed();
  };
  return {
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    place: async () => place(state),
    build: async () => BUILD,
    begin: () => act(() => (state = "alone")),
    restore: () => act(() => (state = "open")),
    unlock: async (_lock, passphrase) => {
      if (passphrase !== "right") throw { code: "wrong_passphrase", retry: true };
      state = "open";
      changed();
    },
    lockNow: () => act(() => (state = "locked")),
    passkey: async () => ({ credential: null, input: "" }),
    attend: async () => undefined,
    pairing: async () => pairing(state),
    invite: () => act(() => (state = "waits")),
    join: async (link) => {
      if (!link.includes("/join#")) throw { code: "bad_invitation", retry: false };
      state = "compare";
      changed();
    },
    compared: (same) => act(() => (state = same ? "paired" : "expired")),
    takeBackInvitation: () => act(() => (state = "alone")),
    sheet: async () => WORDS,
    sheetChecked: async (given) => given.every(({ number, word }) => WORDS[number - 1] === word),
    journal: async () => journal(state),
    search: async (text) => ENTRIES.filter((one) => one.text.toLowerCase().includes(text.toLowerCase())),
    entry: async (id) => ENTRIES.find((one) => one.id === id) ?? ANSWER,
    draft: async () => draft,
    typed: async () => ({}),
    keepTyped: async () => undefined,
    keepDraft: async (kept) => {
      draft = kept;
    },
    put: () => act(() => (draft = null)),
    answer: () => act(),
    withdraw: () => act(),
    keep: () => act(),
    disclosure: async () => disclosure(state === "mine" ? "reflected" : told, isOpened, state === "mine" ? ADA : SAM),
    read: () => act(() => (isOpened = true)),
    hear: (_, { act: step }) =>
      act(() => {
        told = step === "reflect" ? "reflected" : step === "respond" ? "answered" : told;
      }),
    boundaries: async () => (state === "empty" ? [] : BOUNDARIES),
    propose: () => act(),
    decide: () => act(),
    things: async (kind) => (state === "empty" ? [] : kind === "promise" ? PROMISES : BREACHES),
    make: () => act(),
    take: () => act(),
    checkIn: async () => (state === "empty" ? { now: null, mayBegin: true } : checkIn(asked)),
    beginCheckIn: () => act(),
    answerCheckIn: () => act(() => (asked = "waits for the other")),
    setCheckInAside: () => act(),
    revealCheckIn: () => act(),
    us: async () =>
      state === "alone"
        ? { ...US, partner: null, compared: false, confidants: [] }
        : state === "paused"
          ? { ...US, pause: { by: ADA, until: NOON + DAY, told: false } }
          : US,
    proposals: async () => (state === "proposed" ? [PROPOSAL] : []),
    declineProposal: () => act(() => (state = "open")),
    pause: () => act(() => (state = "paused")),
    leave: () => act(() => (state = "closed")),
    me: async () => ({
      ...ME,
      unconfirmed: state.startsWith("restored"),
      hasJournal: state !== "restored-empty",
      seen: ME.seen.filter(({ of }) => state === "restored" || of !== SAM),
    }),
    confirm: async (keys) => {
      if (keys === "") throw { code: "words_differ", retry: true };
      state = "open";
      changed();
    },
    setLockMinutes: () => act(),
    addDevice: async () => WORDS.slice(0, 8),
    deviceCompared: () => act(),
    enroll: () => act(() => (state = "enrolling")),
    revoke: () => act(),
    knowDevices: () => act(),
    askToLast: async () => false,
    newSheet: () => act(),
    signOut: () => act(() => (state = "locked")),
    eraseHere: () => act(() => (state = "outside")),
    takeBuild: () => act(),
  };
}
