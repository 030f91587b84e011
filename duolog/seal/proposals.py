"""The context of a proposal to add a confidant: everything from which the co-signer makes the eight words.

Rules
- A context is sealed to the epoch in force, so only members read it, and bound to one statement.
- The words come from the acceptance in the statement itself, so nobody can show another acceptance in its place.
- The co-signer repeats all of the inviter's checks, and trusts no part of the context because the partner sent it.
"""

import secrets
from dataclasses import dataclass

from duolog.protocol import sizes
from duolog.protocol.accounts import AccountChain, SignedAccountStatement
from duolog.protocol.codec import encode_b64, encode_canonical, label, parse_canonical
from duolog.protocol.roster_statements import SignedAcceptance
from duolog.protocol.statements import Fields
from duolog.seal import aead
from duolog.seal.chains import encode_links, read_link
from duolog.seal.derive import expand
from duolog.seal.keys import EpochKey
from duolog.seal.pairing import (
    PairingAnswer,
    pairing_words,
    parse_invitation,
    parse_nonce,
    require_reveal,
    verify_answer,
    verify_invitation,
)

_MAX_PLAINTEXT = sizes.MAX_CONTEXT - sizes.AEAD_NONCE - sizes.AEAD_TAG


@dataclass(frozen=True, slots=True)
class ProposalContext:
    """The `invitation`'s plaintext, the nonce N_F (32 bytes), and the confidant's account `chain`."""

    invitation: bytes
    nonce: bytes
    chain: tuple[SignedAccountStatement, ...]

    def encode(self) -> bytes:
        """The plaintext. Raises: MalformedData when it is too long. Spec: §7."""
        return encode_canonical(
            {
                "type": "confidant_context",
                "invitation": encode_b64(self.invitation),
                "nonce": encode_b64(self.nonce),
                "chain": encode_links(self.chain),
            },
            _MAX_PLAINTEXT,
        )


def parse_context(plaintext: bytes) -> ProposalContext:
    """Parse a context's plaintext, without verifying it. Raises: MalformedData. Spec: §7."""
    fields = Fields(parse_canonical(plaintext, _MAX_PLAINTEXT), "A proposal's context")
    fields.text("type", "confidant_context")
    context = ProposalContext(
        invitation=fields.blob("invitation", sizes.MAX_INVITATION),
        nonce=parse_nonce(fields.data("nonce", sizes.NONCE)),
        chain=fields.objects("chain", read_link, 1, sizes.MAX_CHAIN),
    )
    fields.done()
    return context


def seal_context(key: EpochKey, journal: bytes, statement_hash: bytes, context: ProposalContext) -> bytes:
    """Nonce 24 | ciphertext, for the members of the epoch in force. Spec: §7."""
    nonce = secrets.token_bytes(sizes.AEAD_NONCE)
    associated = label("proposal-context") + journal + statement_hash
    return nonce + aead.encrypt(_key(key, journal), nonce, context.encode(), associated)


def open_context(key: EpochKey, journal: bytes, statement_hash: bytes, sealed: bytes) -> ProposalContext:
    """Open the context that `seal_context` made for exactly this statement.

    Raises:
        OpenError: the context is of another epoch, journal or statement, or its bytes changed.
        MalformedData: its plaintext breaks the format.
    Spec: §7.
    """
    nonce, ciphertext = sealed[: sizes.AEAD_NONCE], sealed[sizes.AEAD_NONCE :]
    associated = label("proposal-context") + journal + statement_hash
    return parse_context(aead.decrypt(_key(key, journal), nonce, ciphertext, associated))


def verify_context(context: ProposalContext, acceptance: SignedAcceptance) -> tuple[AccountChain, tuple[str, ...]]:
    """Verify a context; returns the confidant's chain and the eight words that both partners compare.

    Raises:
        MalformedData, ChainViolation, BadSignature: a part breaks its rules.
        VerificationError: the acceptance names another invitation, journal, place or account, or N_F is another.
    Spec: §7.
    """
    invitation = parse_invitation(context.invitation)
    verify_invitation(invitation)
    _, chain = verify_answer(context.invitation, PairingAnswer(acceptance, context.chain))
    require_reveal(invitation, context.nonce)
    return chain, pairing_words(context.invitation, acceptance, context.nonce)


def _key(key: EpochKey, journal: bytes) -> bytes:
    return expand(key.key, label("proposal-context") + journal, sizes.EPOCH_KEY)
