/**
 * Rosters: the members of a journal, and the one table of rules by which they change.
 *
 * Rules (spec §5). A statement carries the whole resulting roster and names one change. Everything that the change does
 * not name equals the previous roster, byte for byte. Exactly the required accounts sign, no more.
 *
 *     change      signed by                                 epoch
 *     genesis     the founder                               fresh
 *     add         every partner, with the acceptance        fresh
 *     remove      provisional partner: the founder;         fresh
 *                 confidant: any one partner
 *     rotate      any member with the right to write        fresh
 *     verify      both partners                             carried
 *     shorten     any one partner                           carried
 *     extend      every partner                             carried
 *     rights      every partner                             carried
 *     leave       the confidant, with the key of before     stale
 *     refresh     the member, with the later key            stale
 *     bad_grant   the member                                stale
 *
 * Fresh: epoch + 1, a new commitment, one grant for each member. Carried: both repeated, no grants. Stale: both
 * repeated, and the epoch takes no entries until it is fresh again. A verified partner can't be evicted.
 *
 * These functions have no clock. The formats live in `rosterStatements`, the rows of the table in `rosterChanges`.
 */

import { EPOCHS } from "../generated/constants.ts";
import type { Generation } from "./accounts.ts";
import { compareBytes, sameBytes } from "./bytes.ts";
import { label, sha256 } from "./codec.ts";
import { IdMap, IdSet } from "./idMap.ts";
import {
  checkMemberShape,
  findMember,
  HANDLERS,
  type Required,
  type Roster,
  refuse,
  sameMember,
} from "./rosterChanges.ts";
import {
  type Close,
  encodeClose,
  type Member,
  type NamedGrant,
  parseAcceptance,
  parseRoster,
  type RosterStatement,
} from "./rosterStatements.ts";
import { type SignedStatement, statementHash, verifyStatement } from "./statements.ts";

/** An account's verified public keys: its `AccountChain`, or only the generations that a statement names. */
export interface Keys {
  /** Throws ChainViolation when there is no such generation. */
  generation(number: number): Generation;
}

/** The verified chain of every account that a statement names or that signs it. */
export type Chains = IdMap<Keys>;

/** The digest by which a roster names a sealed grant. 32 bytes. Spec: §5.4 */
export function grantDigest(grant: Uint8Array): Uint8Array {
  return sha256(label("grant-digest"), grant);
}

/**
 * The roster after one statement; `previous` is null for a genesis.
 *
 * Throws
 * - MalformedData: not a canonical roster statement.
 * - RosterViolation: the statement breaks a rule of the table, or other than the required accounts signed.
 * - ChainViolation: a member's generation is not in its chain.
 * - BadSignature: a signature does not verify. Spec: §5.3
 */
export function checkChange(previous: Roster | null, signed: SignedStatement, chains: Chains): Roster {
  const { roster, required } = next(previous, signed.statement, chains);
  checkSigners(required, signed, (count) => count === required.count);
  verifySignatures(previous, roster, signed, chains);
  return roster;
}

/**
 * The roster after a statement that waits for signatures: only required accounts have signed, not yet all of them.
 *
 * Throws as `checkChange`. Spec: §5.5
 */
export function checkProposal(previous: Roster, signed: SignedStatement, chains: Chains): Roster {
  const { roster, required } = next(previous, signed.statement, chains);
  checkSigners(required, signed, (count) => 1 <= count && count <= required.count);
  verifySignatures(previous, roster, signed, chains);
  return roster;
}

/** Checks that the sealed grants of a fresh roster are exactly those that it names. Throws RosterViolation. Spec: §5.4 */
export function checkGrants(roster: Roster, grants: IdMap<Uint8Array>): void {
  const areNamed = [...grants].every(([account, grant]) => {
    const named = roster.grants.get(account);
    return named !== undefined && sameBytes(named, grantDigest(grant));
  });
  if (grants.size !== roster.grants.size || !areNamed) {
    throw refuse("grants_sent", "The grants sent are not the ones that the roster names.");
  }
}

type Next = { readonly roster: Roster; readonly required: Required };

function next(previous: Roster | null, statement: Uint8Array, chains: Chains): Next {
  const parsed = parseRoster(statement);
  if (previous === null) return genesis(parsed, statement, chains);
  if (parsed.change === "genesis") {
    throw refuse("second_genesis", "A genesis stands only at the beginning of a journal.");
  }
  checkLink(previous, parsed);
  const expected = HANDLERS[parsed.change](previous, parsed);
  if (!sameMembers(parsed.members, expected.members) || parsed.provisional !== expected.provisional) {
    throw refuse("unnamed", "A roster changes more than it names.");
  }
  checkMembersInChains(previous, parsed, chains);
  const epochRule = EPOCHS[parsed.change];
  if (epochRule === "fresh") checkFresh(previous, parsed);
  else checkCarried(previous, parsed);
  const roster: Roster = {
    ...previous,
    version: parsed.version,
    head: statementHash(statement),
    members: parsed.members,
    provisional: parsed.provisional,
    epoch: parsed.epoch,
    epochCommitment: parsed.epochCommitment,
    stale: epochRule === "stale" || (epochRule === "carried" && previous.stale),
    grants: parsed.grants === null ? previous.grants : digests(parsed.grants),
    accepted: expected.accepted,
  };
  return { roster, required: expected.required };
}

function genesis(parsed: RosterStatement, statement: Uint8Array, chains: Chains): Next {
  if (parsed.change !== "genesis" || parsed.nonce === null) {
    throw refuse("genesis_first", "A journal does not begin with its genesis.");
  }
  if (parsed.version !== 1 || parsed.epoch !== 1) {
    throw refuse("genesis_numbers", "A genesis has version 1 and epoch 1.");
  }
  const [founder] = parsed.members;
  if (founder === undefined || parsed.members.length !== 1 || parsed.provisional) {
    throw refuse("genesis_alone", "A genesis has one member, its founder.");
  }
  checkMemberShape(founder);
  if (founder.role !== "partner") throw refuse("genesis_partner", "A founder is a partner.");
  generationOf(founder, chains);
  checkGranted(parsed);
  const hash = statementHash(statement);
  const roster: Roster = {
    journal: hash,
    nonce: parsed.nonce,
    founder: founder.account,
    version: 1,
    head: hash,
    members: parsed.members,
    provisional: false,
    epoch: 1,
    epochCommitment: parsed.epochCommitment,
    stale: false,
    grants: digests(parsed.grants ?? []),
    accepted: new IdSet(),
  };
  return { roster, required: { accounts: new IdSet([founder.account]), count: 1 } };
}

function digests(grants: readonly NamedGrant[]): IdMap<Uint8Array> {
  return new IdMap(grants.map((grant) => [grant.account, grant.digest]));
}

function sameMembers(ones: readonly Member[], others: readonly Member[]): boolean {
  return (
    ones.length === others.length &&
    ones.every((one, at) => {
      const other = others[at];
      return other !== undefined && sameMember(one, other);
    })
  );
}

function checkLink(previous: Roster, parsed: RosterStatement): void {
  if (parsed.journal === null || !sameBytes(parsed.journal, previous.journal)) {
    throw refuse("journal", "A roster belongs to another journal.");
  }
  if (parsed.version !== previous.version + 1) throw refuse("version", "A roster is not the next version.");
  if (parsed.prev === null || !sameBytes(parsed.prev, previous.head)) {
    throw refuse("prev", "A roster does not follow the one before it.");
  }
}

function checkFresh(previous: Roster, parsed: RosterStatement): void {
  if (parsed.epoch !== previous.epoch + 1) {
    throw refuse("fresh_epoch", "A change that needs a new epoch does not name the next one.");
  }
  if (sameBytes(parsed.epochCommitment, previous.epochCommitment)) {
    throw refuse("fresh_commitment", "A new epoch repeats the key of the one before.");
  }
  checkGranted(parsed);
}

function checkCarried(previous: Roster, parsed: RosterStatement): void {
  if (parsed.epoch !== previous.epoch || !sameBytes(parsed.epochCommitment, previous.epochCommitment)) {
    throw refuse("carried_epoch", "A change that keeps the epoch names another one.");
  }
  if (parsed.grants !== null) throw refuse("carried_grants", "A change that keeps the epoch carries grants.");
}

/** Members and grants both ascend by account, so equal lists stand side by side. */
function checkGranted(parsed: RosterStatement): void {
  const grants = parsed.grants ?? [];
  const areFor = (member: Member, at: number): boolean =>
    sameBytes(member.account, grants[at]?.account ?? new Uint8Array());
  if (grants.length !== parsed.members.length || !parsed.members.every(areFor)) {
    throw refuse("grants_for_all", "A new epoch has not exactly one grant for each member.");
  }
}

function checkMembersInChains(previous: Roster, parsed: RosterStatement, chains: Chains): void {
  for (const member of parsed.members) {
    const before = findMember(previous, member.account);
    if (before !== null && sameMember(before, member)) continue;
    if (before !== null && member.generation < before.generation) {
      throw refuse("generation_back", "A member's generation goes back.");
    }
    generationOf(member, chains);
  }
}

function generationOf(member: Member, chains: Chains): Generation {
  const chain = chains.get(member.account);
  if (chain === undefined) throw refuse("chain_missing", "A member's account is not known.");
  const generation = chain.generation(member.generation);
  if (!sameBytes(generation.statementHash, member.chainHead)) {
    throw refuse("chain_head", "A member's generation is not the one in its account chain.");
  }
  return generation;
}

function checkSigners(required: Required, signed: SignedStatement, isEnough: (count: number) => boolean): void {
  const signers = signed.signatures.map((item) => item.account);
  const ascends = signers.every((signer, at) => {
    const before = signers[at - 1];
    return before === undefined || compareBytes(before, signer) < 0;
  });
  if (!ascends) throw refuse("signature_order", "Signatures are not in the order of their accounts.");
  if (!signers.every((signer) => required.accounts.has(signer))) {
    throw refuse("signer_allowed", "Somebody signed who may not sign this change.");
  }
  if (!isEnough(signers.length)) {
    throw refuse("signer_count", "Not exactly the accounts that must sign this change have signed it.");
  }
}

function verifySignatures(previous: Roster | null, roster: Roster, signed: SignedStatement, chains: Chains): void {
  for (const item of signed.signatures) {
    const signer = findMember(roster, item.account) ?? (previous && findMember(previous, item.account));
    if (signer === null) throw refuse("signer_member", "Somebody signed who is not a member.");
    verifyStatement(generationOf(signer, chains).signKey, signed.statement, item.signature);
  }
  const { acceptance } = parseRoster(signed.statement);
  if (acceptance !== null) {
    const newcomer = parseAcceptance(acceptance.statement).member;
    verifyStatement(generationOf(newcomer, chains).signKey, acceptance.statement, acceptance.signature);
  }
}

/**
 * Checks a closing: its account is a partner, with the generation that the closing names.
 *
 * Throws RosterViolation: another journal, or no partner with this generation; ChainViolation: the generation is not in
 * the partner's chain; BadSignature: the partner's key has not signed. Spec: §5.6
 */
export function checkClose(roster: Roster, close: Close, signature: Uint8Array, chains: Chains): void {
  if (!sameBytes(close.journal, roster.journal)) {
    throw refuse("close_journal", "A closing belongs to another journal.");
  }
  const member = findMember(roster, close.account);
  if (member?.role !== "partner") throw refuse("close_partner", "Only a partner closes a journal.");
  if (member.generation !== close.generation) {
    throw refuse("close_generation", "A closing was signed with another generation than the roster names.");
  }
  verifyStatement(generationOf(member, chains).signKey, encodeClose(close), signature);
}
