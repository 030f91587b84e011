"""Changes that one partner proposed: list them, sign them with the words of whom they let in, or decline them."""

from typing import TYPE_CHECKING, Annotated

import typer

from duolog.cli import asking
from duolog.cli.command import JournalOption, command, commands
from duolog.cli.confidant import YesOption, say_proposals
from duolog.cli.failures import OK, REFUSED, Usage
from duolog.cli.pairing import compare_words
from duolog.cli.run import Run
from duolog.cli.shapes import b64, journal_shape, proposal_shape

if TYPE_CHECKING:
    from duolog.client import ProposalView
    from duolog.client.blocking import Members

app = commands()

NumberArgument = Annotated[
    int | None, typer.Argument(metavar="[NUMBER]", help="As `duolog confidant proposals` shows it.", show_default=False)
]


@command(app, "proposals", examples=("duolog confidant proposals",))
def list_proposals(run: Run, journal: JournalOption = None) -> int:
    """List what one of you has proposed and the other has not signed yet."""
    with run.in_journal(journal, proposed=False) as (duolog, meant):
        proposals = duolog.members(meant.id).proposals()
        shown = [proposal_shape(number, one) for number, one in enumerate(proposals, 1)]
        run.screen.result({"journal": b64(meant.id), "proposals": shown})
        if not proposals:
            run.screen.say("Nothing waits.")
        say_proposals(run, proposals)
    return OK


@command(app, "sign", examples=("duolog confidant sign", "duolog confidant sign 1 < the-words-they-read.txt"))
def sign(run: Run, number: NumberArgument = None, journal: JournalOption = None, yes: YesOption = False) -> int:
    """Consent to what your partner has proposed. Where somebody is let in, compare the words with them first.

    Words are asked for, or read from standard input; there is no option that skips them.
    """
    from duolog.client import BEFORE_SHARING_WITH_CONFIDANT

    with run.in_journal(journal, proposed=False) as (duolog, meant):
        members = duolog.members(meant.id)
        chosen = _choose(members, number, mine=False)
        run.screen.say(chosen.text)
        heard = None
        if chosen.words is not None:
            run.screen.aside(BEFORE_SHARING_WITH_CONFIDANT, style="careful")
            heard = compare_words(run, chosen.words)
            if heard is None:
                run.screen.say("Nothing was signed.")
                return REFUSED
        elif not run.agreed("Do you consent to exactly this?", given=yes, otherwise="Nothing was signed."):
            return OK
        with run.screen.busy("Signing"):
            members.sign(chosen.id, heard)
        run.screen.done(journal_shape(duolog.journal(meant.id)), "Both of you have signed: it is so from now on.")
    return OK


@command(app, "decline", examples=("duolog confidant decline", "duolog confidant decline 2 --yes"))
def decline(run: Run, number: NumberArgument = None, journal: JournalOption = None, yes: YesOption = False) -> int:
    """Say no to your partner's proposal, or take back your own."""
    with run.in_journal(journal, proposed=False) as (duolog, meant):
        members = duolog.members(meant.id)
        chosen = _choose(members, number, mine=None)
        run.screen.say(chosen.text)
        if not asking.ask_yes("Do you take this back?" if chosen.mine else "Do you decline this?", given=yes):
            return OK
        members.decline(chosen.id)
        said = "Taken back." if chosen.mine else "Declined. The same can't be proposed again for 14 days."
        run.screen.done({"journal": b64(meant.id), "proposal": b64(chosen.id)}, said)
    return OK


def _choose(members: "Members", number: int | None, *, mine: bool | None) -> "ProposalView":
    """The proposal with this number; without a number, the only one. `mine`: whether I proposed it, None for either.

    Raises: Usage.
    """
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
