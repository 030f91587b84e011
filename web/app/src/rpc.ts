/**
 * What the page may ask of the Worker, and what it gets: plain data that can be posted, and never a key.
 *
 * The Worker alone holds secrets. Words of a recovery sheet and of a comparison leave it as text, each by one method, to be read by a
 * person. Times are Unix seconds, ids are opaque text. A method that fails rejects with a `Refusal`.
 */

import type {
  Boundary,
  BoundaryAct,
  CheckInAnswer,
  CheckInPlace,
  Disclosure,
  Filled,
  Form,
  Hearing,
  PlainKind,
  PlainStep,
  PlainThing,
  Wording,
} from "./things.ts";

export * from "./things.ts";

/**
 * Why something couldn't be done, as a sentence's key and what to try next. `reason`: the sentence of the rules that forbid it now, which
 * the page says in the person's language.
 */
export interface Refusal {
  readonly code: string;
  readonly retry: boolean;
  readonly reason?: string;
}

export type Lock = "passkey" | "passphrase" | "none" | "tab";

/** Where the person stands. `elsewhere`: another tab has the journal open. `stopped`: nothing goes on by itself. */
export type Place =
  | { readonly at: "outside" }
  | { readonly at: "locked"; readonly locks: readonly Lock[] }
  | { readonly at: "elsewhere" }
  /** A new device that shows its code, and then the eight words of the account that answered. `problem`: the code of a refusal. */
  | {
      readonly at: "enrolling";
      readonly code: string;
      readonly uri: string;
      readonly words: readonly string[] | null;
      readonly problem: string | null;
    }
  | { readonly at: "stopped"; readonly why: "account_fork" }
  | { readonly at: "open" };

/** A passkey's ceremony: the id of the one that opens this device, or null before there is one, and what its PRF is asked. No secret. */
export interface Passkey {
  readonly credential: string | null;
  readonly input: string;
}

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

/**
 * What waits for me, each at most once: the journal shows one quiet line. The first three stand in no journal; the others are
 * what is open in a thing: a text or an ask of a boundary, its day to look at it again, a letter, what somebody hears in mine, an
 * offer of mine that ends, somebody's pause, an account that I may add, a day that I set, a check-in, a day to talk.
 */
export interface Waiting {
  readonly kind:
    | ("device" | "sheet" | "confirm")
    | ("boundary_text" | "boundary_retire" | "boundary_review" | "letter" | "reflection" | "offer_ends")
    | ("pause" | "account" | "look_again" | "check_in" | "talk_on");
  readonly id: string;
  readonly from: string;
}

/** Whether the server answers, and what comes finds room here (`full`). `coming`: it is still being fetched, and what is verified is shown. `out`: it knows this device no longer, so another one has taken it out, or the account is gone. */
export type Reach = "online" | "coming" | "offline" | "full" | "out";

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
  readonly reach: Reach;
  readonly undelivered: number;
}

export interface Us {
  readonly me: Person;
  readonly partner: Person | null;
  /** Whether I compared the eight words with my partner. */
  readonly compared: boolean;
  /** Who reads along, and until when (null: no end). */
  readonly confidants: readonly { readonly person: Person; readonly until: number | null }[];
  /** Who pauses, and whether the journal says so; mine otherwise stays on this device. */
  readonly pause: { readonly by: Person; readonly until: number; readonly told: boolean } | null;
  readonly invitation: { readonly until: number } | null;
}

/**
 * A change of who reads along, which waits until both have agreed. `change`: somebody new, a longer time, other rights. `words`: of somebody
 * new, to be compared with that person.
 */
export interface Proposal {
  readonly id: string;
  readonly by: Person;
  readonly change: "add" | "extend" | "rights";
  readonly who: Person;
  readonly rights: "read" | "write";
  readonly until: number;
  readonly words: readonly string[];
}

/** A way into my account. `label`: "" where it has none. `isNew`: another device of mine added it, and I haven't said here that I know it. */
export interface Device {
  readonly id: string;
  readonly kind: "device" | "recovery_sheet" | "passkey";
  readonly label: string;
  readonly here: boolean;
  readonly isNew: boolean;
}

/** Eight words for what this device has seen, of the newest keys of somebody; null: of the journal, or of the account's own where there is none. */
export interface SeenWords {
  readonly of: Person | null;
  readonly words: readonly string[];
}

export interface Me {
  readonly name: string;
  readonly server: string;
  readonly lock: Lock;
  readonly lockMinutes: number;
  readonly devices: readonly Device[];
  readonly sheet: "not shown" | "shown" | "checked";
  readonly lasting: boolean;
  /** It came back from words, and nobody has compared any here since. */
  readonly unconfirmed: boolean;
  readonly hasJournal: boolean;
  readonly seen: readonly SeenWords[];
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

/** Every method. An implementation posts each call to the Worker; tests play one in the page. */
export interface Calls {
  place(): Promise<Place>;
  build(): Promise<Build>;
  begin(name: string, lock: Lock, passphrase: string): Promise<void>;
  restore(words: readonly string[], lock: Lock, passphrase: string): Promise<void>;
  /** Begins to use the account of another device here: the place says what to show. */
  enroll(lock: Lock, secret: string): Promise<void>;
  unlock(lock: Lock, passphrase: string): Promise<void>;
  lockNow(): Promise<void>;
  /** What the browser's ceremony needs. With a passkey, `passphrase` is what the ceremony gave: a Worker can't hold one. */
  passkey(): Promise<Passkey>;
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
  /** Texts of other fields that are typed and not yet put anywhere, by field; kept whole each time. */
  typed(): Promise<Readonly<Record<string, string>>>;
  keepTyped(texts: Readonly<Record<string, string>>): Promise<void>;
  put(draft: Draft): Promise<void>;
  answer(id: string, text: string): Promise<void>;
  withdraw(id: string): Promise<void>;
  keep(id: string): Promise<void>;

  disclosure(id: string): Promise<Disclosure>;
  /** Opens it on this device; nobody is told. */
  read(id: string): Promise<void>;
  hear(id: string, hearing: Hearing): Promise<void>;

  boundaries(): Promise<readonly Boundary[]>;
  propose(wording: Wording): Promise<void>;
  decide(id: string, act: BoundaryAct): Promise<void>;

  /** Promises or breaches, the newest first, those that are over last. */
  things(kind: PlainKind): Promise<readonly PlainThing[]>;
  /** Makes one. `crossed`: for `saw` the boundary, and the message of its text that was shown. */
  make(
    form: Form,
    filled: Filled,
    crossed: { readonly boundary: string; readonly message: string } | null,
  ): Promise<void>;
  take(id: string, step: PlainStep, filled: Filled): Promise<void>;

  checkIn(): Promise<CheckInPlace>;
  /** Begins one of the week with my answer, which stays sealed until both have answered. */
  beginCheckIn(answer: CheckInAnswer): Promise<void>;
  answerCheckIn(id: string, answer: CheckInAnswer): Promise<void>;
  setCheckInAside(id: string): Promise<void>;
  revealCheckIn(id: string): Promise<void>;

  us(): Promise<Us>;
  /** What waits for both of us; asks the server. */
  proposals(): Promise<readonly Proposal[]>;
  /** Declines one of my partner's, or takes mine back. */
  declineProposal(id: string): Promise<void>;
  pause(until: number | null, tell: boolean): Promise<void>;
  leave(): Promise<void>;

  me(): Promise<Me>;
  setLockMinutes(minutes: number): Promise<void>;
  /** Shows the account to the new device with this code; the eight words that both devices show. */
  addDevice(code: string): Promise<readonly string[]>;
  /** Lets that device in, under a name of mine ("" for none), or not. */
  deviceCompared(same: boolean, label: string): Promise<void>;
  /** The words that somebody reads out for a device that came back from words: of my newest keys, and of the journal. */
  confirm(keys: string, journal: string): Promise<void>;
  revoke(device: string): Promise<void>;
  /** I know every way into my account that there is now. */
  knowDevices(): Promise<void>;
  askToLast(): Promise<boolean>;
  /** Makes new words, which `sheet` shows. The old ones open everything until the new ones are checked. */
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
