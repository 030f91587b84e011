"""Attacks on attachments: false bytes for those who fetch them, and false counts for those who send them."""

import re
from typing import Literal

from duolog.api.attachments import AttachmentState
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from hostile.liar import Answer, Attack, Call, Liar

ATTACHMENT = r"/v1/journals/([\w-]+)/attachments/([\w-]+)"

How = Literal["flip", "drop", "repeat", "exchange", "short", "long", "whole", "another", "zeros"]
Count = Literal["nothing", "more", "fewer", "all"]


def span_of(call: Call) -> tuple[int, int]:
    """The first and the last byte that a fetch asks for."""
    found = re.fullmatch(rb"bytes=(\d+)-(\d+)", call.header(b"range"))
    return (int(found[1]), int(found[2])) if found else (0, sizes.MAX_ATTACHMENT)


class FalseAttachment(Attack):
    """Serves other stored bytes than the author sealed, in answers that have the right form.

    `how`: a flipped bit; a chunk left out; a chunk twice; two chunks exchanged; fewer or more bytes than asked for; all
    bytes whatever the range; another attachment (`other`, an id); zeros alone.
    """

    client_must = "Hand out nothing of it, say so by name, and go on with the journal and with an honest server."

    def __init__(self, how: How = "flip", other: bytes = b"") -> None:
        self.how, self.other = how, other
        self.asked = 0

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie about what is fetched."""
        if call.method != "GET" or re.fullmatch(ATTACHMENT, call.path) is None:
            return await server.ask(call)
        self.asked += 1
        first, last = span_of(call)
        stored = await server.ask(self._whole(call))
        body = self._changed(stored.body)
        honest = await server.ask(call)
        if self.how == "whole":
            return stored
        part = body[first : last + 1]
        return honest.with_body({"short": part[:-1], "long": part + b"x"}.get(self.how, part))

    def _whole(self, call: Call) -> Call:
        whole = Call(call.method, call.path, call.query, call.headers, call.body, call.scope)
        if self.how == "another":
            path = re.sub(r"[\w-]+$", encode_b64(self.other), call.path)
            whole = Call(call.method, path, call.query, call.headers, call.body, call.scope)
        return whole.with_header(b"range", b"bytes=0-")

    def _changed(self, stored: bytes) -> bytes:
        chunk, head = sizes.STREAM_CHUNK + sizes.STREAM_TAG, sizes.STREAM_HEADER
        one, two, rest = (
            stored[head : head + chunk],
            stored[head + chunk : head + 2 * chunk],
            stored[head + 2 * chunk :],
        )
        start = stored[:head]
        match self.how:
            case "flip":
                return stored[:-40] + bytes([stored[-40] ^ 1]) + stored[-39:]
            case "drop":
                return (start + two + rest).ljust(len(stored), b"\0")
            case "repeat":
                return (start + one + one + two + rest)[: len(stored)]
            case "exchange":
                return start + two + one + rest
            case "zeros":
                return bytes(len(stored))
        return stored


class FalseParts(Attack):
    """Counts the parts of an attachment that is sent falsely.

    `count`: none of those sent; more than there are; fewer than there are altogether; all, when nothing was sent.
    """

    client_must = "Stop sending at once, keep the entry and its file, and push nothing that the server can't hold."

    def __init__(self, count: Count = "nothing") -> None:
        self.count = count
        self.parts = 0

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie in the answer to a beginning or a part."""
        if call.method != "PUT" or "/attachments/" not in call.path:
            return await server.ask(call)
        sends = "/parts/" in call.path
        self.parts += sends
        honest = await server.ask(call)
        state = AttachmentState.model_validate_json(honest.body)
        parts = state.parts
        match self.count:
            case "nothing":
                return honest.with_model(AttachmentState(parts=parts, received=0))
            case "more":
                return honest.with_model(AttachmentState(parts=parts, received=parts + 1))
            case "fewer":
                return honest.with_model(AttachmentState(parts=parts - 1, received=0))
        return honest.with_model(AttachmentState(parts=parts, received=parts))
