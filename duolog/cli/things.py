"""The things of a kind as commands show them: listed by title and stage, and whole with their words. No kind is named.

Folded by default: a list and a question show the title alone, `show` opens the words. Nobody is told of either.
"""

from typing import TYPE_CHECKING, Any, Generic

import typer

from duolog.cli import desk, times
from duolog.cli.command import JournalOption, OfflineOption, command
from duolog.cli.desk import UNSENT, WAITS, at_desk, steps_shape
from duolog.cli.failures import OK
from duolog.cli.run import Run
from duolog.cli.screen import OWN
from duolog.cli.shapes import Shape, b64, fields

if TYPE_CHECKING:
    from duolog.client import ListedThing, StepView, ThingView
    from duolog.documents.things import Text

OPENED_BY: dict[str, str] = {}  # the command that shows a thing whole, by its kind; `add_views` fills it


class ThingDesk(desk.Desk[desk.X], Generic[desk.X]):
    """The things of a kind whose list of kinds says how they are shown."""

    def listed(self) -> "tuple[ListedThing[Any], ...]":
        """Every thing as this person sees it, without its words."""
        found: tuple[ListedThing[Any], ...] = self.duolog.things(self.journal.id, self.kind)
        return found

    def view(self, thing: desk.X) -> "ThingView[Any]":
        """One thing as this person sees it."""
        found: ThingView[Any] = self.duolog.thing(self.journal.id, self.kind, thing.entry)
        return found

    def say_named(self, thing: desk.X, text: "Text", does: str) -> None:
        """Show the title of a thing, folded; or the later text that a step names, with its words."""
        view = self.view(thing)
        self.say_view(view)
        self.say_before_writing(thing, text)

    def say_view(self, view: "ListedThing[Any]") -> None:
        """Show where a thing stands, without the words of its steps."""
        first, *rest = view.text.split("\n")
        self.run.screen.say(f"{view.number:>2}  {first}", style="strong")
        for line in rest:
            self.run.screen.say(line, indent=2)
        if view.waits:
            self.run.screen.say(UNSENT, indent=2, style="careful")

    def say_before_writing(self, thing: desk.X, text: "Text") -> None:
        """Show the words that a step answers, where those are not the thing itself."""
        if text.entry != thing.entry:
            for said in self.view(thing).said:
                if said.entry == text.entry:
                    self.say_step(said)
            self.run.screen.say()

    def say_step(self, said: "StepView") -> None:
        """Show one step with its words."""
        first, *rest = said.text.split("\n")
        say = self.run.screen.say
        say()
        say(f"{OWN if said.mine else ''}{first}", style="own" if said.mine else "strong")
        say(times.moment(said.at), indent=2, style="quiet")
        if said.waits:
            say(WAITS, indent=2, style="careful")
        for line in (*rest, *((said.words_text or "").split("\n") if said.words_text else ())):
            say(line)
        if said.hidden is not None:
            say(said.hidden, indent=4, style="careful")


def listed_shape(view: "ListedThing[Any]") -> Shape:
    """One thing in a list."""
    return {**fields(view, "number title text waits"), "thing": b64(view.entry), "stage": view.thing.standing}


def thing_shape(view: "ThingView[Any]") -> Shape:
    """One thing with its steps, their words, and what may be done next."""
    said = [
        fields(one, "entry author author_name mine at effective step text body words hidden not_delivered_to waits")
        for one in view.said
        if one.text  # else its kind tells it in the thing alone
    ]
    return {**listed_shape(view), "said": said, "steps": steps_shape(view.steps)}


def add_list(app: typer.Typer, name: str, place: type[ThingDesk[Any]], purpose: str, empty: str) -> None:
    """Make the command that lists the things of a desk. `empty`: said where there is none."""

    def list_things(run: Run, journal: JournalOption = None, offline: OfflineOption = False) -> int:
        def act(here: ThingDesk[Any]) -> int:
            views = here.listed()
            shapes = [listed_shape(one) for one in views]
            run.screen.result({"journal": b64(here.journal.id), "things": shapes})
            if not views:
                # Who takes no steps is told of no command that begins one.
                run.screen.say(empty if here.me in here.partners else f"{empty.partition('. ')[0].rstrip('.')}.")
            for view in views:
                here.say_view(view)
            return OK

        return at_desk(place, run, journal, act, offline=offline, reading=True)

    list_things.__doc__ = purpose
    whole = f"{place.group} {name}"
    command(app, name, examples=(whole, f"{whole} --json"), ephemeral=True)(list_things)


def add_show(app: typer.Typer, name: str, place: type[ThingDesk[Any]], number: Any, purpose: str, empty: str) -> None:
    """Make the command that shows a thing of a desk whole. `number`: the annotated type of its argument."""

    def show_thing(
        run: Run, number: number = None, journal: JournalOption = None, offline: OfflineOption = False
    ) -> int:
        def act(here: ThingDesk[Any]) -> int:
            count, thing = here.choose(number, lambda _: True, empty)
            view = here.view(thing)
            run.screen.result({"journal": b64(here.journal.id), **thing_shape(view)})
            here.say_view(view)
            for said in view.said:
                if said.entry != view.entry or said.words is not None or said.hidden is not None:
                    here.say_step(said)  # without words beside it, the first step was told above
            if any(step.why_not is None for step in view.steps):
                run.screen.say()
                here.say_next(count, thing)
            return OK

        return at_desk(place, run, journal, act, offline=offline, reading=True)

    show_thing.__doc__ = purpose
    whole = f"{place.group} {name}"
    OPENED_BY[place.kind] = whole
    command(app, name, examples=(whole, f"{whole} 1"), ephemeral=True)(show_thing)
