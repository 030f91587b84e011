"""Every single value of a home, declared once: its name, whether it is sealed, how it is written and read.

Rules
- A plain value needs the database alone. A sealed one rests under the home's key, under a label of its own.
- What has a row for each journal, act or text is in a table, and never a name in here.

What was begun and must outlive a crash is declared in `begun`, on the same footing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

from duolog.client.home.folder import Home
from duolog.client.home.statements import encode_statements, parse_statements
from duolog.client.home.store import Store
from duolog.protocol import sizes
from duolog.protocol.accounts import SignedAccountStatement
from duolog.protocol.codec import encode_b64, encode_message_json, parse_b64, parse_message_json, u32
from duolog.seal.keys import GenerationSecret

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plain(Generic[T]):
    """A value that rests as it is."""

    name: str
    encode: Callable[[T], bytes]
    parse: Callable[[bytes], T]

    def is_set(self, store: Store) -> bool:
        """Whether there is one; it isn't read for that."""
        return store.get(self.name) is not None

    def load(self, store: Store) -> T | None:
        """The value, or None when there is none."""
        data = store.get(self.name)
        return None if data is None else self.parse(data)

    def save(self, store: Store, value: T) -> None:
        """Make it durable, instead of the one before."""
        store.put(self.name, self.encode(value))

    def clear(self, store: Store) -> None:
        """There is none any more."""
        store.put(self.name, None)


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that is so, or isn't."""

    name: str

    def is_set(self, store: Store) -> bool:
        """Whether it is so."""
        return store.get(self.name) is not None

    def set(self, store: Store) -> None:
        """From now on it is so, durably."""
        store.put(self.name, b"1")

    def clear(self, store: Store) -> None:
        """From now on it isn't."""
        store.put(self.name, None)


@dataclass(frozen=True, slots=True)
class Seal(Generic[T]):
    """How values of one kind are sealed under the home's key, for the purpose of this name."""

    name: str
    encode: Callable[[T], bytes]
    parse: Callable[[bytes], T]

    def seal(self, home: Home, value: T) -> bytes:
        """What is stored of a value."""
        return home.seal(self.name, self.encode(value))

    def open(self, home: Home, sealed: bytes) -> T:
        """The value. Raises: OpenError when it was changed or belongs elsewhere; MalformedData, HomeError."""
        return self.parse(home.open(self.name, sealed))


@dataclass(frozen=True, slots=True)
class Sealed(Seal[T]):
    """A value that rests sealed."""

    def is_set(self, home: Home) -> bool:
        """Whether there is one; it isn't opened for that."""
        return home.store.get(self.name) is not None

    def load(self, home: Home) -> T | None:
        """The value, or None when there is none. Raises: as `open`."""
        sealed = home.store.get(self.name)
        return None if sealed is None else self.open(home, sealed)

    def save(self, home: Home, value: T) -> None:
        """Make it durable, instead of the one before."""
        home.store.put(self.name, self.seal(home, value))

    def clear(self, home: Home) -> None:
        """There is none any more."""
        home.store.put(self.name, None)


@dataclass(frozen=True, slots=True)
class JsonFields(Generic[T]):
    """A dataclass of bytes, texts, numbers and flags as JSON. `without_none`: a field that is None isn't written.

    A field that isn't there has its default.
    """

    kind: type[T]
    without_none: bool = False

    def encode(self, value: T) -> bytes:
        """A value, field by field."""
        given = {name: getattr(value, name) for name in self._fields()}
        return encode_message_json(
            {
                name: encode_b64(data) if isinstance(data, bytes) else data
                for name, data in given.items()
                if data is not None or not self.without_none
            }
        )

    def parse(self, data: bytes) -> T:
        """What `encode` made. Raises: MalformedData."""
        value: dict[str, Any] = parse_message_json(data)
        in_bytes = {name for name, kind in self._fields().items() if kind in (bytes, bytes | None)}
        return self.kind(
            **{name: parse_b64(item) if name in in_bytes and item is not None else item for name, item in value.items()}
        )

    def _fields(self) -> dict[str, Any]:
        return {item.name: item.type for item in fields(self.kind)}  # type: ignore[arg-type]  # a dataclass


# --- how they are written ---------------------------------------------------------------------------------------------


def as_it_is(data: bytes) -> bytes:
    """Bytes are written as they are, and read so."""
    return data


def _number(name: str, width: int) -> Plain[int]:
    return Plain(name, lambda value: value.to_bytes(width, "big"), lambda data: int.from_bytes(data, "big"))


def _parse_ids(data: bytes) -> Sequence[bytes]:
    return [data[at : at + sizes.KEYHOLDER_ID] for at in range(0, len(data), sizes.KEYHOLDER_ID)]


def _encode_seeds(secrets: Mapping[int, GenerationSecret]) -> bytes:
    return b"".join(u32(number) + secret.seed for number, secret in sorted(secrets.items()))


def _parse_seeds(data: bytes) -> Mapping[int, GenerationSecret]:
    width = 4 + sizes.SEED
    parts = [data[at : at + width] for at in range(0, len(data), width)]
    numbered = {int.from_bytes(part[:4], "big"): part[4:] for part in parts}
    return {number: GenerationSecret(seed, number) for number, seed in numbered.items()}


@dataclass(frozen=True, slots=True)
class StoredSession:
    """The open session: its token, and the account that the server says it is for."""

    token: bytes
    account: bytes

    def __repr__(self) -> str:
        return "StoredSession(<secret>)"


# --- the values -------------------------------------------------------------------------------------------------------

ACCOUNT: Plain[bytes] = Plain("account", as_it_is, as_it_is)
SETS: Plain[Sequence[SignedAccountStatement]] = Plain("sets", encode_statements, parse_statements)
SEEDS: Sealed[Mapping[int, GenerationSecret]] = Sealed("seeds", _encode_seeds, _parse_seeds)
KNOWN_KEYHOLDERS: Plain[Sequence[bytes]] = Plain("known_keyholders", b"".join, _parse_ids)
UNCONFIRMED = Flag("unconfirmed")  # restored from words, and not compared with anybody yet

SERVER: Plain[str] = Plain("server", str.encode, bytes.decode)  # its origin
RECEIPT_KEY: Plain[bytes] = Plain("receipt_key", as_it_is, as_it_is)
SESSION: Sealed[StoredSession] = Sealed(
    "session",
    lambda session: session.token + session.account,
    lambda data: StoredSession(data[: sizes.TOKEN], data[sizes.TOKEN :]),
)

DELETING = Flag("deleting")  # the account's deletion was asked for, and not answered yet
DELETED = Flag("deleted")

DRAWN = _number("drawn", 8)  # the Unix day on which a rotation by chance was last drawn for
JUDGED = _number("judged", 4)  # the newest generation of mine by whose rotation older entries were judged
HEADS_NOTED = _number("heads_noted", 8)  # when the heads were last noted, Unix seconds
