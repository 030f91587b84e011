/** Roster statements that this account makes and signs, with the grants of the epochs that they begin. Spec: §5 */

import { SIZES } from "../../generated/constants.ts";
import type { AccountChain } from "../../protocol/accounts.ts";
import { IdMap } from "../../protocol/idMap.ts";
import { checkChange, grantDigest } from "../../protocol/roster.ts";
import type { Roster } from "../../protocol/rosterChanges.ts";
import { encodeRoster, type Member } from "../../protocol/rosterStatements.ts";
import type { SignedStatement } from "../../protocol/statements.ts";
import type { Random } from "../../random.ts";
import { epochOf, wrapGrants } from "../../seal/grants.ts";
import { EpochKey, type GenerationSecret } from "../../seal/keys.ts";

/** A signed statement with its grants, and the roster after it. `key`: of the epoch that the statement begins. */
export interface Made {
  readonly signed: SignedStatement;
  readonly grants: IdMap<Uint8Array>;
  readonly roster: Roster;
  readonly key: EpochKey;
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
