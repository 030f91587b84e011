"""Signed key statements as the database holds them, and the chain that they make."""

from collections.abc import Iterator, Sequence

from duolog.errors import MalformedData
from duolog.protocol import sizes
from duolog.protocol.accounts import AccountChain, Generation, SignedAccountStatement
from duolog.protocol.codec import length_prefixed, parse_canonical
from duolog.protocol.statements import Fields, statement_hash


def encode_statements(statements: Sequence[SignedAccountStatement]) -> bytes:
    """Signed statements for the database."""
    return length_prefixed(*(length_prefixed(item.statement, *item.signatures) for item in statements))


def parse_statements(data: bytes) -> list[SignedAccountStatement]:
    """What `encode_statements` made. Raises: MalformedData when it is damaged."""
    fields = [list(_split(item)) for item in _split(data)]
    return [SignedAccountStatement(item[0], tuple(item[1:])) for item in fields if item]


def _split(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        field = data[at + 4 : at + 4 + size]
        if len(field) != size:
            raise MalformedData("The database of this home is damaged.")
        yield field
        at += 4 + size


def recall_chain(statements: Sequence[SignedAccountStatement]) -> AccountChain:
    """A chain that was verified before it was stored. It is read, and not verified again. Raises: MalformedData."""
    generations = []
    for number, signed in enumerate(statements, start=1):
        fields = Fields(parse_canonical(signed.statement), "A stored key statement")
        generation = Generation(
            generation=number,
            sign_key=fields.data("sign_key", sizes.SIGN_KEY),
            box_key=fields.data("box_key", sizes.BOX_KEY),
            kem_key=fields.data("kem_key", sizes.KEM_KEY),
            keyholders=fields.data("keyholders", sizes.HASH),
            statement_hash=statement_hash(signed.statement),
            at=fields.integer("at") if fields.has("at") else None,
        )
        generations.append(generation)
    if not generations:
        raise MalformedData("The database of this home is damaged.")
    return AccountChain(generations[0].statement_hash, tuple(generations))
