"""How a letter is told to its reader and to its writer, by the table in the specification.

Rules
- Each is told what they may do. Neither is told when, how often or whether the other opened it.
- Setting it aside is told as the wish that it is, and asks nothing of anybody.

Spec: documents
"""

from collections.abc import Iterator

from duolog.documents.applied import DAY
from duolog.documents.things import Thing, value_of
from duolog.documents.voice import Look, indented, title_line
from duolog.protocol import sizes

NOT_QUITE_TWICE = 2  # how often the writer says *not quite* until the reader may respond
WAITS_FOR = 7 * DAY  # seconds from a reflection, after which the reader may respond
FORMS = {
    "disclosure": "a disclosure",
    "supplement": "a supplement",
    "impact": "an impact letter",
    "repair": "a repair letter",
}


def title_of(letter: Thing) -> str:
    """The line that it is about, as its name in a list."""
    return title_line(_about(letter))


def show(letter: Thing, look: Look) -> str:
    """A letter in several lines: its form, its line, and what its stage means for this reader."""
    voice, writer = look.voice, look.voice.name(letter.owner)
    form = FORMS.get(str(value_of(letter.texts[letter.entry].step, "form")), "a letter")
    told = [f"{writer} wrote {form}", *indented("About", _about(letter))]
    if look.me == letter.owner:
        told += (f"  {line}" for line in _to_writer(letter, voice.name(_reader(letter))))
    elif look.me in letter.between:
        told += (f"  {line}" for line in _to_reader(letter, writer, look.now))
    if letter.standing == "answered":
        unheard = letter.counts.get("unheard")
        told.append("  It was answered before \u201cheard\u201d." if unheard else "  It was answered.")
    return voice.clean("\n".join(told))


def today(letter: Thing, look: Look) -> tuple[str, ...]:
    """To the reader that a letter is here, and to the writer that a reflection waits; to nobody who set it aside."""
    aside = letter.marks.get("aside", {})
    if look.me == letter.owner:
        reader = look.voice.name(_reader(letter))
        waits = letter.standing == "reflected" and look.me not in aside
        return (look.voice.clean(f"{reader} says what they hear in \u201c{title_of(letter)}\u201d."),) if waits else ()
    if look.me not in letter.between or aside or letter.standing not in ("told", "read", "again"):
        return ()
    return (look.voice.clean(f"A letter of {look.voice.name(letter.owner)}'s is here."),)


def today_until(letter: Thing) -> int:
    """While the reader or the writer may be told of it: it ends with a step, and not with time."""
    return sizes.MAX_INTEGER if letter.standing in ("told", "read", "again", "reflected") else 0


def _to_reader(letter: Thing, writer: str, now: int) -> Iterator[str]:
    aside, reader = letter.marks.get("aside", {}), _reader(letter)
    if letter.standing == "answered":
        return
    if reader in aside:
        yield "You set this aside. It asks nothing of you."
    if letter.owner in aside:
        yield f"{writer} asks for nothing more here. You can respond if you want."
    if aside:
        return
    twice = letter.counts.get("tries", 0) >= NOT_QUITE_TWICE
    reflection = letter.at("reflection")
    long_ago = reflection is not None and now > reflection.effective + WAITS_FOR
    if letter.standing == "told":
        yield "Open it when you want; nobody can tell whether you do."
        yield "You can acknowledge it, say what you hear, or set it aside."
    elif letter.standing == "read":
        yield "You acknowledged it. You can say what you hear, or set it aside."
    elif letter.standing == "reflected":
        yield "You said what you hear." + (" You may respond." if twice or long_ago else "")
    elif letter.standing == "again":
        yield f"{writer} says: not quite. You can try again, {'respond, ' if twice else ''}or set it aside."
    elif letter.standing == "heard":
        yield f"{writer} says: heard. A response is possible, not expected."


def _to_writer(letter: Thing, reader: str) -> Iterator[str]:
    aside = letter.marks.get("aside", {})
    if letter.standing == "answered":
        return
    if letter.owner in aside:
        yield "You ask for nothing more here."
    if _reader(letter) in aside:
        yield f"{reader} isn't ready for this now. Only {reader} can take it up."
    if aside:
        return
    yield {
        "told": "It is there.",
        "read": f"{reader} acknowledged it.",
        "reflected": f"{reader} says what they hear. Is it right? You can say heard, or not quite.",
        "again": "You said: not quite.",
        "heard": "You said: heard.",
    }[letter.standing]


def _about(letter: Thing) -> str:
    return str(value_of(letter.texts[letter.entry].step, "about"))


def _reader(letter: Thing) -> bytes:
    return next((one for one in letter.between if one != letter.owner), letter.owner)
