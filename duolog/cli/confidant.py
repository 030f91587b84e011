"""Somebody who reads along for a time: a therapist, a counsellor, a friend. Letting in takes both, ending takes one."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from duolog.cli import asking, times
from duolog.cli.command import command, group
from duolog.cli.failures import OK, REFUSED, Usage
from duolog.cli.pairing import JournalOption, heard_words, say_words, show_qr
from duolog.cli.run import Run
from duolog.cli.shapes import admission_shape, b64, invitation_shape, journal_shape, proposal_shape

if TYPE_CHECKING:
    from duolog.client import Admission, JournalView, MemberView, ProposalView
    from duolog.client.blocking import Duolog, Members

app = group(
    "confidant", "Somebody who reads along for a time, by consent of both: a therapist, a counsellor, a friend."
)
partner = group("partner", "The other one of the two.")

DAY = 24 * 3600  # seconds
DaysOption = Annotated[int, typer.Option("--days", metavar="N", help="For how many days from now, 90 at most.")]
WriteOption = Annotated[bool, typer.Option("--may-write/--may-read", help="Read and write, or read alone.")]
WhoArgument = Annotated[
    str | None, typer.Argument(metavar="[WHO]", help="Their name or account, if there are several.", show_default=False)
]
NumberArgument = Annotated[
    int | None, typer.Argument(metavar="[NUMBER]", help="As `duolog confidant proposals` shows it.", show_default=False)
]
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
    with run.opened() as duolog:
        run.sync(duolog)
        meant = run.journal(duolog, journal)
        with run.screen.busy("Making an invitation"):
            new = duolog.members(meant.id).invite("write" if may_write else "read", int(time.time()) + days * DAY)
        run.screen.result(invitation_shape(new))
        if new.notice:
            run.screen.aside(new.notice, style="careful")
        run.screen.say("Give this link to them, and to nobody else:")
        run.screen.plain("  " + new.link)
        show_qr(run, new.link)
        run.screen.say(f"It works once, until {times.moment(new.expires_at)}.")
        run.screen.say(
            "They register and run `duolog join`. Then you compare words with them: `duolog confidant verify`."
        )
    return OK


@command(app, "verify", examples=("duolog confidant verify", "duolog confidant verify --show"))
def verify(
    run: Run,
    journal: JournalOption = None,
    show: Annotated[bool, typer.Option("--show", help="Show the words, and confirm nothing.")] = False,
) -> int:
    """Compare eight words with somebody whom you invited. With that you consent to let them in.

    They see the words with `duolog verify`. If you share the journal with a partner, it then waits for your partner.
    """
    with run.opened() as duolog:
        run.sync(duolog)
        meant = run.journal(duolog, journal)
        members = duolog.members(meant.id)
        found = _to_compare(members.admissions())
        if found is None or found.words is None:
            run.screen.say("Nobody has accepted an invitation of yours yet.")
            run.screen.result({"journal": b64(meant.id), "words": None})
            return REFUSED
        run.screen.say(_offered(found.rights, found.until))
        say_words(run, found.words)
        if show:
            run.screen.result(admission_shape(found))
            return OK
        heard = heard_words(found.words)
        if heard is None:
            run.screen.say("Nothing was confirmed.")
            return REFUSED
        with run.screen.busy("Signing"):
            members.confirm(heard, invitation=found.invitation)
        alone = len([one for one in meant.members if one.role == "partner"]) == 1
        run.screen.result(journal_shape(duolog.journal(meant.id)))
        if alone:
            run.screen.say("They are in, from now on.", style="good")
        else:
            run.screen.say("Signed. Nobody is let in before your partner has compared the words too:", style="good")
            run.screen.say("  `duolog confidant sign` at their computer.")
    return OK


def _to_compare(admissions: "tuple[Admission, ...]") -> "Admission | None":
    open_ones = [one for one in admissions if one.stage.value == "compare"]
    return next(iter(open_ones or [one for one in admissions if one.words is not None]), None)


def _offered(rights: str, until: int) -> str:
    may = "read and write" if rights == "write" else "read"
    return f"They may {may}, until {times.moment(until)}."


@command(app, "list", examples=("duolog confidant list",))
def list_members(run: Run, journal: JournalOption = None) -> int:
    """List who is in the journal and until when, who is invited, and what waits for consent."""
    with run.opened() as duolog:
        run.sync(duolog, proposed=False)
        meant = run.journal(duolog, journal)
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
        _say_proposals(run, proposals)
    return OK


def _member_line(one: "MemberView") -> str:
    who = "You" if one.me else one.name or f"Someone without a name ({one.account.hex()[:8]})"
    if one.until is None:
        return f"{who}: partner"
    may = "reads and writes" if one.rights == "write" else "reads"
    over = " (over)" if one.until <= time.time() else ""
    return f"{who}: confidant, {may} until {times.moment(one.until)}{over}"


@command(app, "proposals", examples=("duolog confidant proposals",))
def list_proposals(run: Run, journal: JournalOption = None) -> int:
    """List what one of you has proposed and the other has not signed yet."""
    with run.opened() as duolog:
        run.sync(duolog, proposed=False)
        meant = run.journal(duolog, journal)
        proposals = duolog.members(meant.id).proposals()
        shown = [proposal_shape(number, one) for number, one in enumerate(proposals, 1)]
        run.screen.result({"journal": b64(meant.id), "proposals": shown})
        if not proposals:
            run.screen.say("Nothing waits.")
        _say_proposals(run, proposals)
    return OK


def _say_proposals(run: Run, proposals: "tuple[ProposalView, ...]") -> None:
    for number, one in enumerate(proposals, 1):
        whose = "waits for your partner" if one.mine else "waits for you: `duolog confidant sign` or `decline`"
        run.screen.say(f"{number:>2}  {whose}", style="strong")
        run.screen.say(one.text, indent=4)


@command(app, "sign", examples=("duolog confidant sign", "duolog confidant sign 1 < the-words-they-read.txt"))
def sign(run: Run, number: NumberArgument = None, journal: JournalOption = None, yes: YesOption = False) -> int:
    """Consent to what your partner has proposed. Where somebody is let in, compare the words with them first.

    Words are asked for, or read from standard input; there is no option that skips them.
    """
    with run.opened() as duolog:
        run.sync(duolog, proposed=False)
        meant = run.journal(duolog, journal)
        members = duolog.members(meant.id)
        chosen = _choose(members, number, mine=False)
        run.screen.say(chosen.text)
        heard = None
        if chosen.words is not None:
            _say_before(run)
            say_words(run, chosen.words)
            heard = heard_words(chosen.words)
        if chosen.words is not None and heard is None:
            run.screen.say("Nothing was signed.")
            return REFUSED
        if heard is None and not asking.ask_yes("Do you consent to exactly this?", given=yes):
            run.screen.say("Nothing was signed.")
            return OK
        with run.screen.busy("Signing"):
            members.sign(chosen.id, heard)
        run.screen.result(journal_shape(duolog.journal(meant.id)))
        run.screen.say("Both of you have signed: it is so from now on.", style="good")
    return OK


def _say_before(run: Run) -> None:
    from duolog.client import BEFORE_SHARING_WITH_CONFIDANT

    run.screen.aside(BEFORE_SHARING_WITH_CONFIDANT, style="careful")


@command(app, "decline", examples=("duolog confidant decline", "duolog confidant decline 2 --yes"))
def decline(run: Run, number: NumberArgument = None, journal: JournalOption = None, yes: YesOption = False) -> int:
    """Say no to your partner's proposal, or take back your own."""
    with run.opened() as duolog:
        run.sync(duolog, proposed=False)
        meant = run.journal(duolog, journal)
        members = duolog.members(meant.id)
        chosen = _choose(members, number, mine=None)
        run.screen.say(chosen.text)
        if not asking.ask_yes("Do you take this back?" if chosen.mine else "Do you decline this?", given=yes):
            return OK
        members.decline(chosen.id)
        run.screen.result({"journal": b64(meant.id), "proposal": b64(chosen.id)})
        said = "Taken back." if chosen.mine else "Declined. The same can't be proposed again for 14 days."
        run.screen.say(said, style="good")
    return OK


def _choose(members: "Members", number: int | None, *, mine: bool | None) -> "ProposalView":
    """The proposal that is meant: by its number, else the only one. `mine`: signed by me; None for any."""
    proposals = members.proposals()
    if number is not None:
        if not 1 <= number <= len(proposals):
            raise Usage(f"There is no proposal {number}. `duolog confidant proposals` shows them.")
        return proposals[number - 1]
    fitting = [one for one in proposals if mine is None or one.mine is mine]
    if len(fitting) == 1:
        return fitting[0]
    raise Usage(
        "Nothing waits for you." if not fitting else "Say which, by its number in `duolog confidant proposals`."
    )


@command(app, "extend", examples=("duolog confidant extend --days 60",))
def extend(run: Run, days: DaysOption, who: WhoArgument = None, journal: JournalOption = None) -> int:
    """Propose a later end. It takes both of you."""
    with run.opened() as duolog:
        meant, member = _chosen(run, duolog, journal, who)
        duolog.members(meant.id).extend(member.account, int(time.time()) + days * DAY)
        return _proposed(run, duolog, meant)


@command(app, "rights", examples=("duolog confidant rights --may-write", "duolog confidant rights Okoro --may-read"))
def rights(run: Run, may_write: WriteOption, who: WhoArgument = None, journal: JournalOption = None) -> int:
    """Propose that they may write too, or read alone. It takes both of you."""
    with run.opened() as duolog:
        meant, member = _chosen(run, duolog, journal, who)
        duolog.members(meant.id).rights(member.account, "write" if may_write else "read")
        return _proposed(run, duolog, meant)


def _proposed(run: Run, duolog: "Duolog", meant: "JournalView") -> int:
    run.screen.result(journal_shape(duolog.journal(meant.id)))
    if len([one for one in meant.members if one.role == "partner"]) == 1:
        run.screen.say("Done.", style="good")
    else:
        run.screen.say("Proposed. It is not so before your partner signs it: `duolog confidant sign`.", style="good")
    return OK


@command(app, "shorten", examples=("duolog confidant shorten --days 7",))
def shorten(run: Run, days: DaysOption, who: WhoArgument = None, journal: JournalOption = None) -> int:
    """Set an earlier end. It takes you alone."""
    from duolog.client import COPIES_STAY

    with run.opened() as duolog:
        meant, member = _chosen(run, duolog, journal, who)
        until = int(time.time()) + days * DAY
        duolog.members(meant.id).shorten(member.account, until)
        run.screen.result(journal_shape(duolog.journal(meant.id)))
        run.screen.say(f"It ends on {times.moment(until)}. {COPIES_STAY}", style="good")
    return OK


@command(app, "remove", examples=("duolog confidant remove", "duolog confidant remove Okoro --yes"))
def remove(run: Run, who: WhoArgument = None, journal: JournalOption = None, yes: YesOption = False) -> int:
    """End it now. It takes you alone. What they have read can't be recalled."""
    from duolog.client import COPIES_STAY

    with run.opened() as duolog:
        meant, member = _chosen(run, duolog, journal, who)
        name = member.name or "this confidant"
        run.screen.aside(COPIES_STAY, style="careful")
        if not asking.ask_yes(f"Do you end it for {name} now?", given=yes):
            return OK
        duolog.members(meant.id).remove(member.account)
        run.screen.result(journal_shape(duolog.journal(meant.id)))
        run.screen.say("Ended. Nothing that is written from now on opens for them.", style="good")
    return OK


def _chosen(run: Run, duolog: "Duolog", journal: str | None, who: str | None) -> "tuple[JournalView, MemberView]":
    """The journal and the confidant that are meant."""
    run.sync(duolog)
    meant = run.journal(duolog, journal)
    known = [one for one in meant.members if one.role == "confidant"]
    fitting = [one for one in known if who is None or _is(one, who)]
    if len(fitting) == 1:
        return meant, fitting[0]
    if not known:
        raise Usage("There is no confidant in this journal.")
    names = ", ".join(one.name or one.account.hex()[:8] for one in known)
    raise Usage(f"Say which one: {names}.")


def _is(member: "MemberView", who: str) -> bool:
    return who.lower() in (member.name or "").lower() or (len(who) >= 4 and member.account.hex().startswith(who))


@command(app, "leave", examples=("duolog confidant leave",))
def leave(run: Run, journal: JournalOption = None, yes: YesOption = False) -> int:
    """Leave a journal that you are a confidant of. It takes you alone."""
    with run.opened() as duolog:
        run.sync(duolog)
        meant = run.journal(duolog, journal)
        if not asking.ask_yes("Do you leave this journal? What this computer has read stays on it.", given=yes):
            return OK
        duolog.members(meant.id).leave()
        run.screen.result(journal_shape(duolog.journal(meant.id)))
        run.screen.say("You have left. Both partners see that.", style="good")
    return OK


@command(partner, "remove", examples=("duolog partner remove", "duolog partner remove --yes"))
def remove_partner(run: Run, journal: JournalOption = None, yes: YesOption = False) -> int:
    """Remove somebody who joined, and whose words you never compared. Then invite anew.

    Once the words were compared, neither of you can remove the other.
    """
    with run.opened() as duolog:
        run.sync(duolog)
        meant = run.journal(duolog, journal)
        if not asking.ask_yes("Do you remove the one who joined? What they have read they keep.", given=yes):
            return OK
        duolog.members(meant.id).remove_partner()
        run.screen.result(journal_shape(duolog.journal(meant.id)))
        run.screen.say("Removed. `duolog invite` makes a new link.", style="good")
    return OK
