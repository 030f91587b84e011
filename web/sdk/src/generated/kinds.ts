// Made by `make sdk-documents` from the Python code: change that, not this file.

/** What a value must be. `least`, `most`: characters or items; `writing`: as `most`, before it is sent. */
export type Shape =
  | { is: "text"; least?: number; most?: number; writing?: number; holds?: RegExp }
  | { is: "bytes"; size?: number }
  | { is: "integer"; low: number; high: number }
  | { is: "choice"; of: readonly string[] }
  | { is: "list"; of: Shape; least?: number; most?: number; writing?: number }
  | { is: "flag" | "day" | "wallTime" | "any" }
  | ObjectShape;

/** An object of known fields. `name`: its type in Python, by which rules about several fields are found. */
export interface ObjectShape {
  is: "object";
  name: string;
  fields: ReadonlyMap<string, Field>;
}

/** `needed`: it can't be left out. `nullable`: it may be null, which means the same as left out. */
export interface Field {
  shape: Shape;
  needed?: boolean;
  nullable?: boolean;
}

/** The shape of a body: an object, or one of several by the text in the field `by`. */
export type BodyShape = ObjectShape | { is: "union"; by: string; of: ReadonlyMap<string, ObjectShape> };

const PROFILE: ObjectShape = { is: "object", name: "Profile", fields: new Map([
  ["display_name", { shape: { is: "text", least: 1, most: 80, holds: /\P{White_Space}/u }, needed: true }],
  ["pronouns", { shape: { is: "text", most: 40 }, nullable: true }],
  ["colour", { shape: { is: "text", holds: /^#[0-9a-f]{6}$/u }, nullable: true }],
]) };

const ATTACHED: ObjectShape = { is: "object", name: "Attached", fields: new Map([
  ["id", { shape: { is: "bytes", size: 16 }, needed: true }],
  ["name", { shape: { is: "text", least: 1, writing: 120, holds: /^(?=[^/\\\u0000-\u001f\u007f-\u009f\u2028\u2029]*[^/\\\u0000-\u001f\u007f-\u009f\u2028\u2029.\p{White_Space}])[^/\\\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/u }, needed: true }],
  ["alt", { shape: { is: "text", least: 1, writing: 120, holds: /^(?=[^\r\n]*\P{White_Space})[^\r\n]*$/u }, nullable: true }],
  ["preview", { shape: { is: "bytes", size: 16 }, nullable: true }],
]) };

const IMPORTED: ObjectShape = { is: "object", name: "Imported", fields: new Map([
  ["app", { shape: { is: "text", least: 1, writing: 120, holds: /^(?=[^\r\n]*\P{White_Space})[^\r\n]*$/u }, needed: true }],
  ["id", { shape: { is: "text", least: 1, writing: 120, holds: /^(?=[^\r\n]*\P{White_Space})[^\r\n]*$/u }, needed: true }],
]) };

const NOTE: ObjectShape = { is: "object", name: "Note", fields: new Map([
  ["text", { shape: { is: "text", least: 1, writing: 20000, holds: /\P{White_Space}/u }, needed: true }],
  ["feelings", { shape: { is: "list", of: { is: "text", least: 1, most: 64, holds: /\P{White_Space}/u }, most: 32 }, nullable: true }],
  ["tags", { shape: { is: "list", of: { is: "text", least: 1, most: 64, holds: /\P{White_Space}/u }, most: 32 }, nullable: true }],
  ["attachments", { shape: { is: "list", of: ATTACHED, writing: 8 }, nullable: true }],
  ["happened", { shape: { is: "wallTime" }, nullable: true }],
  ["imported", { shape: IMPORTED, nullable: true }],
]) };

const ANSWER: ObjectShape = { is: "object", name: "Answer", fields: new Map([
  ["entry", { shape: { is: "bytes", size: 16 }, needed: true }],
  ["message", { shape: { is: "bytes", size: 32 }, needed: true }],
]) };

const COMMENT: ObjectShape = { is: "object", name: "Comment", fields: new Map([
  ["answers", { shape: ANSWER, needed: true }],
  ["text", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, needed: true }],
]) };

const APPRECIATION: ObjectShape = { is: "object", name: "Appreciation", fields: new Map([
  ["text", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, needed: true }],
  ["of", { shape: { is: "choice", of: ["you", "us"] }, nullable: true }],
  ["about", { shape: ANSWER, nullable: true }],
]) };

const ORIGIN: ObjectShape = { is: "object", name: "Origin", fields: new Map([
  ["journal", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["entry", { shape: { is: "bytes", size: 16 }, needed: true }],
  ["message", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["author", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["at", { shape: { is: "integer", low: 0, high: 9007199254740991 }, needed: true }],
]) };

const COPIED_DOCUMENT: ObjectShape = { is: "object", name: "CopiedDocument", fields: new Map([
  ["kind", { shape: { is: "text", least: 1, most: 64 }, needed: true }],
  ["v", { shape: { is: "integer", low: 1, high: 4294967295 }, needed: true }],
  ["body", { shape: { is: "any" }, needed: true }],
]) };

const COPY: ObjectShape = { is: "object", name: "Copy", fields: new Map([
  ["of", { shape: ORIGIN, needed: true }],
  ["document", { shape: COPIED_DOCUMENT, needed: true }],
  ["left_out", { shape: { is: "flag" }, nullable: true }],
  ["attachments_left_out", { shape: { is: "integer", low: 1, high: 4294967295 }, nullable: true }],
]) };

const ACCEPT: ObjectShape = { is: "object", name: "Accept", fields: new Map([
  ["step", { shape: { is: "choice", of: ["accept"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
]) };

const WORDING: ObjectShape = { is: "object", name: "Wording", fields: new Map([
  ["topic", { shape: { is: "choice", of: ["communication", "friendships", "social_media", "time", "money", "closeness", "other"] }, needed: true }],
  ["text", { shape: { is: "text", least: 1, writing: 20000, holds: /\P{White_Space}/u }, needed: true }],
  ["binds", { shape: { is: "choice", of: ["me", "both", "you"] }, needed: true }],
  ["why", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["fine", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["not_fine", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["if_compromised", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["review", { shape: { is: "day" }, nullable: true }],
]) };

const AMEND: ObjectShape = { is: "object", name: "Amend", fields: new Map([
  ["step", { shape: { is: "choice", of: ["amend"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["wording", { shape: WORDING, needed: true }],
  ["from", { shape: ANSWER, nullable: true }],
]) };

const CONTEST: ObjectShape = { is: "object", name: "Contest", fields: new Map([
  ["step", { shape: { is: "choice", of: ["contest"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["words", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, needed: true }],
]) };

const COUNTER: ObjectShape = { is: "object", name: "Counter", fields: new Map([
  ["step", { shape: { is: "choice", of: ["counter"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["wording", { shape: WORDING, needed: true }],
]) };

const DECLINE: ObjectShape = { is: "object", name: "Decline", fields: new Map([
  ["step", { shape: { is: "choice", of: ["decline"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["why", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
]) };

const PROPOSE: ObjectShape = { is: "object", name: "Propose", fields: new Map([
  ["step", { shape: { is: "choice", of: ["propose"] }, needed: true }],
  ["wording", { shape: WORDING, needed: true }],
  ["from", { shape: ANSWER, nullable: true }],
]) };

const RETIRE: ObjectShape = { is: "object", name: "Retire", fields: new Map([
  ["step", { shape: { is: "choice", of: ["retire"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["why", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
]) };

const TAKE_BACK: ObjectShape = { is: "object", name: "TakeBack", fields: new Map([
  ["step", { shape: { is: "choice", of: ["take_back"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
]) };

const ACKNOWLEDGE: ObjectShape = { is: "object", name: "Acknowledge", fields: new Map([
  ["step", { shape: { is: "choice", of: ["acknowledge"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
]) };

const HEARD: ObjectShape = { is: "object", name: "Heard", fields: new Map([
  ["step", { shape: { is: "choice", of: ["heard"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["words", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
]) };

const NOT_QUITE: ObjectShape = { is: "object", name: "NotQuite", fields: new Map([
  ["step", { shape: { is: "choice", of: ["not_quite"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["words", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, needed: true }],
]) };

const REFLECT: ObjectShape = { is: "object", name: "Reflect", fields: new Map([
  ["step", { shape: { is: "choice", of: ["reflect"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["text", { shape: ANSWER, needed: true }],
  ["asks", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
]) };

const RESPOND: ObjectShape = { is: "object", name: "Respond", fields: new Map([
  ["step", { shape: { is: "choice", of: ["respond"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["text", { shape: ANSWER, needed: true }],
]) };

const SET_ASIDE: ObjectShape = { is: "object", name: "SetAside", fields: new Map([
  ["step", { shape: { is: "choice", of: ["set_aside"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["words", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
]) };

const TELL: ObjectShape = { is: "object", name: "Tell", fields: new Map([
  ["step", { shape: { is: "choice", of: ["tell"] }, needed: true }],
  ["form", { shape: { is: "choice", of: ["disclosure", "supplement", "impact", "repair"] }, needed: true }],
  ["text", { shape: ANSWER, needed: true }],
  ["about", { shape: { is: "text", least: 1, writing: 120, holds: /^(?=[^\r\n]*\P{White_Space})[^\r\n]*$/u }, needed: true }],
  ["hold", { shape: { is: "flag" }, nullable: true }],
  ["of", { shape: ANSWER, nullable: true }],
  ["answers", { shape: ANSWER, nullable: true }],
]) };

const END_PROMISE: ObjectShape = { is: "object", name: "EndPromise", fields: new Map([
  ["step", { shape: { is: "choice", of: ["end"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["words", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
]) };

const MAKE_PROMISE: ObjectShape = { is: "object", name: "MakePromise", fields: new Map([
  ["step", { shape: { is: "choice", of: ["make"] }, needed: true }],
  ["form", { shape: { is: "choice", of: ["habit", "offer", "plan"] }, needed: true }],
  ["text", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, needed: true }],
  ["rhythm", { shape: { is: "text", least: 1, writing: 120, holds: /^(?=[^\r\n]*\P{White_Space})[^\r\n]*$/u }, nullable: true }],
  ["why", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["until", { shape: { is: "integer", low: 0, high: 9007199254740991 }, nullable: true }],
  ["triggers", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["early_signs", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["first_step", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["calls", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["tell_when", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["from", { shape: ANSWER, nullable: true }],
]) };

const MARK_PROMISE: ObjectShape = { is: "object", name: "MarkPromise", fields: new Map([
  ["step", { shape: { is: "choice", of: ["mark"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["words", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
]) };

const RENEW_PROMISE: ObjectShape = { is: "object", name: "RenewPromise", fields: new Map([
  ["step", { shape: { is: "choice", of: ["renew"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["until", { shape: { is: "integer", low: 0, high: 9007199254740991 }, needed: true }],
]) };

const CALL: ObjectShape = { is: "object", name: "Call", fields: new Map([
  ["step", { shape: { is: "choice", of: ["call"] }, needed: true }],
  ["until", { shape: { is: "integer", low: 0, high: 9007199254740991 }, needed: true }],
  ["words", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
]) };

const EXTEND: ObjectShape = { is: "object", name: "Extend", fields: new Map([
  ["step", { shape: { is: "choice", of: ["extend"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["until", { shape: { is: "integer", low: 0, high: 9007199254740991 }, needed: true }],
]) };

const RETURN: ObjectShape = { is: "object", name: "Return", fields: new Map([
  ["step", { shape: { is: "choice", of: ["return"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["words", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
]) };

const GIVE_ACCOUNT: ObjectShape = { is: "object", name: "GiveAccount", fields: new Map([
  ["step", { shape: { is: "choice", of: ["account"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["text", { shape: ANSWER, needed: true }],
  ["look_again", { shape: { is: "day" }, nullable: true }],
]) };

const CLOSE_BREACH: ObjectShape = { is: "object", name: "CloseBreach", fields: new Map([
  ["step", { shape: { is: "choice", of: ["close"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["words", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
]) };

const OPEN_BREACH: ObjectShape = { is: "object", name: "OpenBreach", fields: new Map([
  ["step", { shape: { is: "choice", of: ["open"] }, needed: true }],
  ["as", { shape: { is: "choice", of: ["own", "saw"] }, needed: true }],
  ["text", { shape: ANSWER, needed: true }],
  ["happened", { shape: { is: "day" }, nullable: true }],
  ["look_again", { shape: { is: "day" }, nullable: true }],
  ["about", { shape: ANSWER, nullable: true }],
  ["answers", { shape: ANSWER, nullable: true }],
]) };

const REOPEN_BREACH: ObjectShape = { is: "object", name: "ReopenBreach", fields: new Map([
  ["step", { shape: { is: "choice", of: ["reopen"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["words", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
]) };

const PERIOD: ObjectShape = { is: "object", name: "Period", fields: new Map([
  ["from", { shape: { is: "day" }, needed: true }],
  ["to", { shape: { is: "day" }, needed: true }],
]) };

const BEGIN_CHECK_IN: ObjectShape = { is: "object", name: "BeginCheckIn", fields: new Map([
  ["step", { shape: { is: "choice", of: ["begin"] }, needed: true }],
  ["form", { shape: { is: "choice", of: ["week", "review"] }, needed: true }],
  ["talk_on", { shape: { is: "day" }, nullable: true }],
  ["period", { shape: PERIOD, nullable: true }],
  ["chosen", { shape: { is: "list", of: ANSWER, writing: 32 }, nullable: true }],
]) };

const COMMIT_ANSWER: ObjectShape = { is: "object", name: "CommitAnswer", fields: new Map([
  ["step", { shape: { is: "choice", of: ["commit"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["sealed", { shape: { is: "bytes", size: 4136 }, needed: true }],
  ["commitment", { shape: { is: "bytes", size: 32 }, needed: true }],
]) };

const REVEAL_ANSWER: ObjectShape = { is: "object", name: "RevealAnswer", fields: new Map([
  ["step", { shape: { is: "choice", of: ["reveal"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
  ["k", { shape: { is: "bytes", size: 32 }, needed: true }],
]) };

const SET_CHECK_IN_ASIDE: ObjectShape = { is: "object", name: "SetCheckInAside", fields: new Map([
  ["step", { shape: { is: "choice", of: ["set_aside"] }, needed: true }],
  ["answers", { shape: ANSWER, needed: true }],
]) };

const MOVED: ObjectShape = { is: "object", name: "Moved", fields: new Map([
  ["origin", { shape: { is: "text", least: 1, most: 512 }, needed: true }],
  ["receipt_key", { shape: { is: "bytes", size: 32 }, needed: true }],
]) };

const WITHDRAWN: ObjectShape = { is: "object", name: "Withdrawn", fields: new Map([
  ["answers", { shape: ANSWER, needed: true }],
]) };

const WORDS_DIFFER: ObjectShape = { is: "object", name: "WordsDiffer", fields: new Map([
  ["acceptance", { shape: { is: "bytes", size: 32 }, needed: true }],
]) };

const WENT_ON: ObjectShape = { is: "object", name: "WentOn", fields: new Map([
  ["seq", { shape: { is: "integer", low: 1, high: 9007199254740991 }, needed: true }],
  ["head", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["restored_at", { shape: { is: "integer", low: 0, high: 9007199254740991 }, needed: true }],
]) };

const JOINED: ObjectShape = { is: "object", name: "Joined", fields: new Map([
  ["journal", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["role", { shape: { is: "choice", of: ["partner", "confidant"] }, needed: true }],
  ["receipt_key", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["origin", { shape: { is: "text", least: 1, most: 300 }, needed: true }],
  ["name", { shape: { is: "text", least: 1, most: 120, holds: /\P{White_Space}/u }, nullable: true }],
]) };

const PIN: ObjectShape = { is: "object", name: "Pin", fields: new Map([
  ["account", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["generation", { shape: { is: "integer", low: 1, high: 4294967295 }, needed: true }],
  ["chain_head", { shape: { is: "bytes", size: 32 }, needed: true }],
]) };

const VERIFIED: ObjectShape = { is: "object", name: "Verified", fields: new Map([
  ["account", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["generation", { shape: { is: "integer", low: 1, high: 4294967295 }, needed: true }],
  ["chain_head", { shape: { is: "bytes", size: 32 }, needed: true }],
]) };

const NOTED_HEAD: ObjectShape = { is: "object", name: "NotedHead", fields: new Map([
  ["journal", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["seq", { shape: { is: "integer", low: 1, high: 4294967295 }, needed: true }],
  ["head", { shape: { is: "bytes", size: 32 }, needed: true }],
]) };

const KEYHOLDER_LABEL: ObjectShape = { is: "object", name: "KeyholderLabel", fields: new Map([
  ["keyholder", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["label", { shape: { is: "text", least: 1, most: 120, holds: /\P{White_Space}/u }, needed: true }],
]) };

const PENDING_INVITATION: ObjectShape = { is: "object", name: "PendingInvitation", fields: new Map([
  ["invitation", { shape: { is: "bytes", size: 16 }, needed: true }],
  ["journal", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["secret", { shape: { is: "bytes", size: 16 }, needed: true }],
  ["n_f", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["plaintext_hash", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["role", { shape: { is: "choice", of: ["partner", "confidant"] }, needed: true }],
  ["rights", { shape: { is: "choice", of: ["read", "write"] }, needed: true }],
  ["until", { shape: { is: "integer", low: 0, high: 9007199254740991 }, nullable: true }],
  ["expires", { shape: { is: "integer", low: 0, high: 9007199254740991 }, needed: true }],
]) };

const TAKEN_ACCEPTANCE: ObjectShape = { is: "object", name: "TakenAcceptance", fields: new Map([
  ["invitation", { shape: { is: "bytes", size: 16 }, needed: true }],
  ["account", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["acceptance", { shape: { is: "bytes" }, needed: true }],
  ["signature", { shape: { is: "bytes", size: 64 }, needed: true }],
]) };

const ENDED_INVITATION: ObjectShape = { is: "object", name: "EndedInvitation", fields: new Map([
  ["invitation", { shape: { is: "bytes", size: 16 }, needed: true }],
  ["how", { shape: { is: "choice", of: ["added", "revoked", "expired"] }, needed: true }],
]) };

const SENT_ACCEPTANCE: ObjectShape = { is: "object", name: "SentAcceptance", fields: new Map([
  ["journal", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["secret", { shape: { is: "bytes", size: 16 }, needed: true }],
  ["plaintext_hash", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["acceptance", { shape: { is: "bytes" }, needed: true }],
  ["signature", { shape: { is: "bytes", size: 64 }, needed: true }],
]) };

const COMPARED_WORDS: ObjectShape = { is: "object", name: "ComparedWords", fields: new Map([
  ["journal", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["account", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["words_hash", { shape: { is: "bytes", size: 32 }, needed: true }],
]) };

const DRAFT_DOCUMENT: ObjectShape = { is: "object", name: "DraftDocument", fields: new Map([
  ["kind", { shape: { is: "text", least: 1, most: 64 }, needed: true }],
  ["v", { shape: { is: "integer", low: 1, high: 4294967295 }, needed: true }],
  ["body", { shape: { is: "any" }, needed: true }],
  ["words", { shape: { is: "any" }, nullable: true }],
]) };

const DRAFT: ObjectShape = { is: "object", name: "Draft", fields: new Map([
  ["draft", { shape: { is: "bytes", size: 16 }, needed: true }],
  ["journal", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["document", { shape: DRAFT_DOCUMENT, nullable: true }],
]) };

const CONFIRMED: ObjectShape = { is: "object", name: "Confirmed", fields: new Map([
  ["keyholder", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["generation", { shape: { is: "integer", low: 1, high: 4294967295 }, needed: true }],
  ["chain_head", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["heads", { shape: { is: "list", of: NOTED_HEAD, writing: 400 }, nullable: true }],
  ["with_account", { shape: { is: "bytes", size: 32 }, nullable: true }],
]) };

const ACCOUNT_MOVED: ObjectShape = { is: "object", name: "AccountMoved", fields: new Map([
  ["origin", { shape: { is: "text", least: 1, most: 512 }, needed: true }],
  ["receipt_key", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["from_origin", { shape: { is: "text", least: 1, most: 512 }, needed: true }],
  ["from_receipt_key", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["heads", { shape: { is: "list", of: NOTED_HEAD, writing: 400 }, nullable: true }],
]) };

const ROTATED: ObjectShape = { is: "object", name: "Rotated", fields: new Map([
  ["generation", { shape: { is: "integer", low: 1, high: 4294967295 }, needed: true }],
  ["heads", { shape: { is: "list", of: NOTED_HEAD, writing: 400 }, nullable: true }],
  ["removed", { shape: { is: "list", of: { is: "bytes", size: 32 }, writing: 16 }, nullable: true }],
]) };

const BRANCH_CHOSEN: ObjectShape = { is: "object", name: "BranchChosen", fields: new Map([
  ["account", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["generation", { shape: { is: "integer", low: 1, high: 4294967295 }, needed: true }],
  ["chain_head", { shape: { is: "bytes", size: 32 }, needed: true }],
]) };

const PENDING_CLOSING: ObjectShape = { is: "object", name: "PendingClosing", fields: new Map([
  ["journal", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["statement", { shape: { is: "bytes" }, needed: true }],
  ["signature", { shape: { is: "bytes", size: 64 }, needed: true }],
  ["salt", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["not_before", { shape: { is: "integer", low: 0, high: 9007199254740991 }, needed: true }],
  ["held", { shape: { is: "choice", of: ["server", "device"] }, needed: true }],
  ["ends", { shape: { is: "list", of: { is: "bytes", size: 32 }, most: 16 }, nullable: true }],
]) };

const ENDED_CLOSING: ObjectShape = { is: "object", name: "EndedClosing", fields: new Map([
  ["journal", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["how", { shape: { is: "choice", of: ["closed", "cancelled"] }, needed: true }],
]) };

const KEPT: ObjectShape = { is: "object", name: "Kept", fields: new Map([
  ["journal", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["entry", { shape: { is: "bytes", size: 16 }, needed: true }],
]) };

const ERASED: ObjectShape = { is: "object", name: "Erased", fields: new Map([
  ["journal", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["entry", { shape: { is: "bytes", size: 16 }, needed: true }],
]) };

const SEALED_ANSWER: ObjectShape = { is: "object", name: "SealedAnswer", fields: new Map([
  ["journal", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["pair", { shape: { is: "bytes", size: 16 }, needed: true }],
  ["k", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["nonce", { shape: { is: "bytes", size: 24 }, needed: true }],
  ["answer", { shape: { is: "bytes" }, needed: true }],
  ["fill", { shape: { is: "text" }, nullable: true }],
]) };

const DECLINED_PROPOSAL: ObjectShape = { is: "object", name: "DeclinedProposal", fields: new Map([
  ["journal", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["change", { shape: { is: "choice", of: ["add", "extend", "rights"] }, needed: true }],
  ["account", { shape: { is: "bytes", size: 32 }, needed: true }],
  ["rights", { shape: { is: "choice", of: ["read", "write"] }, needed: true }],
  ["until", { shape: { is: "integer", low: 0, high: 9007199254740991 }, needed: true }],
  ["at", { shape: { is: "integer", low: 0, high: 9007199254740991 }, needed: true }],
]) };

const LEFT_JOURNAL: ObjectShape = { is: "object", name: "LeftJournal", fields: new Map([
  ["journal", { shape: { is: "bytes", size: 32 }, needed: true }],
]) };

const REVIEW_ANSWER: ObjectShape = { is: "object", name: "ReviewAnswer", fields: new Map([
  ["form", { shape: { is: "choice", of: ["review"] }, needed: true }],
  ["summary", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, needed: true }],
  ["keep", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["change", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["chosen", { shape: { is: "list", of: ANSWER, least: 1, writing: 8 }, nullable: true }],
]) };

const WEEK_ANSWER: ObjectShape = { is: "object", name: "WeekAnswer", fields: new Map([
  ["form", { shape: { is: "choice", of: ["week"] }, needed: true }],
  ["appreciation", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["went_well", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["issue", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["need", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["ownership", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["struggle", { shape: { is: "text", least: 1, writing: 2000, holds: /\P{White_Space}/u }, nullable: true }],
  ["feelings", { shape: { is: "list", of: { is: "text", least: 1, most: 64, holds: /\P{White_Space}/u }, least: 1, writing: 32 }, nullable: true }],
  ["closeness", { shape: { is: "integer", low: 0, high: 10 }, nullable: true }],
  ["trust", { shape: { is: "integer", low: 0, high: 10 }, nullable: true }],
  ["stress", { shape: { is: "integer", low: 0, high: 10 }, nullable: true }],
]) };

/** The kinds of shared and private journals: the version that is written and read, and the shape of the body. */
export const BODIES: ReadonlyMap<string, { v: number; body: BodyShape }> = new Map([
  ["profile", { v: 1, body: PROFILE }],
  ["note", { v: 1, body: NOTE }],
  ["comment", { v: 1, body: COMMENT }],
  ["appreciation", { v: 1, body: APPRECIATION }],
  ["copy", { v: 1, body: COPY }],
  ["boundary", { v: 1, body: { is: "union", by: "step", of: new Map([["accept", ACCEPT], ["amend", AMEND], ["contest", CONTEST], ["counter", COUNTER], ["decline", DECLINE], ["propose", PROPOSE], ["retire", RETIRE], ["take_back", TAKE_BACK]]) } }],
  ["disclosure", { v: 1, body: { is: "union", by: "step", of: new Map([["acknowledge", ACKNOWLEDGE], ["heard", HEARD], ["not_quite", NOT_QUITE], ["reflect", REFLECT], ["respond", RESPOND], ["set_aside", SET_ASIDE], ["tell", TELL]]) } }],
  ["promise", { v: 1, body: { is: "union", by: "step", of: new Map([["end", END_PROMISE], ["make", MAKE_PROMISE], ["mark", MARK_PROMISE], ["renew", RENEW_PROMISE]]) } }],
  ["pause", { v: 1, body: { is: "union", by: "step", of: new Map([["call", CALL], ["extend", EXTEND], ["return", RETURN]]) } }],
  ["breach", { v: 1, body: { is: "union", by: "step", of: new Map([["account", GIVE_ACCOUNT], ["close", CLOSE_BREACH], ["open", OPEN_BREACH], ["reopen", REOPEN_BREACH]]) } }],
  ["check_in", { v: 1, body: { is: "union", by: "step", of: new Map([["begin", BEGIN_CHECK_IN], ["commit", COMMIT_ANSWER], ["reveal", REVEAL_ANSWER], ["set_aside", SET_CHECK_IN_ASIDE]]) } }],
  ["moved", { v: 1, body: MOVED }],
  ["withdrawn", { v: 1, body: WITHDRAWN }],
  ["words_differ", { v: 1, body: WORDS_DIFFER }],
  ["went_on", { v: 1, body: WENT_ON }],
]);

/** The kinds of the account journal: the version that is written and read, and the shape of the body. */
export const ACCOUNT_BODIES: ReadonlyMap<string, { v: number; body: BodyShape }> = new Map([
  ["joined", { v: 1, body: JOINED }],
  ["pin", { v: 1, body: PIN }],
  ["verified", { v: 1, body: VERIFIED }],
  ["noted_head", { v: 1, body: NOTED_HEAD }],
  ["keyholder_label", { v: 1, body: KEYHOLDER_LABEL }],
  ["pending_invitation", { v: 1, body: PENDING_INVITATION }],
  ["taken_acceptance", { v: 1, body: TAKEN_ACCEPTANCE }],
  ["ended_invitation", { v: 1, body: ENDED_INVITATION }],
  ["sent_acceptance", { v: 1, body: SENT_ACCEPTANCE }],
  ["pairing", { v: 1, body: COMPARED_WORDS }],
  ["draft", { v: 1, body: DRAFT }],
  ["confirmed", { v: 1, body: CONFIRMED }],
  ["account_moved", { v: 1, body: ACCOUNT_MOVED }],
  ["rotated", { v: 1, body: ROTATED }],
  ["branch_chosen", { v: 1, body: BRANCH_CHOSEN }],
  ["pending_closing", { v: 1, body: PENDING_CLOSING }],
  ["ended_closing", { v: 1, body: ENDED_CLOSING }],
  ["kept", { v: 1, body: KEPT }],
  ["erased", { v: 1, body: ERASED }],
  ["sealed_answer", { v: 1, body: SEALED_ANSWER }],
  ["declined_proposal", { v: 1, body: DECLINED_PROPOSAL }],
  ["left_journal", { v: 1, body: LEFT_JOURNAL }],
]);

/** An opened answer of a check-in. */
export const CHECK_IN_ANSWER: BodyShape = { is: "union", by: "form", of: new Map([["review", REVIEW_ANSWER], ["week", WEEK_ANSWER]]) };

/** The rows of each kind with steps, as `openapi/documents/<kind>.rules.json` has them. */
export const RULES = [
  {
    kind: "boundary",
    v: 1,
    noun: "boundary",
    while_provisional: true,
    comments_open: ["live", "retired"],
    binding: [],
    digests: {"propose": {"label": "boundary-text", "parts": ["json"], "path": "wording"}, "counter": {"label": "boundary-text", "parts": ["json"], "path": "wording"}, "amend": {"label": "boundary-text", "parts": ["json"], "path": "wording"}, "retire": {"label": "boundary-retire", "parts": ["thing"]}},
    rows: [
      {"step": "propose", "class": "asks", "names": null, "only": [{"guard": "two", "says": "There is nobody in this journal yet to agree with. Invite your partner first."}, {"guard": "is", "says": "A boundary says what I do, or what both of us agree to. One that binds only the other person can't be proposed: say what you will do yourself, or bind both.", "path": "wording.binds", "values": ["me", "both"], "of_body": true}, {"guard": "differs", "says": "Exactly this text is agreed already.", "stage": "live", "register": "agreed", "of_body": true}, {"guard": "fresh", "says": "Exactly this waits for an answer, or was declined, taken back or lapsed less than 14 days ago. Wait, or find other words: an answer can't be pressed for.", "seconds": 1209600, "lapse": 1209600, "of_body": true}], "then": [{"effect": "make", "stage": "live"}, {"effect": "put", "register": "waiting"}]},
      {"step": "counter", "class": "answers", "names": "waiting", "only": [{"guard": "from", "says": "This boundary was retired. Propose it anew if it should hold again.", "stages": ["live"]}, {"guard": "at", "says": "Nothing waits for an answer here.", "register": "waiting", "became": {"waiting": "Nobody answered this within 14 days, so it has lapsed.", "accepted": "This text was accepted before; it does not wait for an answer.", "declined": "This text was declined.", "taken_back": "Its author took this back before it was answered.", "replaced": "This text has been replaced by a newer one. Read that one, and answer it."}}, {"guard": "within", "says": "Nobody answered this within 14 days, so it has lapsed.", "seconds": 1209600}, {"guard": "by", "says": "One acceptance is not in force: nobody answers their own words.", "who": "not_writer"}, {"guard": "is", "says": "A boundary says what I do, or what both of us agree to. One that binds only the other person can't be proposed: say what you will do yourself, or bind both.", "path": "wording.binds", "values": ["me", "both"], "of_body": true}, {"guard": "differs", "says": "Exactly this text is agreed already.", "stage": "live", "register": "agreed", "of_body": true}, {"guard": "fresh", "says": "Exactly this waits for an answer, or was declined, taken back or lapsed less than 14 days ago. Wait, or find other words: an answer can't be pressed for.", "seconds": 1209600, "lapse": 1209600, "of_body": true}], "then": [{"effect": "settle", "register": "waiting", "outcome": "replaced"}, {"effect": "put", "register": "waiting"}]},
      {"step": "accept", "class": "answers", "names": "waiting", "only": [{"guard": "from", "says": "This boundary was retired. Propose it anew if it should hold again.", "stages": ["live"]}, {"guard": "at", "says": "Nothing waits for an answer here.", "register": "waiting", "became": {"waiting": "Nobody answered this within 14 days, so it has lapsed.", "accepted": "This text was accepted before; it does not wait for an answer.", "declined": "This text was declined.", "taken_back": "Its author took this back before it was answered.", "replaced": "This text has been replaced by a newer one. Read that one, and answer it."}}, {"guard": "within", "says": "Nobody answered this within 14 days, so it has lapsed.", "seconds": 1209600}, {"guard": "by", "says": "One acceptance is not in force: nobody answers their own words.", "who": "not_writer"}, {"guard": "named", "says": "This asks to retire the boundary. Confirm with retire, or decline.", "path": "step", "values": ["propose", "counter", "amend"]}], "then": [{"effect": "settle", "register": "waiting", "outcome": "accepted"}, {"effect": "point", "register": "agreed", "to": "named"}, {"effect": "empty", "register": "contests"}]},
      {"step": "accept", "class": "own", "names": "agreed", "only": [{"guard": "from", "says": "This boundary was retired. Propose it anew if it should hold again.", "stages": ["live"]}, {"guard": "at", "says": "This is not the text that both agreed on. Only that one can be contested, amended or retired.", "register": "agreed"}, {"guard": "in", "says": "This text is agreed already. There is nothing left to accept.", "register": "contests"}], "then": [{"effect": "drop", "register": "contests"}]},
      {"step": "decline", "class": "ends", "names": "waiting", "only": [{"guard": "from", "says": "This boundary was retired. Propose it anew if it should hold again.", "stages": ["live"]}, {"guard": "at", "says": "Nothing waits for an answer here.", "register": "waiting", "became": {"waiting": "Nobody answered this within 14 days, so it has lapsed.", "accepted": "This text was accepted before; it does not wait for an answer.", "declined": "This text was declined.", "taken_back": "Its author took this back before it was answered.", "replaced": "This text has been replaced by a newer one. Read that one, and answer it."}}, {"guard": "within", "says": "Nobody answered this within 14 days, so it has lapsed.", "seconds": 1209600}, {"guard": "by", "says": "One acceptance is not in force: nobody answers their own words.", "who": "not_writer"}], "then": [{"effect": "settle", "register": "waiting", "outcome": "declined", "why": "why"}]},
      {"step": "take_back", "class": "ends", "names": "waiting", "only": [{"guard": "from", "says": "This boundary was retired. Propose it anew if it should hold again.", "stages": ["live"]}, {"guard": "by", "says": "Only who wrote it can take it back. You can decline it.", "who": "writer"}, {"guard": "at", "says": "Nothing waits for an answer here.", "register": "waiting", "became": {"waiting": "Nobody answered this within 14 days, so it has lapsed.", "accepted": "This text was accepted before; it does not wait for an answer.", "declined": "This text was declined.", "taken_back": "Its author took this back before it was answered.", "replaced": "This text has been replaced by a newer one. Read that one, and answer it."}}, {"guard": "within", "says": "Nobody answered this within 14 days, so it has lapsed.", "seconds": 1209600}], "then": [{"effect": "settle", "register": "waiting", "outcome": "declined"}]},
      {"step": "contest", "class": "ends", "names": "agreed", "only": [{"guard": "from", "says": "This boundary was retired. Propose it anew if it should hold again.", "stages": ["live"]}, {"guard": "at", "says": "This is not the text that both agreed on. Only that one can be contested, amended or retired.", "register": "agreed"}, {"guard": "not_in", "says": "It is contested already, in words of the same person. Amend it, or settle it by accepting the agreed text.", "register": "contests"}], "then": [{"effect": "add", "register": "contests", "words": "words"}]},
      {"step": "amend", "class": "asks", "names": "agreed", "only": [{"guard": "from", "says": "This boundary was retired. Propose it anew if it should hold again.", "stages": ["live"]}, {"guard": "at", "says": "This is not the text that both agreed on. Only that one can be contested, amended or retired.", "register": "agreed"}, {"guard": "free", "says": "The other partner's words wait for an answer. Accept, counter or decline them first.", "register": "waiting", "seconds": 1209600}, {"guard": "is", "says": "A boundary says what I do, or what both of us agree to. One that binds only the other person can't be proposed: say what you will do yourself, or bind both.", "path": "wording.binds", "values": ["me", "both"], "of_body": true}, {"guard": "differs", "says": "Exactly this text is agreed already.", "stage": "live", "register": "agreed", "of_body": true}, {"guard": "fresh", "says": "Exactly this waits for an answer, or was declined, taken back or lapsed less than 14 days ago. Wait, or find other words: an answer can't be pressed for.", "seconds": 1209600, "lapse": 1209600, "of_body": true}], "then": [{"effect": "aside", "register": "waiting", "seconds": 1209600, "stays": true}, {"effect": "put", "register": "waiting"}]},
      {"step": "retire", "class": "asks", "names": "agreed", "only": [{"guard": "from", "says": "This boundary was retired. Propose it anew if it should hold again.", "stages": ["live"]}, {"guard": "at", "says": "This is not the text that both agreed on. Only that one can be contested, amended or retired.", "register": "agreed"}, {"guard": "free", "says": "The other partner's words wait for an answer. Accept, counter or decline them first.", "register": "waiting", "seconds": 1209600}, {"guard": "fresh", "says": "Exactly this waits for an answer, or was declined, taken back or lapsed less than 14 days ago. Wait, or find other words: an answer can't be pressed for.", "seconds": 1209600, "lapse": 1209600, "of_body": true}], "then": [{"effect": "aside", "register": "waiting", "seconds": 1209600, "stays": true}, {"effect": "put", "register": "waiting"}]},
      {"step": "retire", "class": "answers", "names": "waiting", "only": [{"guard": "from", "says": "This boundary was retired. Propose it anew if it should hold again.", "stages": ["live"]}, {"guard": "named", "says": "Nobody asks to retire it.", "path": "step", "values": ["retire"]}, {"guard": "at", "says": "Nothing waits for an answer here.", "register": "waiting", "became": {"waiting": "Nobody answered this within 14 days, so it has lapsed.", "accepted": "This text was accepted before; it does not wait for an answer.", "declined": "This text was declined.", "taken_back": "Its author took this back before it was answered.", "replaced": "This text has been replaced by a newer one. Read that one, and answer it."}}, {"guard": "within", "says": "Nobody answered this within 14 days, so it has lapsed.", "seconds": 1209600}, {"guard": "by", "says": "One acceptance is not in force: nobody answers their own words.", "who": "not_writer"}], "then": [{"effect": "settle", "register": "waiting", "outcome": "accepted"}, {"effect": "point", "register": "retired", "to": "step"}, {"effect": "empty", "register": "contests"}, {"effect": "stage", "stage": "retired"}]},
    ],
  },
  {
    kind: "disclosure",
    v: 1,
    noun: "disclosure",
    while_provisional: false,
    comments_open: ["answered"],
    binding: [],
    digests: {"tell": {"label": "disclosure-text", "parts": ["step", "bytes"], "path": "text.entry"}, "reflect": {"label": "disclosure-text", "parts": ["step", "bytes"], "path": "text.entry"}},
    rows: [
      {"step": "tell", "class": "tells", "names": "told", "only": [{"guard": "at", "says": "Name the letter itself, and not what was said of it.", "register": "told"}, {"guard": "by", "says": "A supplement is to a disclosure of your own.", "who": "owner"}, {"guard": "named", "says": "A supplement names a disclosure.", "path": "form", "values": ["disclosure"]}, {"guard": "two", "says": "There is nobody here yet to tell. Invite your partner first."}, {"guard": "fresh", "says": "The same text was sent less than 14 days ago.", "seconds": 1209600, "mine": true, "of_body": true}], "then": [{"effect": "make", "stage": "told"}, {"effect": "put", "register": "told"}]},
      {"step": "tell", "class": "tells", "names": null, "only": [{"guard": "is", "path": "form", "values": ["disclosure", "impact", "repair"], "of_body": true}, {"guard": "two", "says": "There is nobody here yet to tell. Invite your partner first."}, {"guard": "fresh", "says": "The same text was sent less than 14 days ago.", "seconds": 1209600, "mine": true, "of_body": true}], "then": [{"effect": "make", "stage": "told"}, {"effect": "put", "register": "told"}]},
      {"step": "acknowledge", "class": "answers", "names": "told", "only": [{"guard": "at", "says": "Name the letter itself, and not what was said of it.", "register": "told"}, {"guard": "by", "says": "Only who it was told to answers it.", "who": "other"}, {"guard": "from", "says": "It is acknowledged already.", "stages": ["told"]}], "then": [{"effect": "stage", "stage": "read"}, {"effect": "drop", "register": "aside"}]},
      {"step": "reflect", "class": "answers", "names": "told", "only": [{"guard": "at", "says": "Name the letter itself, and not what was said of it.", "register": "told"}, {"guard": "by", "says": "Only who it was told to answers it.", "who": "other"}, {"guard": "from", "says": "“Heard” was said already.", "stages": ["told", "read", "reflected", "again"]}], "then": [{"effect": "stage", "stage": "reflected"}, {"effect": "put", "register": "reflection"}, {"effect": "drop", "register": "aside"}]},
      {"step": "heard", "class": "answers", "names": "reflection", "only": [{"guard": "at", "says": "This is not the reflection that waits.", "register": "reflection"}, {"guard": "by", "says": "Only who told it can say so.", "who": "owner"}, {"guard": "from", "says": "This is not the reflection that waits.", "stages": ["reflected"]}], "then": [{"effect": "stage", "stage": "heard"}, {"effect": "drop", "register": "aside"}]},
      {"step": "not_quite", "class": "answers", "names": "reflection", "only": [{"guard": "at", "says": "This is not the reflection that waits.", "register": "reflection"}, {"guard": "by", "says": "Only who told it can say so.", "who": "owner"}, {"guard": "from", "says": "This is not the reflection that waits.", "stages": ["reflected"]}], "then": [{"effect": "stage", "stage": "again"}, {"effect": "count", "count": "tries"}, {"effect": "drop", "register": "aside"}]},
      {"step": "respond", "class": "answers", "names": "told", "only": [{"guard": "at", "says": "Name the letter itself, and not what was said of it.", "register": "told"}, {"guard": "by", "says": "Only who it was told to answers it.", "who": "other"}, {"guard": "from", "says": "Reflect first: say what you hear, until it is “heard”.", "stages": ["heard"]}], "then": [{"effect": "stage", "stage": "answered"}, {"effect": "drop", "register": "aside"}]},
      {"step": "respond", "class": "answers", "names": "told", "only": [{"guard": "at", "says": "Name the letter itself, and not what was said of it.", "register": "told"}, {"guard": "by", "says": "Only who it was told to answers it.", "who": "other"}, {"guard": "from", "says": "Reflect first: say what you hear, until it is “heard”.", "stages": ["told", "read", "reflected", "again"]}, {"guard": "owner_in", "says": "Reflect first: say what you hear, until it is “heard”.", "register": "aside"}], "then": [{"effect": "stage", "stage": "answered"}, {"effect": "count", "count": "unheard"}, {"effect": "drop", "register": "aside"}]},
      {"step": "respond", "class": "answers", "names": "told", "only": [{"guard": "at", "says": "Name the letter itself, and not what was said of it.", "register": "told"}, {"guard": "by", "says": "Only who it was told to answers it.", "who": "other"}, {"guard": "from", "says": "Reflect first: say what you hear, until it is “heard”.", "stages": ["reflected", "again"]}, {"guard": "least", "says": "Reflect first: say what you hear, until it is “heard”.", "count": "tries", "least": 2}], "then": [{"effect": "stage", "stage": "answered"}, {"effect": "count", "count": "unheard"}, {"effect": "drop", "register": "aside"}]},
      {"step": "respond", "class": "answers", "names": "told", "only": [{"guard": "at", "says": "Name the letter itself, and not what was said of it.", "register": "told"}, {"guard": "by", "says": "Only who it was told to answers it.", "who": "other"}, {"guard": "from", "says": "Reflect first: say what you hear, until it is “heard”.", "stages": ["reflected"]}, {"guard": "after", "says": "Reflect first: say what you hear, until it is “heard”.", "register": "reflection", "seconds": 604800}], "then": [{"effect": "stage", "stage": "answered"}, {"effect": "count", "count": "unheard"}, {"effect": "drop", "register": "aside"}]},
      {"step": "set_aside", "class": "ends", "names": "told", "only": [{"guard": "at", "says": "Name the letter itself, and not what was said of it.", "register": "told"}, {"guard": "from", "says": "It was answered; it asks nothing more.", "stages": ["told", "read", "reflected", "again", "heard"]}, {"guard": "not_in", "says": "It is set aside already.", "register": "aside"}], "then": [{"effect": "add", "register": "aside", "words": "words"}]},
    ],
  },
  {
    kind: "promise",
    v: 1,
    noun: "promise",
    while_provisional: false,
    comments_open: ["held", "ended"],
    binding: [],
    digests: {},
    rows: [
      {"step": "make", "class": "own", "names": null, "only": [{"guard": "is", "path": "form", "values": ["offer"], "of_body": true}, {"guard": "ahead", "says": "An offer ends within 90 days; you can renew it.", "path": "until", "at_most": 7776000, "of_body": true}], "then": [{"effect": "make", "stage": "held"}, {"effect": "put", "register": "made"}, {"effect": "time", "register": "until", "path": "until"}]},
      {"step": "make", "class": "own", "names": null, "only": [{"guard": "is", "path": "form", "values": ["habit", "plan"], "of_body": true}, {"guard": "left_out", "says": "Only an offer has an end.", "path": "until", "of_body": true}], "then": [{"effect": "make", "stage": "held"}, {"effect": "put", "register": "made"}]},
      {"step": "mark", "class": "own", "names": "made", "only": [{"guard": "at", "says": "Name the promise itself, and not a mark of it.", "register": "made"}, {"guard": "by", "says": "A promise is its owner's alone.", "who": "owner"}, {"guard": "from", "says": "It has ended already.", "stages": ["held"]}, {"guard": "not_after", "says": "This offer ran out. Renew it, or leave it.", "register": "until"}], "then": [{"effect": "put", "register": "mark"}]},
      {"step": "renew", "class": "own", "names": "made", "only": [{"guard": "at", "says": "Name the promise itself, and not a mark of it.", "register": "made"}, {"guard": "by", "says": "A promise is its owner's alone.", "who": "owner"}, {"guard": "from", "says": "It has ended already.", "stages": ["held"]}, {"guard": "has", "says": "Only an offer is renewed.", "register": "until"}, {"guard": "ahead", "says": "An offer is renewed for 90 days at most.", "path": "until", "at_most": 7776000, "of_body": true}], "then": [{"effect": "time", "register": "until", "path": "until"}]},
      {"step": "end", "class": "ends", "names": "made", "only": [{"guard": "at", "says": "Name the promise itself, and not a mark of it.", "register": "made"}, {"guard": "by", "says": "A promise is its owner's alone.", "who": "owner"}, {"guard": "from", "says": "It has ended already.", "stages": ["held"]}], "then": [{"effect": "stage", "stage": "ended"}, {"effect": "add", "register": "ended", "words": "words"}]},
    ],
  },
  {
    kind: "pause",
    v: 1,
    noun: "pause",
    while_provisional: true,
    comments_open: ["called", "returned"],
    binding: [],
    digests: {},
    rows: [
      {"step": "call", "class": "tells", "names": null, "only": [{"guard": "two", "says": "There is nobody here yet to tell. Invite your partner first."}, {"guard": "no_open", "says": "You are on a pause already: extend it, or return.", "stages": ["called"], "register": "until", "mine": true}, {"guard": "ahead", "says": "A pause lasts from 20 minutes to 24 hours.", "path": "until", "at_least": 1200, "at_most": 86400, "of_body": true}], "then": [{"effect": "make", "stage": "called"}, {"effect": "put", "register": "called"}, {"effect": "time", "register": "until", "path": "until"}]},
      {"step": "extend", "class": "own", "names": "called", "only": [{"guard": "at", "says": "Name the pause itself, and not its extension.", "register": "called"}, {"guard": "by", "says": "Only who called a pause extends it or returns from it.", "who": "owner"}, {"guard": "from", "says": "You are back already.", "stages": ["called"]}, {"guard": "unset", "says": "A pause is extended once. Return, or call a new one.", "register": "extended"}, {"guard": "not_after", "says": "Its time passed more than a day ago. Call a new one.", "register": "until", "seconds": 86400}, {"guard": "ahead", "says": "A pause lasts from 20 minutes to 24 hours.", "path": "until", "at_least": 1200, "at_most": 86400, "of_body": true}, {"guard": "later", "says": "An extension ends later than the pause.", "path": "until", "register": "until", "of_body": true}], "then": [{"effect": "put", "register": "extended"}, {"effect": "time", "register": "until", "path": "until"}]},
      {"step": "return", "class": "ends", "names": "called", "only": [{"guard": "at", "says": "Name the pause itself, and not its extension.", "register": "called"}, {"guard": "by", "says": "Only who called a pause extends it or returns from it.", "who": "owner"}, {"guard": "from", "says": "You are back already.", "stages": ["called"]}], "then": [{"effect": "stage", "stage": "returned"}, {"effect": "add", "register": "returned", "words": "words"}]},
    ],
  },
  {
    kind: "breach",
    v: 1,
    noun: "breach",
    while_provisional: false,
    comments_open: ["open"],
    binding: [],
    digests: {},
    rows: [
      {"step": "open", "class": "tells", "names": null, "only": [{"guard": "two", "says": "There is nobody here yet to tell. Invite your partner first."}, {"guard": "of_kind", "says": "Name the text of a boundary between the two of you.", "kind": "boundary", "of_body": true}, {"guard": "became", "says": "Only a text that both accepted, and that binds the other, can be named so.", "outcomes": ["accepted"]}, {"guard": "named", "says": "Only a text that both accepted, and that binds the other, can be named so.", "path": "wording.binds", "values": ["both"]}], "then": [{"effect": "make", "stage": "open"}, {"effect": "put", "register": "opened"}, {"effect": "put_by", "register": "accounts"}]},
      {"step": "open", "class": "tells", "names": null, "only": [{"guard": "of_kind", "says": "Name the text of a boundary between the two of you.", "kind": "boundary", "of_body": true}, {"guard": "became", "says": "Only a text that both accepted, and that binds the other, can be named so.", "outcomes": ["accepted"]}, {"guard": "named", "says": "Only a text that both accepted, and that binds the other, can be named so.", "path": "wording.binds", "values": ["me"]}, {"guard": "by", "says": "Only a text that both accepted, and that binds the other, can be named so.", "who": "not_writer"}], "then": [{"effect": "make", "stage": "open"}, {"effect": "put", "register": "opened"}, {"effect": "put_by", "register": "accounts"}]},
      {"step": "open", "class": "tells", "names": null, "only": [{"guard": "is", "path": "as", "values": ["own"], "of_body": true}, {"guard": "two", "says": "There is nobody here yet to tell. Invite your partner first."}], "then": [{"effect": "make", "stage": "open"}, {"effect": "put", "register": "opened"}, {"effect": "put_by", "register": "accounts"}]},
      {"step": "account", "class": "tells", "names": "opened", "only": [{"guard": "at", "says": "Name what was opened, and not the other's account.", "register": "opened"}, {"guard": "not_in", "says": "One account each; further words are comments.", "register": "accounts"}], "then": [{"effect": "put_by", "register": "accounts"}]},
      {"step": "close", "class": "ends", "names": "opened", "only": [{"guard": "at", "says": "Name what was opened, and not the other's account.", "register": "opened"}, {"guard": "not_in", "says": "It is closed for you already.", "register": "closed"}], "then": [{"effect": "add", "register": "closed", "words": "words"}]},
      {"step": "reopen", "class": "own", "names": "opened", "only": [{"guard": "at", "says": "Name what was opened, and not the other's account.", "register": "opened"}, {"guard": "in", "says": "It is open for you.", "register": "closed"}], "then": [{"effect": "drop", "register": "closed"}]},
    ],
  },
  {
    kind: "check_in",
    v: 1,
    noun: "check-in",
    while_provisional: false,
    comments_open: ["opened"],
    binding: ["commit"],
    digests: {},
    rows: [
      {"step": "begin", "class": "asks", "names": null, "only": [{"guard": "two", "says": "There is nobody here yet to answer with. Invite your partner first."}, {"guard": "is", "path": "form", "values": ["week"], "of_body": true}, {"guard": "no_open", "says": "One is open already. Answer it, or set it aside.", "stages": ["begun", "sealed"], "register": "until", "form": "week"}, {"guard": "rested", "says": "The other set one aside less than 14 days ago. Only they can begin one before that.", "stages": ["aside"], "register": "aside", "form": "week", "seconds": 1209600}], "then": [{"effect": "make", "stage": "begun"}, {"effect": "put", "register": "begun"}, {"effect": "time", "register": "until", "seconds": 604800}]},
      {"step": "begin", "class": "asks", "names": null, "only": [{"guard": "two", "says": "There is nobody here yet to answer with. Invite your partner first."}, {"guard": "is", "path": "form", "values": ["review"], "of_body": true}, {"guard": "no_open", "says": "One is open already. Answer it, or set it aside.", "stages": ["begun", "sealed"], "register": "until", "form": "review"}, {"guard": "rested", "says": "The other set one aside less than 14 days ago. Only they can begin one before that.", "stages": ["aside"], "register": "aside", "form": "review", "seconds": 1209600}], "then": [{"effect": "make", "stage": "begun"}, {"effect": "put", "register": "begun"}, {"effect": "time", "register": "until", "seconds": 1209600}]},
      {"step": "commit", "class": "answers", "names": "begun", "only": [{"guard": "at", "says": "Name the check-in itself, and not an answer in it.", "register": "begun"}, {"guard": "from", "says": "It takes no more answers.", "stages": ["begun"]}, {"guard": "not_after", "says": "Its time has passed. You can begin a new one.", "register": "until"}, {"guard": "not_in", "says": "You have answered already.", "register": "commits"}], "then": [{"effect": "put_by", "register": "commits"}, {"effect": "when_both", "register": "commits", "stage": "sealed"}]},
      {"step": "reveal", "class": "own", "names": "begun", "only": [{"guard": "at", "says": "Name the check-in itself, and not an answer in it.", "register": "begun"}, {"guard": "from", "says": "Keys count once both have answered.", "stages": ["sealed"]}, {"guard": "not_in", "says": "You have opened your answer already.", "register": "keys"}, {"guard": "key_fits", "says": "This key does not fit the answer, so it is not counted.", "register": "commits", "of_body": true}], "then": [{"effect": "put_by", "register": "keys"}, {"effect": "when_both", "register": "keys", "stage": "opened"}]},
      {"step": "set_aside", "class": "ends", "names": "begun", "only": [{"guard": "at", "says": "Name the check-in itself, and not an answer in it.", "register": "begun"}, {"guard": "from", "says": "It is open; it asks nothing more.", "stages": ["begun", "sealed", "aside"]}, {"guard": "not_in", "says": "You have opened your answer already.", "register": "keys"}, {"guard": "not_in", "says": "It is set aside already.", "register": "aside"}], "then": [{"effect": "stage", "stage": "aside"}, {"effect": "add", "register": "aside", "words": "words"}]},
    ],
  },
] as const;
