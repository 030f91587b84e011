"""The boundaries of one journal in front of one person: how a text and what became of it are shown."""

from typing import TYPE_CHECKING

from duolog.cli import desk, forms, times
from duolog.cli.boundary_shapes import number_of_text
from duolog.cli.run import Run
from duolog.documents.safe_text import lines, one_line

if TYPE_CHECKING:
    from duolog.documents.kinds.boundary_texts import Boundary, BoundaryText, Wording


class BoundaryDesk(desk.Desk["Boundary"]):
    """The boundaries of one journal, for one command."""

    kind, group = "boundary", "duolog boundary"

    def say_named(self, thing: "Boundary", text: "BoundaryText", does: str) -> None:  # type: ignore[override]
        """Show the text that a step names. Above an ask to retire that is agreed to stands the text that ends."""
        if text.wording is None and does == "answers" and thing.agreed_text is not None:
            self.say_text(thing, thing.agreed_text)
        self.say_text(thing, text)

    def say_text(self, boundary: "Boundary", text: "BoundaryText") -> None:
        """Show one text, as it will be answered."""
        from duolog.documents.voice import capital

        say, when = self.run.screen.say, self.voice.dated(text.at, text.effective)
        whose = capital(self.voice.whose(text.author))
        self.say_heading(text.author, f"{whose} text {number_of_text(boundary, text)}, {when}:")
        if text.wording is None:
            say("To retire this boundary.", indent=2)
            _say_field(self.run, "Why", text.why)
        else:
            _say_wording(self.run, text.wording)
        for line in self.voice.unshown(text.step):
            say(line, indent=2, style="careful")
        say()

    def became(self, text: "BoundaryText") -> str:
        """A sentence on what became of a text."""
        if text.outcome == "waiting":
            if text.lapsed(self.now):
                return "Nobody answered within 14 days. Silence is never consent."
            return f"Waits for an answer until {times.moment(text.lapses_at)}."
        if text.taken_back:
            return f"Taken back by {self.voice.name(text.author)}."
        if text.outcome == "accepted" and None not in (text.answered_by, text.answered_at, text.answered_effective):
            done = "Agreed to" if text.wording is None else "Accepted"
            when = self.voice.dated(text.answered_at or 0, text.answered_effective or 0)
            return f"{done} by {self.voice.name(text.answered_by or b'')}, {when}."
        if text.outcome == "declined" and text.answered_by is not None:
            why = f" Why: {one_line(text.answer_why)}" if text.answer_why else ""
            return f"Declined by {self.voice.name(text.answered_by)}.{why}"
        return "Replaced by a newer text."


def _say_wording(run: Run, wording: "Wording") -> None:
    """Show a boundary's fields, one by one."""
    say = run.screen.say
    say("\n".join(lines(wording.text)), indent=4)  # deeper than our own words, so that it can't begin one
    binds = "both of us" if wording.binds == "both" else "the one who wrote it"
    say(f"Topic: {wording.topic.replace('_', ' ')}. It binds {binds}.", indent=2, style="quiet")
    for key, heading in forms.SECTIONS.items():
        _say_field(run, heading, getattr(wording, key))
    if wording.review is not None:
        say(f"To be looked at again on {times.day_of(wording.review)}.", indent=2)


def _say_field(run: Run, heading: str, value: str | None) -> None:
    """Show `Heading: value` with its further lines deeper; nothing for an empty value."""
    if value:
        first, *rest = lines(value)
        run.screen.say(f"{heading}: {first}", indent=2)
        for line in rest:
            run.screen.say(line, indent=4)
