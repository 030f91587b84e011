"""What this home keeps, sealed, of invitations and of changes in a journal's members.

Rules
- A consent is to exactly one place: whom, with which rights, until when. Whatever is made of it names the same.
- It is durable before any proposal is made of it, and outlives each of those: a proposal is void when the roster
  moves, and the next one is made of the same consent.
- An admission is a confidant's invitation, from the link to the words; a pairing is a partner's, or one that this
  account has accepted.

It asks no server, and takes no step by itself.
"""

from dataclasses import dataclass, replace
from typing import Literal

from duolog.client.home.folder import Home
from duolog.client.home.records import JsonFields, Seal
from duolog.client.home.store import Store, as_bytes
from duolog.protocol.roster_statements import Rights, SignedAcceptance
from duolog.seal.pairing import InvitationSecret, pairing_words

ConsentTo = Literal["add", "extend", "rights"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One pairing as this home keeps it, sealed. `other`: the partner's account; `confirmed`: I have compared the
    words."""

    role: str
    secret: bytes
    plaintext: bytes
    nonce: bytes | None = None
    acceptance: bytes | None = None
    signature: bytes | None = None
    other: bytes | None = None
    confirmed: bool = False
    done: bool = False

    def __repr__(self) -> str:
        return f"Progress(role={self.role!r}, <secret>)"

    @property
    def signed_acceptance(self) -> SignedAcceptance | None:
        if self.acceptance is None or self.signature is None:
            return None
        return SignedAcceptance(self.acceptance, self.signature)


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


_PROGRESS_FIELDS, _CONSENT_FIELDS, _INVITED_FIELDS = JsonFields(Progress), JsonFields(Consent), JsonFields(Invited)
_PROGRESS: Seal[Progress] = Seal("pairing", _PROGRESS_FIELDS.encode, _PROGRESS_FIELDS.parse)
_CONSENT: Seal[Consent] = Seal("consent", _CONSENT_FIELDS.encode, _CONSENT_FIELDS.parse)
_INVITED: Seal[Invited] = Seal("admission", _INVITED_FIELDS.encode, _INVITED_FIELDS.parse)


def begun_journals(store: Store) -> list[bytes]:
    """Every journal in which a pairing, an admission or a consent may wait for its next step."""
    started = "SELECT journal FROM pairing UNION SELECT journal FROM admission UNION SELECT journal FROM consent"
    return [as_bytes(row[0]) for row in store.rows(started)]


# --- pairings ---------------------------------------------------------------------------------------------------------


def paired_journals(store: Store) -> list[bytes]:
    """Every journal of which a pairing is kept."""
    return [as_bytes(row[0]) for row in store.rows("SELECT journal FROM pairing")]


def load_progress(home: Home, journal: bytes) -> Progress | None:
    """The pairing of a journal, or None."""
    row = home.store.row("SELECT sealed FROM pairing WHERE journal = ?", journal)
    return None if row is None else _PROGRESS.open(home, as_bytes(row[0]))


def save_progress(home: Home, journal: bytes, progress: Progress) -> None:
    """Make a step of a pairing durable."""
    home.store.write("INSERT OR REPLACE INTO pairing VALUES (?, ?)", journal, _PROGRESS.seal(home, progress))


def drop_progress(home: Home, journal: bytes) -> None:
    """It is over."""
    home.store.write("DELETE FROM pairing WHERE journal = ?", journal)


# --- consents ---------------------------------------------------------------------------------------------------------


def consents(home: Home, journal: bytes) -> tuple[Consent, ...]:
    """All that is wanted in a journal."""
    rows = home.store.rows("SELECT sealed FROM consent WHERE journal = ?", journal)
    return tuple(_CONSENT.open(home, as_bytes(row[0])) for row in rows)


def find_consent(home: Home, journal: bytes, change: ConsentTo, account: bytes) -> Consent | None:
    """What is wanted for one account."""
    return next((item for item in consents(home, journal) if (item.change, item.account) == (change, account)), None)


def save_consent(home: Home, journal: bytes, consent: Consent) -> None:
    """Make it durable; a newer one for the same change of the same account takes its place."""
    key = (journal, consent.change, consent.account)
    home.store.write("INSERT OR REPLACE INTO consent VALUES (?, ?, ?, ?)", *key, _CONSENT.seal(home, consent))


def forget_sent(home: Home) -> None:
    """No server holds a proposal of mine in any journal, and nobody has declined one by that."""
    for row in home.store.rows("SELECT journal FROM consent"):
        journal = as_bytes(row[0])
        for item in consents(home, journal):
            save_consent(home, journal, replace(item, sent=False))


def drop_consent(home: Home, journal: bytes, consent: Consent) -> None:
    """It stands, or is taken back, or can't be any more; so does the admission that it came from."""
    key = (journal, consent.change, consent.account)
    with home.store.transaction():
        home.store.write("DELETE FROM consent WHERE journal = ? AND change = ? AND account = ?", *key)
        if consent.invitation is not None:
            drop_invited(home, journal, consent.invitation)


def drop_consents_for_member(home: Home, journal: bytes, account: bytes) -> None:
    """Whatever was wanted for a member is over, but not that the same account be added."""
    query = "DELETE FROM consent WHERE journal = ? AND account = ? AND change != 'add'"
    home.store.write(query, journal, account)


# --- admissions -------------------------------------------------------------------------------------------------------


def admissions(store: Store) -> list[tuple[bytes, bytes]]:
    """The journal and the invitation of each admission that isn't finished."""
    return [(as_bytes(row[0]), as_bytes(row[1])) for row in store.rows("SELECT journal, invitation FROM admission")]


def all_invited(home: Home, journal: bytes) -> tuple[Invited, ...]:
    """The invitations of confidants to a journal that aren't finished."""
    rows = home.store.rows("SELECT sealed FROM admission WHERE journal = ?", journal)
    return tuple(_INVITED.open(home, as_bytes(row[0])) for row in rows)


def find_invited(home: Home, journal: bytes, invitation: bytes | None) -> Invited | None:
    """One of them."""
    return next((item for item in all_invited(home, journal) if item.invitation == invitation), None)


def save_invited(home: Home, journal: bytes, invited: Invited) -> None:
    """Make a step of it durable."""
    sealed = _INVITED.seal(home, invited)
    home.store.write("INSERT OR REPLACE INTO admission VALUES (?, ?, ?)", journal, invited.invitation, sealed)


def drop_invited(home: Home, journal: bytes, invitation: bytes) -> None:
    """It is over."""
    home.store.write("DELETE FROM admission WHERE journal = ? AND invitation = ?", journal, invitation)


def drop_invitation(home: Home, invitation: bytes) -> None:
    """The same, whatever its journal."""
    home.store.write("DELETE FROM admission WHERE invitation = ?", invitation)
