/**
 * Taking up, from the account journal, the invitations that another own device made or accepted.
 *
 * Rules
 * - The account journal doesn't keep an invitation's plaintext: it is put together again, and believed by its hash alone.
 * - This home keeps the pairing that it has, unless another own device let in the partner who stands in the roster.
 *
 * Spec: §7.3
 */

import { type AccountState, requirePinned } from "../../documents/accountState.ts";
import type { PendingInvitationBody, SentAcceptanceBody } from "../../generated/documents.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, parseB64, sha256 } from "../../protocol/codec.ts";
import { findMember, partnersOf, type Roster } from "../../protocol/rosterChanges.ts";
import { parseAcceptance } from "../../protocol/rosterStatements.ts";
import { statementHash } from "../../protocol/statements.ts";
import { InvitationSecret, parseInvitation, parseNonce } from "../../seal/invitations.ts";
import { verifyInvitation } from "../../seal/pairing.ts";
import { isUnconfirmed } from "../account/opening.ts";
import type { Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { foreseen } from "../log/fetching.ts";
import { accountState } from "../log/folding.ts";
import { standingOf } from "../log/standing.ts";
import type { Problem } from "../log/syncing.ts";
import { ignoring, noteEnded } from "./inviting.ts";
import { meet } from "./meeting.ts";
import { invitationPlaintext } from "./plaintext.ts";
import { type Progress, progressOf, saveProgress } from "./progress.ts";

/** Takes up every invitation and acceptance of mine that this home doesn't know; what went wrong. The next sync tries again. */
export function* takeUp(home: Home): Step<readonly Problem[]> {
  if (yield* isUnconfirmed()) return [];
  const state = yield* accountState(home);
  const problems: Problem[] = [];
  const partner = [...state.invitations.values()].filter(({ role }) => role === "partner");
  const journals = new Set(partner.map(({ journal }) => journal));
  const steps = [
    ...[...journals].map((id) => [id, takeUpInvitation(home, state, parseB64(id))] as const),
    ...[...state.sent.values()].map((sent) => [sent.journal, takeUpAcceptance(home, state, sent)] as const),
  ];
  for (const [id, step] of steps) {
    try {
      yield* step;
    } catch (error) {
      problems.push({ journal: parseB64(id), error: foreseen(error) });
    }
  }
  return problems;
}

/** Goes on with the newest invitation that fits the roster, unless this home knows its pairing. */
function* takeUpInvitation(home: Home, state: AccountState, journal: Uint8Array): Step<void> {
  const { log, frozen } = yield* standingOf(journal);
  const { roster } = log;
  if (roster === null || frozen !== null || log.closed) return;
  const mine = [...state.invitations.values()].filter((one) => one.role === "partner" && isOf(one, journal));
  const chosen = mine.filter((one) => fits(home, state, roster, one)).at(-1);
  if (chosen === undefined) return;
  const secret = parseB64(chosen.secret);
  const known = yield* progressOf(home, journal);
  if (known?.end && sameBytes(known.secret, secret)) {
    yield* noteEnded(home, known, known.end === "lapsed" ? "expired" : "revoked"); // cut off before it was noted
    return;
  }
  const taken = roster.provisional ? state.acceptances.get(chosen.invitation) : undefined;
  const isSame = taken === undefined || (known?.other && encodeB64(known.other) === taken.account);
  if (known !== null && known.end === null && isSame) return;
  const nonce = parseB64(chosen.n_f);
  const plaintext = yield* rebuilt(home, roster, nonce, chosen.plaintext_hash);
  if (plaintext === null) return;
  yield* saveProgress(home, {
    ...BEGUN,
    journal,
    role: "founder",
    secret,
    plaintext,
    expires: chosen.expires,
    nonce,
    other: taken === undefined ? null : parseB64(taken.account),
    acceptance:
      taken === undefined ? null : { statement: parseB64(taken.acceptance), signature: parseB64(taken.signature) },
  });
}

/** What the sides of a pairing have in common when another own device began it. */
const BEGUN = { sealed: new Uint8Array(), sent: true, confirmed: false, done: false, end: null } as const;

function isOf(pending: PendingInvitationBody, journal: Uint8Array): boolean {
  return pending.journal === encodeB64(journal);
}

/** Whether the provisional partner took this invitation; without a second partner, whether somebody still can. */
function fits(home: Home, state: AccountState, roster: Roster, pending: PendingInvitationBody): boolean {
  const taken = state.acceptances.get(pending.invitation);
  if (roster.provisional) return taken !== undefined && findMember(roster, parseB64(taken.account)) !== null;
  const isUsed = taken !== undefined && roster.accepted.has(statementHash(parseB64(taken.acceptance)));
  const isAnswerable = taken !== undefined || home.clock.now() <= pending.expires;
  return partnersOf(roster).length === 1 && !state.ended.has(pending.invitation) && isAnswerable && !isUsed;
}

/** The plaintext with this hash. The founder may have rotated since: each generation is tried, the newest first. */
function* rebuilt(home: Home, roster: Roster, nonce: Uint8Array, hash: string): Step<Uint8Array | null> {
  const generations = home.chains.get(roster.founder)?.generations.length ?? 0;
  for (let shown = generations; shown > 0; shown--) {
    const plaintext = yield* invitationPlaintext(home, roster, nonce, shown);
    if (encodeB64(sha256(plaintext)) === hash) return plaintext;
  }
  return null;
}

function* takeUpAcceptance(home: Home, state: AccountState, sent: SentAcceptanceBody): Step<void> {
  const journal = parseB64(sent.journal);
  const { roster } = (yield* standingOf(journal)).log;
  const isFinished = state.journals.has(sent.journal) && roster?.provisional !== true;
  const isFormer = roster !== null && findMember(roster, home.identity.account) === null;
  const secret = parseB64(sent.secret);
  const known = yield* progressOf(home, journal);
  const isKnown = known !== null && (known.end === null || sameBytes(known.secret, secret));
  const statement = parseB64(sent.acceptance);
  if (isFinished || isFormer || isKnown || parseAcceptance(statement).member.role !== "partner") return;
  const plaintext = yield* acceptedPlaintext(home, new InvitationSecret(secret), sent.plaintext_hash, roster);
  if (plaintext === null) return;
  const invitation = parseInvitation(plaintext);
  const { chain } = verifyInvitation(invitation);
  for (const { generation, statementHash: head } of chain.generations) {
    requirePinned(state, encodeB64(chain.account), generation, encodeB64(head));
  }
  yield* meet(home, chain, invitation.chain);
  const acceptance = { statement, signature: parseB64(sent.signature) };
  const begun: Progress = {
    ...BEGUN,
    journal,
    role: "newcomer",
    secret,
    plaintext,
    expires: 0,
    nonce: null,
    other: chain.account,
    acceptance,
  };
  yield* saveProgress(home, begun);
}

/** The invitation that I accepted: put together again once I am in the journal, and before that from the server. */
function* acceptedPlaintext(
  home: Home,
  secret: InvitationSecret,
  hash: string,
  roster: Roster | null,
): Step<Uint8Array | null> {
  let found: Uint8Array | null = null;
  // not found: the invitation is over, or was taken back
  yield* ignoring(
    "not_found",
    (function* () {
      if (roster === null) {
        const sealed = yield* home.connection.openInvitation(secret.id);
        const plaintext = sealed === null ? null : secret.open("invitation", sealed);
        found = plaintext !== null && encodeB64(sha256(plaintext)) === hash ? plaintext : null;
      } else {
        const sealed = yield* home.connection.revealed(secret.id);
        found = sealed === null ? null : yield* rebuilt(home, roster, parseNonce(secret.open("reveal", sealed)), hash);
      }
    })(),
  );
  return found;
}
