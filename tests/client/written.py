"""What acts write into the account journal, as the specification lists it and as it is written, for tests of both."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from duolog.client.log import outbox
from duolog.client.log.context import Context
from duolog.documents.registry import ACCOUNT_KINDS
from duolog.protocol.codec import encode_b64
from duolog.protocol.messages import Attachment, Document

PAGE = Path(__file__).resolve().parents[2] / "docs" / "spec" / "documents.md"
HEADING = "### When each is written"
BEHIND = "A **conflict** never changes"  # the paragraph behind the tables
Row = tuple[list[str], str, list[str]]  # kinds before, the request, kinds after
Event = tuple[str, str]  # `document`, `delivered` or `request`, and which


@dataclass
class Recorder(httpx2.AsyncBaseTransport):
    """Notes each document for the account journal as it goes into the outbox and as it was delivered, and each other
    request as it is sent."""

    network: httpx2.AsyncBaseTransport
    own: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    bodies: list[Mapping[str, Any]] = field(default_factory=list)  # of all documents

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if not any(journal in path for journal in self.own):
            self.events.append(("request", f"{request.method} {re.sub(r'/[A-Za-z0-9_-]{20,}', '/*', path)}"))
        response = await self.network.handle_async_request(request)
        if request.method == "POST" and path.endswith("/entries") and any(journal in path for journal in self.own):
            self.events.append(("delivered", ""))
        return response

    def written(self, request: str) -> Row:
        """The kinds before the first such request of an act, and those behind it. Forgets the act."""
        events, self.events = self.events, []
        place = next((number for number, event in enumerate(events) if event == ("request", request)), None)
        assert place is not None, f"{request} was not sent: {events}"
        before = [text for what, text in events[:place] if what == "document"]
        return before, request, [text for what, text in events[place:] if what == "document"]

    def documents(self) -> list[str]:
        """The kinds of an act, in order. Forgets the act."""
        events, self.events = self.events, []
        return [text for what, text in events if what == "document"]


@contextmanager
def noting(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    """The outbox tells the recorder of documents for the account journal meanwhile."""
    real = outbox._post

    def noted(
        context: Context, journal: bytes, document: Document, attachments: tuple[Attachment, ...] = ()
    ) -> tuple[bytes, bytes]:
        found = real(context, journal, document, attachments)
        if journal == context.identity.account_journal:
            recorder.own.add(encode_b64(journal))
            recorder.events.append(("document", document.kind))
            recorder.bodies.append(document.body)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_post", noted)
        yield recorder


def told() -> str:
    """The part of the page about this."""
    text = PAGE.read_text()
    return text[text.index(HEADING) : text.index(BEHIND)]


def rows() -> dict[str, Row]:
    """The first table: of acts with one request."""
    found = {}
    for event, before, request, after in _cells(told().split("\n\n")[2]):
        found[event] = (kinds(before), request.strip("`"), kinds(after))
    return found


def other_rows() -> dict[str, list[str]]:
    """The second table: of all else."""
    return {event: kinds(documents) for event, documents in _cells(told().split("\n\n")[4])}


def _cells(table: str) -> Iterator[list[str]]:
    for line in table.splitlines()[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def kinds(cell: str) -> list[str]:
    """The kinds of the account journal that a cell names, in order."""
    return [kind for kind in re.findall(r"`(\w+)`", cell) if kind in ACCOUNT_KINDS]
