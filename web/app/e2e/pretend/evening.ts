/** An evening of Ada and Sam as views: what a Worker would give, in each state that a screen can show. */
import type {
  Boundary,
  Build,
  CheckIn,
  Disclosure,
  Entry,
  Journal,
  Me,
  Pairing,
  Person,
  Place,
  Rpc,
  Us,
} from "../../src/rpc.ts";

const NOON = 1_794_999_600; // Wednesday, 18 November 2026, 12:00 in Vienna
const HOUR = 3600;
const DAY = 24 * HOUR;

export const ADA: Person = { id: "ada", name: "Ada", mine: true, role: "partner" };
export const SAM: Person = { id: "sam", name: "Sam", mine: false, role: "partner" };
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
      ? (["disclosure", "boundary", "check_in", "device", "member", "sheet"] as const).map((kind) => ({
          kind,
          id: "a",
          from: "Sam",
        }))
      : [],
    offline: state === "offline",
    undelivered: state === "offline" ? 2 : 0,
  };
}

function disclosure(step: Disclosure["step"], author: Person = SAM): Disclosure {
  return {
    id: "told",
    author,
    at: NOON,
    step,
    happened: step === "closed" ? "" : "Robin messaged on Tuesday. I replied twice and hid it.",
    felt: step === "closed" ? "" : "I felt flattered, then ashamed.",
    needed: step === "closed" ? "" : "That you hear it before you answer.",
    listenFirst: true,
    replies: step === "answered" ? [entry("reply", ADA, NOON + HOUR, "I was hurt most by the hiding.")] : [],
  };
}

const FIRST = { message: "m1", text: "No late-night chats with people we're attracted to.", by: ADA, at: NOON - DAY };
const COUNTER = {
  message: "m2",
  text: "After 22:00 no private chats about our relationship; group chats are fine. If it happens, we tell each other within a day.",
  by: SAM,
  at: NOON,
};

function boundary(id: string, state: Boundary["state"], may: Boundary["may"]): Boundary {
  const consents =
    state === "in force" || state === "over"
      ? [
          { by: SAM, at: NOON },
          { by: ADA, at: NOON + HOUR },
        ]
      : [{ by: SAM, at: NOON }];
  return {
    id,
    state,
    binds: [ADA, SAM],
    text: COUNTER,
    before: FIRST,
    consents,
    waitsUntil: state === "proposed to me" ? NOON + 14 * DAY : null,
    may,
  };
}

export const BOUNDARIES: readonly Boundary[] = [
  boundary("offer", "proposed to me", ["accept", "other words", "decline"]),
  boundary("force", "in force", ["contest", "other words", "retire"]),
  boundary("contested", "contested", ["retire"]),
  { ...boundary("mine", "mine that waits", ["take back"]), text: FIRST, before: null, consents: [] },
  boundary("over", "over", []),
];

function checkIn(step: CheckIn["step"]): CheckIn {
  const mine = step === "to answer" ? null : "Tired. Thanks for calling from the station.";
  return {
    id: "week",
    question: "What do you need this week?",
    mine,
    theirs: step === "open" ? "I dread Sundays." : null,
    step,
  };
}

const ME: Me = {
  name: "Ada",
  server: "journal.example",
  lock: "passphrase",
  lockMinutes: 5,
  devices: [
    { id: "here", label: "Phone", since: NOON - 30 * DAY, here: true },
    { id: "other", label: "Laptop", since: NOON - 3 * DAY, here: false },
  ],
  sheet: "not shown",
  lasting: false,
  head: WORDS.slice(0, 8),
};

const US: Us = {
  me: ADA,
  partner: SAM,
  comparedAt: NOON - 10 * DAY,
  confidants: [{ person: { id: "okoro", name: "Dr Okoro", mine: false, role: "confidant" }, until: NOON + 60 * DAY }],
  pause: null,
  invitation: null,
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
  if (state === "fork") return { at: "stopped", why: "account_fork" };
  return { at: "open" };
}

/** A Worker that is played. Acts change what the views show, as far as a test needs it; `refusing` refuses each act. */
export function played(begun: string): Rpc {
  let state = begun;
  let told: Disclosure["step"] =
    state === "heard" ? "heard" : state === "answered" ? "answered" : state === "read" ? "read" : "closed";
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
    passkey: async () => null,
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
    keepDraft: async (kept) => {
      draft = kept;
    },
    put: () => act(() => (draft = null)),
    answer: () => act(),
    withdraw: () => act(),
    keep: () => act(),
    disclosure: async () => disclosure(told, state === "mine" ? ADA : SAM),
    read: () => act(() => (told = "read")),
    heard: () => act(() => (told = "heard")),
    respond: () => act(() => (told = "answered")),
    boundaries: async () => (state === "empty" ? [] : BOUNDARIES),
    propose: () => act(),
    decide: () => act(),
    checkIn: async () => (state === "empty" ? null : checkIn(asked)),
    askCheckIn: () => act(),
    answerCheckIn: () => act(() => (asked = "waits for the other")),
    us: async () =>
      state === "alone"
        ? { ...US, partner: null, comparedAt: null, confidants: [] }
        : state === "paused"
          ? { ...US, pause: { by: ADA, until: NOON + DAY } }
          : US,
    pause: () => act(() => (state = "paused")),
    leave: () => act(() => (state = "closed")),
    me: async () => ME,
    setLockMinutes: () => act(),
    revoke: () => act(),
    askToLast: async () => false,
    newSheet: () => act(),
    signOut: () => act(() => (state = "locked")),
    eraseHere: () => act(() => (state = "outside")),
    takeBuild: () => act(),
  };
}
