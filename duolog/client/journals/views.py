"""A journal as a person sees it: plain values without keys, safe to show and to keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from duolog.client.journals.filters import happened
from duolog.errors import DuologError
from duolog.seal.words import Words

STALE_AFTER = 45  # days
_DAY = 24 * 3600  # seconds

WAITS = "Waits here until the server can be reached."
COPIES_STAY = "Copies that were read already can't be recalled."


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member by account id, with the name of their own profile if they wrote one that can be shown. `called`: how
    texts name them, as `Ada (you)` or `Your partner`. `until`: Unix seconds or None."""

    account: bytes
    name: str | None
    called: str
    role: str
    rights: str
    until: int | None
    me: bool


@dataclass(frozen=True, slots=True)
class JournalView:
    """One journal as this home holds it. `seq`: the last verified place. `frozen`: why it is read-only, or None.
    `former`: why I am in it no longer, or None. `name`: my own name for it, which nobody else sees, or None.
    `words_differ`: who found that the eight words of a provisional pairing differ, by account. `restoring`: the server
    has gone back, and takes nothing new here until this time at the latest (Unix seconds, 0: not known), or None."""

    id: bytes
    members: tuple[MemberView, ...]
    seq: int
    provisional: bool
    closed: bool
    frozen: str | None
    waiting: int
    unreadable: int
    former: str | None = None
    name: str | None = None
    words_differ: tuple[bytes, ...] = ()
    restoring: int | None = None


@dataclass(frozen=True, slots=True)
class AccountWords:
    """Eight words of an account's chain head. `since`: Unix day of that statement, None for a first generation."""

    account: bytes
    name: str | None
    me: bool
    generation: int
    since: int | None
    words: Words

    def stale(self, now: int) -> bool:
        """Whether somebody else's keys are older than 45 days at `now` (Unix seconds): a rotation may be kept back."""
        return not self.me and self.since is not None and now // _DAY - self.since > STALE_AFTER


@dataclass(frozen=True, slots=True)
class JournalWords:
    """Eight words of a journal's head at `seq`."""

    journal: bytes
    seq: int
    words: Words


@dataclass(frozen=True, slots=True)
class Heads:
    """The words that two people compare by voice to know that they see the same."""

    accounts: tuple[AccountWords, ...]
    journals: tuple[JournalWords, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A document that is safe in this home. `delivered`: the server has it too; otherwise `problem` says why not."""

    entry: bytes
    delivered: bool
    problem: DuologError | None = None


@dataclass(frozen=True, slots=True)
class WordsOf:
    """The step whose words a note is. `thing`, `number`: the thing of that kind in which they are shown, and its place
    in the list, from 1."""

    step: bytes
    kind: str
    thing: bytes | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry as this home may show it.

    `at`: the author's clock, `received`: the server's, `effective`: the time that rules compare, Unix seconds; the last
    differs from `at` where the author's clock isn't believed. `kind`, `v`, `body`, `text` are None where `unreadable`
    says why.
    `text`: the document in plain words, safe on a terminal. `without_effect`: why the rules skip this step, or None.
    `not_delivered_to`: members who said that they could not read it. `seq` is None while it waits in the outbox.
    `hidden`: withdrawn by its author, or erased by me; then there is no text, unless I had kept it.
    `words_of`: what this note is the words of; it is shown there, and folded in a timeline.
    `text` is empty where the document is told in its thing alone.
    """

    journal: bytes
    entry: bytes
    seq: int | None
    author: bytes
    author_name: str | None
    mine: bool
    received: int | None = None
    at: int | None = None
    kind: str | None = None
    v: int | None = None
    body: Mapping[str, Any] | None = None
    text: str | None = None
    unreadable: str | None = None
    without_effect: str | None = None
    not_delivered_to: tuple[bytes, ...] = ()
    hidden: str | None = None
    effective: int | None = None
    words_of: WordsOf | None = None

    @property
    def happened(self) -> str | None:
        """When it happened, by its author's clock on the wall, where the author said so. Else None."""
        return None if self.body is None else happened(self.body)

    @property
    def in_thing_alone(self) -> bool:
        """Whether it is told in its thing alone. Then no list of entries shows it to a person."""
        return self.text == ""

    @property
    def time(self) -> int:
        """The time by which it is ordered: the effective one, and while it waits the author's. Unix seconds."""
        return self.effective or self.at or self.received or 0
