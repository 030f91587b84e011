"""The client library: `Duolog`, one account on one machine. `duolog.client.blocking` has the same without `await`.

The home stores the verified logs and the entries that wait. The server is believed in nothing. Spec: §4 to §7.
"""

from duolog.client.account.forks import Branch, ForkView
from duolog.client.account.keyholder_list import KeyholderView, Review, Revoked, SessionView, SignedSince
from duolog.client.account.keyholders import Keyholders
from duolog.client.attachments.sources import NewAttachment
from duolog.client.duolog import Duolog
from duolog.client.enrollment import Enrollment
from duolog.client.home.agent.asking import lock_home, unlocked_until
from duolog.client.home.folder import default_home
from duolog.client.home.keystore import Unlock
from duolog.client.home.passphrases import check_passphrase
from duolog.client.home.reminders import Reminder
from duolog.client.home.unlocking import LONGEST_UNLOCKED, Unlocked, unlock_home
from duolog.client.importing.importing import Importing, ImportReport
from duolog.client.journals.attachments import BEFORE_ATTACHING, Attachments, AttachmentView
from duolog.client.journals.boundaries import Boundaries
from duolog.client.journals.breaches import Breaches
from duolog.client.journals.check_ins import AnswerView, CheckIns
from duolog.client.journals.disclosures import Disclosures
from duolog.client.journals.drafts import Drafts
from duolog.client.journals.filters import TimelineFilter
from duolog.client.journals.news import JournalNews
from duolog.client.journals.pauses import Pauses
from duolog.client.journals.promises import Promises
from duolog.client.journals.reminders import Reminders
from duolog.client.journals.thing_views import ListedThing, StepView, ThingView
from duolog.client.journals.today import OpenThing, Today
from duolog.client.journals.views import (
    COPIES_STAY,
    AccountWords,
    Heads,
    JournalView,
    JournalWords,
    MemberView,
    TimelineEntry,
    WordsOf,
    Written,
)
from duolog.client.leaving.leaving import BEFORE_CLOSING, Leaving, WaitingClosing
from duolog.client.looking.search import SearchHit
from duolog.client.moving.move_steps import MoveReport
from duolog.client.moving.moving import AFTER_MOVING, MoveSeen, Moving
from duolog.client.opening import NewAccount
from duolog.client.pairing.members import Members
from duolog.client.pairing.pairing_steps import InvitationLink, parse_link
from duolog.client.pairing.views import (
    BEFORE_CONFIDING,
    BEFORE_FIRST_SHARING,
    BEFORE_SHARING_WITH_CONFIDANT,
    Admission,
    AdmissionStage,
    NewInvitation,
    Pairing,
    PairingStage,
    ProposalView,
)
from duolog.client.passkeys import restore_with_passkey
from duolog.client.server.http import HttpTransport
from duolog.client.server.transport import Transport
from duolog.client.status import Status
from duolog.client.sync import SyncReport
from duolog.client.watching import Watch
from duolog.seal.devices import PASSKEY_PRF_INPUT

__all__ = [
    "AFTER_MOVING",
    "BEFORE_ATTACHING",
    "BEFORE_CLOSING",
    "BEFORE_CONFIDING",
    "BEFORE_FIRST_SHARING",
    "BEFORE_SHARING_WITH_CONFIDANT",
    "COPIES_STAY",
    "LONGEST_UNLOCKED",
    "PASSKEY_PRF_INPUT",
    "AccountWords",
    "Admission",
    "AdmissionStage",
    "AnswerView",
    "AttachmentView",
    "Attachments",
    "Boundaries",
    "Branch",
    "Breaches",
    "CheckIns",
    "Disclosures",
    "Drafts",
    "Duolog",
    "Enrollment",
    "ForkView",
    "Heads",
    "HttpTransport",
    "ImportReport",
    "Importing",
    "InvitationLink",
    "JournalNews",
    "JournalView",
    "JournalWords",
    "KeyholderView",
    "Keyholders",
    "Leaving",
    "ListedThing",
    "MemberView",
    "Members",
    "MoveReport",
    "MoveSeen",
    "Moving",
    "NewAccount",
    "NewAttachment",
    "NewInvitation",
    "OpenThing",
    "Pairing",
    "PairingStage",
    "Pauses",
    "Promises",
    "ProposalView",
    "Reminder",
    "Reminders",
    "Review",
    "Revoked",
    "SearchHit",
    "SessionView",
    "SignedSince",
    "Status",
    "StepView",
    "SyncReport",
    "ThingView",
    "TimelineEntry",
    "TimelineFilter",
    "Today",
    "Transport",
    "Unlock",
    "Unlocked",
    "WaitingClosing",
    "Watch",
    "WordsOf",
    "Written",
    "check_passphrase",
    "default_home",
    "lock_home",
    "parse_link",
    "restore_with_passkey",
    "unlock_home",
    "unlocked_until",
]
