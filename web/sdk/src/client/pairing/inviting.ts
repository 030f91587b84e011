/**
 * Inviting a partner: the sealed invitation behind a link, and its end.
 *
 * Rules
 * - Secret and nonce are durable, here and in the account journal, before the invitation is at the server.
 * - A link is shown only when the server has taken what is behind it.
 * - The account journal notes the end of an invitation for all own devices.
 *
 * Spec: §7.1 to §7.3
 */

import { NotAllowed, ServerRefused } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, sha256 } from "../../protocol/codec.ts";
import { findMember, partnersOf, type Roster } from "../../protocol/rosterChanges.ts";
import { InvitationSecret } from "../../seal/invitations.ts";
import { linkUrl } from "../../seal/links.ts";
import { requireConfirmed } from "../account/opening.ts";
import type { Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { note } from "../log/notes.ts";
import { pull } from "../log/pulling.ts";
import { settle } from "../log/settling.ts";
import { requireOpen, standingOf } from "../log/standing.ts";
import { makePartnerRemoval } from "../log/statements.ts";
import { invitationPlaintext } from "./plaintext.ts";
import { type End, type Progress, progressOf, saveProgress } from "./progress.ts";

const EXPIRES_AFTER = 24 * 3600; // seconds

/** A single-use invitation. `link` holds its secret, for the invited person alone; `until`: Unix seconds. */
export interface Invited {
  readonly link: string;
  readonly until: number;
}

/**
 * Invites the other partner of a journal. An earlier invitation is taken back.
 *
 * Throws NotAllowed: this home is unconfirmed, or the journal is the account's own, has two partners, or can't be written;
 * MalformedData: the founder's chain is too long for a message; and as `note` and a `Connection`.
 */
export function* invite(home: Home, journal: Uint8Array): Step<Invited> {
  yield* requireConfirmed();
  const standing = yield* standingOf(journal);
  const roster = requireOpen(standing);
  if (sameBytes(journal, home.identity.accountJournal)) {
    throw new NotAllowed("The account's own journal is nobody else's. Create a journal to share.");
  }
  const me = findMember(roster, home.identity.account);
  if (me?.role !== "partner") throw new NotAllowed("Only partners invite.");
  if (partnersOf(roster).length >= SIZES.MAX_PARTNERS) {
    throw new NotAllowed("This journal already has two partners.");
  }
  yield* takeBack(home, journal);
  // a server whose clock is ahead counts by its own
  const expires = Math.max(home.clock.now(), standing.log.time) + EXPIRES_AFTER;
  return yield* send(home, yield* begin(home, roster, expires));
}

function* begin(home: Home, roster: Roster, expires: number): Step<Progress> {
  const secret = InvitationSecret.fresh(home.random);
  const nonce = home.random.bytes(SIZES.NONCE, "invitation_nonce");
  const generations = home.chains.get(roster.founder)?.generations.length ?? 0;
  const plaintext = yield* invitationPlaintext(home, roster, nonce, generations);
  const progress: Progress = {
    journal: roster.journal,
    role: "founder",
    secret: secret.secret,
    plaintext,
    sealed: secret.seal("invitation", plaintext, home.random),
    sent: false,
    expires,
    nonce,
    other: null,
    acceptance: null,
    confirmed: false,
    done: false,
    end: null,
  };
  yield* saveProgress(home, progress);
  return progress;
}

/** Notes an invitation for all own devices, and then leaves it at the server. */
function* send(home: Home, progress: Progress): Step<Invited> {
  const { journal, plaintext, sealed, expires } = progress;
  const secret = new InvitationSecret(progress.secret);
  yield* note(home, {
    kind: "pending_invitation",
    body: {
      invitation: encodeB64(secret.id),
      journal: encodeB64(journal),
      secret: encodeB64(progress.secret),
      n_f: encodeB64(progress.nonce ?? new Uint8Array()),
      plaintext_hash: encodeB64(sha256(plaintext)),
      role: "partner",
      rights: "write",
      expires,
    },
  });
  yield* home.connection.invite(journal, secret.id, sealed, expires);
  yield* saveProgress(home, { ...progress, sent: true });
  return shown(home, progress);
}

function shown(home: Home, { secret, expires }: Progress): Invited {
  return { link: linkUrl({ origin: home.connection.origin, secret }), until: expires };
}

/** The invitation to a journal that waits for its answer, to be shown again; null where none does. */
export function* waitingInvitation(home: Home, journal: Uint8Array): Step<Invited | null> {
  const progress = yield* progressOf(home, journal);
  return progress !== null && isOpen(progress) ? shown(home, progress) : null;
}

function isOpen({ role, sent, acceptance, end }: Progress): boolean {
  return role === "founder" && sent && acceptance === null && end === null;
}

/** Ends the earlier invitation: nobody would go on with a pairing that begins with its link. */
function* takeBack(home: Home, journal: Uint8Array): Step<void> {
  const progress = yield* progressOf(home, journal);
  if (progress === null || progress.end !== null) return;
  if (progress.acceptance !== null && !progress.done) {
    throw new NotAllowed("Somebody has accepted your invitation already. Sync, and compare words with them.");
  }
  yield* withdraw(home, progress);
}

/**
 * Takes the invitation to a journal back: nobody joins by its link any more. Where none waits, nothing changes.
 *
 * Throws NotAllowed: the invited person is in the journal already; and as a `Connection` and `note`.
 */
export function* withdrawInvitation(home: Home, journal: Uint8Array): Step<void> {
  const progress = yield* progressOf(home, journal);
  if (progress === null || progress.role !== "founder" || progress.end !== null) return;
  yield* pull(home, journal);
  const { log } = yield* standingOf(journal);
  const { other } = progress;
  if (log.roster !== null && other !== null && findMember(log.roster, other) !== null) {
    throw new NotAllowed("They are in this journal already. Until you have compared words you can remove them.");
  }
  yield* withdraw(home, progress);
}

function* withdraw(home: Home, progress: Progress): Step<void> {
  yield* ignoring("not_found", home.connection.revokeInvitation(progress.journal, idOf(progress)));
  yield* endInvitation(home, progress, "withdrawn");
}

/** The step, whose refusal with this code changes nothing. */
export function* ignoring(code: string, step: Step<void>): Step<void> {
  try {
    yield* step;
  } catch (error) {
    if (!(error instanceof ServerRefused && error.code === code)) throw error;
  }
}

/** Ends a founder's invitation here, and notes it for all own devices. */
export function* endInvitation(home: Home, progress: Progress, end: Exclude<End, "over">): Step<void> {
  yield* saveProgress(home, { ...progress, end });
  yield* noteEnded(home, progress, end === "lapsed" ? "expired" : "revoked");
}

export function* noteEnded(home: Home, progress: Progress, how: "added" | "expired" | "revoked"): Step<void> {
  yield* note(home, { kind: "ended_invitation", body: { invitation: encodeB64(idOf(progress)), how } });
}

function idOf({ secret }: Progress): Uint8Array {
  return new InvitationSecret(secret).id;
}

/**
 * Removes a partner whose words were never compared; another one may be invited then. Doing it twice changes nothing.
 *
 * Throws NotAllowed: I am not the founder, or words were compared; and as `settle`.
 */
export function* removePartner(home: Home, journal: Uint8Array): Step<void> {
  yield* pull(home, journal);
  const roster = requireOpen(yield* standingOf(journal));
  if (otherIn(home, roster) !== null) {
    const progress = yield* progressOf(home, journal);
    // the pairing ends first: otherwise this home would let them in again
    if (progress !== null) yield* saveProgress(home, { ...progress, end: "withdrawn" });
  }
  yield* settle(home, journal, function* () {
    const now = requireOpen(yield* standingOf(journal));
    const other = otherIn(home, now);
    return other === null ? null : makePartnerRemoval(home, now, other);
  });
}

/** The account of the other partner, whom I may remove; null where there is none. Throws NotAllowed. */
function otherIn(home: Home, roster: Roster): Uint8Array | null {
  const { account } = home.identity;
  if (!sameBytes(roster.founder, account)) {
    throw new NotAllowed("Only the partner who made the journal removes the other, before the words were compared.");
  }
  const other = partnersOf(roster).find((member) => !sameBytes(member.account, account));
  if (other === undefined) return null;
  if (!roster.provisional) {
    throw new NotAllowed("You have compared words with this partner, so nobody can remove them. You can close it.");
  }
  return other.account;
}
