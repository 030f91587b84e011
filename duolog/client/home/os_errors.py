"""The last boundary of the library: only `DuologError`s go out."""

from types import TracebackType

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
