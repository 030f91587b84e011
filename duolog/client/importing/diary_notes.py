"""The notes that hold an entry of a diary, before they are written."""

from collections.abc import Iterator
from dataclasses import dataclass

from duolog.imports.diary_entry import DiaryEntry, DiaryMedia
from duolog.imports.parts import in_parts, part_id
from duolog.protocol.codec import JsonObject

ATTACHED = 8  # photos and recordings of one note


@dataclass(frozen=True, slots=True)
class DiaryNote:
    """A note that is to be written, without the media that it will carry."""

    body: JsonObject
    media: tuple[DiaryMedia, ...]

    @property
    def key(self) -> tuple[str, str]:
        """The app and the id by which the note is known."""
        return self.body["imported"]["app"], self.body["imported"]["id"]


def notes_of(entry: DiaryEntry) -> Iterator[DiaryNote]:
    """The notes that hold an entry: one, unless its text or its media are too many for one."""
    groups = [entry.media[at : at + ATTACHED] for at in range(0, len(entry.media), ATTACHED)]
    texts = len(in_parts(entry.text))
    more = [" ".join(f"![]({medium.name})" for medium in group) for group in groups[texts:]]
    optional = {"happened": entry.happened, "feelings": list(entry.feelings), "tags": list(entry.tags)}
    for number, text in enumerate(in_parts(entry.text, more)):
        body: JsonObject = {"text": text, "imported": {"app": entry.app, "id": part_id(entry.id, number + 1)}}
        media = groups[number] if number < len(groups) else ()
        yield DiaryNote(body | {name: value for name, value in optional.items() if value}, media)
