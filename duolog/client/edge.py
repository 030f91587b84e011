"""The edge of the library: what comes in is made plain, and only `DuologError`s go out."""

from collections.abc import Sequence
from types import TracebackType

from duolog.client.http import HttpTransport
from duolog.client.transport import Transport
from duolog.errors import HomeError


class errors:  # noqa: N801  # used like a function
    """The last boundary: what the operating system raises becomes a HomeError."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, OSError):
            sentence = f"This computer refused something: {error.strerror or type(error).__name__}. Nothing was lost."
            raise HomeError(sentence) from error


def to_transport(server: str | Transport) -> Transport:
    """The transport to a server that was named by its address."""
    return HttpTransport(server) if isinstance(server, str) else server


def plain_words(words: str | Sequence[str]) -> tuple[str, ...]:
    """Words as somebody has typed or read them, without capitals and white space."""
    return tuple(word.strip().lower() for word in (words.split() if isinstance(words, str) else words))
