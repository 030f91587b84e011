/** Roster statements that this account makes and signs, with the grants of the epochs that they begin. Spec: §5 */

import { NotAllowed } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import type { AccountChain } from "../../protocol/accounts.ts";
import { compareBytes, sameBytes } from "../../protocol/bytes.ts";
import { IdMap } from "../../protocol/idMap.ts";
import { checkChange, grantDigest } from "../../protocol/roster.ts";
import { findMember, type Roster } from "../../protocol/rosterChanges.ts";
import {
  type Change,
  encodeRoster,
  type Member,
  parseAcceptance,
  type RosterStatement,
  type SignedAcceptance,
} from "../../protocol/rosterStatements.ts";
import type { SignedStatement } from "../../protocol/statements.ts";
import type { Random } from "../../random.ts";
import { epochOf, wrapGrants } from "../../seal/grants.ts";
import { EpochKey, type GenerationSecret } from "../../seal/keys.ts";
import type { Home } from "../core/home.ts";

/** A signed statement with its grants, and the roster after it. `key`: of the epoch that the statement begins. */
export interface Made {
  readonly signed: SignedStatement;
  readonly grants: IdMap<Uint8Array>;
  readonly roster: Roster;
  readonly key: EpochKey | null;
}

/** This account as a journal's founder. */
export function founderOf({ account, newest }: AccountChain): Member {
  const { generation, statementHash } = newest;
  return { account, generation, chainHead: statementHash, role: "partner", rights: "write", until: null };
}

/** The genesis of a new journal with one member. Spec: §5.1 */
export function makeGenesis(chain: AccountChain, secret: GenerationSecret, random: Random): Made {
  const nonce = random.bytes(SIZES.NONCE, "journal_nonce");
  const key = EpochKey.fresh(1, random);
  const epoch = epochOf(key, nonce, 1);
  const founder = founderOf(chain);
  const chains = new IdMap([[chain.account, chain]]);
  const grants = wrapGrants(key, epoch, [founder], chains, random);
  const statement = encodeRoster({
    change: "genesis",
    account: null,
    version: 1,
    members: [founder],
    provisional: false,
    epoch: 1,
    epochCommitment: epoch.commitment,
    journal: null,
    prev: null,
    nonce,
    grants: [...grants].map(([account, grant]) => ({ account, digest: grantDigest(grant) })),
    acceptance: null,
  });
  const signed = { statement, signatures: [{ account: chain.account, signature: secret.sign(statement) }] };
  return { signed, grants, roster: checkChange(null, signed, chains), key };
}

/** A new epoch for the same members, each lifted to the newest keys that this home has verified. Spec: §5.3 */
export function makeRotate(home: Home, roster: Roster): Made {
  const members = roster.members.map((member) => lifted(home, member));
  return makeFresh(home, roster, { ...carried(roster, "rotate"), members });
}

/** A change that names my newest keys where I may only read. The next writer makes the new epoch. Spec: §5.3 */
export function makeRefresh(home: Home, roster: Roster): Made {
  const { account } = home.identity;
  const members = roster.members.map((member) => (sameBytes(member.account, account) ? lifted(home, member) : member));
  return signedBy(home, roster, { ...carried(roster, "refresh"), account, members });
}

/** A confidant's leaving. A partner doesn't leave: they close. Spec: §5.3 */
export function makeLeave(home: Home, roster: Roster): Made {
  const { account } = home.identity;
  const members = roster.members.filter((member) => !sameBytes(member.account, account));
  return signedBy(home, roster, { ...carried(roster, "leave"), account, members });
}

/** A change that says that my grant doesn't open, so that any writer makes a new epoch. Spec: §5.3 */
export function makeBadGrant(home: Home, roster: Roster): Made {
  return signedBy(home, roster, { ...carried(roster, "bad_grant"), account: home.identity.account });
}

/** The statement that both partners sign once they have compared words; and my signature over it. Spec: §5.5 */
export function makeVerify(home: Home, roster: Roster): SignedStatement {
  const me = findMember(roster, home.identity.account);
  const secret = me && home.identity.secret(me.generation);
  if (secret === null) throw new NotAllowed("You are not a member of this journal.");
  const statement = encodeRoster({ ...carried(roster, "verify"), provisional: false });
  return { statement, signatures: [{ account: home.identity.account, signature: secret.sign(statement) }] };
}

/** The removals of the confidants whose term is over by this home's clock, in order; none unless I am a partner. */
export function makeEndings(home: Home, roster: Roster): readonly Made[] {
  const made: Made[] = [];
  if (findMember(roster, home.identity.account)?.role !== "partner") return made;
  const now = home.clock.now();
  for (const { account, until } of roster.members) {
    if (until === null || until > now) continue;
    const before = made.at(-1)?.roster ?? roster;
    const members = before.members.filter((member) => !sameBytes(member.account, account));
    made.push(makeFresh(home, before, { ...carried(before, "remove"), account, members }));
  }
  return made;
}

/** The newcomer as they have accepted, who may have rotated since: a provisional partner. Spec: §5.3 */
export function makeAdd(home: Home, roster: Roster, acceptance: SignedAcceptance): Made {
  const { member } = parseAcceptance(acceptance.statement);
  const members = [...roster.members, member].sort((one, other) => compareBytes(one.account, other.account));
  const change = { ...carried(roster, "add"), account: member.account, members, provisional: true, acceptance };
  return makeFresh(home, roster, change);
}

/** The removal of a partner whose words were never compared. Spec: §5.3 */
export function makePartnerRemoval(home: Home, roster: Roster, account: Uint8Array): Made {
  const members = roster.members.filter((member) => !sameBytes(member.account, account));
  return makeFresh(home, roster, { ...carried(roster, "remove"), account, members, provisional: false });
}

/** Whether the roster names an older generation of mine than my newest. */
export function isBehind(home: Home, roster: Roster): boolean {
  const member = findMember(roster, home.identity.account);
  return member !== null && member.generation < home.identity.generation;
}

/** The next statement of a roster in the same epoch, with the same members. */
function carried(roster: Roster, change: Change): RosterStatement {
  return {
    change,
    account: null,
    version: roster.version + 1,
    members: roster.members,
    provisional: roster.provisional,
    epoch: roster.epoch,
    epochCommitment: roster.epochCommitment,
    journal: roster.journal,
    prev: roster.head,
    nonce: null,
    grants: null,
    acceptance: null,
  };
}

/** The statement with a fresh key that is granted to each of its members. */
function makeFresh(home: Home, roster: Roster, statement: RosterStatement): Made {
  const key = EpochKey.fresh(roster.epoch + 1, home.random);
  const epoch = epochOf(key, roster.nonce, statement.version);
  const grants = wrapGrants(key, epoch, statement.members, home.chains, home.random);
  const named = [...grants].map(([account, grant]) => ({ account, digest: grantDigest(grant) }));
  const fresh = { ...statement, epoch: key.epoch, epochCommitment: epoch.commitment, grants: named };
  return { ...signedBy(home, roster, fresh), grants, key };
}

/** The statement with my signature. A member who is lifted signs with the later keys. Throws NotAllowed. */
function signedBy({ identity, chains }: Home, roster: Roster, statement: RosterStatement): Made {
  const me = findMember(statement, identity.account) ?? findMember(roster, identity.account);
  const secret = me && identity.secret(me.generation);
  if (secret === null) throw new NotAllowed("You are not a member of this journal.");
  const encoded = encodeRoster(statement);
  const signatures = [{ account: identity.account, signature: secret.sign(encoded) }];
  const signed = { statement: encoded, signatures };
  return { signed, grants: new IdMap(), roster: checkChange(roster, signed, chains), key: null };
}

function lifted(home: Home, member: Member): Member {
  const chain = home.chains.get(member.account);
  if (chain === undefined) return member;
  const isMine = sameBytes(member.account, home.identity.account);
  const newest = isMine ? chain.generation(home.identity.generation) : chain.newest;
  if (newest.generation <= member.generation) return member;
  return { ...member, generation: newest.generation, chainHead: newest.statementHash };
}
