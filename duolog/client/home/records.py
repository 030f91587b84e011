"""Every single value of a home, declared once: its name, whether it is sealed, how it is encoded and parsed.

Rules
- A plain value needs the database alone. A sealed one is stored under the home's key, under a label of its own.
- Rows for each journal, act or text belong into a table, and never under a name in here.

`begun` declares in the same way the acts that must outlive a crash.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Generic, Self, TypeVar

from pydantic import ValidationError

from duolog.api.common import Model
from duolog.client.home.chains import encode_statements, parse_statements
from duolog.client.home.folder import Home
from duolog.client.home.store import DAMAGED, Store
from duolog.errors import HomeError
from duolog.protocol import sizes
from duolog.protocol.accounts import SignedAccountStatement
from duolog.protocol.codec import encode_b64, encode_message_json, parse_b64, parse_message_json, u32
from duolog.seal.keys import GenerationSecret

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Named:
    name: str

    def is_set(self, store: Store) -> bool:
        return store.get(self.name) is not None

    def clear(self, store: Store) -> None:
        store.put(self.name, None)


@dataclass(frozen=True, slots=True)
class Flag(_Named):
    """A value that is set or isn't, and says nothing else."""

    def set(self, store: Store) -> None:
        store.put(self.name, b"1")


@dataclass(frozen=True, slots=True)
class Plain(_Named, Generic[T]):
    """A value that is stored as it is. `load` gives None when the value isn't set; `is_set` doesn't parse it."""

    encode: Callable[[T], bytes]
    parse: Callable[[bytes], T]

    def load(self, store: Store) -> T | None:
        data = store.get(self.name)
        return None if data is None else self.parse(data)

    def save(self, store: Store, value: T) -> None:
        store.put(self.name, self.encode(value))


@dataclass(frozen=True, slots=True)
class Seal(Generic[T]):
    """How values of one kind are sealed under the home's key, for the purpose of this name."""

    name: str
    encode: Callable[[T], bytes]
    parse: Callable[[bytes], T]

    @classmethod
    def of_fields(cls, name: str, kind: type[T], *, without_none: bool = False) -> Self:
        """A dataclass as JSON, field by field. `without_none`: fields that are None aren't encoded.

        A field is bytes, a set of bytes, a model of the API, a text, a number or a flag. Where the JSON doesn't have a
        field, the field gets its default.
        """
        types = {item.name: item.type for item in fields(kind)}  # type: ignore[arg-type]  # a dataclass

        def encode(value: T) -> bytes:
            given = {field: getattr(value, field) for field in types}
            kept = {field: item for field, item in given.items() if item is not None or not without_none}
            return encode_message_json({field: _to_json(item) for field, item in kept.items()})

        def parse(data: bytes) -> T:
            value = parse_message_json(data)
            return kind(**{field: _from_json(types.get(field), item) for field, item in value.items()})

        return cls(name, encode, parse)

    def seal(self, home: Home, value: T) -> bytes:
        """The sealed bytes of a value."""
        return home.seal(self.name, self.encode(value))

    def open(self, home: Home, sealed: bytes) -> T:
        """The value. Raises: OpenError when it was changed or belongs elsewhere; MalformedData, HomeError."""
        return self.parse(home.open(self.name, sealed))


@dataclass(frozen=True, slots=True)
class Sealed(Seal[T]):
    """A value that is stored sealed. `load` gives None when the value isn't set; `is_set` doesn't open it."""

    def is_set(self, home: Home) -> bool:
        return home.store.get(self.name) is not None

    def load(self, home: Home) -> T | None:
        """The value, or None. Raises: as `open`."""
        sealed = home.store.get(self.name)
        return None if sealed is None else self.open(home, sealed)

    def save(self, home: Home, value: T) -> None:
        home.store.put(self.name, self.seal(home, value))

    def clear(self, home: Home) -> None:
        home.store.put(self.name, None)


def _to_json(item: object) -> Any:
    if isinstance(item, bytes):
        return encode_b64(item)
    if isinstance(item, frozenset):
        return [encode_b64(data) for data in sorted(item)]
    return item.model_dump_json() if isinstance(item, Model) else item


def _from_json(kind: Any, item: Any) -> Any:
    """A field of this type. Raises: HomeError, MalformedData when it is damaged."""
    try:
        if item is not None and kind in (bytes, bytes | None):
            return parse_b64(item)
        if kind == frozenset[bytes]:
            return frozenset(map(parse_b64, item))
        return kind.model_validate_json(item) if isinstance(kind, type) and issubclass(kind, Model) else item
    except (TypeError, ValidationError) as error:
        raise HomeError(DAMAGED) from error


def _number(name: str, width: int) -> Plain[int]:
    return Plain(name, lambda value: value.to_bytes(width, "big"), lambda data: int.from_bytes(data, "big"))


def _parts(data: bytes, width: int) -> list[bytes]:
    return [data[at : at + width] for at in range(0, len(data), width)]


def _encode_seeds(secrets: Mapping[int, GenerationSecret]) -> bytes:
    return b"".join(u32(number) + secret.seed for number, secret in sorted(secrets.items()))


def _parse_seeds(data: bytes) -> Mapping[int, GenerationSecret]:
    numbered = {int.from_bytes(part[:4], "big"): part[4:] for part in _parts(data, 4 + sizes.SEED)}
    return {number: GenerationSecret(seed, number) for number, seed in numbered.items()}


@dataclass(frozen=True, slots=True, repr=False)
class StoredSession:
    """The open session: its token, and the account that the server says it is for."""

    token: bytes
    account: bytes


ACCOUNT: Plain[bytes] = Plain("account", bytes, bytes)
SETS: Plain[Sequence[SignedAccountStatement]] = Plain("sets", encode_statements, parse_statements)
SEEDS: Sealed[Mapping[int, GenerationSecret]] = Sealed("seeds", _encode_seeds, _parse_seeds)
KNOWN_KEYHOLDERS: Plain[Sequence[bytes]] = Plain(
    "known_keyholders", b"".join, lambda data: _parts(data, sizes.KEYHOLDER_ID)
)
DEFAULT_JOURNAL: Plain[bytes] = Plain("default_journal", bytes, bytes)  # meant where several could be
UNPROVEN_SHEET: Plain[bytes] = Plain("unproven_sheet", bytes, bytes)  # a sheet that nobody has shown to be on paper
UNCONFIRMED = Flag("unconfirmed")  # restored from words, and no words were compared since

SERVER: Plain[str] = Plain("server", str.encode, bytes.decode)  # its origin
RECEIPT_KEYS: Plain[Sequence[bytes]] = Plain("receipt_key", b"".join, lambda data: _parts(data, sizes.SIGN_KEY))
RESTORED_AT = _number("restored_at", 8)  # the newest restoration of the server that this home knows, Unix seconds
SESSION: Sealed[StoredSession] = Sealed(
    "session",
    lambda session: session.token + session.account,
    lambda data: StoredSession(data[: sizes.TOKEN], data[sizes.TOKEN :]),
)

DELETING = Flag("deleting")  # the server was asked to delete the account, and has not answered
DELETED = Flag("deleted")
SHUT_OUT = Flag("shut_out")  # the server refused this keyholder's newest log-in, as it does after a revocation

ATTACHED = Flag("attached")  # a file was attached here, and its owner has read what that means

DRAWN = _number("drawn", 8)  # the Unix day of the last draw for a rotation by chance
JUDGED = _number("judged", 4)  # my newest generation whose rotation has judged older entries
HEADS_NOTED = _number("heads_noted", 8)  # when this home last noted the heads, Unix seconds
