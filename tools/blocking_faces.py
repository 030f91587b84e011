"""Writes duolog/client/blocking_faces.py from the classes of the library: `python -m tools.blocking_faces`."""

import inspect
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from duolog.client.account.keyholders import Keyholders
from duolog.client.duolog import Duolog
from duolog.client.importing.importing import Importing
from duolog.client.journals.attachments import Attachments
from duolog.client.journals.boundaries import Boundaries
from duolog.client.journals.breaches import Breaches
from duolog.client.journals.check_ins import CheckIns
from duolog.client.journals.disclosures import Disclosures
from duolog.client.journals.drafts import Drafts
from duolog.client.journals.pauses import Pauses
from duolog.client.journals.practice import Practice
from duolog.client.journals.promises import Promises
from duolog.client.journals.reminders import Reminders
from duolog.client.leaving.leaving import Leaving
from duolog.client.moving.moving import Moving
from duolog.client.pairing.members import Members
from duolog.client.watching import Watch
from duolog.client.writing_and_reading import WritingAndReading

MODULE = Path(__file__).parent.parent / "duolog" / "client" / "blocking_faces.py"
FACES: tuple[type, ...] = (
    Attachments,
    Boundaries,
    Breaches,
    CheckIns,
    Disclosures,
    Pauses,
    Promises,
    Drafts,
    Importing,
    Keyholders,
    Leaving,
    Members,
    Moving,
    Reminders,
    Watch,
    Duolog,
)
SHARED: tuple[type, ...] = (Practice, WritingAndReading)  # their methods stand in the faces of their subclasses
BY_HAND = frozenset({"Duolog.close"})  # and what opens an account: see duolog/client/blocking.py

_HEAD = '''"""Each class of the library without `await`.

Written by `make blocking-faces` from the classes; a test keeps it true.
"""
'''


def module() -> str:
    """The text of the module."""
    imports = [f"from {face.__module__} import {face.__name__} as Async{face.__name__}" for face in FACES]
    classes = ["\n".join(_class(face)) for face in FACES]
    text = (
        "\n".join(
            [
                _HEAD,
                *imports,
                "from duolog.client.portal import Face, gives, itself, steps, waits",
                *classes,
            ]
        )
        + "\n"
    )
    ruff, end = str(Path(sys.executable).with_name("ruff")), ["--quiet", "--stdin-filename", str(MODULE), "-"]
    return _through([ruff, "format", *end], _through([ruff, "check", "--fix", "--select", "I", *end], text))


def _through(command: Sequence[str], text: str) -> str:
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def _class(face: type) -> Iterator[str]:
    name = face.__name__
    yield f'\n\nclass {name}(Face[Async{name}]):\n    """`duolog.client.{name}` without `await`."""\n'
    bases = [base for base in SHARED if issubclass(face, base)]
    for attribute, value in {key: value for one in (*bases, face) for key, value in vars(one).items()}.items():
        if attribute == "__anext__":
            yield from (f"    __next__ = steps(Async{name}.__anext__)", "    __iter__ = itself")
        if attribute.startswith("_") or f"{name}.{attribute}" in BY_HAND:
            continue
        if inspect.iscoroutinefunction(value):
            yield f"    {attribute} = waits(Async{name}.{attribute})"
        elif isinstance(value, property) and value.fget is not None:
            yield _property(attribute, value.fget)
        elif inspect.isfunction(value):
            given = inspect.signature(value).return_annotation.__name__
            yield f"    {attribute} = gives(Async{name}.{attribute}, {given})"


def _property(name: str, getter: Callable[..., object]) -> str:
    """A property; where it gives a class of the library, that class's face."""
    given, inner = inspect.signature(getter).return_annotation, f"self._inner.{name}"
    answer = f"{given.__name__}({inner}, self._portal)" if given in FACES else inner
    lines = [
        "",
        "@property",
        f"def {name}(self) -> {given.__name__}:",
        f'    """{inspect.getdoc(getter)}"""',
        f"    return {answer}",
        "",
    ]
    return textwrap.indent("\n".join(lines), "    ")


if __name__ == "__main__":
    MODULE.write_text(module())
