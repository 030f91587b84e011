"""A client's inputs: messages in a log, answers of a server, exports, its own files, forms."""

import atexit
import io
import json
import shutil
import tempfile
import typing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest.mock import patch

import httpx2
import keyring

from duolog.api.common import Model
from duolog.api.pages import Placed, PulledPush
from duolog.cli.failures import Usage
from duolog.cli.forms import note_form, parse_boundary, parse_note
from duolog.client.export.verify_export import verify_export
from duolog.client.home import keystore
from duolog.client.log import stored_logs
from duolog.client.log.verify import verify_server
from duolog.client.log.verify_authors import verify_authors
from duolog.client.server.answers import parse_model
from duolog.client.server.http import HttpTransport
from duolog.client.server.transport import Transport
from duolog.errors import (
    Fork,
    HomeError,
    KeystoreLocked,
    MalformedData,
    ServerRefused,
    TransportError,
    VerificationError,
)
from duolog.protocol.codec import encode_canonical
from duolog.protocol.entries import Header
from duolog.protocol.log import entry_item, next_head
from duolog.protocol.messages import Document, Message
from duolog.seal.entries import readers_of, seal_entry
from fuzz import honest, seeds
from fuzz.documents import bodies
from fuzz.exports import change_export
from fuzz.mutation import behind_line, change_canonical, change_json, change_text
from fuzz.registry import target

# --- entries in a log -------------------------------------------------------------------------------------------------


@target(lambda: [_message(item["kind"], item["body"]) for item in bodies()], change=change_json, raises=(Fork,))
def partners_message(data: bytes) -> None:
    """A message that a partner sealed with valid keys and tags, on its way through all eight steps of a real home."""
    here = honest.evening().couple
    ada, sam = here.ada.duolog._context, here.sam.duolog._context
    state = stored_logs.load_log(ada.store, here.journal)
    assert state.roster is not None
    author = sam.identity.secret
    header = Header(here.journal, bytes(16), state.roster.epoch, sam.account, author.generation)
    key = sam.epochs(here.journal)[state.roster.epoch]
    assert key is not None
    try:
        blob = seal_entry(header, data, key, author, readers_of(state.roster, ada.chains))
    except MalformedData:
        return  # longer than anything that can be sealed
    item = entry_item(header.encode(), blob)
    signer = honest.evening().app.state.duolog.receipts
    receipt = signer.sign(here.journal, state.seq + 1, next_head(state.head, item.digest), state.time)
    known = ada.known(here.journal)
    judged = verify_server(state, PulledPush((Placed(state.seq + 1, item),), receipt), ada.identity, known)
    verify_authors([judged], ada.identity, known)
    assert judged.items[0].fault is not None or judged.items[0].parsed is not None


def _message(kind: str, body: dict[str, object]) -> bytes:
    here = honest.evening().couple
    seen = stored_logs.newest_receipt(here.sam.duolog._context.store, here.journal)
    assert seen is not None
    return Message(Document(kind, 1, 1_795_600_000, body), seen).encode()


# --- answers ----------------------------------------------------------------------------------------------------------


@cache
def _models() -> Mapping[str, type[Model]]:
    """Every model that an operation of the transport answers with."""
    found = (typing.get_type_hints(method).get("return") for method in vars(Transport).values() if callable(method))
    models = [item for item in found if isinstance(item, type) and issubclass(item, Model)]
    return {item.__name__: item for item in models}


def _answers() -> list[bytes]:
    """Every kind of answer that came during an honest evening, by the model that takes it."""
    found: dict[tuple[str, tuple[str, ...]], bytes] = {}
    for _, answer in honest.evening().calls:
        for name, model in _models().items():
            if answer.body.startswith(b"{") and _takes(model, answer.body):
                found.setdefault((name, tuple(json.loads(answer.body))), name.encode() + b"\n" + answer.body)
    return list(found.values())


@target(_answers, change=behind_line(change_json), raises=(TransportError, MalformedData))
def answer_model(data: bytes) -> None:
    """`name of a model`, a line's end, and the JSON that a server answers."""
    name, _, body = data.partition(b"\n")
    model = _models().get(name.decode("latin-1"))
    if model is not None:
        parse_model(model, body)


def _takes(model: type[Model], body: bytes) -> bool:
    try:
        model.model_validate_json(body)
    except ValueError:
        return False
    return True


@target(
    lambda: [
        b'200 application/json 0\n{"journals":[],"more":false}',
        b"200 application/json 0\n{}",
        b"404 application/problem+json 0\n"
        + json.dumps(
            {"type": "about:blank", "title": "t", "status": 404, "code": "not_found", "detail": "No."}
        ).encode(),
        b"429 application/problem+json 99\n{}",
        b"204 x 0\n",
    ],
    change=behind_line(change_json),
    raises=(TransportError, ServerRefused, MalformedData),
)
def http_answer(data: bytes) -> None:
    """`status type retry-after`, a line's end, and a body, whatever the operation."""
    line, _, body = data.partition(b"\n")
    words = [*line.split(b" "), b"", b"", b""]
    status = int(words[0]) if words[0].isdigit() and 200 <= int(words[0][:9]) < 600 else 200
    headers = [(b"content-type", words[1]), (b"retry-after", words[2]), (b"content-encoding", words[3])]
    honest.run(_ask(status, [(name, value) for name, value in headers if value.isalnum() or b"/" in value], body))


async def _ask(status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    async def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, headers=headers, stream=httpx2.ByteStream(body))

    transport = HttpTransport("https://journal.example", network=httpx2.MockTransport(answer))
    try:
        await transport.journals(None)
    finally:
        await transport.close()


# --- exports ----------------------------------------------------------------------------------------------------------


@target(lambda: [honest.evening().export], change=change_export, raises=(MalformedData, VerificationError))
def exported(data: bytes) -> None:
    """A file that somebody calls an export."""
    verify_export(io.BytesIO(data))


# --- a home's own files -----------------------------------------------------------------------------------------------


def _keystores() -> list[bytes]:
    folder = _folder()
    person = seeds.people()[0]
    unlock = keystore.Unlock(passphrase=lambda new: b"a passphrase for fuzzing", keyring=False)
    with _without_cost():
        keystore.save_keystore(folder, person.device, unlock)
    in_keyring = encode_canonical({"type": "keystore", "place": "keyring", "name": "AAAA"})
    return [(folder / keystore.FILE).read_bytes(), in_keyring]


@target(_keystores, change=change_canonical, raises=(KeystoreLocked, HomeError, MalformedData))
def keystore_file(data: bytes) -> None:
    """A keystore that somebody else may have changed. Argon2id is left out: what it is asked for is bounded before."""
    folder = _folder()
    (folder / keystore.FILE).write_bytes(data)
    with _without_cost():
        keystore.load_keystore(
            folder, keystore.Unlock(passphrase=lambda new: b"a passphrase for fuzzing", keyring=False)
        )


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="duolog-fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@contextmanager
def _without_cost() -> Iterator[None]:
    """No Argon2id, and a keyring that says back what it is asked; for one call: other code here needs the true ones."""
    with (
        patch.object(keystore, "_stretch", lambda passphrase, salt, passes, memory: bytes(32)),
        patch.object(keyring, "get_password", lambda service_name, username: username),
    ):
        yield


@target(lambda: [stored_logs.encode_roster_state(seeds.journal().roster)], change=change_json)
def stored_roster(data: bytes) -> None:
    """A roster in a home's database."""
    parsed = stored_logs.parse_roster_state(data)
    assert stored_logs.parse_roster_state(stored_logs.encode_roster_state(parsed)) == parsed


# --- forms ------------------------------------------------------------------------------------------------------------

_FORM = b"Topic: social media\nBinds: both\nReview: 2027-03-01\n\nNo late chats.\n\n## Why\nWe lose each other.\n"


@target(lambda: [_FORM, b"Feelings: calm, glad\nTags: us\nA quiet evening.\n"], change=change_text, raises=(Usage,))
def form(data: bytes) -> None:
    """A text as it comes from an editor."""
    text = data.decode("utf-8", "replace")
    body = parse_note(text)
    if body:
        parse_note(note_form(body))
    parse_boundary(text)
