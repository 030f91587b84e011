/** Each screen in each state: its address, the state of the played Worker, and what to press first. */
export interface State {
  readonly name: string;
  readonly state: string;
  readonly at: string;
  readonly press?: readonly string[];
  readonly invited?: boolean;
}

export const STATES: readonly State[] = [
  { name: "welcome", state: "outside", at: "" },
  { name: "where-this-page-came-from", state: "outside", at: "", press: ["Begin"] },
  { name: "whose-device", state: "outside", at: "", press: ["Begin", "I understand"] },
  { name: "which-lock", state: "outside", at: "", press: ["Begin", "I understand", "Mine"] },
  {
    name: "passphrase",
    state: "outside",
    at: "",
    press: ["Begin", "I understand", "Mine", "With a passphrase", "Go on"],
  },
  { name: "name", state: "outside", at: "", press: ["Begin", "I understand", "Mine", "With my face or finger"] },
  {
    name: "restore",
    state: "outside",
    at: "",
    press: ["I have been here before", "I understand", "Somebody else's", "With my recovery words"],
  },
  { name: "how", state: "outside", at: "", press: ["I have been here before", "I understand", "Somebody else's"] },
  { name: "enroll", state: "enrolling", at: "" },
  { name: "enroll-words", state: "enrolling-words", at: "" },
  { name: "enroll-stopped", state: "enrolling-stopped", at: "" },
  { name: "add-device", state: "open", at: "#/add-device" },
  { name: "invited", state: "outside", at: "", invited: true },
  { name: "unlock", state: "locked", at: "" },
  { name: "elsewhere", state: "elsewhere", at: "" },
  { name: "account-fork", state: "fork", at: "" },
  { name: "invite", state: "alone", at: "#/invite" },
  { name: "invite-waits", state: "waits", at: "#/invite" },
  { name: "invite-expired", state: "expired", at: "#/invite" },
  { name: "join", state: "alone", at: "#/join" },
  { name: "compare", state: "compare", at: "#/compare" },
  { name: "compare-differ", state: "compare", at: "#/compare", press: ["They differ"] },
  { name: "sheet", state: "open", at: "#/sheet" },
  { name: "sheet-words", state: "open", at: "#/sheet", press: ["Show the words"] },
  { name: "sheet-check", state: "open", at: "#/sheet", press: ["Show the words", "I have written them", "Check"] },
  { name: "journal", state: "open", at: "#/journal" },
  { name: "journal-empty", state: "empty", at: "#/journal" },
  { name: "journal-alone", state: "alone", at: "#/journal" },
  { name: "journal-held", state: "held", at: "#/journal" },
  { name: "journal-closed", state: "closed", at: "#/journal" },
  { name: "journal-offline", state: "offline", at: "#/journal" },
  { name: "journal-coming", state: "coming", at: "#/journal" },
  { name: "journal-full", state: "full", at: "#/journal" },
  { name: "journal-out", state: "out", at: "#/journal" },
  { name: "write", state: "open", at: "#/write" },
  { name: "entry", state: "open", at: "#/entry/one" },
  { name: "entry-not-believed", state: "open", at: "#/entry/five" },
  { name: "hear-closed", state: "open", at: "#/hear/told" },
  { name: "hear-read", state: "read", at: "#/hear/told" },
  { name: "hear-heard", state: "heard", at: "#/hear/told" },
  { name: "hear-answered", state: "answered", at: "#/hear/told" },
  { name: "hear-mine", state: "mine", at: "#/hear/told" },
  { name: "boundaries", state: "open", at: "#/boundaries" },
  { name: "boundaries-none", state: "empty", at: "#/boundaries" },
  { name: "boundary-offer", state: "open", at: "#/boundary/offer" },
  { name: "boundary-in-force", state: "open", at: "#/boundary/force" },
  { name: "boundary-other-words", state: "open", at: "#/boundary/offer", press: ["Other words"] },
  { name: "boundary-ends", state: "open", at: "#/boundary/ends" },
  { name: "boundary-changes", state: "open", at: "#/boundary/changes" },
  { name: "boundary-contested", state: "open", at: "#/boundary/contested" },
  { name: "propose", state: "open", at: "#/propose" },
  { name: "promises", state: "open", at: "#/things/promise" },
  { name: "promises-none", state: "empty", at: "#/things/promise" },
  { name: "promise-plan", state: "open", at: "#/thing/plan" },
  { name: "promise-offer", state: "open", at: "#/thing/offer" },
  { name: "make-plan", state: "open", at: "#/make/plan" },
  { name: "make-offer", state: "open", at: "#/make/offer" },
  { name: "breaches", state: "open", at: "#/things/breach" },
  { name: "breach-to-account", state: "open", at: "#/thing/own" },
  { name: "breach-both", state: "open", at: "#/thing/both" },
  { name: "own-up", state: "open", at: "#/make/own" },
  { name: "saw", state: "open", at: "#/make/force" },
  { name: "check-in", state: "open", at: "#/check-in" },
  { name: "check-in-none", state: "empty", at: "#/check-in" },
  { name: "check-in-sealed", state: "sealed", at: "#/check-in" },
  { name: "check-in-opened", state: "opened", at: "#/check-in" },
  { name: "check-in-withheld", state: "withheld", at: "#/check-in" },
  { name: "us", state: "open", at: "#/us" },
  { name: "us-alone", state: "alone", at: "#/us" },
  { name: "us-proposed", state: "proposed", at: "#/us" },
  { name: "us-paused", state: "paused", at: "#/us" },
  { name: "pause", state: "open", at: "#/pause" },
  { name: "me", state: "open", at: "#/me" },
  { name: "me-refused", state: "refusing", at: "#/me", press: ["Lock now"] },
  { name: "leaving", state: "open", at: "#/leaving" },
  { name: "copy", state: "open", at: "#/copy" },
  { name: "head", state: "open", at: "#/head" },
  { name: "confirm", state: "restored", at: "#/confirm" },
  { name: "confirm-alone", state: "restored-alone", at: "#/confirm" },
  { name: "confirm-empty", state: "restored-empty", at: "#/confirm" },
  { name: "confirm-differ", state: "restored", at: "#/confirm", press: ["Compare"] },
  { name: "confirmed", state: "open", at: "#/confirm" },
  { name: "page", state: "open", at: "#/page" },
  { name: "help", state: "outside", at: "#/help" },
];

/** How a screen is looked at. `width`: CSS pixels; 320 are a desktop's 1280 at 400 % (WCAG 1.4.10). `text`: times its usual size. */
export interface Look {
  readonly name: string;
  readonly width: number;
  readonly scheme: "light" | "dark";
  readonly mirrored: boolean;
  readonly text: number;
}

export const LOOKS: readonly Look[] = [
  { name: "phone", width: 390, scheme: "light", mirrored: false, text: 1 },
  { name: "dark", width: 390, scheme: "dark", mirrored: false, text: 1 },
  { name: "right-to-left", width: 390, scheme: "light", mirrored: true, text: 1 },
  { name: "text-200", width: 390, scheme: "light", mirrored: false, text: 2 },
  { name: "zoom-400", width: 320, scheme: "light", mirrored: false, text: 1 },
  { name: "desktop", width: 1280, scheme: "light", mirrored: false, text: 1 },
];
