/**
 * Grants: how an epoch's key reaches each member.
 *
 * Rules
 * - A grant is the epoch key, sealed to one member's X-Wing key and bound to the journal's genesis nonce, the roster
 *   version that made the epoch, the epoch, the member and its generation, and the epoch's commitment.
 * - The roster names the digest of each grant. A missing or different grant is the server's fault. A grant that does not
 *   open, or holds another key than the roster committed to, is the fault of the member who made the epoch; the reader
 *   answers with a `bad_grant`.
 * - A member whose X-Wing key is invalid gets random bytes: one member's fault must not stop the others from making a
 *   new epoch.
 */

import { OpenError, RosterViolation, VerificationError } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { concat, sameBytes } from "../protocol/bytes.ts";
import { label, u32 } from "../protocol/codec.ts";
import { IdMap } from "../protocol/idMap.ts";
import { type Chains, grantDigest } from "../protocol/roster.ts";
import type { Roster } from "../protocol/rosterChanges.ts";
import type { Member } from "../protocol/rosterStatements.ts";
import type { Random } from "../random.ts";
import { sameSecret } from "../sodium.ts";
import { sealTo } from "./hpke.ts";
import { EpochKey, type GenerationSecret } from "./keys.ts";

/** What one epoch's grants are bound to: genesis nonce, the roster version that made it, its number and commitment. */
export interface Epoch {
  readonly nonce: Uint8Array;
  readonly version: number;
  readonly epoch: number;
  readonly commitment: Uint8Array;
}

/** The epoch that this roster's own change made fresh: every grant names the roster's version. Spec: §5.4 */
export function epochMadeBy(roster: Roster): Epoch {
  return {
    nonce: roster.nonce,
    version: roster.version,
    epoch: roster.epoch,
    commitment: roster.epochCommitment,
  };
}

/** The HPKE `info` of one member's grant. Spec: §5.4 */
function grantInfo(epoch: Epoch, account: Uint8Array, generation: number): Uint8Array {
  return concat(
    label("grant"),
    epoch.nonce,
    u32(epoch.version),
    u32(epoch.epoch),
    account,
    u32(generation),
    epoch.commitment,
  );
}

/** The epoch of a key that roster `version` makes; `nonce` is the genesis's. Spec: §5.4 */
export function epochOf(key: EpochKey, nonce: Uint8Array, version: number): Epoch {
  return { nonce, version, epoch: key.epoch, commitment: key.commitment(nonce) };
}

/**
 * One grant (1168 bytes) for each member, by account.
 *
 * Throws RosterViolation: a member's chain is not known; ChainViolation: a generation is not in its chain. Spec: §5.4
 */
export function wrapGrants(
  key: EpochKey,
  epoch: Epoch,
  members: readonly Member[],
  chains: Chains,
  random: Random,
): IdMap<Uint8Array> {
  return new IdMap(members.map((member) => [member.account, wrapGrant(key, epoch, member, chains, random)]));
}

function wrapGrant(key: EpochKey, epoch: Epoch, member: Member, chains: Chains, random: Random): Uint8Array {
  const chain = chains.get(member.account);
  if (chain === undefined) throw new RosterViolation("A member's account is not known.", "roster.chain_missing");
  const { kemKey } = chain.generation(member.generation);
  try {
    return sealTo(kemKey, key.key, grantInfo(epoch, member.account, member.generation), random);
  } catch (error) {
    if (!(error instanceof OpenError)) throw error;
    return random.bytes(SIZES.SEALED_SEED, "decoy_grant");
  }
}

/**
 * The key of the epoch that `roster`'s own change made, from the grant of `account`.
 *
 * Throws
 * - RosterViolation: the roster names another grant (the server's fault).
 * - OpenError: the grant does not open with `secret`, the member's generation in this roster.
 * - VerificationError: the grant holds another key than the roster committed to. Spec: §5.4
 */
export function unwrapGrant(
  grant: Uint8Array,
  roster: Roster,
  account: Uint8Array,
  secret: GenerationSecret,
): EpochKey {
  const named = roster.grants.get(account);
  if (named === undefined || !sameBytes(named, grantDigest(grant))) {
    throw new RosterViolation("The server sent another grant than the roster names.", "seal.grant_digest");
  }
  const plaintext = secret.open(grant, grantInfo(epochMadeBy(roster), account, secret.generation));
  if (plaintext.length !== SIZES.EPOCH_KEY) throw new OpenError("A grant holds something else than a key.");
  const key = new EpochKey(plaintext, roster.epoch);
  if (!sameSecret(key.commitment(roster.nonce), roster.epochCommitment)) {
    throw new VerificationError("A grant holds another key than the journal's.", "seal.epoch_commitment");
  }
  return key;
}
