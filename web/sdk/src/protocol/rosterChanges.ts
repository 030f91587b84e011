/**
 * The rule table's rows: the result of each change, and the accounts that must sign it.
 *
 * Rules: the table in `roster`, spec §5. A handler takes the verified previous roster and the parsed statement. It
 * returns the members, provisional state and used acceptances that must come out, and the accounts that must sign.
 * Members that the change does not name are carried over, so a statement that touches them differs from the result.
 *
 * This module checks no chain, epoch or signature: `roster` does.
 */

import { RosterViolation } from "../errors.ts";
import { type Check, SIZES } from "../generated/constants.ts";
import { compareBytes, sameBytes } from "./bytes.ts";
import { type IdMap, IdSet } from "./idMap.ts";
import { type Change, type Member, parseAcceptance, type RosterStatement } from "./rosterStatements.ts";
import { statementHash } from "./statements.ts";

/**
 * A verified roster: the members and the epoch as of `version`.
 *
 * `head` is the hash of its statement; `stale` says that the epoch takes no entries; `grants` are the digests of the
 * epoch's grants by account; `accepted` the hashes of every acceptance that was ever used, since one is valid once.
 */
export interface Roster {
  readonly journal: Uint8Array;
  readonly nonce: Uint8Array;
  readonly founder: Uint8Array;
  readonly version: number;
  readonly head: Uint8Array;
  readonly members: readonly Member[];
  readonly provisional: boolean;
  readonly epoch: number;
  readonly epochCommitment: Uint8Array;
  readonly stale: boolean;
  readonly grants: IdMap<Uint8Array>;
  readonly accepted: IdSet;
}

/** The required signers: exactly `count` of `accounts`. */
export interface Required {
  readonly accounts: IdSet;
  readonly count: number;
}

/** What a change must lead to. */
export interface Result {
  readonly members: readonly Member[];
  readonly provisional: boolean;
  readonly accepted: IdSet;
  readonly required: Required;
}

type Handler = (previous: Roster, parsed: RosterStatement) => Result;
type Rule<C> = C extends `roster.${infer Name}` ? Name : never;

/** The violation of the rule named `roster.<rule>`. */
export function refuse(rule: Rule<Check>, sentence: string): RosterViolation {
  return new RosterViolation(sentence, `roster.${rule}`);
}

/** The member with this account; null where there is none. */
export function findMember(roster: { readonly members: readonly Member[] }, account: Uint8Array): Member | null {
  return roster.members.find((member) => sameBytes(member.account, account)) ?? null;
}

export function partnersOf(roster: Roster): readonly Member[] {
  return roster.members.filter((member) => member.role === "partner");
}

/** Whether two members are equal in everything. */
export function sameMember(one: Member, other: Member): boolean {
  return (
    sameBytes(one.account, other.account) &&
    one.generation === other.generation &&
    sameBytes(one.chainHead, other.chainHead) &&
    one.role === other.role &&
    one.rights === other.rights &&
    one.until === other.until
  );
}

/** Checks that a founder's or newcomer's role, rights and term fit together. Throws RosterViolation. Spec: §5.3 */
export function checkMemberShape(member: Member): void {
  if (member.role === "partner" && (member.rights !== "write" || member.until !== null)) {
    throw refuse("partner_shape", "A partner writes, and has no end date.");
  }
  if (member.role === "confidant" && member.until === null) {
    throw refuse("confidant_shape", "A confidant has an end date.");
  }
}

function everyPartner(previous: Roster): Required {
  const accounts = new IdSet(partnersOf(previous).map((member) => member.account));
  return { accounts, count: accounts.size };
}

function anyPartner(previous: Roster): Required {
  return { ...everyPartner(previous), count: 1 };
}

function only(account: Uint8Array): Required {
  return { accounts: new IdSet([account]), count: 1 };
}

/** The result that changes nothing but these members. */
function withMembers(previous: Roster, members: readonly Member[], required: Required): Result {
  const inOrder = [...members].sort((one, other) => compareBytes(one.account, other.account));
  return { members: inOrder, provisional: previous.provisional, accepted: previous.accepted, required };
}

function subjectOf(previous: Roster, parsed: RosterStatement): Member {
  const member = parsed.account && findMember(previous, parsed.account);
  if (!member) throw refuse("subject", "A roster changes somebody who is not a member.");
  return member;
}

function resultingOf(parsed: RosterStatement): Member {
  const member = parsed.account && findMember(parsed, parsed.account);
  if (!member) throw refuse("resulting", "A roster does not hold the member whom its change names.");
  return member;
}

function others(previous: Roster, account: Uint8Array): readonly Member[] {
  return previous.members.filter((member) => !sameBytes(member.account, account));
}

function add(previous: Roster, parsed: RosterStatement): Result {
  const newcomer = resultingOf(parsed);
  if (findMember(previous, newcomer.account) !== null) {
    throw refuse("add_twice", "A roster adds somebody who is already a member.");
  }
  checkMemberShape(newcomer);
  const sameRole = previous.members.filter((member) => member.role === newcomer.role).length;
  if (sameRole >= (newcomer.role === "partner" ? SIZES.MAX_PARTNERS : SIZES.MAX_CONFIDANTS)) {
    throw refuse("add_limit", "A journal has two partners and eight confidants at most.");
  }
  if (previous.provisional) {
    throw refuse("add_while_provisional", "Nobody can be added until both partners have compared the eight words.");
  }
  const acceptance = checkAcceptance(previous, parsed, newcomer);
  return {
    ...withMembers(previous, [...previous.members, newcomer], everyPartner(previous)),
    provisional: newcomer.role === "partner",
    accepted: previous.accepted.with(acceptance),
  };
}

function checkAcceptance(previous: Roster, parsed: RosterStatement, newcomer: Member): Uint8Array {
  if (parsed.acceptance === null) throw refuse("acceptance", "A newcomer is added without having accepted.");
  const acceptance = parseAcceptance(parsed.acceptance.statement);
  if (!sameBytes(acceptance.journal, previous.journal)) {
    throw refuse("acceptance_journal", "An acceptance was given for another journal.");
  }
  if (!sameMember(acceptance.member, newcomer)) {
    throw refuse("acceptance_member", "A newcomer is added to other terms than they accepted.");
  }
  const hash = statementHash(parsed.acceptance.statement);
  if (previous.accepted.has(hash)) throw refuse("acceptance_once", "An acceptance is used a second time.");
  return hash;
}

function remove(previous: Roster, parsed: RosterStatement): Result {
  const subject = subjectOf(previous, parsed);
  const left = others(previous, subject.account);
  if (subject.role === "confidant") return withMembers(previous, left, anyPartner(previous));
  if (!previous.provisional) throw refuse("evict", "A verified partner can't be removed from a journal.");
  if (sameBytes(subject.account, previous.founder)) {
    throw refuse("evict_founder", "The founder can't be removed from a journal.");
  }
  return { ...withMembers(previous, left, only(previous.founder)), provisional: false };
}

function rotate(previous: Roster, parsed: RosterStatement): Result {
  const members = previous.members.map((member) => lift(member, findMember(parsed, member.account) ?? member));
  const writers = previous.members.filter((member) => member.rights === "write").map((member) => member.account);
  return withMembers(previous, members, { accounts: new IdSet(writers), count: 1 });
}

function lift(before: Member, after: Member): Member {
  if (after.generation === before.generation) return before;
  return { ...before, generation: after.generation, chainHead: after.chainHead };
}

function verify(previous: Roster): Result {
  if (!previous.provisional) throw refuse("verify_provisional", "There is no provisional partner to verify.");
  return { ...withMembers(previous, previous.members, everyPartner(previous)), provisional: false };
}

/** The result of another term, before it is known whether it is longer: with the ends of before and after. */
function term(previous: Roster, parsed: RosterStatement): { members: Member[]; before: number; after: number } {
  const subject = subjectOf(previous, parsed);
  const { until } = resultingOf(parsed);
  if (subject.until === null || until === null) throw refuse("term_confidant", "Only a confidant has a term.");
  const members = [...others(previous, subject.account), { ...subject, until }];
  return { members, before: subject.until, after: until };
}

function shorten(previous: Roster, parsed: RosterStatement): Result {
  const { members, before, after } = term(previous, parsed);
  if (after >= before) throw refuse("shorten", "A term is not shortened.");
  return withMembers(previous, members, anyPartner(previous));
}

function extend(previous: Roster, parsed: RosterStatement): Result {
  const { members, before, after } = term(previous, parsed);
  if (after <= before) throw refuse("extend", "A term is not extended.");
  return withMembers(previous, members, everyPartner(previous));
}

function changeRights(previous: Roster, parsed: RosterStatement): Result {
  const subject = subjectOf(previous, parsed);
  const { rights } = resultingOf(parsed);
  if (subject.role !== "confidant" || rights === subject.rights) {
    throw refuse("rights", "Only a confidant's rights change, and to other ones.");
  }
  const members = [...others(previous, subject.account), { ...subject, rights }];
  return withMembers(previous, members, everyPartner(previous));
}

function leave(previous: Roster, parsed: RosterStatement): Result {
  const subject = subjectOf(previous, parsed);
  if (subject.role !== "confidant") {
    throw refuse("leave_partner", "A partner does not leave a journal: they close it.");
  }
  return withMembers(previous, others(previous, subject.account), only(subject.account));
}

function refresh(previous: Roster, parsed: RosterStatement): Result {
  const subject = subjectOf(previous, parsed);
  const after = resultingOf(parsed);
  if (after.generation <= subject.generation) {
    throw refuse("refresh_later", "A refresh does not name a later generation.");
  }
  const members = [...others(previous, subject.account), lift(subject, after)];
  return withMembers(previous, members, only(subject.account));
}

function badGrant(previous: Roster, parsed: RosterStatement): Result {
  return withMembers(previous, previous.members, only(subjectOf(previous, parsed).account));
}

/** The row of each change; what its epoch does stands in `EPOCHS`. */
export const HANDLERS: Readonly<Record<Exclude<Change, "genesis">, Handler>> = {
  add,
  remove,
  rotate,
  verify,
  shorten,
  extend,
  rights: changeRights,
  leave,
  refresh,
  bad_grant: badGrant,
};
