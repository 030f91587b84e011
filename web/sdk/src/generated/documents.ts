// Made by `make sdk-types` from openapi/: change the Python code, not this file.

/**
 * I have moved to another server: both servers' origins and receipt keys, and the verified head of each journal.
 *
 * My other devices follow by themselves.
 */
export interface AccountMovedBody {
  origin: string;
  /**
   * 32 bytes, unpadded base64url
   */
  receipt_key: string;
  from_origin: string;
  /**
   * 32 bytes, unpadded base64url
   */
  from_receipt_key: string;
  heads?: AccountMovedNotedHead[] | null;
  [k: string]: unknown;
}
/**
 * The head up to which I have verified a journal. Noted daily at most, and at pairing, revoking and closing.
 */
export interface AccountMovedNotedHead {
  /**
   * 32 bytes, unpadded base64url
   */
  journal: string;
  seq: number;
  /**
   * 32 bytes, unpadded base64url
   */
  head: string;
  [k: string]: unknown;
}

/**
 * Words of thanks. `of`: the other partner, or the two together. `about`: a soft link to what they are about.
 */
export interface AppreciationBody {
  text: string;
  of?: ("you" | "us") | null;
  about?: AppreciationAnswer | null;
  [k: string]: unknown;
}
/**
 * The text that a step answers: its entry, and the SHA-256 of exactly that message.
 */
export interface AppreciationAnswer {
  /**
   * 16 bytes, unpadded base64url
   */
  entry: string;
  /**
   * 32 bytes, unpadded base64url
   */
  message: string;
  [k: string]: unknown;
}

export type BoundaryBody =
  | BoundaryPropose
  | BoundaryCounter
  | BoundaryAccept
  | BoundaryDecline
  | BoundaryTakeBack
  | BoundaryContest
  | BoundaryAmend
  | BoundaryRetire;

/**
 * A first text. Writing it is its author's consent to it. `from`: what it grew from.
 */
export interface BoundaryPropose {
  step: "propose";
  wording: BoundaryWording;
  from?: BoundaryAnswer | null;
  [k: string]: unknown;
}
/**
 * The content of a boundary. `binds`: `me` is the author of the text. `review`: the day to look at it again.
 */
export interface BoundaryWording {
  topic: "communication" | "friendships" | "social_media" | "time" | "money" | "closeness" | "other";
  text: string;
  binds: "me" | "both";
  why?: string | null;
  fine?: string | null;
  not_fine?: string | null;
  if_compromised?: string | null;
  review?: string | null;
  [k: string]: unknown;
}
/**
 * The text that a step answers: its entry, and the SHA-256 of exactly that message.
 */
export interface BoundaryAnswer {
  /**
   * 16 bytes, unpadded base64url
   */
  entry: string;
  /**
   * 32 bytes, unpadded base64url
   */
  message: string;
  [k: string]: unknown;
}
/**
 * Another text instead of the one that waits, or instead of retiring.
 */
export interface BoundaryCounter {
  step: "counter";
  answers: BoundaryAnswer;
  wording: BoundaryWording;
  [k: string]: unknown;
}
/**
 * Consent to exactly the named text; or, after contesting, consent to the agreed text once more.
 */
export interface BoundaryAccept {
  step: "accept";
  answers: BoundaryAnswer;
  [k: string]: unknown;
}
/**
 * No to the text or ask that waits.
 */
export interface BoundaryDecline {
  step: "decline";
  answers: BoundaryAnswer;
  why?: string | null;
  [k: string]: unknown;
}
/**
 * The author takes back their own text or ask while it waits.
 */
export interface BoundaryTakeBack {
  step: "take_back";
  answers: BoundaryAnswer;
  [k: string]: unknown;
}
/**
 * The agreed text no longer holds for me, and why, in my words.
 */
export interface BoundaryContest {
  step: "contest";
  answers: BoundaryAnswer;
  words: string;
  [k: string]: unknown;
}
/**
 * A new text instead of the agreed one, which stays in force until the other accepts. `from`: what it grew from.
 */
export interface BoundaryAmend {
  step: "amend";
  answers: BoundaryAnswer;
  wording: BoundaryWording;
  from?: BoundaryAnswer | null;
  [k: string]: unknown;
}
/**
 * Asks to end the boundary, naming the agreed text; or confirms it, naming the other's ask.
 */
export interface BoundaryRetire {
  step: "retire";
  answers: BoundaryAnswer;
  why?: string | null;
  [k: string]: unknown;
}

/**
 * The branch of a forked account whose words I have compared with the account's owner.
 */
export interface BranchChosenBody {
  /**
   * 32 bytes, unpadded base64url
   */
  account: string;
  generation: number;
  /**
   * 32 bytes, unpadded base64url
   */
  chain_head: string;
  [k: string]: unknown;
}

export type BreachBody = BreachOpenBreach | BreachGiveAccount | BreachCloseBreach | BreachReopenBreach;

/**
 * A first account, in the note `text`. `as`: `own` for what I did, `saw` for what I saw.
 *
 * `answers`: the boundary's text, for `saw` and nothing else. `about`: something that an `own` account belongs to.
 * `look_again`: a day on which its author alone is reminded.
 */
export interface BreachOpenBreach {
  step: "open";
  as: "own" | "saw";
  text: BreachAnswer;
  happened?: string | null;
  look_again?: string | null;
  about?: BreachAnswer | null;
  answers?: BreachAnswer | null;
  [k: string]: unknown;
}
/**
 * The text that a step answers: its entry, and the SHA-256 of exactly that message.
 */
export interface BreachAnswer {
  /**
   * 16 bytes, unpadded base64url
   */
  entry: string;
  /**
   * 32 bytes, unpadded base64url
   */
  message: string;
  [k: string]: unknown;
}
/**
 * My own account of it, in the note `text`. `look_again`: a day on which its author alone is reminded.
 */
export interface BreachGiveAccount {
  step: "account";
  answers: BreachAnswer;
  text: BreachAnswer;
  look_again?: string | null;
  [k: string]: unknown;
}
/**
 * For me it is closed.
 */
export interface BreachCloseBreach {
  step: "close";
  answers: BreachAnswer;
  words?: string | null;
  [k: string]: unknown;
}
/**
 * For me it is open again.
 */
export interface BreachReopenBreach {
  step: "reopen";
  answers: BreachAnswer;
  words?: string | null;
  [k: string]: unknown;
}

export type CheckInBody = CheckInBeginCheckIn | CheckInCommitAnswer | CheckInRevealAnswer | CheckInSetCheckInAside;

/**
 * A check-in. `talk_on`: the day to talk about it. `period`, `chosen`: what a review looks at.
 */
export interface CheckInBeginCheckIn {
  step: "begin";
  form: "week" | "review";
  talk_on?: string | null;
  period?: CheckInPeriod | null;
  chosen?: CheckInAnswer[] | null;
  [k: string]: unknown;
}
/**
 * The days that a review looks at.
 */
export interface CheckInPeriod {
  from: string;
  to: string;
  [k: string]: unknown;
}
/**
 * The text that a step answers: its entry, and the SHA-256 of exactly that message.
 */
export interface CheckInAnswer {
  /**
   * 16 bytes, unpadded base64url
   */
  entry: string;
  /**
   * 32 bytes, unpadded base64url
   */
  message: string;
  [k: string]: unknown;
}
/**
 * My sealed answer (4136 bytes), and the commitment to its key (32 bytes).
 */
export interface CheckInCommitAnswer {
  step: "commit";
  answers: CheckInAnswer;
  /**
   * 4136 bytes, unpadded base64url
   */
  sealed: string;
  /**
   * 32 bytes, unpadded base64url
   */
  commitment: string;
  [k: string]: unknown;
}
/**
 * The secret `k` of my answer, 32 bytes.
 */
export interface CheckInRevealAnswer {
  step: "reveal";
  answers: CheckInAnswer;
  /**
   * 32 bytes, unpadded base64url
   */
  k: string;
  [k: string]: unknown;
}
/**
 * Not this one.
 */
export interface CheckInSetCheckInAside {
  step: "set_aside";
  answers: CheckInAnswer;
  [k: string]: unknown;
}

export type CheckInAnswerBody = CheckInAnswerWeekAnswer | CheckInAnswerReviewAnswer;

/**
 * One person's answer to the questions of the week. The last three are sliders, 0 to 10.
 */
export interface CheckInAnswerWeekAnswer {
  form: "week";
  appreciation?: string | null;
  went_well?: string | null;
  issue?: string | null;
  need?: string | null;
  ownership?: string | null;
  struggle?: string | null;
  feelings?: string[] | null;
  closeness?: number | null;
  trust?: number | null;
  stress?: number | null;
  [k: string]: unknown;
}
/**
 * One person's answer in a review. `chosen`: documents that matter to them.
 */
export interface CheckInAnswerReviewAnswer {
  form: "review";
  summary: string;
  keep?: string | null;
  change?: string | null;
  chosen?: CheckInAnswerAnswer[] | null;
  [k: string]: unknown;
}
/**
 * The text that a step answers: its entry, and the SHA-256 of exactly that message.
 */
export interface CheckInAnswerAnswer {
  /**
   * 16 bytes, unpadded base64url
   */
  entry: string;
  /**
   * 32 bytes, unpadded base64url
   */
  message: string;
  [k: string]: unknown;
}

/**
 * A reply to the document that it answers.
 */
export interface CommentBody {
  answers: CommentAnswer;
  text: string;
  [k: string]: unknown;
}
/**
 * The text that a step answers: its entry, and the SHA-256 of exactly that message.
 */
export interface CommentAnswer {
  /**
   * 16 bytes, unpadded base64url
   */
  entry: string;
  /**
   * 32 bytes, unpadded base64url
   */
  message: string;
  [k: string]: unknown;
}

/**
 * A record that the words of a restored state were compared: on which keyholder, and with which account.
 *
 * No device takes its own state as confirmed by reading this.
 */
export interface ConfirmedBody {
  /**
   * 32 bytes, unpadded base64url
   */
  keyholder: string;
  generation: number;
  /**
   * 32 bytes, unpadded base64url
   */
  chain_head: string;
  heads?: ConfirmedNotedHead[] | null;
  with_account?: string | null;
  [k: string]: unknown;
}
/**
 * The head up to which I have verified a journal. Noted daily at most, and at pairing, revoking and closing.
 */
export interface ConfirmedNotedHead {
  /**
   * 32 bytes, unpadded base64url
   */
  journal: string;
  seq: number;
  /**
   * 32 bytes, unpadded base64url
   */
  head: string;
  [k: string]: unknown;
}

/**
 * A document from another journal. `left_out`: the copier left something out of its text.
 *
 * `attachments_left_out`: how many attachments stayed where they were written.
 */
export interface CopyBody {
  of: CopyOrigin;
  document: CopyCopiedDocument;
  left_out?: boolean | null;
  attachments_left_out?: number | null;
  [k: string]: unknown;
}
/**
 * Where a copy is from: ids of journal and entry, SHA-256 of its message, its author, its author's clock.
 */
export interface CopyOrigin {
  /**
   * 32 bytes, unpadded base64url
   */
  journal: string;
  /**
   * 16 bytes, unpadded base64url
   */
  entry: string;
  /**
   * 32 bytes, unpadded base64url
   */
  message: string;
  /**
   * 32 bytes, unpadded base64url
   */
  author: string;
  at: number;
  [k: string]: unknown;
}
/**
 * The document that was copied, whole or shortened, without its time.
 */
export interface CopyCopiedDocument {
  kind: string;
  v: number;
  body: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}

/**
 * A change of members that one partner proposed and the other declined, with its terms, and when (`at`).
 */
export interface DeclinedProposalBody {
  /**
   * 32 bytes, unpadded base64url
   */
  journal: string;
  change: "add" | "extend" | "rights";
  /**
   * 32 bytes, unpadded base64url
   */
  account: string;
  rights: "read" | "write";
  until: number;
  at: number;
  [k: string]: unknown;
}

export type DisclosureBody =
  | DisclosureTell
  | DisclosureAcknowledge
  | DisclosureReflect
  | DisclosureHeard
  | DisclosureNotQuite
  | DisclosureRespond
  | DisclosureSetAside;

/**
 * A letter. `text`: the note with its words. `about`: a line that is read before opening it.
 *
 * `hold`: a wish to read it in a session. A supplement answers a disclosure of its own author. Other forms may have
 * `of`.
 */
export interface DisclosureTell {
  step: "tell";
  form: "disclosure" | "supplement" | "impact" | "repair";
  text: DisclosureAnswer;
  about: string;
  hold?: boolean | null;
  of?: DisclosureAnswer | null;
  answers?: DisclosureAnswer | null;
  [k: string]: unknown;
}
/**
 * The text that a step answers: its entry, and the SHA-256 of exactly that message.
 */
export interface DisclosureAnswer {
  /**
   * 16 bytes, unpadded base64url
   */
  entry: string;
  /**
   * 32 bytes, unpadded base64url
   */
  message: string;
  [k: string]: unknown;
}
/**
 * I have the letter.
 */
export interface DisclosureAcknowledge {
  step: "acknowledge";
  answers: DisclosureAnswer;
  [k: string]: unknown;
}
/**
 * A reflection: what I hear, in the note `text`. `asks`: one question.
 */
export interface DisclosureReflect {
  step: "reflect";
  answers: DisclosureAnswer;
  text: DisclosureAnswer;
  asks?: string | null;
  [k: string]: unknown;
}
/**
 * The named reflection is right.
 */
export interface DisclosureHeard {
  step: "heard";
  answers: DisclosureAnswer;
  words?: string | null;
  [k: string]: unknown;
}
/**
 * The named reflection is not quite right. `words`: what is missing.
 */
export interface DisclosureNotQuite {
  step: "not_quite";
  answers: DisclosureAnswer;
  words: string;
  [k: string]: unknown;
}
/**
 * My response, in the note `text`.
 */
export interface DisclosureRespond {
  step: "respond";
  answers: DisclosureAnswer;
  text: DisclosureAnswer;
  [k: string]: unknown;
}
/**
 * Not now. The reader lets the letter rest; the writer asks for nothing more.
 */
export interface DisclosureSetAside {
  step: "set_aside";
  answers: DisclosureAnswer;
  words?: string | null;
  [k: string]: unknown;
}

/**
 * A draft for one journal. Without a document, the draft is deleted.
 */
export interface DraftBody {
  /**
   * 16 bytes, unpadded base64url
   */
  draft: string;
  /**
   * 32 bytes, unpadded base64url
   */
  journal: string;
  document?: DraftDraftDocument | null;
  [k: string]: unknown;
}
/**
 * The document that a draft would become, without its time.
 *
 * `words`: the body of the note that will stand beside a step, which then names it in `text`.
 */
export interface DraftDraftDocument {
  kind: string;
  v: number;
  body: {
    [k: string]: unknown;
  };
  words?: {
    [k: string]: unknown;
  } | null;
  [k: string]: unknown;
}

/**
 * The end of my closing of this journal: nothing waits any more.
 */
export interface EndedClosingBody {
  /**
   * 32 bytes, unpadded base64url
   */
  journal: string;
  how: "closed" | "cancelled";
  [k: string]: unknown;
}

/**
 * An invitation that has ended.
 */
export interface EndedInvitationBody {
  /**
   * 16 bytes, unpadded base64url
   */
  invitation: string;
  how: "added" | "revoked" | "expired";
  [k: string]: unknown;
}

/**
 * An entry that I have erased for myself, which explains its gap.
 */
export interface ErasedBody {
  /**
   * 32 bytes, unpadded base64url
   */
  journal: string;
  /**
   * 16 bytes, unpadded base64url
   */
  entry: string;
  [k: string]: unknown;
}

/**
 * A journal that is mine: my role, its server's receipt key and origin, and my own name for it.
 */
export interface JoinedBody {
  /**
   * 32 bytes, unpadded base64url
   */
  journal: string;
  role: "partner" | "confidant";
  /**
   * 32 bytes, unpadded base64url
   */
  receipt_key: string;
  origin: string;
  name?: string | null;
  [k: string]: unknown;
}

/**
 * An entry that I keep, even if its author withdraws it.
 */
export interface KeptBody {
  /**
   * 32 bytes, unpadded base64url
   */
  journal: string;
  /**
   * 16 bytes, unpadded base64url
   */
  entry: string;
  [k: string]: unknown;
}

/**
 * My own name for one of my keyholders.
 */
export interface KeyholderLabelBody {
  /**
   * 32 bytes, unpadded base64url
   */
  keyholder: string;
  label: string;
  [k: string]: unknown;
}

/**
 * A journal that I was a confidant of, and left.
 */
export interface LeftJournalBody {
  /**
   * 32 bytes, unpadded base64url
   */
  journal: string;
  [k: string]: unknown;
}

/**
 * The server to which its author has moved: its origin, and its receipt key (32 bytes).
 */
export interface MovedBody {
  origin: string;
  /**
   * 32 bytes, unpadded base64url
   */
  receipt_key: string;
  [k: string]: unknown;
}

/**
 * Markdown text, feelings in the writer's own words, tags, and what is attached.
 *
 * `happened`: a day, or a day and a time, by the clock on its author's wall. It stands beside the time of writing.
 */
export interface NoteBody {
  text: string;
  feelings?: string[] | null;
  tags?: string[] | null;
  attachments?: NoteAttached[] | null;
  happened?: string | null;
  imported?: NoteImported | null;
  [k: string]: unknown;
}
/**
 * An attachment of the note's message, by its id. `alt`: what it shows, in words.
 *
 * `preview`: another attachment of the same message, a small picture that stands beside the original. Where either id
 * isn't among the message's attachments, a client says so, and nothing else follows.
 */
export interface NoteAttached {
  /**
   * 16 bytes, unpadded base64url
   */
  id: string;
  name: string;
  alt?: string | null;
  preview?: string | null;
  [k: string]: unknown;
}
/**
 * The entry of another diary that a note came from, so that a second import adds nothing.
 */
export interface NoteImported {
  app: string;
  id: string;
  [k: string]: unknown;
}

/**
 * The head up to which I have verified a journal. Noted daily at most, and at pairing, revoking and closing.
 */
export interface NotedHeadBody {
  /**
   * 32 bytes, unpadded base64url
   */
  journal: string;
  seq: number;
  /**
   * 32 bytes, unpadded base64url
   */
  head: string;
  [k: string]: unknown;
}

/**
 * The hash whose words I compare with another member of a journal (section 7); only its first 88 bits are shown.
 */
export interface PairingBody {
  /**
   * 32 bytes, unpadded base64url
   */
  journal: string;
  /**
   * 32 bytes, unpadded base64url
   */
  account: string;
  /**
   * 32 bytes, unpadded base64url
   */
  words_hash: string;
  [k: string]: unknown;
}

export type PauseBody = PauseCall | PauseExtend | PauseReturn;

/**
 * I take a pause. `until`: when I plan to be back, Unix seconds. `words`: a note for the other.
 */
export interface PauseCall {
  step: "call";
  until: number;
  words?: string | null;
  [k: string]: unknown;
}
/**
 * I need more time. `until`: when I plan to be back, Unix seconds.
 */
export interface PauseExtend {
  step: "extend";
  answers: PauseAnswer;
  until: number;
  [k: string]: unknown;
}
/**
 * The text that a step answers: its entry, and the SHA-256 of exactly that message.
 */
export interface PauseAnswer {
  /**
   * 16 bytes, unpadded base64url
   */
  entry: string;
  /**
   * 32 bytes, unpadded base64url
   */
  message: string;
  [k: string]: unknown;
}
/**
 * I am back.
 */
export interface PauseReturn {
  step: "return";
  answers: PauseAnswer;
  words?: string | null;
  [k: string]: unknown;
}

/**
 * A closing of mine that waits until `not_before`, Unix seconds. `statement`: its bytes. `salt` opens its timing.
 *
 * `held`: whether the server brings it in then, or the first of my devices that comes. `ends`: keyholders of mine that
 * are revoked with it.
 */
export interface PendingClosingBody {
  /**
   * 32 bytes, unpadded base64url
   */
  journal: string;
  /**
   * bytes, unpadded base64url
   */
  statement: string;
  /**
   * 64 bytes, unpadded base64url
   */
  signature: string;
  /**
   * 32 bytes, unpadded base64url
   */
  salt: string;
  not_before: number;
  held: "server" | "device";
  ends?: string[] | null;
  [k: string]: unknown;
}

/**
 * An invitation that I made, with all that my other devices need to finish it.
 *
 * `secret`: 16 bytes. `n_f`: the founder's nonce N_F, 32 bytes. `plaintext_hash`: SHA-256 of the invitation's
 * plaintext.
 */
export interface PendingInvitationBody {
  /**
   * 16 bytes, unpadded base64url
   */
  invitation: string;
  /**
   * 32 bytes, unpadded base64url
   */
  journal: string;
  /**
   * 16 bytes, unpadded base64url
   */
  secret: string;
  /**
   * 32 bytes, unpadded base64url
   */
  n_f: string;
  /**
   * 32 bytes, unpadded base64url
   */
  plaintext_hash: string;
  role: "partner" | "confidant";
  rights: "read" | "write";
  until?: number | null;
  expires: number;
  [k: string]: unknown;
}

/**
 * The chain of an account as I know it: its newest generation, and the hash of that statement.
 */
export interface PinBody {
  /**
   * 32 bytes, unpadded base64url
   */
  account: string;
  generation: number;
  /**
   * 32 bytes, unpadded base64url
   */
  chain_head: string;
  [k: string]: unknown;
}

/**
 * Display name, pronouns, and a colour as `#rrggbb`.
 */
export interface ProfileBody {
  display_name: string;
  pronouns?: string | null;
  colour?: string | null;
  [k: string]: unknown;
}

export type PromiseBody = PromiseMakePromise | PromiseMarkPromise | PromiseRenewPromise | PromiseEndPromise;

/**
 * A promise. `text`: what I do, or make visible. `until`: when an offer ends, Unix seconds; it must have one.
 *
 * The fields of a plan, of which it has at least one: what may lead there (`triggers`), how I notice (`early_signs`),
 * what I do first (`first_step`), whom I call (`calls`), and when I tell you (`tell_when`).
 */
export interface PromiseMakePromise {
  step: "make";
  form: "habit" | "offer" | "plan";
  text: string;
  rhythm?: string | null;
  why?: string | null;
  until?: number | null;
  triggers?: string | null;
  early_signs?: string | null;
  first_step?: string | null;
  calls?: string | null;
  tell_when?: string | null;
  from?: PromiseAnswer | null;
  [k: string]: unknown;
}
/**
 * The text that a step answers: its entry, and the SHA-256 of exactly that message.
 */
export interface PromiseAnswer {
  /**
   * 16 bytes, unpadded base64url
   */
  entry: string;
  /**
   * 32 bytes, unpadded base64url
   */
  message: string;
  [k: string]: unknown;
}
/**
 * Of a habit: done. Of an offer: an update, in `words`. Of a plan: I used it.
 */
export interface PromiseMarkPromise {
  step: "mark";
  answers: PromiseAnswer;
  words?: string | null;
  [k: string]: unknown;
}
/**
 * My offer runs until another time. `until`: Unix seconds.
 */
export interface PromiseRenewPromise {
  step: "renew";
  answers: PromiseAnswer;
  until: number;
  [k: string]: unknown;
}
/**
 * I end it.
 */
export interface PromiseEndPromise {
  step: "end";
  answers: PromiseAnswer;
  words?: string | null;
  [k: string]: unknown;
}

/**
 * A rotation that I made: its generation, the head of every other journal, and the keyholders that it left out.
 *
 * Entries that my generation before wrote after these heads are not believed.
 */
export interface RotatedBody {
  generation: number;
  heads?: RotatedNotedHead[] | null;
  removed?: string[] | null;
  [k: string]: unknown;
}
/**
 * The head up to which I have verified a journal. Noted daily at most, and at pairing, revoking and closing.
 */
export interface RotatedNotedHead {
  /**
   * 32 bytes, unpadded base64url
   */
  journal: string;
  seq: number;
  /**
   * 32 bytes, unpadded base64url
   */
  head: string;
  [k: string]: unknown;
}

/**
 * My answer in a check-in, kept before I commit to it, so that every own device can open it and seal it again.
 *
 * `pair`: the entry that began it. `k`, `nonce`: by which it is sealed, 32 and 24 bytes. `answer`: its bytes. `fill`:
 * dots, so that the server can't tell a long answer from a short one.
 */
export interface SealedAnswerBody {
  /**
   * 32 bytes, unpadded base64url
   */
  journal: string;
  /**
   * 16 bytes, unpadded base64url
   */
  pair: string;
  /**
   * 32 bytes, unpadded base64url
   */
  k: string;
  /**
   * 24 bytes, unpadded base64url
   */
  nonce: string;
  /**
   * bytes, unpadded base64url
   */
  answer: string;
  fill?: string | null;
  [k: string]: unknown;
}

/**
 * My own acceptance of somebody's invitation, with all that my other devices need to go on from it.
 *
 * `secret`: 16 bytes. `plaintext_hash`: SHA-256 of the invitation's plaintext. `acceptance`: the statement's bytes.
 */
export interface SentAcceptanceBody {
  /**
   * 32 bytes, unpadded base64url
   */
  journal: string;
  /**
   * 16 bytes, unpadded base64url
   */
  secret: string;
  /**
   * 32 bytes, unpadded base64url
   */
  plaintext_hash: string;
  /**
   * bytes, unpadded base64url
   */
  acceptance: string;
  /**
   * 64 bytes, unpadded base64url
   */
  signature: string;
  [k: string]: unknown;
}

/**
 * The one acceptance that I take for an invitation. `acceptance`: the statement's bytes.
 */
export interface TakenAcceptanceBody {
  /**
   * 16 bytes, unpadded base64url
   */
  invitation: string;
  /**
   * 32 bytes, unpadded base64url
   */
  account: string;
  /**
   * bytes, unpadded base64url
   */
  acceptance: string;
  /**
   * 64 bytes, unpadded base64url
   */
  signature: string;
  [k: string]: unknown;
}

/**
 * I have compared words with this account, and its chain was the pinned one.
 */
export interface VerifiedBody {
  /**
   * 32 bytes, unpadded base64url
   */
  account: string;
  generation: number;
  /**
   * 32 bytes, unpadded base64url
   */
  chain_head: string;
  [k: string]: unknown;
}

/**
 * The last place before, with its head, and the restoration as the server dates it, Unix seconds.
 */
export interface WentOnBody {
  seq: number;
  /**
   * 32 bytes, unpadded base64url
   */
  head: string;
  restored_at: number;
  [k: string]: unknown;
}

/**
 * The text that is taken back.
 */
export interface WithdrawnBody {
  answers: WithdrawnAnswer;
  [k: string]: unknown;
}
/**
 * The text that a step answers: its entry, and the SHA-256 of exactly that message.
 */
export interface WithdrawnAnswer {
  /**
   * 16 bytes, unpadded base64url
   */
  entry: string;
  /**
   * 32 bytes, unpadded base64url
   */
  message: string;
  [k: string]: unknown;
}

/**
 * The pairing whose words differ: the statement hash of its acceptance, 32 bytes.
 */
export interface WordsDifferBody {
  /**
   * 32 bytes, unpadded base64url
   */
  acceptance: string;
  [k: string]: unknown;
}
