"""The boundaries of one journal at one person's desk: found by number, chosen, shown, answered."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from duolog.cli import forms, times
from duolog.cli.boundary_shapes import number_of_text
from duolog.cli.failures import Usage
from duolog.cli.run import Run
from duolog.cli.screen import OWN
from duolog.cli.shapes import b64
from duolog.documents.safe_text import lines

if TYPE_CHECKING:
    from duolog.client import JournalView
    from duolog.client.blocking import Duolog
    from duolog.documents.kinds.boundary_texts import Boundary, Text, Wording
    from duolog.documents.voice import Voice


class Desk:
    """The boundaries of one journal, for one command: found, chosen, described, answered."""

    def __init__(self, run: Run, duolog: "Duolog", journal: "JournalView") -> None:
        self.run, self.duolog, self.journal = run, duolog, journal
        self.now = int(time.time())
        self.me = duolog.account
        self.all: Sequence[Boundary] = duolog.boundaries(journal.id).list()

    @property
    def voice(self) -> "Voice":
        """Names and times as this person reads them."""
        from duolog.documents.names import SOMEBODY
        from duolog.documents.voice import Voice

        names = {member.account: member.called for member in self.journal.members}
        return Voice(name=lambda account: names.get(account, SOMEBODY), when=times.moment)

    def say_whose(self, account: bytes, said: str) -> None:
        """A heading over somebody's words: `said` after their name. One's own have a mark, a colour and a word."""
        own = account == self.me
        heading = f"{self.voice.name(account)}{said}"
        self.run.screen.say((OWN if own else "") + heading, style="own" if own else "strong")

    def choose(self, number: int | None, fits: "Callable[[Boundary], bool]", none: str) -> "tuple[int, Boundary]":
        """The boundary with this number; without one, the only one that fits. Raises: Usage."""
        if number is not None:
            if not 1 <= number <= len(self.all):
                raise Usage(f"There is no boundary {number}. `duolog boundary list` numbers them.")
            return number, self.all[number - 1]
        found = [(count, one) for count, one in enumerate(self.all, 1) if fits(one)]
        if len(found) == 1:
            return found[0]
        if not found:
            raise Usage(none)
        raise Usage(
            "Say which one: " + ", ".join(str(count) for count, _ in found) + ". (`duolog boundary list` shows them.)"
        )

    def waits_for_me(self, boundary: "Boundary") -> bool:
        """Whether the other's words in it wait for my answer."""
        waiting = boundary.waiting_text
        return waiting is not None and waiting.author != self.me and not waiting.lapsed(self.now)

    def waits_for_other(self, boundary: "Boundary") -> bool:
        """Whether my own words in it wait for the other's answer."""
        waiting = boundary.waiting_text
        return waiting is not None and waiting.author == self.me and not waiting.lapsed(self.now)

    def say_text(self, boundary: "Boundary", text: "Text") -> None:
        """One text, as it will be answered."""
        say, when = self.run.screen.say, self.voice.dated(text.at, text.effective)
        self.say_whose(text.author, f"'s text {number_of_text(boundary, text)}, {when}:")
        if text.wording is None:
            say("To retire this boundary.", indent=2)
            say_field(self.run, "Why", text.why)
        else:
            say_wording(self.run, text.wording)
        for line in self.voice.unshown(text.step):
            say(line, indent=2, style="careful")
        say()

    def require_shown(self, text: "Text") -> None:
        """Before asking for consent to it. Raises: NotAllowed when it isn't shown whole."""
        from duolog.documents.bodies import require_whole

        require_whole(text.step)

    def warn_of_unknown_parts(self, text: "Text") -> None:
        """Before a new text is started from this one, which can't be taken over whole."""
        from duolog.documents.bodies import has_unknown_parts

        if has_unknown_parts(text.step):
            self.run.screen.warn(
                "the text that you start from has parts that this version of Duolog can't show. Yours will be without "
                "them. Update to read all of it first."
            )

    def step(self, body: dict[str, Any], sentence: str) -> int:
        """Writes one step; the exit code."""
        with self.run.screen.busy("Sealing and sending"):
            written = self.duolog.write(self.journal.id, "boundary", body)
        return self.run.wrote(self.duolog, self.journal.id, written, sentence)


def say_wording(run: Run, wording: "Wording") -> None:
    """What a boundary says, field by field."""
    say = run.screen.say
    say("\n".join(lines(wording.text)), indent=4)  # deeper than our own words, so that it can't begin one
    binds = "both of us" if wording.binds == "both" else "the one who wrote it"
    say(f"Topic: {wording.topic.replace('_', ' ')}. It binds {binds}.", indent=2, style="quiet")
    for key, heading in forms.SECTIONS.items():
        say_field(run, heading, getattr(wording, key))
    if wording.review is not None:
        say(f"To be looked at again on {times.day_of(wording.review)}.", indent=2)


def say_field(run: Run, heading: str, value: str | None) -> None:
    """`Heading: value`, its further lines deeper; nothing for an empty one."""
    if value:
        first, *rest = lines(value)
        run.screen.say(f"{heading}: {first}", indent=2)
        for line in rest:
            run.screen.say(line, indent=4)


def answers(text: "Text") -> dict[str, str]:
    """How a step names the text that it answers."""
    return {"entry": b64(text.entry), "message": b64(text.message)}
