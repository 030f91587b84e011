/** Letters, boundaries and check-ins of the evening, each as far as a screen's state wants it. */
import type {
  Boundary,
  BoundaryText,
  CheckIn,
  CheckInAnswer,
  CheckInPlace,
  Disclosure,
  Person,
  PlainThing,
} from "../../src/rpc.ts";

export const NOON = 1_794_999_600; // Wednesday, 18 November 2026, 12:00 in Vienna
export const HOUR = 3600;
export const DAY = 24 * HOUR;

export const ADA: Person = { id: "ada", name: "Ada", mine: true, role: "partner" };
export const SAM: Person = { id: "sam", name: "Sam", mine: false, role: "partner" };

const TELLING = "Robin messaged on Tuesday. I replied twice and hid it.\n\nI felt flattered, then ashamed.";

export function disclosure(stage: Disclosure["stage"], opened: boolean, author: Person = SAM): Disclosure {
  const reader = author === SAM ? ADA : SAM;
  const step = (name: string, by: Person, hours: number, text: string) =>
    ({ entry: name, step: name, by, at: NOON + hours * HOUR, text, sending: "delivered" }) as const;
  const said = [
    step("tell", author, 0, TELLING),
    step("reflect", reader, 1, "You wanted to be seen, and then you were ashamed."),
    step("heard", author, 2, ""),
    step("respond", reader, 3, "I was hurt most by the hiding."),
  ];
  const upTo = { told: 1, read: 1, reflected: 2, again: 2, heard: 3, answered: 4 }[stage];
  const may: Record<Disclosure["stage"], Disclosure["may"]> = {
    told: author === ADA ? [] : ["acknowledge", "reflect", "set_aside"],
    read: ["reflect", "set_aside"],
    reflected: author === ADA ? ["heard", "not_quite", "set_aside"] : ["reflect", "set_aside"],
    again: ["reflect", "set_aside"],
    heard: ["respond", "set_aside"],
    answered: [],
  };
  return {
    id: "told",
    author,
    reader,
    at: NOON,
    form: "disclosure",
    about: "About Tuesday",
    opened,
    stage,
    aside: [],
    said: opened ? said.slice(0, upTo) : [],
    may: opened ? may[stage] : ["set_aside"],
  };
}

function wording(message: string, by: Person, at: number, text: string): BoundaryText {
  return {
    message,
    by,
    at,
    asksToEnd: false,
    topic: "social_media",
    text,
    why: "It keeps our evenings ours.",
    fine: "",
    notFine: "",
    ifCompromised: message === "m2" ? "We tell each other within a day." : "",
    review: "2027-02-01",
    isWhole: true,
  };
}

const FIRST = wording("m1", ADA, NOON - DAY, "No late-night chats with people we're attracted to.");
const COUNTER = wording(
  "m2",
  SAM,
  NOON,
  "After 22:00 no private chats about our relationship; group chats are fine. If it happens, we tell each other within a day.",
);

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
    before: state === "proposed to me" ? FIRST : null,
    consents,
    late: null,
    contests: state === "contested" ? [{ by: SAM, at: NOON + HOUR, words: "It is too wide for my work." }] : [],
    reviewDue: state === "in force",
    waitsHere: false,
    mayTell: state === "in force" ? { message: "m2", text: COUNTER.text } : null,
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
  {
    ...boundary("ends", "in force", ["accept", "decline"]),
    reviewDue: false,
    waitsUntil: NOON + 14 * DAY,
    text: {
      ...wording("m3", SAM, NOON, "We don't need it any more."),
      why: "",
      review: null,
      topic: "",
      asksToEnd: true,
    },
    before: COUNTER,
  },
  {
    ...boundary("changes", "in force", ["take back"]),
    reviewDue: false,
    waitsUntil: NOON + 14 * DAY,
    consents: [{ by: ADA, at: NOON }],
    late: SAM,
    text: wording("m4", ADA, NOON, "After 21:00 no private chats about our relationship."),
    before: COUNTER,
  },
];

const TIRED: CheckInAnswer = {
  texts: { appreciation: "You called from the station.", need: "An evening without phones." },
  numbers: { closeness: 7, stress: 6 },
  feelings: ["tired"],
};

export function checkIn(step: CheckIn["step"]): CheckInPlace {
  return {
    now: {
      id: "week",
      form: "week",
      by: SAM,
      until: NOON + 5 * DAY,
      talkOn: null,
      step,
      mine: step === "to answer" ? null : TIRED,
      theirs: step === "open" ? { texts: { struggle: "I dread Sundays." }, numbers: {}, feelings: [] } : null,
      problem: false,
      mayReveal: false,
      maySetAside: step === "to answer" || step === "waits for the other",
    },
    mayBegin: step === "open" || step === "not revealed",
  };
}

function plain(
  id: string,
  form: PlainThing["form"],
  owner: Person,
  text: string,
  other: Partial<PlainThing>,
): PlainThing {
  const said = [{ entry: id, step: "make", by: owner, at: NOON - DAY, text, sending: "delivered" as const }];
  return {
    id,
    form,
    owner,
    said,
    parts: [],
    until: null,
    ranOut: false,
    happened: null,
    lookAgain: null,
    closed: [],
    isOver: false,
    waitsHere: false,
    may: [],
    ...other,
  };
}

export const PROMISES: readonly PlainThing[] = [
  plain("plan", "plan", ADA, "For the trip to Graz.", {
    parts: [
      { part: "triggers", text: "A hotel bar, and a long evening." },
      { part: "first_step", text: "I go to my room and call you." },
    ],
    may: ["mark", "end"],
  }),
  plain("offer", "offer", ADA, "You may look at my calendar.", {
    until: NOON + 5 * DAY,
    may: ["mark", "renew", "end"],
    waitsHere: true,
  }),
  plain("habit", "habit", SAM, "I call on Sundays.", { parts: [{ part: "rhythm", text: "every Sunday" }] }),
  plain("ended", "habit", SAM, "No phones at the table.", { isOver: true }),
];

const ACCOUNT = {
  entry: "account",
  step: "account",
  by: ADA,
  at: NOON,
  text: "I found out from a friend. I was alone with it for two days.",
  sending: "delivered" as const,
};
const OWNED = plain("own", "own", SAM, "I wrote to Robin again and told nobody.", {
  happened: "2026-11-15",
  may: ["account", "close"],
});
export const BREACHES: readonly PlainThing[] = [
  OWNED,
  {
    ...OWNED,
    id: "both",
    said: [...OWNED.said, ACCOUNT],
    lookAgain: "2026-12-24",
    closed: [{ by: SAM, at: NOON, words: "I have said it all." }],
    may: ["close"],
  },
];
