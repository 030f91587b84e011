"""Which entries of a journal a command shows: the options for kinds, people, days, tags and feelings.

A tag or a feeling is a word of the journal. Every user of a computer sees the arguments of running commands, and a
shell keeps them, so the options only say that there is such a word, and it is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from duolog.cli.asking import ask_line
from duolog.cli.failures import Usage
from duolog.documents import dates

if TYPE_CHECKING:
    from duolog.client import JournalView, TimelineFilter
    from duolog.client.blocking import Duolog

# Words of the command for kinds that have another name in documents.
KINDS_BY_WORD: Final = {
    "letter": "disclosure",
    "checkin": "check_in",
    "review": "check_in",
    "thanks": "appreciation",
    "win": "appreciation",
}
KindOption = Annotated[
    list[str] | None,
    typer.Option("--kind", metavar="KIND", help="Only this kind, as note, letter or boundary. Can be given again."),
]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="WHO", help="Only what one person wrote: me, partner, or a name.")
]
SinceOption = Annotated[str | None, typer.Option("--since", metavar="DAY", help="From this day on, as 2026-11-03.")]
UntilOption = Annotated[str | None, typer.Option("--until", metavar="DAY", help="Up to this day, and with it.")]
TagOption = Annotated[bool, typer.Option("--tag", help="Only with a tag, which you are asked for.")]
FeelingOption = Annotated[bool, typer.Option("--feeling", help="Only with a feeling, which you are asked for.")]
ByOption = Annotated[
    str,
    typer.Option("--by", metavar="TIME", help="Which time orders entries and is meant by days: written, or happened."),
]


def typed_day(option: str, text: str) -> date:
    """A typed day. Raises: Usage."""
    try:
        return dates.parse_day(text)
    except ValueError as error:
        raise Usage(f"`{option}` takes a day, as 2026-11-03.") from error


def typed_wall_time(option: str, text: str) -> str:
    """A typed day, or day and time, as a document has it. Raises: Usage."""
    try:
        return dates.parse_wall_time(text)
    except ValueError as error:
        raise Usage(f"`{option}` takes a day, as 2026-11-03, or a day and a time, as '2026-11-03 21:30'.") from error


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of one command, as they were typed."""

    kinds: list[str] | None
    who: str | None
    since: str | None
    until: str | None
    by: str = "written"
    tag: bool = False
    feeling: bool = False


def asked_filter(duolog: "Duolog", journals: "Sequence[JournalView]", asked: Asked) -> "TimelineFilter | None":
    """The filter that the options make, None where they ask for everything. Asks for words. Raises: Usage."""
    from duolog.client import TimelineFilter

    if asked.by not in ("written", "happened"):
        raise Usage("`--by` takes written or happened.")
    made: dict[str, Any] = {"by": asked.by}
    if asked.kinds:
        made["kinds"] = frozenset(map(_kind, asked.kinds))
    if asked.who is not None:
        made["authors"] = _people(duolog, journals, asked.who)
    if asked.since is not None:
        made["since"] = typed_day("--since", asked.since)
    if asked.until is not None:
        made["until"] = typed_day("--until", asked.until)
    for name, wanted, question in (("tags", asked.tag, "Which tag?"), ("feelings", asked.feeling, "Which feeling?")):
        if wanted:
            made[name] = (_asked(question),)
    where = TimelineFilter(**made)
    return None if where == TimelineFilter() else where


def _kind(typed: str) -> str:
    """A kind as documents name it, from a word for it. Raises: Usage."""
    from duolog.documents.registry import KINDS

    word = typed.strip().lower().replace("-", "_")
    name = KINDS_BY_WORD.get(word, word)
    if name not in KINDS:
        known = ", ".join(sorted({*KINDS, *KINDS_BY_WORD} - set(KINDS_BY_WORD.values())))
        raise Usage(f"There is no kind {typed!r}. Kinds are: {known.replace('_', '-')}.")
    return name


def _asked(question: str) -> str:
    word = ask_line(question)
    if not word:
        raise Usage(f"Nothing was typed. {question}")
    return word


def _people(duolog: "Duolog", journals: "Sequence[JournalView]", who: str) -> frozenset[bytes]:
    """The accounts that `--from` means in these journals. Raises: Usage."""
    if who == "me":
        return frozenset([duolog.account])
    members = [member for journal in journals for member in journal.members]
    if who == "partner":
        found = {one.account for one in members if not one.me and one.role == "partner"}
        if not found:
            raise Usage("There is no partner here.")
        return frozenset(found)
    names = [(member.account, member.name) for member in members if member.name is not None]
    for journal in journals:
        names += [(account, one.display_name) for account, one in duolog.profiles(journal.id).items()]
    found = {account for account, name in names if name.casefold() == who.casefold()}
    if not found:
        raise Usage("Nobody of that name has written here. `--from` takes me, partner, or a name as it is shown.")
    return frozenset(found)
