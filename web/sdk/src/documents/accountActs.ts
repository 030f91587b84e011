/** What the account journal says of closings, declined proposals and a move to another server. Spec: documents §6 */

import type {
  AccountMovedBody,
  DeclinedProposalBody,
  EndedClosingBody,
  NotedHeadBody,
  PendingClosingBody,
} from "../generated/documents.ts";
import type { AccountState } from "./accountState.ts";
import type { Body } from "./shapes.ts";

/** A closing of mine that waits: the newest for a journal counts. */
export function closing(state: AccountState, body: Body): AccountState {
  const said = body.fields<PendingClosingBody>();
  const before = state.closings.get(said.journal);
  const given = before?.held === "server" && said.held === "device" ? takenBack(state, before) : state; // the server has had it
  return { ...given, closings: new Map(given.closings).set(said.journal, said) };
}

/** Ends a closing. A cancelled one is remembered, since it stays valid until the journal's roster has moved on. */
export function closingEnded(state: AccountState, body: Body): AccountState {
  const { journal, how } = body.fields<EndedClosingBody>();
  const closings = new Map(state.closings);
  closings.delete(journal);
  if (how === "closed") {
    const closed = state.closed.includes(journal) ? state.closed : [...state.closed, journal];
    return { ...state, closings, closed };
  }
  const ended = state.closings.get(journal);
  return { ...(ended === undefined ? state : takenBack(state, ended)), closings };
}

/** Remembers a closing that was taken back: each rotation until now may have signed it anew. */
function takenBack(state: AccountState, body: PendingClosingBody): AccountState {
  if (body.held === "device" && state.cancelled.get(body.journal)?.held === "server") return state; // that one stays
  const cancelled = new Map(state.cancelled).set(body.journal, body);
  return { ...state, cancelled, signedUntil: new Map(state.signedUntil).set(body.journal, state.generation) };
}

/** A proposed place that was declined. Of the same terms the newest counts. */
export function declined(state: AccountState, body: Body): AccountState {
  const said = body.fields<DeclinedProposalBody>();
  return { ...state, declined: [...state.declined.filter((one) => !sameTerms(one, said)), said] };
}

/** Whether two proposals would make the same change, apart from the time of declining. */
export function sameTerms(one: DeclinedProposalBody, other: DeclinedProposalBody): boolean {
  return (["journal", "change", "account", "rights", "until"] as const).every((name) => one[name] === other[name]);
}

/**
 * Whether a change gives the same account the term and the rights that were declined, or more.
 *
 * Otherwise a term that is a minute longer would be another proposal, and one partner could press the other with it.
 */
export function asksNoLess(wanted: DeclinedProposalBody, refused: DeclinedProposalBody): boolean {
  const same =
    wanted.journal === refused.journal && wanted.change === refused.change && wanted.account === refused.account;
  return same && wanted.until >= refused.until && (wanted.rights === "write" || refused.rights === "read");
}

/** Puts every journal of the old server at the new one. Its log there has the heads of the body, or later ones. */
export function movedAway(state: AccountState, body: Body): AccountState {
  const said = body.fields<AccountMovedBody>();
  const { origin, receipt_key } = said;
  const journals = [...state.journals].map(
    ([journal, item]) => [journal, item.origin === said.from_origin ? { ...item, origin, receipt_key } : item] as const,
  );
  const heads = (said.heads ?? []).map((item) => [item.journal, item as NotedHeadBody] as const);
  return { ...state, moved: said, journals: new Map(journals), heads: new Map([...state.heads, ...heads]) };
}
