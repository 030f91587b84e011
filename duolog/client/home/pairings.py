"""Invitations and changes in a journal's members, as this home keeps them, sealed.

Rules
- A consent names one account, its rights and its term. Every proposal and statement made from it names the same.
- A consent is durable before a proposal is made from it, and outlives the proposal: when the roster moves, the proposal
  is void, and the next one is made from the same consent.
- An admission is a confidant's invitation, from the link to the words. A pairing is a partner's invitation, or one that
  this account has accepted.

These functions ask no server, and take no step by themselves. Classes with `repr=False` hold secrets.
"""

from dataclasses import dataclass, replace
from typing import Literal

from duolog.client.home.folder import Home
from duolog.client.home.records import Seal
from duolog.client.home.store import Store
from duolog.protocol.roster_statements import Rights, SignedAcceptance
from duolog.seal.pairing import InvitationSecret, pairing_words
from duolog.seal.words import Words

ConsentTo = Literal["add", "extend", "rights"]


class _Answered:
    """An invitation to which somebody may have answered."""

    __slots__ = ()
    plaintext: bytes
    nonce: bytes | None
    acceptance: bytes | None
    signature: bytes | None

    @property
    def signed_acceptance(self) -> SignedAcceptance | None:
        if self.acceptance is None or self.signature is None:
            return None
        return SignedAcceptance(self.acceptance, self.signature)

    @property
    def words(self) -> Words | None:
        """The eight words, once somebody has accepted and the nonce is here."""
        accepted = self.signed_acceptance
        if accepted is None or self.nonce is None:
            return None
        return pairing_words(self.plaintext, accepted, self.nonce)


@dataclass(frozen=True, slots=True, repr=False)
class Progress(_Answered):
    """One pairing. `other`: the partner's account; `confirmed`: I have compared the words."""

    role: str
    secret: bytes
    plaintext: bytes
    nonce: bytes | None = None
    acceptance: bytes | None = None
    signature: bytes | None = None
    other: bytes | None = None
    confirmed: bool = False
    done: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """A change that needs both partners, in exactly these terms. `until`: Unix seconds.

    `invitation`: that of an account to be added. `statement` and `prev`: hashes of the newest proposal made from the
    consent, and of the roster that the proposal follows. `sent`: the server has taken the proposal; `sent_at`: when it
    was made, Unix seconds. `declined`: no proposal is made again for a while; `lapsed`: because nobody answered the
    last one, which is not a no.
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


@dataclass(frozen=True, slots=True, repr=False)
class Invited(_Answered):
    """A confidant's invitation as its inviter keeps it. `account`: who accepted. `until`, `expires`: Unix seconds."""

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

    @property
    def invitation(self) -> bytes:
        """The invitation's id, 16 bytes."""
        return InvitationSecret(self.secret).id


_PROGRESS: Seal[Progress] = Seal.of_fields("pairing", Progress)
_CONSENT: Seal[Consent] = Seal.of_fields("consent", Consent)
_INVITED: Seal[Invited] = Seal.of_fields("admission", Invited)


def begun_journals(store: Store) -> list[bytes]:
    """Every journal in which a pairing, an admission or a consent may wait for its next step."""
    begun = "SELECT journal FROM pairing UNION SELECT journal FROM admission UNION SELECT journal FROM consent"
    return store.column(bytes, begun)


def paired_journals(store: Store) -> list[bytes]:
    """Every journal with a stored pairing."""
    return store.column(bytes, "SELECT journal FROM pairing")


def load_progress(home: Home, journal: bytes) -> Progress | None:
    """The pairing of a journal, or None."""
    sealed = home.store.cell(bytes, "SELECT sealed FROM pairing WHERE journal = ?", journal)
    return None if sealed is None else _PROGRESS.open(home, sealed)


def save_progress(home: Home, journal: bytes, progress: Progress) -> None:
    """Make a step of a pairing durable."""
    home.store.write("INSERT OR REPLACE INTO pairing VALUES (?, ?)", journal, _PROGRESS.seal(home, progress))


def drop_progress(home: Home, journal: bytes) -> None:
    """Forget the pairing of a journal."""
    home.store.write("DELETE FROM pairing WHERE journal = ?", journal)


def consents(home: Home, journal: bytes) -> tuple[Consent, ...]:
    """Every consent in a journal."""
    stored = home.store.column(bytes, "SELECT sealed FROM consent WHERE journal = ?", journal)
    return tuple(_CONSENT.open(home, sealed) for sealed in stored)


def find_consent(home: Home, journal: bytes, change: ConsentTo, account: bytes) -> Consent | None:
    """The consent to a change for one account, or None."""
    return next((item for item in consents(home, journal) if (item.change, item.account) == (change, account)), None)


def save_consent(home: Home, journal: bytes, consent: Consent) -> None:
    """Store a consent, in the place of an earlier one to the same change for the same account."""
    key = (journal, consent.change, consent.account)
    home.store.write("INSERT OR REPLACE INTO consent VALUES (?, ?, ?, ?)", *key, _CONSENT.seal(home, consent))


def forget_sent(home: Home) -> None:
    """Store that no server holds a proposal of any consent."""
    for journal in home.store.column(bytes, "SELECT journal FROM consent"):
        for item in consents(home, journal):
            save_consent(home, journal, replace(item, sent=False))


def drop_consent(home: Home, journal: bytes, consent: Consent) -> None:
    """Forget a consent that is carried out, taken back or void, and the admission that it came from."""
    key = (journal, consent.change, consent.account)
    with home.store.transaction():
        home.store.write("DELETE FROM consent WHERE journal = ? AND change = ? AND account = ?", *key)
        if consent.invitation is not None:
            drop_invitation(home, consent.invitation)


def drop_consents_for_member(home: Home, journal: bytes, account: bytes) -> None:
    """Forget every consent for a member, except for one that adds the same account."""
    query = "DELETE FROM consent WHERE journal = ? AND account = ? AND change != 'add'"
    home.store.write(query, journal, account)


def admissions(store: Store) -> list[tuple[bytes, bytes]]:
    """The journal and the invitation of each admission that isn't finished."""
    found = store.pairs(bytes, bytes, "SELECT invitation, journal FROM admission")
    return [(journal, invitation) for invitation, journal in found.items()]


def all_invited(home: Home, journal: bytes) -> tuple[Invited, ...]:
    """The invitations of confidants to a journal that aren't finished."""
    stored = home.store.column(bytes, "SELECT sealed FROM admission WHERE journal = ?", journal)
    return tuple(_INVITED.open(home, sealed) for sealed in stored)


def find_invited(home: Home, journal: bytes, invitation: bytes | None) -> Invited | None:
    """The invitation of a confidant that has this id, or None."""
    return next((item for item in all_invited(home, journal) if item.invitation == invitation), None)


def save_invited(home: Home, journal: bytes, invited: Invited) -> None:
    """Make a step of an admission durable."""
    sealed = _INVITED.seal(home, invited)
    home.store.write("INSERT OR REPLACE INTO admission VALUES (?, ?, ?)", journal, invited.invitation, sealed)


def drop_invitation(home: Home, invitation: bytes) -> None:
    """Forget an admission."""
    home.store.write("DELETE FROM admission WHERE invitation = ?", invitation)
