"""Attacks on a client's time and memory: answers without end, answers that are too large, and what nobody asked for."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace

from duolog.api.journals import JournalList, ListedJournal
from duolog.api.pages import MEDIA_TYPE, Placed, PulledPage, PulledPush
from duolog.protocol import sizes
from duolog.protocol.codec import parse_b64
from duolog.protocol.ids import journal_id
from duolog.protocol.log import StatementItem
from duolog.protocol.receipts import Receipt
from duolog.protocol.statements import SignedStatement
from hostile.false_account import FalseAccount
from hostile.history import encode_page, relink
from hostile.liar import CHAINS, JOURNALS, PULL, Answer, Attack, Call, Liar
from hostile.proposal_attacks import PROPOSALS

_PAGE = 500  # journals
_BEYOND = 8 * 1024 * 1024  # bytes; no page of a log is that large


class EndlessJournals(Attack):
    """Lists journals without end: every page promises another. `circles` begins anew with each page."""

    client_must = "Stop asking in bounded time, and say that the list can't be true."

    def __init__(self, circles: bool = False) -> None:
        self.circles = circles
        self.pages = 0

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Make up the list, and nothing else."""
        answer = await server.ask(call)
        if call.journal("GET", JOURNALS) is None or answer.status != 200:
            return answer
        self.pages += 1
        first = 0 if self.circles else self.pages * _PAGE
        listed = [
            ListedJournal(journal=(first + at).to_bytes(32, "big"), seq=1, closed=False, proposals=0)
            for at in range(_PAGE)
        ]
        return answer.with_model(JournalList(journals=listed, more=True))


class NoMoreJournals(Attack):
    """Says that there are more journals, and lists none of them."""

    client_must = "Stop asking, and say that the list can't be true."

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Every list of journals is empty, and goes on."""
        answer = await server.ask(call)
        if call.journal("GET", JOURNALS) is None or answer.status != 200:
            return answer
        return answer.with_model(JournalList(journals=[], more=True))


class PlantJournals(Attack):
    """Lists journals of strangers as the client's own, and serves their logs. `count`: how many.

    `stolen`: instead, a genesis that somebody has signed with keys of the client's account, and its grants.
    """

    client_must = "Fetch and show none of them, say so once, and go on with the others."
    signs = True

    def __init__(self, count: int = 1, stolen: tuple[SignedStatement, Mapping[bytes, bytes]] | None = None) -> None:
        made = [(FalseAccount().account_journal, {}) for _ in range(count)] if stolen is None else [stolen]
        self.planted = {journal_id(signed.statement): (signed, grants) for signed, grants in made}
        self.asked = 0

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Add them to the list; answer for each of them alone."""
        journal = call.journal("GET", PULL)
        if journal in self.planted:
            self.asked += 1
            return await self._log(call, server, journal)
        answer = await server.ask(call)
        if call.journal("GET", JOURNALS) is None or answer.status != 200:
            return answer
        after = re.search(rb"after=([\w-]+)", call.query)
        behind = parse_b64(after[1].decode()) if after else b""
        listed = JournalList.model_validate_json(answer.body)
        more = [ListedJournal(journal=item, seq=1, closed=False, proposals=0) for item in self.planted if item > behind]
        whole = sorted([*listed.journals, *more], key=lambda item: item.journal)
        return answer.with_model(JournalList(journals=whole, more=False))

    async def _log(self, call: Call, server: Liar, journal: bytes) -> Answer:
        signed, grants = self.planted[journal]
        genesis = StatementItem(signed)
        unsigned = Receipt(1, bytes(sizes.HASH), 1_795_600_000, secrets.token_bytes(sizes.SIGNATURE))
        log = relink(journal, [PulledPush((Placed(1, genesis, grants),), unsigned)], server.receipts)
        answer = await server.ask(replace(call, method="GET", path="/health", query=b"", body=b""))
        return answer.with_media(MEDIA_TYPE).with_body(encode_page(PulledPage(tuple(log), 1)))


class SpoilPlanted(PlantJournals):
    """Lists journals of strangers, and spoils the page that the client asks for. `way`: how; `count`: how many."""

    client_must = "Report it, sync everything else, and ask for few of them."

    WAYS = ("not there", "cut off", "too large", "no answer")

    def __init__(self, way: str = "cut off", count: int = 1) -> None:
        super().__init__(count)
        self.way = way

    async def _log(self, call: Call, server: Liar, journal: bytes) -> Answer:
        page = await super()._log(call, server, journal)
        if self.way == "not there":
            return await server.ask(call)
        if self.way == "no answer":
            return replace(page.with_body(b""), status=502)
        spoiled = {"cut off": page.body[:-1], "too large": page.body + b" " * _BEYOND}
        return page.with_body(spoiled.get(self.way, page.body))


class FloodProposals(Attack):
    """Says that a proposal waits in every journal, and answers with far more than a list of proposals can be."""

    client_must = "Not read it to its end, sync everything else, and show every warning."

    def __init__(self, size: int = 42 * 1024 * 1024) -> None:
        self.size = size

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Promise proposals in the list of journals, and flood the client that asks for them."""
        answer = await server.ask(call)
        if answer.status == 200 and call.journal("GET", JOURNALS) is not None:
            listed = JournalList.model_validate_json(answer.body)
            waiting = [item.model_copy(update={"proposals": 1}) for item in listed.journals]
            return answer.with_model(listed.model_copy(update={"journals": waiting}))
        if answer.status == 200 and call.journal("GET", PROPOSALS) is not None:
            return answer.with_body(answer.body + b" " * self.size)
        return answer


class CheapValues(Attack):
    """Answers with a long list of the shortest values: each costs a reader many times the two bytes that it travels in.

    `pattern`: of the paths where.
    """

    client_must = "Not take it apart, and say that this is no answer."

    def __init__(self, pattern: str = CHAINS, size: int = 1024 * 1024) -> None:
        self.pattern, self.size = pattern, size

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Put the list where another belongs."""
        answer = await server.ask(call)
        if call.method != "GET" or re.fullmatch(self.pattern, call.path) is None or answer.status != 200:
            return answer
        return answer.with_body(b'{"chains":[' + b"0," * (self.size // 2) + b"0]}")


class DripAnswers(Attack):
    """Sends its answers a byte at a time. `pause`: seconds between two. `pattern`: of the paths where."""

    client_must = "Give up in bounded time, and keep what it wanted to send."

    def __init__(self, pause: float = 1.0, pattern: str = ".*") -> None:
        self.pause, self.pattern = pause, pattern

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Drip the true answer."""
        answer = await server.ask(call)
        return replace(answer, pause=self.pause) if re.fullmatch(self.pattern, call.path) else answer


class PromiseKeys(Attack):
    """Says forever that there are more keys of an account than it shows. `pattern`: of the paths where."""

    client_must = "Stop asking, and say so."

    def __init__(self, pattern: str = CHAINS) -> None:
        self.pattern = pattern

    async def answer(self, call: Call, server: Liar) -> Answer:
        """Put the promise into the true answer."""
        answer = await server.ask(call)
        if call.method != "GET" or re.fullmatch(self.pattern, call.path) is None or answer.status != 200:
            return answer
        return answer.with_body(answer.body.replace(b'"more":false', b'"more":true'))
