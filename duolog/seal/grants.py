"""Grants: how an epoch's key reaches each member.

Rules
- A grant is the epoch key, sealed to one member's X-Wing key and bound to the journal's genesis nonce, the roster
  version that made the epoch, the epoch, the member and its generation, and the epoch's commitment.
- The roster names the digest of each grant. A missing or different grant is the server's fault. A grant that does not
  open, or holds another key than the roster committed to, is the fault of the member who made the epoch; the reader
  answers with a `bad_grant`.
- A member whose X-Wing key is invalid gets random bytes: one member's fault must not stop the others from making a new
  epoch.
- Every member's grant holds the same key, since every member checks the same commitment.
"""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from duolog.errors import OpenError, RosterViolation, VerificationError
from duolog.protocol import sizes
from duolog.protocol.codec import label, u32
from duolog.protocol.roster import Chains, grant_digest
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Member
from duolog.seal import hpke
from duolog.seal.keys import EpochKey, GenerationSecret


@dataclass(frozen=True, slots=True)
class Epoch:
    """The binding of one epoch's grants: genesis `nonce`, the roster `version` that made it, number, commitment."""

    nonce: bytes
    version: int
    epoch: int
    commitment: bytes

    @classmethod
    def made_by(cls, roster: Roster) -> "Epoch":
        """The epoch that this roster's own change made fresh: every grant names the roster's version. Spec: §5."""
        return cls(roster.nonce, roster.version, roster.epoch, roster.epoch_commitment)

    def info(self, account: bytes, generation: int) -> bytes:
        """The HPKE `info` of one member's grant. Spec: §5."""
        return b"".join(
            (
                label("grant"),
                self.nonce,
                u32(self.version),
                u32(self.epoch),
                account,
                u32(generation),
                self.commitment,
            )
        )


def new_epoch(nonce: bytes, version: int, epoch: int) -> tuple[EpochKey, Epoch]:
    """A fresh key for the epoch that roster `version` makes; `nonce` is the genesis's. Spec: §5."""
    key = EpochKey.new(epoch)
    return key, Epoch(nonce, version, epoch, key.commitment(nonce))


def wrap_grants(key: EpochKey, epoch: Epoch, members: Iterable[Member], chains: Chains) -> dict[bytes, bytes]:
    """One grant (1168 bytes) for each member, by account.

    Raises:
        RosterViolation: a member's chain is not known.
        ChainViolation: a member's generation is not in its chain.
    Spec: §5.
    """
    return {member.account: _wrap_grant(key, epoch, member, chains) for member in members}


def _wrap_grant(key: EpochKey, epoch: Epoch, member: Member, chains: Chains) -> bytes:
    if member.account not in chains:
        raise RosterViolation("A member's account is not known.", check="roster.chain_missing")
    kem_key = chains[member.account].generation(member.generation).kem_key
    try:
        return hpke.seal(kem_key, key.key, epoch.info(member.account, member.generation))
    except OpenError:
        return secrets.token_bytes(sizes.SEALED_SEED)


def unwrap_grant(grant: bytes, roster: Roster, account: bytes, secret: GenerationSecret) -> EpochKey:
    """The key of the epoch that `roster`'s own change made, from the grant of `account`.

    Raises:
        RosterViolation: the roster names another grant (the server's fault).
        OpenError: the grant does not open with `secret`, the member's generation in this roster.
        VerificationError: the grant holds another key than the roster committed to.
    Spec: §5.
    """
    if roster.grants.get(account) != grant_digest(grant):  # check: seal.grant_digest
        raise RosterViolation("The server sent another grant than the roster names.", check="seal.grant_digest")
    plaintext = secret.open(grant, Epoch.made_by(roster).info(account, secret.generation))
    if len(plaintext) != sizes.EPOCH_KEY:  # check: seal.grant_size
        raise OpenError("A grant holds something else than a key.")
    key = EpochKey(plaintext, roster.epoch)
    if not hmac.compare_digest(key.commitment(roster.nonce), roster.epoch_commitment):  # check: seal.epoch_commitment
        raise VerificationError("A grant holds another key than the journal's.", check="seal.epoch_commitment")
    return key
