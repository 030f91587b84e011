"""Honest inputs: what vectors hold, and a journal that honest people wrote."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from duolog.api.pages import Placed, encode_end, encode_push, encode_receipt
from duolog.errors import MalformedData
from duolog.protocol.codec import parse_b64
from duolog.protocol.log import StatementItem
from duolog.protocol.roster_statements import parse_roster
from tests.protocol.builders import Journal, Person, sign
from tests.protocol.builders import couple as honest_couple
from vectors.check import load


@cache
def people() -> tuple[Person, Person, Person]:
    """Ada, who rotated once; Sam; and Kim, who counsels them."""
    return Person("ada").rotate(), Person("sam"), Person("kim")


@cache
def journal() -> Journal:
    """Founded by Ada; Sam verified, Kim let in; entries by both partners; a rotation, and nothing closed."""
    ada, sam, kim = people()
    made = Journal(ada)
    made.add_partner(sam)
    made.push(made.entry(ada, "the first"), made.entry(sam, "the second"))
    made.add_confidant(kim, rights="write")
    made.push(made.entry(kim, "from elsewhere"))
    made.rotate(sam)
    made.push(made.entry(ada, "the last"))
    return made


@cache
def closed_journal() -> Journal:
    """A journal of two that one of them closed."""
    ada, _, made = honest_couple()
    closing = made.draft_close(ada).encode()
    made.push(StatementItem(sign(closing, ada)))
    return made


def closing() -> bytes:
    """A closing of the honest journal, by Ada."""
    return journal().draft_close(people()[0]).encode()


def page_of(made: Journal) -> bytes:
    """The whole log as one page."""
    frames, items, seq = [], [], 0
    for item in made.items:
        seq += 1
        items.append(Placed(seq, item))
        if seq in made.receipts:
            frames.append(encode_push(items) + encode_receipt(made.receipts[seq]))
            items = []
    return b"".join(frames) + encode_end(seq)


def placed(made: Journal) -> list[Placed]:
    """Its items, as somebody pushes them."""
    return [Placed(0, item) for item in made.items]


def statements(*kinds: str) -> list[bytes]:
    """Every statement of the honest journals and accounts, or those whose type is named."""
    found = [
        item.signed.statement for item in (*journal().items, *closed_journal().items) if isinstance(item, StatementItem)
    ]
    for person in people():
        found += [signed.statement for signed in (*person.signed, *person.sets)]
    return [item for item in found if not kinds or any(f'"type":"{kind}"'.encode() in item for kind in kinds)]


def acceptances() -> list[bytes]:
    """The acceptances that newcomers signed in the honest journal."""
    found = [parse_roster(statement).acceptance for statement in statements("roster")]
    return [item.statement for item in found if item is not None]


def vectors(name: str, *kinds: str) -> Iterator[dict[str, Any]]:
    """Cases of a file of vectors, of these kinds."""
    yield from (case for case in load(name)["cases"] if not kinds or case["kind"] in kinds)


def data_of(name: str, *kinds: str) -> list[bytes]:
    """The `data` of these cases, those that are refused included."""
    return [parse_b64(case["data"]) for case in vectors(name, *kinds) if "data" in case]


def binary_in(value: object, low: int = 40) -> Iterator[bytes]:
    """Every base64url value of some length in a vector."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from binary_in(item, low)
    elif isinstance(value, str) and len(value) >= low:
        try:
            yield parse_b64(value)
        except MalformedData:
            return
