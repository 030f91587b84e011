"""The base of all secrets."""

from typing import NoReturn


class Secret:
    """Base of every secret: it can't be printed or pickled."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(<secret>)"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"A {type(self).__name__} is not pickled or copied.")
