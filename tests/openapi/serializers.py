"""Teaches schemathesis the binary form of a push, where any bytes will do, what an event is, and to draw long base64url
quickly.

Hypothesis draws a string of a pattern character by character: a grant takes it a tenth of a second, and a carried
journal, which holds hundreds of such texts, longer than anyone waits. Of each long text the first characters are drawn,
and the rest repeats them; the lengths are those that the document allows.
"""

import re
from typing import Any

import schemathesis
from hypothesis import strategies

from duolog.api.events import Wake
from duolog.api.pages import MEDIA_TYPE

LONG = re.compile(r"\^?\[A-Za-z0-9_\\?-\]\{(\d+)(,(\d*))?\}(\$|\\Z)?")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
DRAWN = 16  # characters
SLACK = 64  # how much longer than its least a text gets: its most is tried by the borders of the document

_from_regex = strategies.from_regex


@schemathesis.serializer(MEDIA_TYPE)
def as_bytes(context: Any, value: Any) -> bytes:
    """Whatever was generated, as bytes."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Say the form of one event: the document's form is that of the whole stream, and schemathesis looks at each."""
    text = {"type": "string"}
    wake = text | {"contentMediaType": "application/json", "contentSchema": Wake.model_json_schema()}
    stream = raw_schema["paths"]["/v1/events"]["get"]["responses"]["200"]["content"]["text/event-stream"]
    stream["schema"] = {"type": "object", "properties": {"data": wake, "id": text}, "required": ["data"]}


def from_regex(regex: Any, **options: Any) -> strategies.SearchStrategy[Any]:
    """What Hypothesis makes of a pattern, except for long base64url."""
    pattern = regex.pattern if isinstance(regex, re.Pattern) else regex
    found = LONG.fullmatch(pattern) if isinstance(pattern, str) else None
    if found is None or int(found[1]) <= DRAWN:
        return _from_regex(regex, **options)
    least = int(found[1])
    most = least if found[2] is None else int(found[3]) if found[3] else least + SLACK
    heads = strategies.text(LETTERS, min_size=1, max_size=DRAWN)
    lengths = strategies.integers(least, min(most, least + SLACK))
    return strategies.builds(lambda head, length: (head * length)[:length], heads, lengths)


strategies.from_regex = from_regex
