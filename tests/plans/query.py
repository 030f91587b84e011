"""A function that asks a database, and what it is asked for at a place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.plans.filling import Place

Arguments = tuple[tuple[Any, ...], Mapping[str, Any]]


def call(*args: object, **kwargs: object) -> Arguments:
    return args, kwargs


@dataclass(frozen=True)
class Query:
    """A function of a repository, or of a home, and the arguments with which it is asked."""

    function: Callable[..., Any]
    arguments: Callable[[Place], Arguments]
    how: str = ""

    @property
    def name(self) -> str:
        room = self.function.__module__.removeprefix("app.").removeprefix("duolog.client.home.")
        name = f"{room.removesuffix('repository').rstrip('._')}.{self.function.__name__}"
        return f"{name} ({self.how})" if self.how else name

    def ask(self, database: Any, at: Place) -> object:
        """Ask it. `database`: a connection, or the store of a home."""
        args, kwargs = self.arguments(at)
        return self.function(database, *args, **kwargs)
