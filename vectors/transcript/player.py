"""`Player`: a server that plays the transcript's answers, and compares what a client sends with its requests.

Rules
- Requests that may change something come in the transcript's order, each as it stands there; the first that differs
  ends it. The one before may be sent again, and gets its answer again.
- Requests that only read are free: how many, in which order, and whether at all. What the transcript's client read
  in this state of the server is answered from the transcript, and everything else by `beside`, a real server that is
  told the same.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from duolog.api.problems import MEDIA_TYPE, Problem
from hostile.liar import Answer, Attack, Call, Liar
from vectors.transcript import compare
from vectors.transcript.lines import Act, Exchange, Json, bytes_of, content
from vectors.transcript.opening import Opener

Beside = Callable[[Act, Json], Awaitable[Json]]  # an act and a request; the answer
_BEARER = "Bearer "
_DETAIL = 2000  # characters


class Player(Attack):
    """The transcript as a server. `beside`: as the rules say, or None.

    `fault`: the first difference, as a sentence. `ended`: set by it, and by the transcript's last request.
    """

    def __init__(self, acts: Sequence[Act], beside: Beside | None = None) -> None:
        self.fault = ""
        self.ended = asyncio.Event()
        self._turn = asyncio.Lock()  # writes come one by one
        self._acts = acts
        self._beside = beside
        self._opener = Opener(draw for act in acts for draw in act.draws)
        self._writes = [(act, one) for act in acts for one in act.exchanges if one.writes]
        self._done = 0  # writes
        self._reads: list[tuple[int, Exchange]] = []  # with the number of writes before each
        before = 0
        for one in (one for act in acts for one in act.exchanges):
            before += one.writes
            if not one.writes:
                self._reads.append((before, one))

    def left_of(self, act: Act) -> list[Exchange]:
        """The exchanges of this act, or of an earlier one, that are still due."""
        return [one for due, one in self._writes[self._done :] if due.number <= act.number]

    @property
    def over(self) -> bool:
        """Whether every request was played."""
        return self._done == len(self._writes)

    async def answer(self, call: Call, server: Liar) -> Answer:
        """The answer to one call; a problem after the first difference."""
        if not self.fault:
            given = line_of(call)
            reads = not Exchange(given, {}).writes
            answered = await (self._read(given) if reads else self._write(given))
            if answered is None or self.over:
                self.ended.set()
            if answered is not None:
                return answer_of(answered)
        return answer_of(_refusal(self.fault))

    async def _read(self, given: Json) -> Json | None:
        for before, one in self._reads:
            if before == self._done and _same_reading(one.request, given):
                return one.answer
        if self._beside is None:
            self.fault = f"{given['method']} {given['target']}: the transcript's client reads no such thing here"
            return None
        act = self._writes[self._done][0] if not self.over else self._acts[-1]
        return await self._beside(act, given)

    async def _write(self, given: Json) -> Json | None:
        async with self._turn:
            return await self._compared(given)

    async def _compared(self, given: Json) -> Json | None:
        if self._done and not compare.between_requests(self._writes[self._done - 1][1].request, given):
            return self._writes[self._done - 1][1].answer
        if self.over:
            self.fault = f"{given['method']} {given['target']}: the transcript is over"
            return None
        act, due = self._writes[self._done]
        fault = compare.between_requests(due.request, given, self._opener)
        if not fault and self._beside is not None:
            answered = await self._beside(act, due.request)
            if other := compare.between_answers(due.answer, answered):
                fault = f"the server of this checkout answers otherwise: {other}"
        if fault:
            self.fault = f"request {due.number} of {act}, {given['method']} {given['target']}: {fault}"
            return None
        self._done += 1
        return due.answer


def line_of(call: Call) -> Json:
    """A request as lines hold it."""
    query = call.query.decode("ascii", "replace")
    token = call.header(b"authorization").decode("ascii", "replace").removeprefix(_BEARER)
    media = call.header(b"content-type").decode("ascii", "replace").partition(";")[0].strip()
    try:
        held = content(media, call.body)
    except ValueError:
        held = {"media": media, "body": f"no JSON: {call.body[:40]!r}"}
    return {
        "method": call.method,
        "target": call.path + (f"?{query}" if query else ""),
        **({"token": token} if token else {}),
        "accept": call.header(b"accept").decode("ascii", "replace").partition(",")[0].strip(),
        **held,
    }


def _same_reading(recorded: Json, given: Json) -> bool:
    """Whether an answer that was recorded answers this too. The address alone counts where anybody may read."""
    same = recorded["method"] == given["method"] and recorded["accept"] == given["accept"]
    whose = not given["target"].startswith("/v1/") or recorded.get("token") == given.get("token")
    return same and whose and compare.target_of(recorded["target"]) == compare.target_of(given["target"])


def answer_of(line: Json) -> Answer:
    """An answer's line as it travels."""
    body = bytes_of(line) or b""
    media = ((b"content-type", line["media"].encode()),) if body else ()
    return Answer(line["status"], media, body)


def _refusal(why: str) -> Json:
    problem = Problem(
        type="about:blank",
        title="Not the transcript",
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        code="rule_broken",
        detail=why[:_DETAIL],
    )
    return {"status": problem.status, "media": MEDIA_TYPE, "body": problem.model_dump(mode="json")}
