"""What this home's person wants to change in a journal's members, kept until it stands, is declined, or can't be.

Rules
- A consent is to exactly one place: whom, with which rights, until when. Whatever is made of it names the same.
- It is durable before any proposal is made of it, and outlives each of those: a proposal is void when the roster
  moves, and the next one is made of the same consent.
- An admission is a confidant's invitation, from the link to the words.

It asks no server. `confidants` and `proposals` take the steps.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeVar

from duolog.client.home.store import as_bytes
from duolog.client.log.context import Context
from duolog.protocol.codec import encode_b64, encode_message_json, parse_b64, parse_message_json
from duolog.protocol.roster_statements import Rights, SignedAcceptance
from duolog.seal.pairing import InvitationSecret, pairing_words

ConsentTo = Literal["add", "extend", "rights"]
T = TypeVar("T")
_PLAIN = frozenset({"change", "rights", "until", "sent", "sent_at", "declined", "lapsed", "expires", "revealed"})


@dataclass(frozen=True, slots=True)
class Consent:
    """A change that takes both partners, in exactly these terms. `until`: Unix seconds.

    `invitation`: of the one to be added. `statement` and `prev`: hashes of the newest proposal made of it, and of the
    roster that this one follows. `sent`: the server has taken that; `sent_at`: when it was made, Unix seconds.
    `declined`: it is not made again for a while; `lapsed`: since nobody has answered it, which is not a no.
    """

    change: ConsentTo
    account: bytes
    rights: Rights
    until: int
    invitation: bytes | None = None
    statement: bytes | None = None
    prev: bytes | None = None
    sent: bool = False
    declined: bool = False
    sent_at: int | None = None
    lapsed: bool = False


@dataclass(frozen=True, slots=True)
class Invited:
    """A confidant's invitation as its inviter keeps it. `account`: who has accepted. `expires`: Unix seconds."""

    secret: bytes
    plaintext: bytes
    nonce: bytes
    rights: Rights
    until: int
    expires: int
    account: bytes | None = None
    acceptance: bytes | None = None
    signature: bytes | None = None
    revealed: bool = False

    def __repr__(self) -> str:
        return f"Invited(rights={self.rights!r}, until={self.until}, <secret>)"

    @property
    def invitation(self) -> bytes:
        """Its id, 16 bytes."""
        return InvitationSecret(self.secret).id

    @property
    def signed_acceptance(self) -> SignedAcceptance | None:
        if self.acceptance is None or self.signature is None:
            return None
        return SignedAcceptance(self.acceptance, self.signature)

    @property
    def words(self) -> tuple[str, ...] | None:
        """The eight words, once somebody has accepted."""
        accepted = self.signed_acceptance
        return None if accepted is None else pairing_words(self.plaintext, accepted, self.nonce)


def consents(context: Context, journal: bytes) -> tuple[Consent, ...]:
    """All that is wanted in a journal."""
    rows = context.store.rows("SELECT sealed FROM consent WHERE journal = ?", journal)
    return tuple(_open(Consent, context, "consent", as_bytes(row[0])) for row in rows)


def find_consent(context: Context, journal: bytes, change: ConsentTo, account: bytes) -> Consent | None:
    """What is wanted for one account."""
    return next((item for item in consents(context, journal) if (item.change, item.account) == (change, account)), None)


def save_consent(context: Context, journal: bytes, consent: Consent) -> None:
    """Make it durable; a newer one for the same change of the same account takes its place."""
    sealed = _seal(context, "consent", consent)
    key = (journal, consent.change, consent.account)
    context.store.write("INSERT OR REPLACE INTO consent VALUES (?, ?, ?, ?)", *key, sealed)


def forget_sent(context: Context, journal: bytes) -> None:
    """No server holds a proposal of mine in this journal any more, and nobody has declined one by that."""
    for item in consents(context, journal):
        save_consent(context, journal, replace(item, sent=False))


def drop_consent(context: Context, journal: bytes, consent: Consent) -> None:
    """It stands, or is taken back, or can't be any more; so does the admission that it came from."""
    key = (journal, consent.change, consent.account)
    with context.store.transaction():
        context.store.write("DELETE FROM consent WHERE journal = ? AND change = ? AND account = ?", *key)
        if consent.invitation is not None:
            drop_invited(context, journal, consent.invitation)


def all_invited(context: Context, journal: bytes) -> tuple[Invited, ...]:
    """The invitations of confidants to a journal that aren't finished."""
    rows = context.store.rows("SELECT sealed FROM admission WHERE journal = ?", journal)
    return tuple(_open(Invited, context, "admission", as_bytes(row[0])) for row in rows)


def find_invited(context: Context, journal: bytes, invitation: bytes | None) -> Invited | None:
    """One of them."""
    return next((item for item in all_invited(context, journal) if item.invitation == invitation), None)


def save_invited(context: Context, journal: bytes, invited: Invited) -> None:
    """Make a step of it durable."""
    sealed = _seal(context, "admission", invited)
    context.store.write("INSERT OR REPLACE INTO admission VALUES (?, ?, ?)", journal, invited.invitation, sealed)


def drop_invited(context: Context, journal: bytes, invitation: bytes) -> None:
    """It is over."""
    context.store.write("DELETE FROM admission WHERE journal = ? AND invitation = ?", journal, invitation)


def _seal(context: Context, purpose: str, value: Consent | Invited) -> bytes:
    fields = {key: encode_b64(data) if isinstance(data, bytes) else data for key, data in asdict(value).items()}
    return context.home.seal(purpose, encode_message_json(fields))


def _open(kind: type[T], context: Context, purpose: str, sealed: bytes) -> T:
    value: dict[str, Any] = parse_message_json(context.home.open(purpose, sealed))
    fields = {key: data if key in _PLAIN or data is None else parse_b64(data) for key, data in value.items()}
    return kind(**fields)
