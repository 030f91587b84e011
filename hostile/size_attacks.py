"""Attacks by wrong sizes: lengths and counts that don't fit what follows."""

import re
from collections.abc import Callable
from dataclasses import replace

from duolog.api.pages import MEDIA_TYPE, STATEMENT
from duolog.protocol.codec import u32
from hostile.liar import PULL, Answer, Attack, Call, Liar

_BEHIND = 13  # a frame's own length, its kind and its seq stand before the rest


class NameLargerSize(Attack):
    """Names a larger Content-Length than the answer has, and closes the connection behind it. `pattern`: of paths."""

    client_must = "Take no part of it, as if the server had not answered."
    by = 1

    def __init__(self, pattern: str = r"/v1/(?!sessions|challenges).*") -> None:
        self.pattern = pattern

    async def answer(self, call: Call, server: Liar) -> Answer:
        """The true answer under a false size."""
        answer = await server.ask(call)
        if not answer.body or re.fullmatch(self.pattern, call.path) is None:
            return answer
        return replace(answer, claims=len(answer.body) + self.by)


class NameSmallerSize(NameLargerSize):
    """Names a smaller Content-Length than the answer has, so that its last byte belongs to no answer."""

    client_must = "Refuse it: what is left is cut off."
    by = -1


class CutAnswer(NameLargerSize):
    """Ends every answer in its middle, under a size that fits."""

    client_must = "Refuse it: what is left is cut off."

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Half of the true answer."""
        answer = await server.ask(call)
        if not answer.body or re.fullmatch(self.pattern, call.path) is None:
            return answer
        return answer.with_body(answer.body[: len(answer.body) // 2])


class FrameAttack(Attack):
    """Changes every frame of a page in the binary form."""

    client_must = "Refuse the page: a length or a count doesn't fit. Nothing of it is stored."

    def edit(self, frame: bytes) -> bytes:
        """The false frame, its length included."""
        return frame

    async def answer(self, call: Call, server: Liar) -> Answer:
        """The true page, frame by frame."""
        answer = await server.ask(call)
        binary = (b"content-type", MEDIA_TYPE.encode()) in answer.headers
        if call.journal("GET", PULL) is None or answer.status != 200 or not binary:
            return answer
        frames, at = [], 0
        while at < len(answer.body):
            end = at + 4 + int.from_bytes(answer.body[at : at + 4], "big")
            frames.append(self.edit(answer.body[at:end]))
            at = end
        return answer.with_body(b"".join(frames))


class WrongFrameLength(FrameAttack):
    """Says that a frame is a byte longer than it is. `by`: how many bytes; `2**31` is more than there are."""

    def __init__(self, by: int = 1) -> None:
        self.by = by

    def edit(self, frame: bytes) -> bytes:
        return u32(max(0, len(frame) - 4 + self.by)) + frame[4:]


class WrongInnerLength(FrameAttack):
    """Says that the statement or header in a frame is longer than the frame. `length`: what it says."""

    def __init__(self, length: int = 2**32 - 1) -> None:
        self.length = length

    def edit(self, frame: bytes) -> bytes:
        return frame if len(frame) <= _BEHIND + 4 else frame[:_BEHIND] + u32(self.length) + frame[_BEHIND + 4 :]


class WrongCount(FrameAttack):
    """Says that a statement has more signatures than stand in its frame. `count`: makes the false number."""

    def __init__(self, count: Callable[[int], int] = lambda true: true + 1) -> None:
        self.count = count

    def edit(self, frame: bytes) -> bytes:
        if frame[4] != STATEMENT:
            return frame
        at = _BEHIND + 4 + int.from_bytes(frame[_BEHIND : _BEHIND + 4], "big")
        return frame[:at] + bytes([self.count(frame[at]) % 256]) + frame[at + 1 :]
