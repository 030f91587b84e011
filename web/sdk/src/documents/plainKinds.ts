/**
 * The kinds without steps: what each checks and keeps.
 *
 * Texts (`note`, `comment`, `appreciation`, `copy`) move nothing. The others speak for their author alone.
 * Spec: documents §2, §3, §5
 */

import { NotAllowed } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import type { MovedBody, ProfileBody, WentOnBody, WordsDifferBody } from "../generated/documents.ts";
import type { AppliedDocument, Membership } from "./applied.ts";
import type { Parts } from "./journalState.ts";
import { requireName } from "./names.ts";
import type { Body, Link } from "./shapes.ts";

/** The document that another names, as the journal holds it there. */
export interface Found {
  /** Null where it isn't held, or nothing is named. */
  readonly named: AppliedDocument | null;
  /** Whether it does more than stand in the timeline. */
  readonly isStep: boolean;
  /** Whether it takes comments; null where nobody can tell here. */
  readonly commentable: boolean | null;
  /** The roster at the place of the document that names it. */
  readonly context: Membership;
  /** Whether that document is yet to be sent. */
  readonly writing: boolean;
}

/** What a kind has besides its body and its rows. */
export interface PlainKind {
  /** Whether it may be written before the partners have compared their words; exits always may. */
  readonly whileProvisional: boolean;
  /** The document that a body is about. */
  readonly names?: (body: Body) => Link | null;
  /** A check before anything changes. Throws NotAllowed. */
  readonly looksBack?: (applied: AppliedDocument, body: Body, found: Found) => void;
  /** Records a document. It checks first, and changes nothing where it throws NotAllowed. */
  readonly reduce?: (parts: Parts, applied: AppliedDocument, body: Body, context: Membership) => void;
  /** A check of the author's own client. Throws NotAllowed. */
  readonly beforeWriting?: (body: Body) => void;
}

const ANYTIME = { whileProvisional: true };

/** Each kind without steps, by its name. */
export const PLAIN_KINDS: ReadonlyMap<string, PlainKind> = new Map<string, PlainKind>([
  ["note", ANYTIME],
  ["comment", { ...ANYTIME, names: (body) => body.link("answers"), looksBack: requireCommentable }],
  ["appreciation", { ...ANYTIME, names: (body) => body.link("about"), looksBack: requirePartner }],
  ["copy", { whileProvisional: false }],
  [
    "profile",
    {
      ...ANYTIME,
      reduce: (parts, { author }, body) => parts.profiles.set(author, body.fields<ProfileBody>()),
      beforeWriting: (body) => requireName(body.text("display_name") ?? ""),
    },
  ],
  [
    "moved",
    {
      ...ANYTIME,
      reduce: (parts, { author, seq }, body) => parts.moves.set(author, { seq, said: body.fields<MovedBody>() }),
    },
  ],
  [
    "withdrawn",
    { ...ANYTIME, names: (body) => body.link("answers"), looksBack: requireText, reduce: recordWithdrawal },
  ],
  ["words_differ", { ...ANYTIME, reduce: recordDifference }],
  ["went_on", { ...ANYTIME, reduce: recordGoingOn }],
]);

function requireCommentable(_: AppliedDocument, body: Body, found: Found): void {
  if (found.named !== null && found.named.message !== body.text("answers.message")) {
    throw new NotAllowed("It names other words than the ones that are here. Look at those before you comment on them.");
  }
  if (found.commentable === false) {
    throw new NotAllowed("This takes no comments now. What you want to say can stand in a note of your own.");
  }
  if (found.commentable === null && found.writing) {
    throw new NotAllowed("What you comment on is not here, or this version of Duolog doesn't know it. Sync first.");
  }
}

function requirePartner(applied: AppliedDocument, body: Body, found: Found): void {
  const { partners } = found.context;
  if (!partners.has(applied.author)) {
    throw new NotAllowed("Appreciations are between partners. Your thanks can stand in a note or a comment.");
  }
  if (body.text("of") === "you" && partners.size < 2) {
    throw new NotAllowed("There is nobody here yet whom \u201cyou\u201d could mean. Write it of the two of you.");
  }
}

/** Spec: §9 */
function requireText(applied: AppliedDocument, body: Body, found: Found): void {
  const { named } = found;
  if (named === null) return;
  if (named.author !== applied.author) {
    throw new NotAllowed("Only who wrote a text can withdraw it. You can erase it for yourself.");
  }
  if (named.message !== body.text("answers.message")) {
    throw new NotAllowed("It names another text than the one that is here. Look at that one before you withdraw it.");
  }
  if (found.isStep) {
    throw new NotAllowed("This is a step that the other may have answered, so it stands. Only texts are withdrawn.");
  }
  if (named.seq < applied.keySince) {
    throw new NotAllowed("It was written at another server. Each of you can erase it for themselves.");
  }
  if (applied.received - named.received > SIZES.WITHDRAW_WINDOW) {
    throw new NotAllowed("It was written more than a day before. Each of you can erase it for themselves.");
  }
}

function recordWithdrawal(parts: Parts, applied: AppliedDocument, body: Body): void {
  const { entry, message } = body.link("answers") ?? { entry: "", message: "" };
  const known = parts.withdrawals.get(entry) ?? new Map();
  if (known.has(applied.author)) throw new NotAllowed("It is withdrawn already.");
  const made = { message, received: applied.received, keySince: applied.keySince };
  parts.withdrawals.set(entry, new Map([...known, [applied.author, made]]));
}

function recordDifference(parts: Parts, applied: AppliedDocument, body: Body, context: Membership): void {
  if (!context.partners.has(applied.author)) throw new NotAllowed("Only a partner compares the words of a partner.");
  if (!context.provisional) throw new NotAllowed("Both of you have confirmed the words.");
  parts.differing.set(applied.author, body.fields<WordsDifferBody>());
}

function recordGoingOn(parts: Parts, applied: AppliedDocument, body: Body, context: Membership): void {
  if (!context.partners.has(applied.author)) {
    throw new NotAllowed("Only a partner goes on with a journal after a restoration.");
  }
  parts.goneOn.set(applied.author, body.fields<WentOnBody>());
}
