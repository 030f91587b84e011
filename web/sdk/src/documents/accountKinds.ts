/**
 * The kinds of the account journal: what each changes.
 *
 * Rules
 * - The first pin stays. Another chain head for the same account and generation, another head at the same seq, another
 *   receipt key or origin of a journal, and other pairing words are each recorded as a conflict.
 * - A later generation takes a pin's place. Its descent from the earlier one is verified before it is written here.
 * - An invitation takes one acceptance: the first in the log.
 * - A mark *verified* counts for the pinned chain alone.
 * - Only the next generation of my keys says where the one before ends, and its first word counts.
 * - A branch of a forked account that was chosen by its words takes the place of everything pinned of that account.
 *
 * Spec: documents §6
 */

import { NotAllowed } from "../errors.ts";
import type {
  BranchChosenBody,
  DraftBody,
  ErasedBody,
  JoinedBody,
  KeptBody,
  NotedHeadBody,
  PairingBody,
  PendingInvitationBody,
  PinBody,
  RotatedBody,
  SealedAnswerBody,
  TakenAcceptanceBody,
  VerifiedBody,
} from "../generated/documents.ts";
import { closing, closingEnded, declined, movedAway } from "./accountActs.ts";
import type { AccountState } from "./accountState.ts";
import type { Id } from "./applied.ts";
import type { Body } from "./shapes.ts";

/** The state as a document changes it. `entry`: the document's. Throws NotAllowed. */
export type AccountReducer = (state: AccountState, body: Body, entry: Id) => AccountState;

/** The reducer of each kind of the account journal, by its name. */
export const ACCOUNT_REDUCERS: ReadonlyMap<string, AccountReducer> = new Map<string, AccountReducer>([
  ["joined", joined],
  ["pin", pin],
  ["verified", verified],
  ["noted_head", notedHead],
  ["keyholder_label", (state, body) => ({ ...state, labels: newest(state.labels, body, "keyholder", "label") })],
  ["pending_invitation", pendingInvitation],
  ["taken_acceptance", takenAcceptance],
  ["ended_invitation", (state, body) => ({ ...state, ended: newest(state.ended, body, "invitation", "how") })],
  ["sent_acceptance", (state, body) => ({ ...state, sent: newest(state.sent, body, "journal") })],
  ["pairing", pairing],
  ["draft", draft],
  ["confirmed", (state, body) => ({ ...state, confirmed: newest(state.confirmed, body, "keyholder") })],
  ["account_moved", movedAway],
  ["rotated", rotated],
  ["branch_chosen", branchChosen],
  ["pending_closing", closing],
  ["ended_closing", closingEnded],
  ["kept", (state, body) => ({ ...state, kept: noted(state.kept, body.fields<KeptBody>()) })],
  ["erased", (state, body) => ({ ...state, erased: noted(state.erased, body.fields<ErasedBody>()) })],
  ["sealed_answer", sealedAnswer],
  ["declined_proposal", declined],
  ["left_journal", (state, body) => ({ ...state, left: newest(state.left, body, "journal") })],
]);

/** Lets the newest body of each `key` count: whole, or its `value` alone. */
function newest<V>(known: ReadonlyMap<Id, V>, body: Body, key: string, value?: string): ReadonlyMap<Id, V> {
  const counted = value === undefined ? body.fields<V>() : (body.value(value) as V);
  return new Map(known).set(body.text(key) ?? "", counted);
}

/** Notes an entry once, under its journal. */
function noted(known: ReadonlyMap<Id, readonly Id[]>, body: KeptBody | ErasedBody): ReadonlyMap<Id, readonly Id[]> {
  const entries = known.get(body.journal) ?? [];
  return entries.includes(body.entry) ? known : new Map(known).set(body.journal, [...entries, body.entry]);
}

function contradicted(state: AccountState, entry: Id, about: Id, sentence: string): AccountState {
  return { ...state, conflicts: [...state.conflicts, { entry, about, sentence }] };
}

function joined(state: AccountState, body: Body, entry: Id): AccountState {
  const said = body.fields<JoinedBody>();
  const known = state.journals.get(said.journal);
  if (known !== undefined && known.receipt_key !== said.receipt_key) {
    const sentence = "This journal's receipt key is not the one that was pinned. Stop, and compare words in person.";
    return contradicted(state, entry, said.journal, sentence);
  }
  if (known !== undefined && known.origin !== said.origin) {
    const sentence = "This journal's server is not the one that was pinned. Stop, and compare words in person.";
    return contradicted(state, entry, said.journal, sentence);
  }
  const left = new Map([...state.left].filter(([journal]) => journal !== said.journal));
  return { ...state, journals: new Map(state.journals).set(said.journal, said), left };
}

function pin(state: AccountState, body: Body, entry: Id): AccountState {
  const said = body.fields<PinBody>();
  const known = state.pins.get(said.account) ?? new Map<number, Id>();
  const chosen = state.branches.get(said.account);
  if (chosen !== undefined && said.generation < chosen.generation) {
    throw new NotAllowed("A branch of this account was chosen. That branch says itself which keys came before.");
  }
  if ((known.get(said.generation) ?? said.chain_head) !== said.chain_head) {
    const sentence = "Two different chains were pinned for this account. Stop, and compare words in person.";
    return contradicted(state, entry, said.account, sentence);
  }
  const pinned = new Map(known).set(said.generation, said.chain_head);
  return { ...state, pins: new Map(state.pins).set(said.account, pinned) };
}

function verified(state: AccountState, body: Body): AccountState {
  const said = body.fields<VerifiedBody>();
  if (state.pins.get(said.account)?.get(said.generation) !== said.chain_head) {
    throw new NotAllowed("Only the chain that is pinned can be marked as verified. Compare the words again.");
  }
  return { ...state, verified: new Map(state.verified).set(said.account, said) };
}

function notedHead(state: AccountState, body: Body, entry: Id): AccountState {
  const said = body.fields<NotedHeadBody>();
  const known = state.heads.get(said.journal);
  if (known !== undefined && known.seq === said.seq && known.head !== said.head) {
    const sentence = "Two of your devices have seen different histories of this journal. Compare its head in person.";
    return contradicted(state, entry, said.journal, sentence);
  }
  if (known !== undefined && known.seq > said.seq) {
    throw new NotAllowed("A later head of this journal is noted already.");
  }
  return { ...state, heads: new Map(state.heads).set(said.journal, said) };
}

function pendingInvitation(state: AccountState, body: Body): AccountState {
  const said = body.fields<PendingInvitationBody>();
  if (state.invitations.has(said.invitation)) throw new NotAllowed("This invitation is noted already.");
  return { ...state, invitations: new Map(state.invitations).set(said.invitation, said) };
}

function takenAcceptance(state: AccountState, body: Body): AccountState {
  const said = body.fields<TakenAcceptanceBody>();
  if (!state.invitations.has(said.invitation)) {
    throw new NotAllowed("This acceptance belongs to no invitation of this account. Make a new invitation.");
  }
  if (state.acceptances.has(said.invitation)) {
    throw new NotAllowed("This invitation has taken its one acceptance already. Make a new invitation.");
  }
  return { ...state, acceptances: new Map(state.acceptances).set(said.invitation, said) };
}

function pairing(state: AccountState, body: Body, entry: Id): AccountState {
  const said = body.fields<PairingBody>();
  const known = state.pairings.get(said.journal) ?? new Map<Id, PairingBody>();
  if ((known.get(said.account) ?? said).words_hash !== said.words_hash) {
    const sentence = "There are two sets of words for one pairing. Stop, and invite each other anew.";
    return contradicted(state, entry, said.account, sentence);
  }
  const compared = new Map(known).set(said.account, said);
  return { ...state, pairings: new Map(state.pairings).set(said.journal, compared) };
}

/** The newest counts; without a document it is thrown away. */
function draft(state: AccountState, body: Body): AccountState {
  const said = body.fields<DraftBody>();
  const drafts = new Map(state.drafts);
  drafts.delete(said.draft);
  if (body.value("document") !== null) drafts.set(said.draft, said);
  return { ...state, drafts };
}

/** Keeps every answer: two own devices may have sealed one each. Its dots did their work on the way here. */
function sealedAnswer(state: AccountState, body: Body): AccountState {
  const { fill: _, ...said } = body.fields<SealedAnswerBody>();
  return { ...state, answers: [...state.answers, said as SealedAnswerBody] };
}

function rotated(state: AccountState, body: Body): AccountState {
  const said = body.fields<RotatedBody>();
  if (state.rotated.has(said.generation)) throw new NotAllowed("This rotation is noted already.");
  return { ...state, rotated: new Map(state.rotated).set(said.generation, said) };
}

/** Makes the compared branch the only pin of its account, since older pins may be of the other; ends its conflicts. */
function branchChosen(state: AccountState, body: Body): AccountState {
  const said = body.fields<BranchChosenBody>();
  return {
    ...state,
    pins: new Map(state.pins).set(said.account, new Map([[said.generation, said.chain_head]])),
    branches: new Map(state.branches).set(said.account, said),
    conflicts: state.conflicts.filter((conflict) => conflict.about !== said.account),
  };
}
