/**
 * What the page may ask of the Worker, and what it gets: plain data that can be posted, and never a key.
 *
 * The Worker alone holds secrets. Words of a recovery sheet and of a comparison leave it as text, each by one method, to be read by a
 * person. Times are Unix seconds, ids are opaque text. A method that fails rejects with a `Refusal`.
 */

/** Why something couldn't be done, as a sentence's key and what to try next. */
export interface Refusal {
  readonly code: string;
  readonly retry: boolean;
}

export type Lock = "passkey" | "passphrase" | "none" | "tab";

/** Where the person stands. `elsewhere`: another tab has the journal open. `stopped`: nothing goes on by itself. */
export type Place =
  | { readonly at: "outside" }
  | { readonly at: "locked"; readonly locks: readonly Lock[] }
  | { readonly at: "elsewhere" }
  | { readonly at: "stopped"; readonly why: "account_fork" }
  | { readonly at: "open" };

/** What the page says about itself. `served`: a server sent it, and not this machine. */
export interface Build {
  readonly origin: string;
  readonly served: boolean;
  readonly version: string;
  readonly hash: string;
  readonly waiting: { readonly version: string; readonly hash: string } | null;
}

/** `name`: as they chose it, "" where they chose none: then the page calls them by what they are. `gone`: no member any more. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly mine: boolean;
  readonly role: "partner" | "confidant" | "gone";
}

export type Sending = "kept here" | "delivered";

/**
 * Why a text isn't shown, or is shown with a word beside it. `removed`: the host has it no more, and nobody withdrew it.
 * `erased`: by me. `unreadable`: its body isn't what its kind says. `provisional`: from before both compared their words.
 */
export type Standing =
  | "shown"
  | "withdrawn"
  | "erased"
  | "removed"
  | "closed to me"
  | "unknown kind"
  | "unreadable"
  | "not believed"
  | "provisional";

export interface Entry {
  readonly id: string;
  readonly author: Person;
  /** When it came, Unix seconds; of what waits here, when it was written. */
  readonly at: number;
  /** Its kind, and its step in it ("" in a kind without steps): the page has words for each. */
  readonly kind: string;
  readonly step: string;
  readonly text: string;
  /** Its words are long and stand in a thing: a list leaves them out, and the entry by itself has them. */
  readonly folded: boolean;
  /** Why it has no effect, in the words of the rules; null where it has one. */
  readonly without: string | null;
  /** The members who could not open it. */
  readonly notDeliveredTo: readonly Person[];
  /** The thing that it made, or in which it is a step: a boundary, a letter. */
  readonly thing: { readonly kind: string; readonly id: string } | null;
  /** The entry that it is about. */
  readonly about: string | null;
  readonly standing: Standing;
  /** The name of the check that failed, for `not believed`: told on demand. */
  readonly reason: string | null;
  readonly sending: Sending;
  readonly answers: readonly Entry[];
  readonly may: readonly ("withdraw" | "answer" | "keep")[];
}

export interface Day {
  readonly date: string;
  readonly entries: readonly Entry[];
}

/** What waits for me, each at most once: the journal shows one quiet line. */
export interface Waiting {
  readonly kind: "disclosure" | "boundary" | "check_in" | "device" | "sheet" | "member";
  readonly id: string;
  readonly from: string;
}

export interface Journal {
  readonly id: string;
  readonly name: string;
  readonly partner: Person | null;
  readonly state: "open" | "alone" | "held" | "closed";
  /** The newest day first, and in a day the newest entry. */
  readonly days: readonly Day[];
  /** Whether there are older entries than these, and newer ones: a page shows a bounded number. */
  readonly older: boolean;
  readonly newer: boolean;
  readonly waiting: readonly Waiting[];
  readonly offline: boolean;
  readonly undelivered: number;
}

/** Something to hear: first closed, then read, then heard, then answered. */
export interface Disclosure {
  readonly id: string;
  readonly author: Person;
  readonly at: number;
  readonly step: "closed" | "read" | "heard" | "answered";
  readonly happened: string;
  readonly felt: string;
  readonly needed: string;
  readonly listenFirst: boolean;
  readonly replies: readonly Entry[];
}

export interface BoundaryText {
  readonly message: string;
  readonly text: string;
  readonly by: Person;
  readonly at: number;
}

export interface Boundary {
  readonly id: string;
  readonly state: "in force" | "proposed to me" | "mine that waits" | "contested" | "over";
  readonly binds: readonly Person[];
  readonly text: BoundaryText;
  readonly before: BoundaryText | null;
  readonly consents: readonly { readonly by: Person; readonly at: number }[];
  readonly waitsUntil: number | null;
  readonly may: readonly ("accept" | "other words" | "decline" | "contest" | "retire" | "take back")[];
}

export interface CheckIn {
  readonly id: string;
  readonly question: string;
  readonly mine: string | null;
  readonly theirs: string | null;
  readonly step: "to answer" | "waits for the other" | "open" | "not revealed" | "over";
}

export interface Us {
  readonly me: Person;
  readonly partner: Person | null;
  readonly comparedAt: number | null;
  readonly confidants: readonly { readonly person: Person; readonly until: number }[];
  readonly pause: { readonly by: Person; readonly until: number } | null;
  readonly invitation: { readonly until: number } | null;
}

export interface Device {
  readonly id: string;
  readonly label: string;
  readonly since: number;
  readonly here: boolean;
}

export interface Me {
  readonly name: string;
  readonly server: string;
  readonly lock: Lock;
  readonly lockMinutes: number;
  readonly devices: readonly Device[];
  readonly sheet: "not shown" | "shown" | "checked";
  readonly lasting: boolean;
  readonly head: readonly string[];
}

export interface Invitation {
  readonly link: string;
  readonly until: number;
}

/** Where two people stand who are pairing. */
export type Pairing =
  | { readonly step: "none" }
  /** I have answered an invitation, and its founder has not seen it yet. */
  | { readonly step: "answered" }
  /** I have said that the words are the same, and the other has not yet. */
  | { readonly step: "confirmed"; readonly other: string }
  | { readonly step: "waits"; readonly invitation: Invitation }
  | { readonly step: "compare"; readonly words: readonly string[]; readonly other: string }
  | { readonly step: "done"; readonly other: string }
  | { readonly step: "stopped"; readonly why: "expired" | "words differ" | "taken back" };

/**
 * What is being written. A letter (`disclosure`: what I did, `impact`: what something did to me, `repair`: what I do about it)
 * begins with the line that is read before it is opened. Its other parts, and all of the others', stand below each other.
 */
export interface Draft {
  readonly kind: "note" | "appreciation" | "disclosure" | "impact" | "repair";
  readonly parts: readonly string[];
}

export type BoundaryAct =
  | { readonly act: "accept"; readonly message: string }
  | { readonly act: "other words"; readonly text: string }
  | { readonly act: "decline" | "contest" | "retire" | "take back" };

/** Every method. An implementation posts each call to the Worker; tests play one in the page. */
export interface Calls {
  place(): Promise<Place>;
  build(): Promise<Build>;
  begin(name: string, lock: Lock, passphrase: string): Promise<void>;
  restore(words: readonly string[], lock: Lock, passphrase: string): Promise<void>;
  unlock(lock: Lock, passphrase: string): Promise<void>;
  lockNow(): Promise<void>;
  /** The id of the passkey that opens this device, for the browser's ceremony. It is no secret. */
  passkey(): Promise<string | null>;
  /** How closely somebody looks: the page is seen, and two people are pairing on it. */
  attend(isVisible: boolean, isPairing: boolean): Promise<void>;

  pairing(): Promise<Pairing>;
  invite(): Promise<void>;
  join(link: string): Promise<void>;
  compared(same: boolean): Promise<void>;
  takeBackInvitation(): Promise<void>;

  /** The 24 words, for the screen that shows them; the Worker keeps them sealed. */
  sheet(): Promise<readonly string[]>;
  sheetChecked(words: readonly { readonly number: number; readonly word: string }[]): Promise<boolean>;

  /** `older`: how many times somebody asked for older entries. */
  journal(older: number): Promise<Journal>;
  search(text: string): Promise<readonly Entry[]>;
  entry(id: string): Promise<Entry>;
  draft(): Promise<Draft | null>;
  keepDraft(draft: Draft): Promise<void>;
  put(draft: Draft): Promise<void>;
  answer(id: string, text: string): Promise<void>;
  withdraw(id: string): Promise<void>;
  keep(id: string): Promise<void>;

  disclosure(id: string): Promise<Disclosure>;
  read(id: string): Promise<void>;
  heard(id: string): Promise<void>;
  respond(id: string, text: string): Promise<void>;

  boundaries(): Promise<readonly Boundary[]>;
  propose(text: string, binds: "both" | "me" | "other"): Promise<void>;
  decide(id: string, act: BoundaryAct): Promise<void>;

  checkIn(): Promise<CheckIn | null>;
  askCheckIn(question: string): Promise<void>;
  answerCheckIn(id: string, text: string): Promise<void>;

  us(): Promise<Us>;
  pause(until: number | null, tell: boolean): Promise<void>;
  leave(): Promise<void>;

  me(): Promise<Me>;
  setLockMinutes(minutes: number): Promise<void>;
  revoke(device: string): Promise<void>;
  askToLast(): Promise<boolean>;
  newSheet(): Promise<void>;
  signOut(): Promise<void>;
  eraseHere(): Promise<void>;
  takeBuild(): Promise<void>;
}

/** The page's side of the Worker. */
export interface Rpc extends Calls {
  /** Calls back whenever something may look different; returns how to stop. */
  onChange(changed: () => void): () => void;
}

export function isRefusal(error: unknown): error is Refusal {
  return typeof error === "object" && error !== null && "code" in error && "retry" in error;
}
