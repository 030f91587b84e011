"""A server's database with many accounts and journals: a long journal and a short one are alike in all but length.

The rows are made up. What the queries parse is well-formed; nothing is verified.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection

from app.access.repository import hash_token
from app.accounts.repository import hash_code
from app.journals.repository import ENTRY, STATEMENT
from app.tables import metadata
from duolog.protocol.receipts import Receipt
from duolog.protocol.roster_statements import Member, RosterStatement

NOW = 1_750_000_000
DAY = 86_400
PUSH = 5  # items of each push
ROSTER = 100  # a new roster comes with each so many items
ITEMS = 8  # of each other journal
SAME = 8  # rows of a kind that belong to a place, however long its journal is

Row = dict[str, Any]


def name_of(kind: str, number: int = 0, size: int = 32) -> bytes:
    """An id that is the same in each run."""
    return hashlib.sha256(f"{kind} {number}".encode()).digest()[:size]


@dataclass(frozen=True)
class Place:
    """A journal with `length` items, its two members, and what the tests ask for there."""

    name: str
    length: int

    @property
    def journal(self) -> bytes:
        return name_of(f"journal {self.name}")

    @property
    def account(self) -> bytes:
        return name_of(f"account {self.name}")

    @property
    def partner(self) -> bytes:
        return name_of(f"partner {self.name}")

    @property
    def members(self) -> tuple[bytes, bytes]:
        return self.account, self.partner

    @property
    def versions(self) -> int:
        return 1 + (self.length - 1) // ROSTER

    def entry(self, seq: int) -> bytes:
        return name_of(f"entry {self.name}", seq, 16)

    def attachment(self, seq: int) -> bytes:
        return name_of(f"attachment {self.name}", seq, 16)

    def thing(self, kind: str, number: int = 0, size: int = 32) -> bytes:
        return name_of(f"{kind} {self.name}", number, size)

    def last(self, count: int) -> list[int]:
        """The seqs of the last entries, none of which is a statement or withdrawn."""
        seqs = (seq for seq in range(self.length, 0, -1) if not is_statement(seq) and not is_withdrawn(seq))
        return [seq for seq, _ in zip(seqs, range(count), strict=False)]


SHORT, LONG = Place("short", 600), Place("long", 10_000)


def is_statement(seq: int) -> bool:
    return seq % ROSTER == 1


def is_withdrawn(seq: int) -> bool:
    return seq % 97 == 0


@cache
def roster_of(place: Place) -> bytes:
    """The bytes of a roster with both members."""
    members = tuple(Member(account, 1, bytes(32), "partner", "write") for account in sorted(place.members))
    return RosterStatement("genesis", 1, members, False, 1, bytes(32), nonce=bytes(32)).encode()


def fill(connection: Connection, others: int) -> None:
    """Fill an empty database with the two places, and as many other journals, accounts and rows of every kind."""
    made: dict[str, list[Row]] = {table.name: [] for table in metadata.sorted_tables}
    for place in (SHORT, LONG, *(Place(f"other {number}", ITEMS) for number in range(others))):
        for name, row in (*_of_journal(place), *_of_log(place), *_of_account(place)):
            made[name].append(row)
    for number in range(others):
        for name, row in _of_nobody(number):
            made[name].append(row)
    for table in metadata.sorted_tables:
        if made[table.name]:
            _insert(connection, table.name, made[table.name])


def _insert(connection: Connection, name: str, rows: list[Row]) -> None:
    """Insert rows past the types of SQLAlchemy, which would take most of the time."""
    table = metadata.tables[name]
    columns = [column.name for column in table.columns if column.name in rows[0]]
    values = [tuple(row[column] for column in columns) for row in rows]
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", values)
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in values:
            copy.write_row(row)


def _of_journal(place: Place) -> Iterator[tuple[str, Row]]:
    journal = place.journal
    end = {"seq": place.length, "head": bytes(32), "time": NOW, "closed": False, "stale": False, "closed_by": None}
    yield (
        "journals",
        {"journal": journal, "founder": place.account, "nonce": bytes(32), "roster": roster_of(place)} | end,
    )
    for number, member in enumerate(place.members):
        key = {"account": member, "journal": journal}
        yield "memberships", key | {"role": "partner", "rights": "write", "until": None}
        yield "journal_accounts", key
        yield "confirmed_ends", key | {"keyholder": place.thing("keyholder", number)}
    for number in range(SAME if place in (SHORT, LONG) else 1):
        yield "acceptances", {"journal": journal, "acceptance": place.thing("acceptance", number)}
        yield "proposals", _proposal(place, number)
        yield "invitations", _invitation(place, number)
        yield "closings", _closing(place, number)
    origin = {"until": ITEMS // 2, "origin": "https://before.test", "receipt_key": bytes(32)}
    yield "carried", {"journal": journal} | origin | {"complete": True, "touched": None}
    if place not in (SHORT, LONG):
        yield "held_journals", {"journal": journal}


def _proposal(place: Place, number: int) -> Row:
    key = {"journal": place.journal, "proposal": place.thing("proposal", number), "author": place.partner}
    parts = {"statement": b"{}", "signatures": bytes(96), "grants": b"", "context": b"why"}
    return key | {"proposed": NOW - number} | parts


def _invitation(place: Place, number: int) -> Row:
    key = {"journal": place.journal, "invitation": place.thing("invitation", number, 16), "author": place.account}
    answers = {"registered": None, "answered_by": None, "answer": None, "reveal": None}
    return key | {"sealed": b"sealed", "expires": NOW + DAY + number} | answers


def _closing(place: Place, number: int) -> Row:
    key = {"account": place.account, "journal": place.journal, "generation": number + 1}
    parts = {"statement": b"{}", "signature": bytes(64), "salt": bytes(32), "ends": b""}
    if place in (SHORT, LONG):
        return key | parts | {"not_before": NOW + 30 * DAY, "held": False}
    return key | parts | {"not_before": NOW - 1, "held": True}  # since the server has gone back to an older state


def _of_log(place: Place) -> Iterator[tuple[str, Row]]:
    journal, last = place.journal, place.length
    for seq in range(1, last + 1):
        is_entry = not is_statement(seq)
        ends = seq % PUSH == 0 or seq == last
        yield (
            "log",
            {
                "journal": journal,
                "seq": seq,
                "kind": ENTRY if is_entry else STATEMENT,
                "entry": place.entry(seq) if is_entry else None,
                "version": None if is_entry else 1 + seq // ROSTER,
                "digest": name_of("digest", seq),
                "header": b"header" * 20,
                "signatures": None if is_entry else bytes(96),
                "blob_hash": bytes(32) if is_entry else None,
                "receipt": Receipt(seq, bytes(32), NOW, bytes(64)).encode() if ends else None,
                "blob": b"sealed text" * 20 if is_entry else None,
                "withdrawn": seq if is_withdrawn(seq) else None,
            },
        )
        if not is_entry:
            for member in place.members:
                yield "grants", {"journal": journal, "account": member, "seq": seq, "sealed": bytes(80)}
        elif seq % 3 == 0:
            yield "holdings", _mark(place, seq, place.account)
            yield "holdings", _mark(place, seq, place.partner)
        if seq % 7 == 0:
            yield "attachments", _attachment(place, seq)
    for number in range(SAME):
        yield "attachments", _attachment(place, last + number) | {"seq": None}


def _mark(place: Place, seq: int, account: bytes) -> Row:
    return {"account": account, "journal": place.journal, "seq": seq, "kept": True, "erased": False}


def _attachment(place: Place, seq: int) -> Row:
    key = {"journal": place.journal, "attachment": place.attachment(seq), "account": place.account}
    state = {"size": 1000, "received": 1, "begun": NOW, "place": place.thing("place", seq, 16)}
    return key | state | {"seq": seq, "brings": None}


def _of_account(place: Place) -> Iterator[tuple[str, Row]]:
    busy = place in (SHORT, LONG)
    for which, account in enumerate(place.members):
        registration = {"account_journal": name_of("own", which), "registration": bytes(32)}
        yield "accounts", {"account": account} | registration
        # The members of the long journal have rotated often, and were in other journals before.
        for generation in range(1, (place.length // 20 if busy else 2) + 1):
            key = {"account": account, "generation": generation}
            yield "account_statements", key | {"statement": b"{}" * 50, "signatures": bytes(64)}
            yield "earlier_seeds", key | {"sealed": bytes(80)}
            yield (
                "keyholder_sets",
                {
                    "account": account,
                    "version": generation,
                    "statement": b"{}" * 50,
                    "signature": bytes(64),
                },
            )
        for number in range(2):
            keyholder = place.thing(f"keyholder {which}", number)
            key = {"account": account, "keyholder": keyholder}
            yield "keyholders", key | {"kind": "device", "sign_key": bytes(32), "anchor": None, "ended": None}
            yield "packages", key | {"generation": 1, "package": bytes(80)}
            yield "awaited_keyholders", key
            times = {"created": NOW, "used": NOW, "expires": NOW + DAY}
            yield "sessions", key | {"token_hash": hash_token(place.thing(f"token {which}", number))} | times
        for thing in ("entry", "journal", "rotation"):
            day = {"day": NOW // DAY, "today": 1, "bytes_today": 1, "ever": 1, "bytes_ever": 1}
            yield "usage", {"account": account, "thing": thing} | day


def _of_nobody(number: int) -> Iterator[tuple[str, Row]]:
    """Rows that belong to no account. A few of them are over: the rounds of retention come often."""
    over = NOW - 1 if number % 100 == 0 else NOW + DAY
    key = {"rendezvous": name_of("rendezvous", number, 16), "role": "new", "number": 1}
    yield "rendezvous", key | {"sealed": b"sealed", "expires": over}
    yield "challenges", {"challenge": name_of("challenge", number), "keyholder": bytes(32), "expires": over}
    yield "doomed", {"place": name_of("doomed", number, 16), "due": over, "cleared": False}
    yield "invite_codes", {"code_hash": hash_code(str(number)), "created": NOW, "used": None}
