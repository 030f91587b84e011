"""Couples' documents: bodies of every kind, whole journals of them, the account journal, snapshots, texts."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from duolog.documents import names, safe_text
from duolog.documents.account import apply_account, encode_account_state, parse_account_state
from duolog.documents.account_state import AccountState
from duolog.documents.applied import AppliedDocument, Membership
from duolog.documents.bodies import parse_body
from duolog.documents.journal import apply, apply_all, describe, encode_state, parse_state
from duolog.documents.journal_state import JournalState
from duolog.documents.kind import Kind
from duolog.documents.kinds.check_in_answers import Form, answer_lines, encode_answer, parse_answer
from duolog.documents.registry import ACCOUNT_KINDS, KINDS
from duolog.documents.things import Things
from duolog.documents.voice import Look, Voice
from duolog.errors import MalformedData
from duolog.protocol.codec import encode_b64, encode_message_json, parse_message_json, sha256
from duolog.protocol.messages import parse_message
from duolog.protocol.receipts import Receipt
from duolog.protocol.sizes import MAX_PAIR_ANSWER
from fuzz import nasty
from fuzz.documents import account_bodies, account_log, answers, bodies, evening_log, machines_log
from fuzz.mutation import change_json, change_text
from fuzz.registry import target

ADA, SAM, KIM = b"a" * 32, b"s" * 32, b"k" * 32
BOTH = Membership(frozenset({ADA, SAM}), journal=b"j" * 32)
VOICE = Voice(name=lambda account: account[:1].decode("latin-1"), when=str)
NOW = 1_795_600_000  # Unix seconds
MOST = 40  # documents of one sequence


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


@target(lambda: [_json(item) for item in bodies()], change=change_json)
def body(data: bytes) -> None:
    """The body of each kind, and its words for a person."""
    _body(data, {name: kind.body for name, kind in KINDS.items()})


@target(lambda: [_json(item) for item in account_bodies()], change=change_json)
def account_body(data: bytes) -> None:
    """The body of each kind of the account journal."""
    _body(data, {name: kind.body for name, kind in ACCOUNT_KINDS.items()})


def _body(data: bytes, kinds: Mapping[str, TypeAdapter[Any]]) -> None:
    value = parse_message_json(data)
    adapter, inner = kinds.get(str(value.get("kind"))), value.get("body")
    if adapter is not None and isinstance(inner, dict):
        parsed = parse_body(adapter, inner)
        assert parse_body(adapter, parsed.encode_json()) == parsed


@target(lambda: [_json(evening_log()), _json(machines_log())], change=change_json, raises=())
def documents(data: bytes) -> None:
    """A journal of whatever documents: nothing raises, all are in the timeline, a snapshot is the same state."""
    log = _documents(data)
    state = apply_all(JournalState(), [(item, BOTH) for item in log])
    one_by_one = JournalState()
    for item in log:
        one_by_one = apply(one_by_one, item, BOTH)
    assert one_by_one == state
    assert [item.applied for item in state.timeline] == log
    assert parse_state(encode_state(state)) == state
    for shown in state.timeline:
        describe(state, shown, VOICE)
    for kind in KINDS.values():
        for thing in () if kind.machine is None else state.part(kind).values():
            for look in (Look(ADA, NOW, VOICE), Look(SAM, NOW, VOICE)):
                _shown(kind, thing, look)


def _shown(kind: Kind[Any, Any], thing: Any, look: Look) -> None:
    assert kind.title is not None
    assert kind.show is not None
    assert kind.today is not None
    kind.title(thing)
    kind.show(thing, look)
    kind.today(thing, look)
    assert kind.machine is not None
    kind.machine.steps(Things({thing.entry: thing}), thing, look.me, look.now, BOTH)


@target(lambda: [_json(item) for item in answers()], change=change_json)
def check_in_answer(data: bytes) -> None:
    """An opened answer of a check-in, and its words for a person."""
    forms: tuple[Form, Form] = ("week", "review")
    form = forms[b"review" in data]
    found = parse_answer(data, form)
    answer_lines(found, ADA, VOICE)
    if len(data) < MAX_PAIR_ANSWER:
        assert parse_answer(encode_answer(found), form) == found


@target(lambda: [_json(account_log())], change=change_json, raises=())
def account_documents(data: bytes) -> None:
    """An account journal of whatever documents."""
    state = AccountState()
    for item in _documents(data):
        state = apply_account(state, item)
    assert parse_account_state(encode_account_state(state)) == state


def _documents(data: bytes) -> list[AppliedDocument]:
    """Documents as verified entries bring them, from a JSON list; what no message could hold is left out."""
    try:
        values = parse_message_json(data).get("log")
    except MalformedData:
        return []
    if not isinstance(values, list):
        return []
    found: list[AppliedDocument] = []
    for seq, value in enumerate(values[:MOST], 1):
        try:
            found.append(_applied(seq, value))
        except MalformedData:
            continue
    return found


def _applied(seq: int, value: object) -> AppliedDocument:
    if not isinstance(value, dict):
        raise MalformedData("no document")
    seen = Receipt(1, bytes(32), NOW, bytes(64)).encode()
    message = {"document": value.get("document"), "seen": encode_b64(seen)}
    if "refused" in value:
        message["refused"] = value["refused"]
    parsed = parse_message(encode_message_json(message))
    entry = sha256(b"entry", bytes([seq]))[:16]
    author = {"ada": ADA, "sam": SAM}.get(str(value.get("author")), KIM)
    received = value.get("received")
    return AppliedDocument(
        *(entry, seq, author, sha256(b"message", entry), parsed.document),
        received=received if type(received) is int and 0 <= received < 2**53 else NOW,
        refused=parsed.refused,
        generation=1,
    )


@cache
def _state() -> bytes:
    log = _documents(_json(evening_log()))
    return encode_state(apply_all(JournalState(), [(item, BOTH) for item in log]))


@target(lambda: [_state(), b"{}"], change=change_json)
def snapshot(data: bytes) -> None:
    """A snapshot of a journal's state, as a home holds it."""
    encode_state(parse_state(data))


@cache
def _account_state() -> bytes:
    state = AccountState()
    for item in _documents(_json(account_log())):
        state = apply_account(state, item)
    return encode_account_state(state)


@target(lambda: [_account_state(), b"{}"], change=change_json)
def account_snapshot(data: bytes) -> None:
    """A snapshot of the account journal's state."""
    encode_account_state(parse_account_state(data))


@target(lambda: [text.encode("utf-8", "replace") for text in nasty.STRINGS], change=change_text, raises=())
def shown_text(data: bytes) -> None:
    """The cleaner of texts that somebody else wrote; what it gives, it leaves alone."""
    text = data.decode("utf-8", "replace")
    clean: Callable[[str], str]
    for clean in (safe_text.clean, safe_text.clean_line):
        assert clean(clean(text)) == clean(text)
        assert "\x1b" not in clean(text)


@target(lambda: [text.encode("utf-8", "replace") for text in nasty.STRINGS], change=change_text, raises=())
def shown_name(data: bytes) -> None:
    """A name: one that is shown passes for nobody and is safe; two that look alike are told apart."""
    text = data.decode("utf-8", "replace")
    shown = names.shown_names({b"a" * 32: text, b"b" * 32: text, b"c" * 32: "Sam"})
    assert (names.name_fault(text) is None) == (b"a" * 32 in shown)
    assert len(set(shown.values())) == len(shown)
    assert all(safe_text.clean(name) == name for name in shown.values())
