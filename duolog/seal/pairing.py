"""Pairing: how two people become partners of one journal without trusting the server.

Rules
- The founder tells one 16-byte secret. It seals three messages at the server: invitation, answer and reveal, each under
  its own key.
- The invitation commits to the founder's nonce N_F. The partner answers without knowing N_F. Then the founder reveals
  N_F. So neither the server nor a man in the middle can search for keys that give the same words.
- Sealed message = nonce 24 | XChaCha20-Poly1305 with label and invitation id as associated data.
- Both clients show eight words of invitation, acceptance, its signature and N_F. Only two people who compare these
  words verify each other.
- The acceptance names the SHA-256 of the invitation's plaintext and consents to exactly its role, rights and term.

This module adds no member: a roster statement does. Links are in `links`.
"""

import hmac
import secrets
from dataclasses import dataclass
from typing import Literal, cast

from duolog.errors import MalformedData, VerificationError
from duolog.protocol import sizes
from duolog.protocol.accounts import AccountChain, SignedAccountStatement, verify_chain
from duolog.protocol.codec import (
    JsonObject,
    encode_b64,
    encode_canonical,
    label,
    length_prefixed,
    parse_canonical,
    sha256,
)
from duolog.protocol.login import parse_origin
from duolog.protocol.roster import check_change
from duolog.protocol.roster_changes import Roster
from duolog.protocol.roster_statements import Acceptance, Rights, Role, SignedAcceptance, parse_acceptance, parse_roster
from duolog.protocol.statements import Fields, Signature, SignedStatement, statement_hash, verify_statement
from duolog.seal import aead
from duolog.seal.chains import encode_links, read_link
from duolog.seal.derive import hkdf
from duolog.seal.secret import Secret
from duolog.seal.words import eight_words

Purpose = Literal["invitation", "acceptance", "reveal"]


@dataclass(frozen=True, slots=True)
class Invitation:
    """A founder's offer: their account `chain`, the journal's `genesis`, a place in it, the server's origin and receipt
    key.

    `until` is Unix seconds, for confidants alone; `reveal` (32 bytes) commits to the nonce N_F (see
    `reveal_commitment`).
    """

    chain: tuple[SignedAccountStatement, ...]
    genesis: SignedStatement
    role: Role
    rights: Rights
    origin: str
    receipt_key: bytes
    reveal: bytes
    until: int | None = None

    def encode(self) -> bytes:
        """The plaintext whose hash the acceptance names. Raises: MalformedData when it is too long. Spec: §7."""
        value: JsonObject = {
            "type": "invitation",
            "chain": encode_links(self.chain),
            "genesis": {
                "statement": encode_b64(self.genesis.statement),
                "signatures": [
                    {"account": encode_b64(item.account), "signature": encode_b64(item.signature)}
                    for item in self.genesis.signatures
                ],
            },
            "role": self.role,
            "rights": self.rights,
            "origin": self.origin,
            "receipt_key": encode_b64(self.receipt_key),
            "reveal": encode_b64(self.reveal),
        }
        if self.until is not None:
            value["until"] = self.until
        return encode_canonical(value, sizes.MAX_INVITATION)


@dataclass(frozen=True, slots=True)
class PairingAnswer:
    """A newcomer's `acceptance` with its signature, and their account `chain`."""

    acceptance: SignedAcceptance
    chain: tuple[SignedAccountStatement, ...]

    def encode(self) -> bytes:
        """The plaintext of the second message. Raises: MalformedData when it is too long. Spec: §7."""
        return encode_canonical(
            {
                "type": "invitation_answer",
                "acceptance": encode_b64(self.acceptance.statement),
                "signature": encode_b64(self.acceptance.signature),
                "chain": encode_links(self.chain),
            },
            sizes.MAX_INVITATION,
        )


def parse_invitation(plaintext: bytes) -> Invitation:
    """Parse an invitation's plaintext, without verifying it. Raises: MalformedData. Spec: §7."""
    fields = _fields(plaintext, "invitation")
    invitation = Invitation(
        chain=fields.objects("chain", read_link, 1, sizes.MAX_CHAIN),
        genesis=fields.object("genesis", _read_genesis),
        role=cast(Role, fields.text("role", "partner", "confidant")),
        rights=cast(Rights, fields.text("rights", "read", "write")),
        origin=fields.text("origin", limit=sizes.MAX_ORIGIN),
        receipt_key=fields.data("receipt_key", sizes.SIGN_KEY),
        reveal=fields.data("reveal", sizes.HASH),
        until=fields.integer("until") if fields.has("until") else None,
    )
    fields.done()
    if parse_origin(invitation.origin) != invitation.origin:  # check: seal.invitation_origin
        raise MalformedData("An invitation names its server in an unusual form.")
    return invitation


def parse_answer(plaintext: bytes) -> PairingAnswer:
    """Parse an answer's plaintext, without verifying it. Raises: MalformedData. Spec: §7."""
    fields = _fields(plaintext, "invitation_answer")
    answer = PairingAnswer(
        acceptance=SignedAcceptance(
            fields.blob("acceptance", sizes.MAX_STATEMENT), fields.data("signature", sizes.SIGNATURE)
        ),
        chain=fields.objects("chain", read_link, 1, sizes.MAX_CHAIN),
    )
    fields.done()
    return answer


def parse_nonce(plaintext: bytes) -> bytes:
    """The founder's nonce N_F (32 bytes) from the third message. Raises: MalformedData. Spec: §7."""
    if len(plaintext) != sizes.NONCE:  # check: seal.reveal_size
        raise MalformedData("What the founder revealed has the wrong size.")
    return plaintext


class InvitationSecret(Secret):
    """The 16 bytes behind a link: `id` names the invitation at the server, and each message has its own key.

    Raises: MalformedData when the secret has another size.
    Spec: §7.
    """

    __slots__ = ("id", "secret")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != sizes.INVITATION_SECRET:  # check: seal.invitation_secret_size
            raise MalformedData("An invitation's secret has the wrong size.")
        self.secret = secret
        self.id = hkdf(secret, label("invitation-id"), sizes.INVITATION_ID)

    @classmethod
    def new(cls) -> "InvitationSecret":
        """A fresh one, from the operating system's randomness."""
        return cls(secrets.token_bytes(sizes.INVITATION_SECRET))

    def seal(self, purpose: Purpose, plaintext: bytes, *, nonce: bytes | None = None) -> bytes:
        """One of the three messages, sealed. `nonce` is fresh unless a test vector needs a given one. Spec: §7."""
        nonce = secrets.token_bytes(sizes.AEAD_NONCE) if nonce is None else nonce
        return nonce + aead.encrypt(self._key(purpose), nonce, plaintext, self._bound(purpose))

    def open(self, purpose: Purpose, sealed: bytes) -> bytes:
        """The plaintext of one of the three messages.

        Raises:
            OpenError: the secret or the message is another, or its bytes changed.
        Spec: §7.
        """
        nonce, ciphertext = sealed[: sizes.AEAD_NONCE], sealed[sizes.AEAD_NONCE :]
        return aead.decrypt(self._key(purpose), nonce, ciphertext, self._bound(purpose))

    def _key(self, purpose: Purpose) -> bytes:
        return hkdf(self.secret, label(f"{purpose}-key"), sizes.SEED)

    def _bound(self, purpose: Purpose) -> bytes:
        return label(f"{purpose}-key") + self.id


def reveal_commitment(nonce: bytes, chain_head: bytes, journal: bytes) -> bytes:
    """An invitation's commitment to N_F, for the founder's newest generation and this journal. 32 bytes. Spec: §7."""
    return sha256(label("reveal"), nonce, chain_head, journal)


def verify_invitation(invitation: Invitation) -> tuple[AccountChain, Roster]:
    """Verify the founder's chain and the journal's first roster. Only the eight words show who the founder is.

    Raises:
        MalformedData, ChainViolation, BadSignature, RosterViolation: chain or genesis breaks its rules.
        VerificationError: the chain is not that of the genesis's founder.
    Spec: §7.
    """
    chain = verify_chain(invitation.chain)
    parsed = parse_roster(invitation.genesis.statement)
    if [member.account for member in parsed.members] != [chain.account]:  # check: seal.invitation_founder
        raise VerificationError(
            "The invitation is from somebody else than the journal's founder.", check="seal.invitation_founder"
        )
    return chain, check_change(None, invitation.genesis, {chain.account: chain})


def verify_answer(invitation: bytes, answer: PairingAnswer) -> tuple[Acceptance, AccountChain]:
    """Verify the newcomer's chain, and their acceptance of exactly this invitation (its plaintext).

    Raises:
        MalformedData, ChainViolation, BadSignature: chain or acceptance breaks its rules.
        VerificationError: the acceptance names another invitation, journal, place or account.
    Spec: §7.
    """
    offered = parse_invitation(invitation)
    chain = verify_chain(answer.chain)
    acceptance = parse_acceptance(answer.acceptance.statement)
    if acceptance.invitation != sha256(invitation):  # check: seal.answer_invitation
        raise VerificationError("The answer belongs to another invitation.", check="seal.answer_invitation")
    if acceptance.journal != statement_hash(offered.genesis.statement):  # check: seal.answer_journal
        raise VerificationError("The answer is for another journal.", check="seal.answer_journal")
    member = acceptance.member
    if (member.role, member.rights, member.until) != (
        offered.role,
        offered.rights,
        offered.until,
    ):  # check: seal.answer_terms
        raise VerificationError("The answer accepts another place than was offered.", check="seal.answer_terms")
    newest = chain.newest
    if (member.account, member.generation, member.chain_head) != (
        chain.account,
        newest.generation,
        newest.statement_hash,
    ):  # check: seal.answer_account
        raise VerificationError("The answer is not for the account that it shows.", check="seal.answer_account")
    signed = answer.acceptance
    verify_statement(newest.sign_key, signed.statement, signed.signature)  # check: seal.answer_signature
    return acceptance, chain


def require_reveal(invitation: Invitation, nonce: bytes) -> None:
    """Check that the invitation committed to this N_F. A client does this before it shows words.

    Raises:
        VerificationError: it committed to another.
        MalformedData, ChainViolation, BadSignature: the invitation's chain breaks its rules.
    Spec: §7.
    """
    head = verify_chain(invitation.chain).newest.statement_hash
    expected = reveal_commitment(nonce, head, statement_hash(invitation.genesis.statement))
    if not hmac.compare_digest(expected, invitation.reveal):  # check: seal.reveal
        raise VerificationError(
            "What the founder revealed is not what the invitation promised. Stop, and make a new invitation.",
            check="seal.reveal",
        )


def pairing_words(invitation: bytes, acceptance: SignedAcceptance, nonce: bytes) -> tuple[str, ...]:
    """The eight words that both people compare: of invitation, acceptance, its signature and N_F.

    Spec: §7.
    """
    fields = length_prefixed(invitation, acceptance.statement, acceptance.signature, nonce)
    return eight_words(sha256(label("pairing-words"), fields))


def _fields(plaintext: bytes, kind: str) -> Fields:
    fields = Fields(parse_canonical(plaintext, sizes.MAX_INVITATION), f"A message of type {kind}")
    fields.text("type", kind)
    return fields


def _read_genesis(fields: Fields) -> SignedStatement:
    statement = fields.blob("statement", sizes.MAX_STATEMENT)
    return SignedStatement(statement, fields.objects("signatures", _read_signature, 1, 1))


def _read_signature(fields: Fields) -> Signature:
    return Signature(fields.data("account", sizes.ACCOUNT_ID), fields.data("signature", sizes.SIGNATURE))
