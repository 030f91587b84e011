"""What a home keeps has the bytes that it always had, and what older homes kept under made-up names is found.

Each plaintext is written out here as the first versions wrote it, so that homes made by those stay readable.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from duolog.client import Duolog
from duolog.client.account.keyholder_requests import make_rotation
from duolog.client.account.register_restore_open import _new_pending
from duolog.client.home import begun, pairings, records
from duolog.client.home.begun import Adding, BegunMove, Enrolling, PendingRotation
from duolog.client.home.folder import Home
from duolog.client.home.marks import (
    Act,
    JournalMark,
    find_mark,
    how_former,
    keep_former,
    left_journals,
    marked_journals,
    started_acts,
)
from duolog.client.home.pairings import Consent, Invited, Progress
from duolog.client.home.records import Flag, Plain, Sealed, StoredSession
from duolog.client.home.store import Store
from duolog.errors import HomeError, OpenError
from duolog.protocol.codec import encode_b64
from duolog.seal.keys import GenerationSecret, KeyholderSecret
from tests.client.couple import UNLOCK, pair, transport

DEVICE = KeyholderSecret(bytes(range(32)), "device")
ONE, TWO = b"\x01" * 32, b"\x02" * 32
B64 = {ONE: "AQEB" * 10 + "AQE", TWO: "AgIC" * 10 + "AgI"}
JOURNAL, ENTRY = b"j" * 32, b"e" * 16


@pytest.fixture
def home() -> Home:
    return Home.open_new(None, DEVICE, UNLOCK)


PLAIN: list[tuple[Plain[Any], Any, bytes]] = [
    (records.ACCOUNT, ONE, ONE),
    (records.SERVER, "https://journal.example", b"https://journal.example"),
    (records.RECEIPT_KEYS, [TWO], TWO),
    (records.RECEIPT_KEYS, [ONE, TWO], ONE + TWO),
    (records.KNOWN_KEYHOLDERS, [b"a" * 32, b"b" * 32], b"a" * 32 + b"b" * 32),
    (records.KNOWN_KEYHOLDERS, [], b""),
    (records.DRAWN, 20_783, (20_783).to_bytes(8, "big")),
    (records.JUDGED, 3, b"\0\0\0\3"),
    (records.HEADS_NOTED, 1_795_600_000, (1_795_600_000).to_bytes(8, "big")),
]


@pytest.mark.parametrize(("record", "value", "stored"), PLAIN, ids=lambda item: getattr(item, "name", ""))
def test_a_plain_value_has_the_bytes_that_it_always_had(
    home: Home, record: Plain[Any], value: object, stored: bytes
) -> None:
    assert record.load(home.store) is None
    home.store.put(record.name, stored)
    assert record.is_set(home.store)
    assert record.load(home.store) == value
    record.save(home.store, value)
    assert home.store.get(record.name) == stored
    record.clear(home.store)
    assert not record.is_set(home.store)


SEALED: list[tuple[Sealed[Any], Any, bytes]] = [
    (records.SESSION, StoredSession(TWO, ONE), TWO + ONE),
    (begun.NEW_SHEET, ONE, ONE),
    (begun.ENROLLED, b"as it came", b"as it came"),
    (begun.ENROLLING, Enrolling(bytes(range(32)), b"left there"), bytes(range(32)) + b"left there"),
    (
        begun.MOVING,
        BegunMove("https://other.example", ONE),
        f'{{"origin":"https://other.example","receipt_key":"{B64[ONE]}"}}'.encode(),
    ),
    (
        begun.ADDING,
        Adding(b"code", ONE, TWO, b"shown"),
        f'{{"code":"Y29kZQ","sign_key":"{B64[ONE]}","kem_key":"{B64[TWO]}","shown":"c2hvd24"}}'.encode(),
    ),
    (
        begun.ADDING,
        Adding(b"code", ONE, TWO, b"shown", b"added"),
        f'{{"code":"Y29kZQ","sign_key":"{B64[ONE]}","kem_key":"{B64[TWO]}","shown":"c2hvd24","added":"YWRkZWQ"}}'.encode(),
    ),
]


def _check_sealed(home: Home, record: Sealed[Any], value: object, stored: bytes) -> None:
    assert record.load(home) is None
    home.store.put(record.name, home.seal(record.name, stored))
    assert record.is_set(home)
    assert record.load(home) == value
    record.save(home, value)
    sealed = home.store.get(record.name)
    assert sealed is not None
    assert home.open(record.name, sealed) == stored
    home.store.put(record.name, home.seal("something-else", stored))
    with pytest.raises(OpenError):
        record.load(home)
    record.clear(home)
    assert not record.is_set(home)


@pytest.mark.parametrize(("record", "value", "stored"), SEALED, ids=lambda item: getattr(item, "name", ""))
def test_a_sealed_value_has_the_bytes_that_it_always_had(
    home: Home, record: Sealed[Any], value: object, stored: bytes
) -> None:
    _check_sealed(home, record, value, stored)


def test_seeds_have_the_bytes_that_they_always_had(home: Home) -> None:
    stored = b"\0\0\0\1" + ONE + b"\0\0\0\2" + TWO
    home.store.put("seeds", home.seal("seeds", stored))
    secrets = records.SEEDS.load(home)
    assert secrets is not None
    assert {number: secret.seed for number, secret in secrets.items()} == {1: ONE, 2: TWO}
    records.SEEDS.save(home, {2: GenerationSecret(TWO, 2), 1: GenerationSecret(ONE, 1)})
    assert home.open("seeds", home.store.get("seeds") or b"") == stored


def test_a_registration_that_was_begun_has_the_bytes_that_it_always_had(home: Home) -> None:
    made = _new_pending(DEVICE)
    stored = made.seed + made.entropy + made.request.model_dump_json().encode("ascii")
    _check_sealed(home, begun.PENDING, made, stored)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_rotation_that_was_begun_has_the_bytes_that_it_always_had(app: FastAPI, home: Home) -> None:
    new = await Duolog.register(transport(app), home=None, unlock=UNLOCK)
    async with new.duolog as person:
        await person.sync()
        secret, request = make_rotation(person._context)
    told = json.dumps(request.model_dump_json(), ensure_ascii=False)
    rest = f'"seed":"{encode_b64(secret.seed)}","request":{told}}}'
    both, none = frozenset({TWO, ONE}), frozenset[bytes]()
    stored = f'{{"remove":["{B64[ONE]}","{B64[TWO]}"],"sheet":"{B64[ONE]}",{rest}'.encode()
    _check_sealed(home, begun.ROTATION, PendingRotation(both, ONE, secret.seed, request), stored)
    stored = f'{{"remove":[],"sheet":null,{rest}'.encode()
    _check_sealed(home, begun.ROTATION, PendingRotation(none, None, secret.seed, request), stored)


@pytest.mark.parametrize("flag", [records.UNCONFIRMED, records.DELETING, records.DELETED])
def test_a_flag_has_the_bytes_that_it_always_had(home: Home, flag: Flag) -> None:
    assert not flag.is_set(home.store)
    flag.set(home.store)
    assert home.store.get(flag.name) == b"1"
    flag.clear(home.store)
    assert not flag.is_set(home.store)


def test_a_pairing_has_the_bytes_that_it_always_had(home: Home) -> None:
    stored = (
        f'{{"role":"founder","secret":"{B64[ONE]}","plaintext":"cA","nonce":"{B64[TWO]}","acceptance":null,'
        '"signature":null,"other":null,"confirmed":false,"done":false}'
    ).encode()
    home.store.write("INSERT INTO pairing VALUES (?, ?)", JOURNAL, home.seal("pairing", stored))
    progress = pairings.load_progress(home, JOURNAL)
    assert progress == Progress("founder", ONE, b"p", TWO)
    pairings.save_progress(home, JOURNAL, progress)
    assert home.open("pairing", _only(home.store, "SELECT sealed FROM pairing")) == stored
    assert pairings.begun_journals(home.store) == pairings.paired_journals(home.store) == [JOURNAL]


@pytest.mark.parametrize(
    ("stored", "consent"),
    [
        (
            f'{{"change":"extend","account":"{B64[ONE]}","rights":"read","until":5,"invitation":null,"statement":null,'
            '"prev":null,"sent":true,"declined":false,"sent_at":7,"lapsed":false}',
            Consent("extend", ONE, "read", 5, sent=True, sent_at=7),
        ),
        (  # as it was before a proposal could lapse
            f'{{"change":"add","account":"{B64[ONE]}","rights":"write","until":5,"invitation":"ZWVlZWVlZWVlZWVlZWVlZQ",'
            f'"statement":"{B64[TWO]}","prev":"{B64[ONE]}","sent":false,"declined":true}}',
            Consent("add", ONE, "write", 5, ENTRY, TWO, ONE, declined=True),
        ),
    ],
)
def test_a_consent_has_the_bytes_that_it_always_had(home: Home, stored: str, consent: Consent) -> None:
    row = (JOURNAL, consent.change, consent.account, home.seal("consent", stored.encode()))
    home.store.write("INSERT INTO consent VALUES (?, ?, ?, ?)", *row)
    assert pairings.consents(home, JOURNAL) == (consent,)
    pairings.save_consent(home, JOURNAL, consent)
    told = home.open("consent", _only(home.store, "SELECT sealed FROM consent")).decode()
    assert told.startswith(stored[:-1])
    pairings.drop_consent(home, JOURNAL, consent)
    assert pairings.begun_journals(home.store) == []


def test_an_admission_has_the_bytes_that_it_always_had(home: Home) -> None:
    stored = (
        f'{{"secret":"ZWVlZWVlZWVlZWVlZWVlZQ","plaintext":"cA","nonce":"{B64[TWO]}","rights":"read","until":5,"expires":4,'
        '"account":null,"acceptance":null,"signature":null,"revealed":false}'
    ).encode()
    invited = Invited(ENTRY, b"p", TWO, "read", 5, 4)
    row = (JOURNAL, invited.invitation, home.seal("admission", stored))
    home.store.write("INSERT INTO admission VALUES (?, ?, ?)", *row)
    assert pairings.all_invited(home, JOURNAL) == (invited,)
    pairings.save_invited(home, JOURNAL, invited)
    assert home.open("admission", _only(home.store, "SELECT sealed FROM admission")) == stored
    assert pairings.admissions(home.store) == [(JOURNAL, invited.invitation)]


def test_how_a_journal_was_left_is_what_was_known_first(home: Home) -> None:
    keep_former(home.store, JOURNAL, "left")
    keep_former(home.store, JOURNAL, "unlisted")
    assert how_former(home.store, JOURNAL) == "left"
    assert left_journals(home.store) == [JOURNAL]


# --- what older homes kept under made-up names ------------------------------------------------------------------------

VALUES = {JournalMark.CLOSING_PLACED: b"salt" * 8, JournalMark.TIDIED: b"state" * 7}
NEWER_THAN_TABLES = (JournalMark.LOOKED, JournalMark.NAMED, JournalMark.RESTORING)
OLDER_MARKS = [mark for mark in JournalMark if mark not in NEWER_THAN_TABLES]
OLDER_NAMES = [
    *((f"{name}:{JOURNAL.hex()}", VALUES.get(mark, b"1")) for mark in OLDER_MARKS for name in [mark.value]),
    (f"holding:keep:{JOURNAL.hex()}:{ENTRY.hex()}", b"1"),
    (f"holding:erase:{JOURNAL.hex()}:{ENTRY.hex()}", b"1"),
]
ACTS: list[tuple[Act, bytes, bytes]] = [("erase", JOURNAL, ENTRY), ("keep", JOURNAL, ENTRY)]


def _only(store: Store, query: str) -> bytes:
    [(value,)] = store.rows(query)
    assert isinstance(value, bytes)
    return value


def _make_older(path: Path, *more: tuple[str, bytes]) -> None:
    """As the versions before left it: no tables for marks, and names for them among the values."""
    with closing(sqlite3.connect(path)) as db, db:
        for table in ("mark", "started_act", "rescued"):
            db.execute(f"DROP TABLE IF EXISTS {table}")
        db.executemany("INSERT INTO meta VALUES (?, ?)", [*OLDER_NAMES, *more])


def _names(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        return {row[0] for row in db.execute("SELECT name FROM meta")}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_a_home_of_earlier_versions_marked_is_found(app: FastAPI, tmp_path: Path) -> None:
    new = await Duolog.register(transport(app), home=tmp_path / "ada", unlock=UNLOCK)
    other = await Duolog.register(transport(app), home=None, unlock=UNLOCK)
    async with new.duolog as ada, other.duolog as sam:
        journal = await pair(ada, sam)
        sealed = ada._context.home.seal("rescued", b"Half a sentence")
        account = ada.account
    path = tmp_path / "ada" / "log.sqlite"
    before = _names(path)
    _make_older(path, ("rescued-001795600000-0a1b2c3d", sealed), (f"founding:{journal.hex()}", b"1"))
    async with await Duolog.open(home=tmp_path / "ada", unlock=UNLOCK, server=transport(app)) as ada:
        store = ada._context.store
        assert ada.account == account
        for mark in OLDER_MARKS:
            assert find_mark(store, JOURNAL, mark) == VALUES.get(mark, b"1")
        assert marked_journals(store, JournalMark.FOUNDING) == {JOURNAL, journal}
        assert started_acts(store) == ACTS
        [found] = await ada.drafts().rescued()
        assert (found.at, found.of, found.text) == (1795600000, "", "Half a sentence")
        assert _names(path) == before
        await ada.drafts().drop_rescued("rescued-001795600000-0a1b2c3d")
        assert await ada.drafts().rescued() == ()
        assert [item.id for item in await ada.journals()] == [journal]
    assert all(sealed not in file.read_bytes() for file in (tmp_path / "ada").iterdir())


def test_what_older_homes_marked_moves_once(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    Store(path).close()
    _make_older(path, ("account", ONE))
    for _ in range(2):
        store = Store(path)
        assert marked_journals(store, JournalMark.LET_GO) == {JOURNAL}
        assert started_acts(store) == ACTS
        assert store.get("account") == ONE
        store.close()
    assert _names(path) == {"account"}


def test_it_moves_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    Store(path).close()
    _make_older(path, ("tidied:not-a-journal", b"1"))
    before = _names(path)
    with pytest.raises(HomeError, match="damaged"):
        Store(path)
    assert _names(path) == before
    with closing(sqlite3.connect(path)) as db, db:
        assert db.execute("SELECT count(*) FROM mark").fetchone() == (0,)
        db.execute("DELETE FROM meta WHERE name = 'tidied:not-a-journal'")
    store = Store(path)
    assert marked_journals(store, JournalMark.TIDIED) == {JOURNAL}
    store.close()
