"""The desk: the things of one kind in one journal, in front of one person. No kind is named here.

A thing is found by its number, as `list` shows it. The kind's rows say which steps this person may take with it now.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from duolog.cli import times
from duolog.cli.failures import OK, Usage
from duolog.cli.run import Run
from duolog.cli.screen import OWN
from duolog.cli.shapes import Shape, b64
from duolog.errors import NotAllowed

if TYPE_CHECKING:
    from duolog.client import JournalView
    from duolog.client.blocking import Duolog
    from duolog.documents.kernel import Machine, Possible
    from duolog.documents.things import Text, Thing, Things
    from duolog.documents.voice import Voice

KEPT = "Kept for yourself. `duolog draft list` shows it, `duolog draft send` writes it into the journal."

WAITS = "(waits here until the server can be reached)"
UNSENT = "(so it will be: a step of yours waits here until the server can be reached)"

X = TypeVar("X", bound="Thing")
D = TypeVar("D", bound="Desk[Any]")


class Desk(Generic[X]):
    """The things of one kind in one journal, in front of one person: found by number, shown, answered.

    `kind`: the name in the list of kinds. `group`: the command above `list` and `show`. `commands`: the command of each
    step with a thing, as `add_verbs` fills it.
    """

    kind: ClassVar[str]
    group: ClassVar[str]
    commands: ClassVar[dict[str, str]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "kind" in vars(cls):
            cls.commands = {}

    def __init__(self, run: Run, duolog: "Duolog", journal: "JournalView", *, reading: bool = False) -> None:
        """`reading`: things are shown as they will be once the steps that wait here are sent."""
        from duolog.documents.registry import KINDS

        self.run, self.duolog, self.journal = run, duolog, journal
        self.now, self.me = int(time.time()), duolog.account
        self.partners = frozenset(member.account for member in journal.members if member.role == "partner")
        self.things: Things[X] = duolog.state(journal.id, unsent=reading).part(KINDS[self.kind])
        views = duolog.things(journal.id, self.kind) if reading and journal.waiting else ()
        self.unsent = frozenset(one.entry for one in views if one.waits)

    def say_named(self, thing: X, text: "Text", does: str) -> None:
        """Show the text that a step names, before the question. `does`: the class of the step."""
        raise NotImplementedError

    def say_before_writing(self, thing: X, text: "Text") -> None:
        """Show what a person needs to see before they write the words of a step. `text`: what it names."""

    def draft_instead(self, body: Mapping[str, Any]) -> str:
        """The question whether a step that was just written should stay a draft; empty for none."""
        return ""

    @property
    def first_use(self) -> str:
        """Sentences that are said once on this computer, before the first step; empty for none."""
        return ""

    @property
    def noun(self) -> str:
        """The word for one thing, as commands say it."""
        return self.group.split()[-1]

    @property
    def other(self) -> str:
        """The other partner's name, or a neutral word."""
        return next((self.voice.name(one) for one in self.partners if one != self.me), "the other")

    @property
    def machine(self) -> "Machine[X]":
        """The kind's rows. Raises: TypeError for a kind without steps."""
        from duolog.documents.registry import KINDS

        machine = KINDS[self.kind].machine
        if machine is None:
            raise TypeError(f"{self.kind} has no steps")
        return machine

    @property
    def voice(self) -> "Voice":
        """Names and times as this person reads them."""
        from duolog.documents.names import SOMEBODY
        from duolog.documents.voice import Voice

        names = {member.account: member.called for member in self.journal.members}
        return Voice(name=lambda account: names.get(account, SOMEBODY), when=times.moment)

    # --- what may be done ---

    def steps(self, thing: X | None) -> "tuple[Possible, ...]":
        """Every step with a thing, or without one, and why this person may not take it now."""
        from duolog.documents.applied import Membership

        return self.machine.steps(self.things, thing, self.me, self.now, Membership(self.partners))

    def possible(self, step: str, thing: X | None) -> "Possible":
        """One step with a thing, or without one."""
        return next(one for one in self.steps(thing) if one.step == step)

    def may(self, step: str, thing: X | None) -> bool:
        """Whether this person may take a step now, as far as the rows can tell before it is written."""
        return self.possible(step, thing).why_not is None

    def may_now(self, step: str, *, beginning: bool) -> bool:
        """Whether the journal takes such a step now. `beginning`: a step that makes a thing, and needs none."""
        if self.me not in self.partners or (self._only_exits and self.class_of(step) != "ends"):
            return False
        return not beginning or self.may(step, None)

    def class_of(self, step: str) -> str:
        """The class of a step, as its first row has it."""
        return self.machine.class_of(step)

    def require_possible(self, step: str, thing: X | None) -> None:
        """Check that a step may be taken, before anybody writes its words. Raises: NotAllowed."""
        from duolog.documents.judging import COMPARE_FIRST

        if self._only_exits and self.class_of(step) != "ends":
            raise NotAllowed(COMPARE_FIRST)
        why_not = self.possible(step, thing).why_not
        if why_not is not None:
            raise NotAllowed(why_not)

    @property
    def _only_exits(self) -> bool:
        """Whether the partner is provisional, in a kind that has none but exits then."""
        from duolog.documents.registry import KINDS

        return not KINDS[self.kind].while_provisional and self.journal.provisional

    def next_steps(self, thing: X) -> "tuple[Possible, ...]":
        """The steps with a thing, as `show` lists them. A journal that takes no document has none, nor has a thing of
        which a step waits to be sent.

        While the partner is provisional, a kind may have none but exits.
        """
        if thing.entry in self.unsent:
            return ()
        if self.journal.closed or self.journal.frozen is not None or self.journal.former is not None:
            return ()
        return tuple(one for one in self.steps(thing) if one.does == "ends" or not self._only_exits)

    def say_next(self, number: int, thing: X, *, but: str = "") -> None:
        """List the steps that may be taken next with a thing, or say why there is none. `but`: a step to leave out."""
        steps = [one for one in self.next_steps(thing) if one.step != but]
        allowed = [one.step for one in steps if one.why_not is None]
        if allowed:
            self.run.screen.say("Steps that you may take next:", style="quiet")
        elif steps:
            self.run.screen.say(steps[0].why_not or "", style="quiet")
        for step in allowed:
            self.run.screen.say(f"{self.commands[step]} {number}", indent=2, style="quiet")

    def say_unsent(self, thing: X) -> None:
        """Say of a thing that a step of it waits here."""
        if thing.entry in self.unsent:
            self.run.screen.say(UNSENT, indent=2, style="careful")

    # --- things and texts ---

    def choose(self, number: int | None, fits: Callable[[X], bool], none: str) -> tuple[int, X]:
        """The thing with this number; without a number, the only thing that fits. Raises: Usage, NotAllowed."""
        if number is not None:
            if not 1 <= number <= len(self.things):
                raise Usage(f"There is no {self.noun} {number}. `{self.group} list` numbers them.")
            return number, self.things[[*self.things][number - 1]]
        everything = list(self.things.values())
        found = [(count, one) for count, one in enumerate(everything, 1) if fits(one)]
        if len(found) == 1:
            return found[0]
        if found:
            counts = ", ".join(f"{count}{self._titled(one)}" for count, one in found)
            raise Usage(f"Say which one: {counts}. (`{self.group} list` shows them.)")
        if everything and self.me not in self.partners:
            raise NotAllowed(self.steps(everything[0])[0].why_not or none)
        raise Usage(none)

    def _titled(self, thing: X) -> str:
        """The title of a thing in brackets, where its kind has titles."""
        from duolog.documents.registry import KINDS
        from duolog.documents.voice import title_line

        title = KINDS[self.kind].title
        return "" if title is None else f" ({title_line(title(thing))})"

    def numbered(self, thing: X, number: int) -> "Text":
        """The text of a thing with this number. Raises: Usage."""
        texts = list(thing.texts.values())
        if not 1 <= number <= len(texts):
            raise Usage(f"This {self.machine.noun} has no text {number}. `{self.group} show` numbers them.")
        return texts[number - 1]

    def say_heading(self, account: bytes, text: str) -> None:
        """Show a heading over somebody's words. A mark and a colour show the reader's own."""
        mark, style = (OWN, "own") if account == self.me else ("", "strong")
        self.run.screen.say(mark + text, style=style)

    def require_shown(self, text: "Text") -> None:
        """Check that a text is shown whole, before somebody consents to it. Raises: NotAllowed.

        Nothing is consented to in a kind that doesn't say so.
        """
        from duolog.documents.bodies import require_whole
        from duolog.documents.registry import KINDS

        if KINDS[self.kind].consents_to is not None:
            require_whole(text.step)

    def warn_of_unknown_parts(self, text: "Text") -> None:
        """Warn before a new text is started from one with parts that this version can't take over."""
        from duolog.documents.bodies import has_unknown_parts

        if has_unknown_parts(text.step):
            self.run.screen.warn(
                "the text that you start from has parts that this version of Duolog can't show. Yours will be without "
                "them. Update to read all of it first."
            )

    def write(self, body: dict[str, Any], sentence: str, words: Mapping[str, Any] | None = None) -> int:
        """Write one step; the exit code. `words`: the body of the note beside it."""
        with self.run.screen.busy("Sealing and sending"):
            if words is None:
                written = self.duolog.write(self.journal.id, self.kind, body)
            else:
                written = self.duolog.write_with_words(self.journal.id, self.kind, body, words)
        return self.run.wrote(self.duolog, self.journal.id, written, sentence)

    def keep(self, body: dict[str, Any], words: Mapping[str, Any] | None = None) -> int:
        """Keep one step as a draft, with the words of the note beside it; the exit code."""
        with self.run.screen.busy("Sealing and sending"):
            kept = self.duolog.drafts().keep(self.journal.id, self.kind, body, words=words)
        self.run.screen.done({"draft": b64(kept), "journal": b64(self.journal.id)}, KEPT)
        return OK


def at_desk(
    desk: type[D],
    run: Run,
    journal: str | None,
    act: Callable[[D], int],
    *,
    offline: bool = False,
    reading: bool = False,
) -> int:
    """Open the account, and act at the desk of the journal that is meant; the exit code. `reading`: as for `Desk`."""
    with run.in_journal(journal, offline=offline) as (duolog, meant):
        return act(desk(run, duolog, meant, reading=reading)) or run.frozen(meant)


def verb_of(step: str) -> str:
    """A step as people type it."""
    return step.replace("_", "-")


def steps_shape(steps: "Iterable[Possible]") -> list[Shape]:
    """The steps with a thing. `why_not`: None for a step that this person may take now."""
    return [{"step": one.step, "class": one.does, "why_not": one.why_not} for one in steps]
