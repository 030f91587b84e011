"""The client library: `Duolog`, one account on one machine. `duolog.client.blocking` has the same without `await`.

The home keeps what was verified and what waits; the server is believed in nothing. Spec: §4 to §7.
"""

from duolog.client.boundaries import Boundaries
from duolog.client.drafts import Drafts
from duolog.client.duolog import Duolog
from duolog.client.enrolling import Enrollment
from duolog.client.forks import Branch, ForkView
from duolog.client.home import default_home
from duolog.client.http import HttpTransport
from duolog.client.keyholders import Keyholders
from duolog.client.keystore import Unlock
from duolog.client.leaving import BEFORE_CLOSING, Leaving
from duolog.client.links import InvitationLink, parse_link
from duolog.client.members import Members
from duolog.client.moves import AFTER_MOVING, Moving
from duolog.client.passkeys import PASSKEY_PRF_INPUT, restore_with_passkey
from duolog.client.transport import Transport
from duolog.client.views import (
    BEFORE_CONFIDING,
    BEFORE_FIRST_SHARING,
    BEFORE_SHARING_WITH_CONFIDANT,
    COPIES_STAY,
    AccountWords,
    Admission,
    AdmissionStage,
    Heads,
    JournalView,
    JournalWords,
    MemberView,
    MoveReport,
    MoveSeen,
    NewAccount,
    NewInvitation,
    Pairing,
    PairingStage,
    ProposalView,
    Status,
    SyncReport,
    TimelineEntry,
    WaitingClosing,
    Written,
)
from duolog.client.ways import KeyholderView, Review, Revoked, SessionView, SignedSince

__all__ = [
    "AFTER_MOVING",
    "BEFORE_CLOSING",
    "BEFORE_CONFIDING",
    "BEFORE_FIRST_SHARING",
    "BEFORE_SHARING_WITH_CONFIDANT",
    "COPIES_STAY",
    "PASSKEY_PRF_INPUT",
    "AccountWords",
    "Admission",
    "AdmissionStage",
    "Boundaries",
    "Branch",
    "Drafts",
    "Duolog",
    "Enrollment",
    "ForkView",
    "Heads",
    "HttpTransport",
    "InvitationLink",
    "JournalView",
    "JournalWords",
    "KeyholderView",
    "Keyholders",
    "Leaving",
    "MemberView",
    "Members",
    "MoveReport",
    "MoveSeen",
    "Moving",
    "NewAccount",
    "NewInvitation",
    "Pairing",
    "PairingStage",
    "ProposalView",
    "Review",
    "Revoked",
    "SessionView",
    "SignedSince",
    "Status",
    "SyncReport",
    "TimelineEntry",
    "Transport",
    "Unlock",
    "WaitingClosing",
    "Written",
    "default_home",
    "parse_link",
    "restore_with_passkey",
]
