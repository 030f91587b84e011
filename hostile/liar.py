"""`Liar(app, attack, receipts)`: an ASGI application that passes each request to an attack, which asks the real server
or makes it up.

Rules
- An attack sees whole requests and whole answers. It may change either, ask the server on its own, or answer alone.
- `liar.attack` may be replaced at any time: tests pair two people honestly first, and lie afterwards.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.receipts.service import ReceiptSigner
from duolog.api.common import REQUEST_HEADER, Model
from duolog.protocol.codec import parse_b64

_ID = REQUEST_HEADER.lower().encode("ascii")

Headers = tuple[tuple[bytes, bytes], ...]

PULL = r"/v1/journals/([\w-]+)/entries"
JOURNALS = r"/v1/journals"
CHAINS = r"/v1/journals/([\w-]+)/chains"
OWN_ACCOUNT = r"/v1/account"
INVITATION = r"/v1/invitations/([\w-]+)"
SERVER_INFO = r"/\.well-known/duolog"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, whole. `query` is raw; `headers` as ASGI has them."""

    method: str
    path: str
    query: bytes = b""
    headers: Headers = ()
    body: bytes = b""
    scope: Scope = field(default_factory=dict, repr=False)

    def journal(self, method: str, pattern: str) -> bytes | None:
        """The id in a path that matches `pattern`, empty when it has none; None when this is another call."""
        found = re.fullmatch(pattern, self.path)
        if found is None or self.method != method:
            return None
        return parse_b64(found[1]) if found.groups() else b""

    def header(self, name: bytes) -> bytes:
        """A header's value, empty when it isn't there."""
        return next((value for key, value in self.headers if key.lower() == name), b"")

    def with_header(self, name: bytes, value: bytes) -> "Call":
        """The same with one header replaced."""
        others = tuple(item for item in self.headers if item[0].lower() != name)
        return replace(self, headers=(*others, (name, value)))


@dataclass(frozen=True, slots=True)
class Answer:
    """One response, whole. `pause`: seconds between its bytes; 0 sends them at once.

    `claims`: the Content-Length that it names, where that isn't the body's. Only `wire` can send such an answer.
    """

    status: int
    headers: Headers
    body: bytes
    pause: float = 0.0
    claims: int | None = None

    def with_body(self, body: bytes) -> "Answer":
        """The same with another body."""
        others = tuple(item for item in self.headers if item[0].lower() != b"content-length")
        return replace(self, headers=(*others, (b"content-length", b"%d" % len(body))), body=body)

    def with_media(self, media: str) -> "Answer":
        """The same with another media type."""
        others = tuple(item for item in self.headers if item[0].lower() != b"content-type")
        return replace(self, headers=(*others, (b"content-type", media.encode("ascii"))))

    def with_model(self, model: Model) -> "Answer":
        """The same with another JSON body."""
        return self.with_body(model.model_dump_json().encode())


class Attack:
    """An honest server: passes everything on. Every attack derives from it.

    `client_must` says, in a line, what a correct client does about it. `signs`: whether it needs the receipt key.
    """

    client_must = "Work as always."
    signs = False

    async def answer(self, call: Call, server: "Liar") -> Answer:
        """The answer to one call. `server.ask` asks the real server."""
        return await server.ask(call)


class Liar:
    """The wrapper. `receipts` is the real server's signer, so that made-up histories carry valid receipts."""

    def __init__(self, app: ASGIApp, attack: Attack, receipts: Callable[[], ReceiptSigner]) -> None:
        self.app = app
        self.attack = attack
        self._receipts = receipts

    @property
    def can_sign(self) -> bool:
        """Whether the server's receipt key is here."""
        try:
            return bool(self.receipts.keys)
        except LookupError:
            return False

    def sign_with(self, receipts: Callable[[], ReceiptSigner]) -> None:
        """Take this signer from now on."""
        self._receipts = receipts

    @property
    def receipts(self) -> ReceiptSigner:
        """The server's own signer."""
        return self._receipts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = tuple((bytes(name), bytes(value)) for name, value in scope["headers"])
        call = Call(scope["method"], scope["path"], scope["query_string"], headers, body, scope)
        answer = await self.respond(call)
        await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)})
        for at in range(len(answer.body) if answer.pause else 0):
            await send({"type": "http.response.body", "body": answer.body[at : at + 1], "more_body": True})
            await anyio.sleep(answer.pause)
        await send({"type": "http.response.body", "body": b"" if answer.pause else answer.body})

    async def respond(self, call: Call) -> Answer:
        """The answer that the caller gets. It repeats the request's id, so that an old answer seems to be a new one."""
        answer = await self.attack.answer(call, self)
        if not (asked := call.header(_ID)):
            return answer
        others = tuple(item for item in answer.headers if item[0].lower() != _ID)
        return replace(answer, headers=(*others, (_ID, asked)))

    async def ask(self, call: Call) -> Answer:
        """The real server's answer to a call."""
        sent: list[Message] = []
        waiting = [{"type": "http.request", "body": call.body, "more_body": False}]

        async def receive() -> Message:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        headers = [item for item in call.headers if item[0].lower() != b"content-length"]
        headers.append((b"content-length", b"%d" % len(call.body)))
        changed = {
            "method": call.method,
            "path": call.path,
            "raw_path": call.path.encode(),
            "query_string": call.query,
            "headers": headers,
        }
        await self.app({**call.scope, **changed}, receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(sent[0]["status"], tuple(sent[0].get("headers", ())), body)
