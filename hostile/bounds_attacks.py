"""Attacks with numbers that no log reaches: a client that stores or looks one up notices too late."""

import json
from typing import Literal

from duolog.api.pages import END, RECEIPT
from hostile.liar import JOURNALS, PULL, Answer, Attack, Call, Liar

Where = Literal["item", "receipt", "time", "end", "poll", "push"]
_KIND, _SEQ, _RECEIPT_SEQ, _RECEIPT_TIME = 4, 5, 13, 53  # where these begin in a frame, behind its length


class ImpossibleNumber(Attack):
    """Puts a number beyond 2^53-1 where a seq or a time belongs, and leaves everything else unchanged.

    `where`: the seq of a page's items, of its receipts, a receipt's time, the page's end, a poll, or the answer to a
    push. `number`: up to 2^64-1.
    """

    client_must = "Refuse the answer before anything in it is stored or looked up; what was verified stays readable."

    def __init__(self, where: Where = "item", number: int = 2**63) -> None:
        self.where = where
        self.number = number

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Lie in one kind of answer."""
        answer = await server.ask(call)
        if answer.status >= 300:
            return answer
        if call.journal("GET", JOURNALS) is not None:
            return self._edited(answer, "journals", "seq") if self.where == "poll" else answer
        if call.journal("POST", PULL) is not None:
            return self._edited(answer, "places", "seq") if self.where == "push" else answer
        if call.journal("GET", PULL) is None or self.where in ("poll", "push"):
            return answer
        if answer.body.startswith(b"{"):
            lists = {"item": ("items", "seq"), "receipt": ("receipts", "seq"), "time": ("receipts", "time")}
            return self._edited(answer, *lists.get(self.where, ("", "seq")))
        return answer.with_body(self._page(answer.body))

    def _page(self, body: bytes) -> bytes:
        """The binary form, frame by frame: a correct encoder refuses such a number."""
        number, frames, at = self.number.to_bytes(8, "big"), [], 0
        while at < len(body):
            end = at + 4 + int.from_bytes(body[at : at + 4], "big")
            frame, at = bytearray(body[at:end]), end
            kind = {RECEIPT: "receipt", END: "end"}.get(frame[_KIND], "item")
            if kind == self.where:
                frame[_SEQ : _SEQ + 8] = number
            if kind == self.where == "receipt":
                frame[_RECEIPT_SEQ : _RECEIPT_SEQ + 8] = number
            if (kind, self.where) == ("receipt", "time"):
                frame[_RECEIPT_TIME : _RECEIPT_TIME + 8] = number
            frames.append(bytes(frame))
        return b"".join(frames)

    def _edited(self, answer: Answer, items: str, name: str) -> Answer:
        value = json.loads(answer.body)
        for item in value[items] if items else [value]:
            item[name] = self.number
        return answer.with_body(json.dumps(value).encode())
