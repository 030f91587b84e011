"""The page of help, and prompts for writing. Both need no account, no home and no network, and write nothing."""

import os
import time
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from duolog.cli.command import command, commands
from duolog.cli.failures import OK, Usage
from duolog.cli.run import Run

if TYPE_CHECKING:
    from duolog.catalogues.help_page import HelpPage
    from duolog.catalogues.prompts import Catalogue

app = commands()

FEELINGS = "feelings"


@command(app, "find-help", examples=("duolog find-help",))
def find_help(run: Run) -> int:
    """Show where to find help, and when joint work is unsafe. Works offline, and keeps no record."""
    page, say = help_page(), run.screen.say
    run.screen.result(page.model_dump(mode="json"))
    say(page.title, style="strong")
    for paragraph in page.opening:
        say(paragraph)
    for section in page.sections:
        say()
        say(section.title, style="strong")
        for paragraph in section.paragraphs:
            say(paragraph)
        for point in section.points:
            say(f"- {point}", indent=2)
        for line in section.lines:
            say(f"{line.place}: {line.call} ({line.name})", indent=2)
    return OK


@command(app, "prompts", examples=("duolog prompts", "duolog prompts disclosure", "duolog prompts feelings"))
def prompts(
    run: Run,
    practice: Annotated[
        str | None,
        typer.Argument(metavar="[PRACTICE]", help="For what. Without one, they are listed.", show_default=False),
    ] = None,
) -> int:
    """Show questions to begin writing with, and feelings. Works offline, and keeps no record."""
    from duolog.catalogues.languages import language_of
    from duolog.catalogues.prompts import FORMS, Practice, load_catalogue
    from duolog.documents.dates import day_number

    catalogue = load_catalogue(language_of(os.environ))
    if practice == FEELINGS:
        return _feelings(run, catalogue)
    found = next((name for name in get_args(Practice) if name == practice), None)
    if practice is not None and found is None:
        known = ", ".join((*get_args(Practice), FEELINGS))
        raise Usage(f"There are no prompts for {practice!r}. Choose one of: {known}.")
    if found is not None:
        run.screen.result({"practice": found, "prompts": catalogue.prompts[found]})
        for text in catalogue.prompts[found].values():
            run.screen.say(f"- {text}")
        return OK
    today = day_number(int(time.time()))
    named = [name for name in get_args(Practice) if name not in FORMS]
    run.screen.result({"today": {name: catalogue.prompt_of(name, today).id for name in named}})
    run.screen.say(catalogue.prompt_of("note", today).text)
    run.screen.say()
    for name in get_args(Practice):
        run.screen.say(f"`duolog prompts {name}`: {catalogue.practices[name]}", indent=2)
    run.screen.say(f"`duolog prompts {FEELINGS}`", indent=2)
    return OK


def help_page() -> "HelpPage":
    """The page of help in the reader's language."""
    from duolog.catalogues.help_page import load_help
    from duolog.catalogues.languages import language_of

    return load_help(language_of(os.environ))


def _feelings(run: Run, catalogue: "Catalogue") -> int:
    run.screen.result({FEELINGS: {name: group.words for name, group in catalogue.feelings.items()}})
    for group in catalogue.feelings.values():
        run.screen.say(f"{group.name}: {', '.join(group.words.values())}")
    return OK
