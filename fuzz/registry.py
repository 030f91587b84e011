"""A target: a function of bytes, what it may raise, honest inputs to start from, and how these are changed.

Rules
- A target returns, or raises what the docstring of the code under it names. Everything else is a finding, as are a call
  that takes seconds and one that takes hundreds of megabytes.
- A target keeps nothing from one call to the next.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random

from duolog.errors import MalformedData
from fuzz.mutation import change_bytes

Run = Callable[[bytes], object]
Change = Callable[[bytes, Random], bytes]


@dataclass(frozen=True, slots=True)
class Target:
    """`run` with what it may raise; `seeds` makes honest inputs; `change` spoils one."""

    name: str
    run: Run
    seeds: Callable[[], Iterable[bytes]]
    raises: tuple[type[BaseException], ...]
    change: Change


_TARGETS: dict[str, Target] = {}


def target(
    seeds: Callable[[], Iterable[bytes]],
    *,
    raises: tuple[type[BaseException], ...] = (MalformedData,),
    change: Change = change_bytes,
) -> Callable[[Run], Run]:
    """Registers a function under its own name, with hyphens."""

    def register(run: Run) -> Run:
        name = getattr(run, "__name__", "").replace("_", "-")
        assert name not in _TARGETS, name
        _TARGETS[name] = Target(name, run, seeds, raises, change)
        return run

    return register


def load_targets() -> Mapping[str, Target]:
    """Every target by name, in the order of their names."""
    package = importlib.import_module("fuzz.targets")
    for module in pkgutil.iter_modules(package.__path__):
        load_module(f"fuzz.targets.{module.name}")
    return dict(sorted(_TARGETS.items()))


def load_module(name: str) -> Mapping[str, Target]:
    """The targets of one module, and of those that were loaded before."""
    importlib.import_module(name)
    return _TARGETS
