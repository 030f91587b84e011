"""A confidant reads along for a time, for example a therapist: invite them, compare words, list the members."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from duolog.cli import times
from duolog.cli.command import JournalOption, command, commands
from duolog.cli.failures import OK, REFUSED
from duolog.cli.pairing import ShowOption, compare_words, may, say_invitation, say_words
from duolog.cli.run import Run
from duolog.cli.shapes import admission_shape, b64, journal_shape, proposal_shape, short

if TYPE_CHECKING:
    from duolog.client import Admission, JournalView, MemberView, ProposalView

app = commands()

DAY = 24 * 3600  # seconds
DaysOption = Annotated[int, typer.Option("--days", metavar="N", help="For how many days from now, 90 at most.")]
WriteOption = Annotated[bool, typer.Option("--may-write/--may-read", help="Read and write, or read alone.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Don't ask; for scripts.")]

STAGES = {
    "waiting for answer": "nobody has opened the link yet",
    "compare": "compare the words with them: `duolog confidant verify`",
    "waiting for partner": "you have signed; your partner compares the words, and signs or declines",
    "declined": "your partner declined; it isn't proposed again within 14 days",
    "lapsed": "your partner did not answer within 14 days, which is not a no; it isn't proposed again within 14 more",
}


@command(app, "invite", examples=("duolog confidant invite --days 60", "duolog confidant invite --days 30 --may-write"))
def invite(run: Run, days: DaysOption, may_write: WriteOption = False, journal: JournalOption = None) -> int:
    """Invite a confidant: prints a link. It lets nobody in yet; that takes the words, and your partner's consent."""
    with run.in_journal(journal) as (duolog, meant):
        with run.screen.busy("Making an invitation"):
            new = duolog.members(meant.id).invite("write" if may_write else "read", int(time.time()) + days * DAY)
        say_invitation(run, new, "them")
        run.screen.say(
            "They register and run `duolog join`. Then you compare words with them: `duolog confidant verify`."
        )
    return OK


@command(app, "verify", examples=("duolog confidant verify", "duolog confidant verify --show"))
def verify(run: Run, journal: JournalOption = None, show: ShowOption = False) -> int:
    """Compare eight words with somebody whom you invited. With that you consent to let them in.

    They see the words with `duolog verify`. If you share the journal with a partner, it then waits for your partner.
    """
    with run.in_journal(journal) as (duolog, meant):
        members = duolog.members(meant.id)
        found = _to_compare(members.admissions())
        if found is None or found.words is None:
            run.screen.say("Nobody has accepted an invitation of yours yet.")
            run.screen.result({"journal": b64(meant.id), "words": None})
            return REFUSED
        run.screen.say(_offered(found.rights, found.until))
        if show:
            say_words(run, found.words)
            run.screen.result(admission_shape(found))
            return OK
        heard = compare_words(run, found.words)
        if heard is None:
            run.screen.say("Nothing was confirmed.")
            return REFUSED
        with run.screen.busy("Signing"):
            members.confirm(heard, invitation=found.invitation)
        run.screen.result(journal_shape(duolog.journal(meant.id)))
        if is_alone(meant):
            run.screen.say("They are in, from now on.", style="good")
        else:
            run.screen.say("Signed. Nobody is let in before your partner has compared the words too:", style="good")
            run.screen.say("  `duolog confidant sign` at their computer.")
    return OK


def _to_compare(admissions: "tuple[Admission, ...]") -> "Admission | None":
    open_ones = [one for one in admissions if one.stage.value == "compare"]
    return next(iter(open_ones or [one for one in admissions if one.words is not None]), None)


def _offered(rights: str, until: int) -> str:
    return f"They may {may(rights)}, until {times.moment(until)}."


def is_alone(journal: "JournalView") -> bool:
    """Whether a journal has one partner, whose consent is enough."""
    return len([one for one in journal.members if one.role == "partner"]) == 1


@command(app, "list", examples=("duolog confidant list",))
def list_members(run: Run, journal: JournalOption = None) -> int:
    """List who is in the journal and until when, who is invited, and what waits for consent."""
    with run.in_journal(journal, proposed=False) as (duolog, meant):
        members = duolog.members(meant.id)
        admissions = members.admissions()
        proposals = members.proposals() if meant.former is None else ()
        run.screen.result(
            {
                **journal_shape(meant),
                "admissions": [admission_shape(one) for one in admissions],
                "proposals": [proposal_shape(number, one) for number, one in enumerate(proposals, 1)],
            }
        )
        if meant.former is not None:
            run.screen.say(meant.former, style="careful")
        for one in sorted(meant.members, key=lambda member: (not member.me, member.until or 0)):
            run.screen.say(_member_line(one))
        for invited in admissions:
            run.screen.say(f"Invited: {STAGES[invited.stage.value]}. {_offered(invited.rights, invited.until)}")
        say_proposals(run, proposals)
    return OK


def _member_line(one: "MemberView") -> str:
    who = "You" if one.me else one.name or f"Someone without a name ({short(one.account)})"
    if one.until is None:
        return f"{who}: partner"
    does = "reads and writes" if one.rights == "write" else "reads"
    over = " (over)" if one.until <= time.time() else ""
    return f"{who}: confidant, {does} until {times.moment(one.until)}{over}"


def say_proposals(run: Run, proposals: "tuple[ProposalView, ...]") -> None:
    """Show each proposal with its number, and whose signature it waits for."""
    for number, one in enumerate(proposals, 1):
        whose = "waits for your partner" if one.mine else "waits for you: `duolog confidant sign` or `decline`"
        run.screen.say(f"{number:>2}  {whose}", style="strong")
        run.screen.say(one.text, indent=4)
