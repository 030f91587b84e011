"""A server's inputs: whole requests, by a member and by nobody, through the whole application."""

from starlette.types import Scope

from duolog.protocol.codec import encode_b64
from fuzz import honest
from fuzz.mutation import behind_line, change_canonical, change_frames, change_json
from fuzz.registry import target
from hostile.liar import Attack, Call, Liar

ENDS_THE_SESSION = (("DELETE", "/v1/account"), ("DELETE", "/v1/sessions"), ("DELETE", "/v1/sessions/current"))
METHODS = (b"GET", b"POST", b"PUT", b"DELETE", b"HEAD", b"OPTIONS", b"PATCH")


def _requests(*, binary: bool) -> list[bytes]:
    """One of each method and path of an honest evening, by Ada."""
    found: dict[tuple[str, int], bytes] = {}
    journal = encode_b64(honest.evening().couple.journal)
    for call, _ in honest.evening().calls:
        kind, accept = call.header(b"content-type"), call.header(b"accept").split(b",")[0]
        if (b"vnd.duolog" in kind) != binary:
            continue
        path = call.path.replace(journal, "{journal}")
        who = b"ada" if call.header(b"authorization") else b"-"
        target_of = path.encode() + (b"?" + call.query if call.query else b"")
        line = b" ".join((who, call.method.encode(), target_of, kind or b"-", accept or b"*/*"))
        found.setdefault((f"{call.method} {path}", len(call.body) // 4096), line + b"\n" + call.body)
    return list(found.values())


@target(lambda: _requests(binary=False), change=behind_line(change_json), raises=())
def request(data: bytes) -> None:
    """`who method path?query type accept`, a line's end, and the body: a JSON request."""
    _request(data)


@target(lambda: _requests(binary=True), change=behind_line(change_frames), raises=())
def binary_request(data: bytes) -> None:
    """The same for pushes in the binary form."""
    _request(data)


@target(
    lambda: [line for line in _requests(binary=False) if b'"statement"' in line],
    change=behind_line(change_canonical),
    raises=(),
)
def request_of_statements(data: bytes) -> None:
    """The same, with the content of statements changed too."""
    _request(data)


def _request(data: bytes) -> None:
    call = _call(data)
    if call is None or (call.method, call.path) in ENDS_THE_SESSION:
        return
    here = honest.evening()
    liar = Liar(here.app, Attack(), lambda: here.app.state.duolog.receipts)
    status = honest.run(liar.ask(call)).status
    assert status < 500 or status == 503, f"{call.method} {call.path}: {status}"


def _call(data: bytes) -> Call | None:
    """The request that a line and a body stand for; None when HTTP itself would refuse it."""
    line, _, body = data.partition(b"\n")
    words = line.split(b" ")
    if len(words) != 5 or words[1] not in METHODS or not words[2].startswith(b"/"):
        return None
    here = honest.evening()
    path, _, query = words[2].partition(b"?")
    path = path.replace(b"{journal}", encode_b64(here.couple.journal).encode())
    headers = [(b"host", b"duolog.test"), (b"content-type", words[3]), (b"accept", words[4])]
    if words[0] == b"ada":
        headers.append((b"authorization", here.token))
    headers.append((b"content-length", b"%d" % len(body)))
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "root_path": "",
        "server": ("duolog.test", 80),
        "client": ("127.0.0.1", 1),
        "state": {},
    }
    method = words[1].decode()
    return Call(method, path.decode("latin-1"), query, tuple(headers), body, scope)
