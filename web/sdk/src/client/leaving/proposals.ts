/**
 * Proposals to let a confidant in, or to change their place: verified before anything of them is shown, and declined.
 *
 * Rules
 * - A proposal that doesn't follow the roster in force, isn't rightly signed, or shows other words than its acceptance has,
 *   isn't shown: no member has proposed it.
 * - Declining is durable in the account journal before the server is told. A declined change isn't shown again within 14
 *   days, nor one that asks for more.
 *
 * Consenting is not here: it takes the command. Spec: §5.5, §7
 */

import { asksNoLess } from "../../documents/accountActs.ts";
import { MalformedData, NotAllowed, OpenError, ServerRefused, VerificationError } from "../../errors.ts";
import type { DeclinedProposalBody } from "../../generated/documents.ts";
import { type AccountChain, requireDescent } from "../../protocol/accounts.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64 } from "../../protocol/codec.ts";
import { contained } from "../../protocol/containing.ts";
import { IdMap } from "../../protocol/idMap.ts";
import { checkGrants, checkProposal } from "../../protocol/roster.ts";
import { findMember, type Roster } from "../../protocol/rosterChanges.ts";
import { type Member, parseRoster } from "../../protocol/rosterStatements.ts";
import { statementHash } from "../../protocol/statements.ts";
import type { EpochKey } from "../../seal/keys.ts";
import { openContext, verifyContext } from "../../seal/proposals.ts";
import type { Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { accountState } from "../log/folding.ts";
import { note } from "../log/notes.ts";
import { pull } from "../log/pulling.ts";
import { knownOf, requireOpen, standingOf } from "../log/standing.ts";
import type { Proposal } from "../server/bodies.ts";

const AGAIN_AFTER = 14 * 24 * 3600; // seconds, before a declined change is shown again
const SHOWN = ["add", "extend", "rights"] as const;

/** A change of members that waits. `until`: the end of the term, Unix seconds. `words`: of one who would be added. */
export interface ProposalView {
  /** The hash of its statement, 32 bytes. */
  readonly id: Uint8Array;
  readonly change: (typeof SHOWN)[number];
  readonly account: Uint8Array;
  readonly rights: Member["rights"];
  readonly until: number;
  readonly signedBy: readonly Uint8Array[];
  readonly mine: boolean;
  readonly words: readonly string[] | null;
  readonly proposedAt: number;
}

/** The proposals of a journal that are in order, and weren't declined. Throws NotAllowed, JournalFrozen; as a `Connection`. */
export function* proposals(home: Home, journal: Uint8Array): Step<readonly ProposalView[]> {
  const { declined } = yield* accountState(home);
  const recent = declined.filter(({ at }) => home.clock.now() < at + AGAIN_AFTER);
  return (yield* listed(home, journal)).filter((view) => {
    return !recent.some((refused) => asksNoLess(termsOf(journal, view, 0), refused));
  });
}

/**
 * Declines the other's proposal, or takes my own back.
 *
 * Throws NotAllowed: there is no such proposal now; and as a `Connection`: declined it is even then.
 */
export function* declineProposal(home: Home, journal: Uint8Array, proposal: Uint8Array): Step<void> {
  const found = (yield* listed(home, journal)).find(({ id }) => sameBytes(id, proposal));
  if (found === undefined) throw new NotAllowed("There is no such proposal now. List them to see what waits.");
  if (!found.mine) {
    yield* note(home, { kind: "declined_proposal", body: termsOf(journal, found, home.clock.now()) });
  }
  try {
    yield* home.connection.dropProposal(journal, proposal);
  } catch (error) {
    if (!(error instanceof ServerRefused && error.code === "not_found")) throw error; // else it is gone already
  }
}

function termsOf(
  journal: Uint8Array,
  { change, account, rights, until }: ProposalView,
  at: number,
): DeclinedProposalBody {
  return { journal: encodeB64(journal), change, account: encodeB64(account), rights, until, at };
}

function* listed(home: Home, journal: Uint8Array): Step<readonly ProposalView[]> {
  yield* pull(home, journal);
  const standing = yield* standingOf(journal);
  const roster = requireOpen(standing);
  const { epochs } = yield* knownOf(home, journal, standing.earlier);
  const views: ProposalView[] = [];
  for (const waiting of yield* home.connection.proposals(journal)) {
    try {
      const view = contained("A proposal", unforeseen, () =>
        verified(home, roster, epochs.get(roster.epoch) ?? null, waiting),
      );
      if (view !== null) views.push(view);
    } catch (error) {
      const isUntrue =
        error instanceof MalformedData || error instanceof VerificationError || error instanceof OpenError;
      if (!isUntrue) throw error; // else no member has proposed this for this roster
    }
  }
  return views;
}

function unforeseen(sentence: string): VerificationError {
  return new VerificationError(sentence, "client.proposal_unforeseen");
}

/** One listed proposal, verified; null where it makes another change than is shown here. */
function verified(home: Home, roster: Roster, key: EpochKey | null, waiting: Proposal): ProposalView | null {
  const parsed = parseRoster(waiting.statement);
  const change = SHOWN.find((one) => one === parsed.change);
  if (change === undefined) return null;
  const id = statementHash(waiting.statement);
  let chains = home.chains;
  let words: readonly string[] | null = null;
  if (parsed.acceptance !== null) {
    if (key === null || waiting.context === null) {
      throw new VerificationError("A proposal comes without the context of its words.", "client.proposal_context");
    }
    const context = openContext(key, { journal: roster.journal, statementHash: id }, waiting.context);
    const shown = verifyContext(context, parsed.acceptance);
    const chain = newer(home.chains.get(shown.chain.account) ?? null, shown.chain);
    words = shown.words;
    chains = new IdMap([...home.chains]).set(chain.account, chain);
  }
  const after = checkProposal(roster, waiting, chains);
  if (parsed.grants !== null) checkGrants(after, waiting.grants);
  const subject = parsed.account === null ? null : findMember(after, parsed.account);
  if (subject === null || subject.until === null) {
    throw new VerificationError("A proposal names no confidant.", "client.proposal_subject");
  }
  const { account, rights, until } = subject;
  const signedBy = waiting.signatures.map((one) => one.account);
  const mine = signedBy.some((one) => sameBytes(one, home.identity.account));
  return { id, change, account, rights, until, signedBy, mine, words, proposedAt: waiting.proposedAt };
}

/** The longer of the pinned and the shown chain. Throws AccountFork. */
function newer(pinned: AccountChain | null, shown: AccountChain): AccountChain {
  if (pinned === null) return shown;
  const isLonger = shown.generations.length > pinned.generations.length;
  const [older, later] = isLonger ? [pinned, shown] : [shown, pinned];
  requireDescent(older, later);
  return later;
}
