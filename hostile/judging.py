"""From what a client said and showed to one result: pure rules, so that they can be read and tested alone.

Rules
- A text that nobody wrote, a text twice, and one author's texts in another order are forged.
- A text that a person has read once stays readable. A text that a client has taken is shown to its author. When the
  server is honest again, and nothing is frozen, both read everything; a text whose place is shown as unreadable isn't
  lost: the client says that something was there.
- The first thing that a client says about an attack is its result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hostile.results import Result

Answer = Mapping[str, Any]


@dataclass
class Shown:
    """One reading: the texts in order, and how many places are unreadable."""

    texts: list[str]
    unreadable: int

    @classmethod
    def of(cls, answer: Answer) -> "Shown | None":
        """From the answer to `read`; None when it shows no entries at all."""
        entries = answer.get("entries")
        if not isinstance(entries, list):
            return None
        texts = [str(item["text"]) for item in entries if isinstance(item, dict) and "text" in item]
        return cls(texts, len(entries) - len(texts))


@dataclass
class Person:
    """One person's texts and readings. `taken`: the own texts that the client has taken, in order."""

    name: str
    taken: list[str] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    frozen: bool = False


def notice(*answers: Answer) -> Result | None:
    """The result that a client names in these answers; None when it says nothing about the server."""
    found: set[Result] = set()
    for answer in answers:
        code = answer.get("error")
        if code is not None:
            found.add({"frozen": Result.FROZEN, "no server": Result.NO_SERVER}.get(str(code), Result.REFUSED))
        if is_frozen(answer):
            found.add(Result.FROZEN)
        shown = Shown.of(answer)
        if shown is not None and shown.unreadable:
            found.add(Result.QUARANTINED)
    order = (Result.FROZEN, Result.QUARANTINED, Result.REFUSED, Result.NO_SERVER)
    return next((result for result in order if result in found), None)


@dataclass(frozen=True, slots=True)
class Named:
    """The class of an error and the check that refused, where a client tells them."""

    error: str = ""
    check: str = ""

    def __str__(self) -> str:
        return f"{self.error} {self.check}".strip()


NAMELESS = Named()


def named_in(*answers: Answer) -> Named:
    """The first error that has a name."""
    found = (Named(str(answer.get("class") or ""), str(answer.get("check") or "")) for answer in answers)
    return next((one for one in found if one.error or one.check), NAMELESS)


def is_frozen(answer: Answer) -> bool:
    """Whether `status` shows a journal as frozen."""
    return any(item.get("state") == "frozen" for item in journals_of(answer))


def journals_of(answer: Answer) -> list[Answer]:
    """The journals of an answer to `status`."""
    listed = answer.get("journals")
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def fault_in(person: Person, written: Mapping[str, str]) -> tuple[Result, str] | None:
    """The first fault in a person's readings, with a sentence. `written`: every text by its author, in order."""
    seen: list[str] = []
    for shown in person.shown:
        forged = [text for text in shown.texts if text not in written]
        if forged:
            return Result.FORGED, f"{person.name} was shown {forged[0][:20]!a}, which nobody wrote."
        for author in set(written.values()):
            order = [text for text in written if written[text] == author]
            places = [order.index(text) for text in shown.texts if written[text] == author]
            if places != sorted(set(places)):
                return Result.FORGED, f"{person.name} was shown {author}'s texts twice, or in another order."
        gone = [text for text in seen if text not in shown.texts]
        if gone:
            return Result.LOST, f"{person.name} was no longer shown {gone[0]!r}."
        seen = shown.texts
    missing = [text for text in person.taken if text not in seen]
    if person.shown and missing:
        return Result.LOST, f"{person.name} was not shown their own {missing[0]!r}."
    return None


def lost_at_the_end(person: Person, written: Mapping[str, str], due: Sequence[str]) -> tuple[Result, str] | None:
    """Whether a text is missing when the server was honest again. `due`: the texts that must be there by now."""
    if person.frozen or not person.shown:
        return None
    last = person.shown[-1]
    missing = [text for text in due if text not in last.texts]
    if len(missing) > last.unreadable:
        return Result.LOST, f"{person.name} was not shown {missing[0]!r} after the attack."
    return None
