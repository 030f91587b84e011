/**
 * Joining a journal as its second partner: accept an invitation, learn the founder's nonce, compare eight words, and sign.
 *
 * Rules
 * - Each step is durable before the next is taken, and may be repeated; `goOn` takes the steps that are due.
 * - The nonce is checked against the invitation before any words are shown.
 * - Only words that two people compared verify. Nothing is signed while they differ. Both partners sign `verify`; the one
 *   who gives the second signature sends the statement.
 *
 * Spec: §7.3
 */

import { NotAllowed, PinMismatch, ServerRefused, TransportError, VerificationError } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { type AccountChain, requireDescent } from "../../protocol/accounts.ts";
import { compareBytes, sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, sha256 } from "../../protocol/codec.ts";
import { checkChange } from "../../protocol/roster.ts";
import { findMember, type Roster } from "../../protocol/rosterChanges.ts";
import { encodeAcceptance } from "../../protocol/rosterStatements.ts";
import type { SignedStatement } from "../../protocol/statements.ts";
import { encodeAnswer, InvitationSecret, parseInvitation, parseNonce } from "../../seal/invitations.ts";
import { parseLink } from "../../seal/links.ts";
import { requireReveal, verifyInvitation } from "../../seal/pairing.ts";
import { isUnconfirmed } from "../account/opening.ts";
import { commit, read, type Step } from "../core/effects.ts";
import { chainChange, type Home, parseStatements } from "../core/home.ts";
import { pushStatement } from "../log/delivering.ts";
import { note, pinOf } from "../log/notes.ts";
import { pull } from "../log/pulling.ts";
import { requireOpen, standingOf } from "../log/standing.ts";
import { makeVerify } from "../log/statements.ts";
import { pinServer } from "../server/linkedKeys.ts";
import { type Progress, pairingsUnderWay, progressOf, saveProgress, wordsOf } from "./progress.ts";

const TRIES = 8;
const MOVED = new Set(["roster_moved", "epoch_stale", "epoch_moved", "generation_moved"]);

/** Where a pairing stands. `words`: to compare now; null while there are none, or they were compared. */
export interface Pairing {
  readonly journal: Uint8Array;
  readonly stage: "waiting_for_founder" | "compare" | "waiting_for_partner" | "verified";
  readonly words: readonly string[] | null;
}

/**
 * Accepts the invitation behind a link. Joining as a confidant isn't here yet.
 *
 * Throws MalformedData, OpenError: the link or the invitation is damaged; NotAllowed: it is at another server, one's own,
 * or this home is unconfirmed; PinMismatch: it names another receipt key; VerificationError: it is not true in itself;
 * ServerRefused: it is gone or used.
 */
export function* join(home: Home, text: string): Step<Pairing> {
  yield* requireConfirmed();
  const link = parseLink(text);
  if (link.origin !== home.connection.origin) {
    throw new NotAllowed(
      `This invitation is at ${link.origin}, and your account is elsewhere. Register there to join.`,
    );
  }
  const secret = new InvitationSecret(link.secret);
  const known = (yield* pairingsUnderWay(home)).find((one) => sameBytes(one.secret, link.secret));
  const progress = known ?? (yield* accept(home, secret));
  const { journal, acceptance } = progress;
  yield* note(home, {
    kind: "sent_acceptance",
    body: {
      journal: encodeB64(journal),
      secret: encodeB64(progress.secret),
      plaintext_hash: encodeB64(sha256(progress.plaintext)),
      acceptance: encodeB64(acceptance.statement),
      signature: encodeB64(acceptance.signature),
    },
  });
  yield* home.connection.answerInvitation(secret.id, progress.answer);
  yield* goOn(home, journal);
  return yield* pairingOf(home, journal);
}

function* requireConfirmed(): Step<void> {
  if (yield* isUnconfirmed()) {
    throw new NotAllowed("This account was restored, and no words were compared since. Compare them first.");
  }
}

/** Verifies an invitation, and makes my acceptance of it durable. */
function* accept(home: Home, secret: InvitationSecret): Step<Progress> {
  const sealed = yield* home.connection.openInvitation(secret.id);
  if (sealed === null) throw new TransportError("The server's answer is not what the protocol says. Try again.");
  const plaintext = secret.open("invitation", sealed);
  const invitation = parseInvitation(plaintext);
  const { chain, roster } = verifyInvitation(invitation);
  if (invitation.origin !== home.connection.origin) {
    throw new VerificationError("The invitation was made for another server.", "client.invitation_origin");
  }
  const keys = yield* pinServer(home.connection, home.receiptKeys);
  if (!keys.some((key) => sameBytes(key, invitation.receiptKey))) {
    throw new PinMismatch(
      "The invitation names another receipt key than this server showed you. Stop, and ask who runs it.",
      "client.invitation_receipt_key",
    );
  }
  const { account, generation } = home.identity;
  if (sameBytes(chain.account, account)) {
    throw new NotAllowed("This is your own invitation. Give the link to the person whom you invite.");
  }
  if (invitation.role !== "partner") throw new NotAllowed("This program can't join as a confidant yet.");
  yield* meet(home, chain, invitation.chain);
  const newest = home.chains.get(account)?.newest;
  const mine = home.identity.secret(generation);
  if (newest === undefined || mine === null) throw new NotAllowed("Sync first.");
  const { role, rights, until } = invitation;
  const statement = encodeAcceptance({
    journal: roster.journal,
    invitation: sha256(plaintext),
    member: { account, generation, chainHead: newest.statementHash, role, rights, until },
    nonce: home.random.bytes(SIZES.NONCE, "acceptance_nonce"),
  });
  const acceptance = { statement, signature: mine.sign(statement) };
  const own = `chain/${encodeB64(account)}`;
  const statements = parseStatements((yield* read([own])).get(own) ?? new Uint8Array());
  const answer = encodeAnswer({ acceptance, chain: statements });
  const progress: Progress = {
    journal: roster.journal,
    secret: secret.secret,
    founder: chain.account,
    plaintext,
    acceptance,
    answer: secret.seal("acceptance", answer, home.random),
    nonce: null,
    confirmed: false,
    done: false,
  };
  yield* saveProgress(home, progress);
  return progress;
}

/** Pins a chain that an invitation shows. It is as old as that message: a beginning of the pinned one is no rollback. */
function* meet(home: Home, chain: AccountChain, statements: Parameters<typeof chainChange>[1]): Step<void> {
  const pinned = home.chains.get(chain.account) ?? null;
  if (pinned !== null && pinned.generations.length >= chain.generations.length) {
    requireDescent(chain, pinned);
    return;
  }
  if (pinned !== null) requireDescent(pinned, chain);
  yield* commit([chainChange(chain.account, statements)]);
  home.chains.set(chain.account, chain);
}

/** Takes the next steps of a pairing that are due. */
export function* goOn(home: Home, journal: Uint8Array): Step<void> {
  let progress = yield* progressOf(home, journal);
  if (progress === null || progress.done) return;
  if (progress.nonce === null) {
    const secret = new InvitationSecret(progress.secret);
    const sealed = yield* home.connection.revealed(secret.id);
    if (sealed === null) return;
    const nonce = parseNonce(secret.open("reveal", sealed));
    requireReveal(parseInvitation(progress.plaintext), nonce);
    progress = { ...progress, nonce };
    yield* saveProgress(home, progress);
  }
  yield* noteJoined(home, progress);
  if (progress.confirmed) yield* signVerification(home, progress);
}

export function* pairingOf(home: Home, journal: Uint8Array): Step<Pairing> {
  const progress = yield* progressOf(home, journal);
  const { log } = yield* standingOf(journal);
  const isMember = log.roster !== null && findMember(log.roster, home.identity.account) !== null;
  if (isMember && log.roster?.provisional === false) return { journal, stage: "verified", words: null };
  if (progress === null) throw new NotAllowed("No invitation to this journal waits here. Ask for a new link.");
  const words = wordsOf(progress);
  if (words === null || !isMember) return { journal, stage: "waiting_for_founder", words: null };
  return progress.confirmed ? { journal, stage: "waiting_for_partner", words } : { journal, stage: "compare", words };
}

/**
 * Confirms that both see the same eight words, and signs. `heard`: as the other reads them.
 *
 * Throws NotAllowed: there are no words to compare yet; PinMismatch: they differ, and nothing was signed.
 */
export function* confirmWords(home: Home, journal: Uint8Array, heard: readonly string[]): Step<Pairing> {
  yield* requireConfirmed();
  const { stage, words } = yield* pairingOf(home, journal);
  const progress = yield* progressOf(home, journal);
  if (progress !== null && stage !== "verified") {
    if (words === null) throw new NotAllowed("There are no words to compare yet. Sync, and wait for the other side.");
    if (words.length !== heard.length || !words.every((word, at) => word === heard[at]?.toLowerCase())) {
      throw new PinMismatch(
        "The words differ: somebody may stand between you. Nothing was signed. Ask for a new invitation.",
        "client.words",
      );
    }
    yield* saveProgress(home, { ...progress, confirmed: true });
    yield* signVerification(home, { ...progress, confirmed: true });
  }
  return yield* pairingOf(home, journal);
}

/** Proposes `verify`, or adds my signature to the other's and sends the statement. */
function* signVerification(home: Home, progress: Progress): Step<void> {
  const { journal } = progress;
  for (let tries = 0; tries < TRIES; tries++) {
    const roster = requireOpen(yield* standingOf(journal));
    if (!roster.provisional) return yield* noteJoined(home, progress);
    const mine = makeVerify(home, roster);
    let both = yield* bothSigned(home, roster, mine);
    if (both === null) {
      yield* home.connection.propose(journal, mine);
      both = yield* bothSigned(home, roster, mine);
    }
    if (both === null) return;
    try {
      yield* pushStatement(home, journal, both);
    } catch (error) {
      if (!(error instanceof ServerRefused && MOVED.has(error.code))) throw error;
      yield* pull(home, journal);
    }
  }
}

/** My statement with the other partner's signature, when the server holds a valid one. */
function* bothSigned(home: Home, roster: Roster, mine: SignedStatement): Step<SignedStatement | null> {
  for (const proposal of yield* home.connection.proposals(roster.journal)) {
    if (!sameBytes(proposal.statement, mine.statement)) continue;
    const others = proposal.signatures.filter(({ account }) => !sameBytes(account, home.identity.account));
    const signatures = [...others, ...mine.signatures].sort((one, two) => compareBytes(one.account, two.account));
    const both = { statement: mine.statement, signatures };
    try {
      checkChange(roster, both, home.chains);
      return both;
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error;
    }
  }
  return null;
}

/** Notes a journal in which the other and I are members, pins the other, and marks them as verified once both signed. */
function* noteJoined(home: Home, progress: Progress): Step<void> {
  const { journal, founder, confirmed } = progress;
  const { log } = yield* standingOf(journal);
  const chain = home.chains.get(founder);
  const newest = home.receiptKeys.at(-1);
  const isJoined = log.roster !== null && findMember(log.roster, home.identity.account) !== null;
  if (!isJoined || chain === undefined || newest === undefined) return;
  const id = encodeB64(journal);
  const { origin } = home.connection;
  yield* note(home, { kind: "joined", body: { journal: id, role: "partner", receipt_key: encodeB64(newest), origin } });
  yield* note(home, { kind: "pin", body: pinOf(chain) });
  if (log.roster?.provisional !== false || !confirmed) return;
  yield* note(home, { kind: "verified", body: pinOf(chain) });
  yield* note(home, { kind: "noted_head", body: { journal: id, seq: log.seq, head: encodeB64(log.head) } });
  yield* saveProgress(home, { ...progress, done: true });
}
