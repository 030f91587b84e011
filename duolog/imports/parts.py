"""Long texts in parts that a note takes: cut between paragraphs where possible, else lines, words, characters."""

from collections.abc import Iterator, Sequence

from duolog.protocol.codec import encode_message_json

MAX_CHARACTERS = 19_900  # of a part with its mark; 20,000 may be written
MAX_BYTES = 40 * 1024  # of a part in JSON; a document has 64 KiB, and tags and feelings take 16
_ROOM = 400  # characters for the mark, and for a line about what is left out
_CUTS = ("\n\n", "\n", " ")


def in_parts(text: str, more: Sequence[str] = ()) -> tuple[str, ...]:
    """The text itself where it fits in one note, else its parts, each below a mark such as `(1 of 3)`.

    `more`: short texts that are parts of their own behind it.
    """
    pieces = [*_pieces(text), *more]
    if len(pieces) == 1:
        return (text,)
    return tuple(f"({number} of {len(pieces)})\n\n{piece}" for number, piece in enumerate(pieces, 1))


def part_id(entry: str, number: int) -> str:
    """The id of a part, counted from 1: `id`, `id#2`, `id#3` ..."""
    return entry if number == 1 else f"{entry}#{number}"


def _fits(text: str) -> bool:
    return len(text) <= MAX_CHARACTERS - _ROOM and len(encode_message_json({"": text})) <= MAX_BYTES


def _pieces(text: str) -> Iterator[str]:
    rest = text.strip()
    while not _fits(rest):
        most = MAX_CHARACTERS - _ROOM
        while not _fits(rest[:most]):
            most = most * 3 // 4
        at = next((at for cut in _CUTS if (at := rest.rfind(cut, most // 2, most)) > 0), most)
        yield rest[:at].rstrip()
        rest = rest[at:].lstrip("\n")
    if rest:
        yield rest
