"""Front matter: the YAML between two lines of `---` at the beginning of a Markdown file.

Only its events are read, and nothing is built from them but texts and lists of texts. References are refused, so no
small text becomes a large one; tags such as `!!python/object` mean nothing; deeper values are passed over.
"""

from collections.abc import Iterator

import yaml

from duolog.errors import MalformedData
from duolog.imports.bounds import MAX_FRONT_MATTER, MAX_FRONT_MATTER_DEPTH

Fields = dict[str, tuple[str, ...]]

_FENCE = "---"
_UNREADABLE = "Its front matter can't be read: it is no plain YAML."


def split_front_matter(text: str) -> tuple[Fields, str]:
    """The fields of a Markdown text by their names in small letters, and the text below. Raises: MalformedData."""
    first, _, rest = text.partition("\n")
    if first.rstrip() != _FENCE:
        return {}, text
    above, place = list[str](), 0
    for line in rest.splitlines(keepends=True):
        place += len(line)
        if line.rstrip() in (_FENCE, "..."):
            return _fields("".join(above)), rest[place:]
        above.append(line)
        if place > MAX_FRONT_MATTER:  # check: imports.front_matter
            raise MalformedData(f"Its front matter has more than {MAX_FRONT_MATTER} characters.")
    return {}, text  # a line, and no front matter


def _fields(text: str) -> Fields:
    fields: Fields = {}
    try:
        for name, value in _top(_events(text)):
            fields[name.strip().lower()] = (*fields.get(name.strip().lower(), ()), value)
    except (yaml.YAMLError, ValueError) as error:
        raise MalformedData(_UNREADABLE) from error
    return fields


def _events(text: str) -> Iterator[tuple[int, yaml.Event]]:
    """Each event with its depth."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):  # check: imports.front_matter_reference
            raise MalformedData("Its front matter refers to itself (& and *). Write the value out.")
        depth -= isinstance(event, yaml.CollectionEndEvent)
        yield depth, event
        depth += isinstance(event, yaml.CollectionStartEvent)
        if depth > MAX_FRONT_MATTER_DEPTH:  # check: imports.front_matter_depth
            raise MalformedData("Its front matter is nested too deep.")


def _top(events: Iterator[tuple[int, yaml.Event]]) -> Iterator[tuple[str, str]]:
    """Each name with each of its texts: the value itself, or the items of a list."""
    key: str | None = None
    is_list, is_map = False, False
    for depth, event in events:
        if depth == 0:
            is_map = is_map or isinstance(event, yaml.MappingStartEvent)
            if (isinstance(event, yaml.ScalarEvent) and event.value.strip()) or isinstance(
                event, yaml.SequenceStartEvent
            ):
                raise MalformedData(_UNREADABLE)
        elif depth == 1 and isinstance(event, yaml.ScalarEvent) and key is None:
            key = event.value
        elif depth == 1 and isinstance(event, yaml.ScalarEvent):
            yield key or "", event.value
            key = None
        elif depth == 1:  # a list or a map begins or ends: as a value, or as a name
            begins = isinstance(event, yaml.CollectionStartEvent)
            is_list = begins and isinstance(event, yaml.SequenceStartEvent) and key is not None
            if not begins:
                key = "" if key is None else None
        elif depth == 2 and is_list and isinstance(event, yaml.ScalarEvent):
            yield key or "", event.value
