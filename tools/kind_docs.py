"""Writes docs/kinds.md from the rows of every kind: `python -m tools.kind_docs`."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from duolog.documents.applied import DAY
from duolog.documents.effects import Effect, Make, Stage
from duolog.documents.guards import At, By, From, Guard, Within
from duolog.documents.kernel import Machine
from duolog.documents.registry import KINDS
from duolog.documents.time_guards import NotAfter
from tools.kind_rows import lasting, phrase, word_name

PAGE = Path(__file__).parent.parent / "docs" / "kinds.md"
_HEAD = """# Rows of the kinds

Written by `make docs` from the code; a test keeps it true. A step counts by the first of its rows of which every guard
holds, in order; [the specification](spec/documents.md) says the same in words, and
`openapi/documents/<kind>.rules.json` is for other languages.

**How do I get out?** By a step of the class *ends*. It speaks for its author alone: it needs no consent and no
partner online, it counts before the two have compared words, and it stands although the other could not open it.
"""
_WHO = {
    None: "either of the two",
    "owner": "the owner",
    "other": "the other",
    "writer": "who wrote the named text",
    "not_writer": "who did not write the named text",
}


def kinds_page() -> str:
    """For each kind with steps its rows, its exits, and the sentences of its refusals; then the kinds without steps."""
    machines = ((kind.name, kind.machine) for kind in KINDS.values() if kind.machine is not None)
    tables = "".join(f"\n{line}" for name, machine in machines for line in _kind(name, machine))
    return _HEAD + tables + "".join(f"\n{line}" for line in (*_without_steps(), *_words())) + "\n"


def _kind(name: str, machine: Machine[Any]) -> Iterator[str]:
    yield f"## `{name}`\n"
    yield "| | step | class | only when | then |"
    yield "|---|---|---|---|---|"
    for number, row in enumerate(machine.rows, 1):
        yield f"| {number} | `{row.step}` | {row.does} | {_joined(row.only)} | {_joined(row.then)} |"
    yield from _exits(machine)
    stages_open = [f"*{stage}*" for stage in machine.comments_open]
    yield f"\nComments are open in {' and '.join(stages_open)}." if stages_open else "\nComments are never open."
    yield "\n| guard | where | says |"
    yield "|---|---|---|"
    guards = {repr(guard): guard for row in machine.rows for guard in row.only}  # each once, in whatever rows it stands
    for key, guard in guards.items():
        says = "<br>".join(dict.fromkeys(text for text in (guard.says, *_became(guard)) if text))
        where = ", ".join(str(number) for number, row in enumerate(machine.rows, 1) if key in map(repr, row.only))
        yield f"| {phrase(guard)} | {where} | {says} |"
    yield ""


def _exits(machine: Machine[Any]) -> Iterator[str]:
    yield "\n### How do I get out?\n"
    yield "| step | by | names the text in | while | then |"
    yield "|---|---|---|---|---|"
    for row in machine.rows:
        if row.does == "ends":
            who = next((guard.who for guard in row.only if isinstance(guard, By)), None)
            only = tuple(guard for guard in row.only if not isinstance(guard, At | By))
            yield f"| `{row.step}` | {_WHO[who]} | {row.register} | {_joined(only)} | {_joined(row.then)} |"
    for row in machine.rows:
        for guard in row.only:
            if isinstance(guard, NotAfter):
                more = f", and {lasting(guard.seconds)} more," if guard.seconds else ""
                yield f"\nBy itself: after the time in {guard.register}{more} `{row.step}` counts no longer."
    lapses = {(row.register, guard.seconds) for row in machine.rows for guard in row.only if isinstance(guard, Within)}
    for register, seconds in sorted(lapses):
        yield f"\nBy itself: {seconds // DAY} days after it was written, the text in {register} takes no answer."
    ends = [[guard for guard in row.only if isinstance(guard, From)] for row in machine.rows if row.does == "ends"]
    for stage in stages(machine):
        if not any(all(stage in guard.stages for guard in guards) for guards in ends):
            says = dict.fromkeys(guard.says for guards in ends for guard in guards)
            yield f"\nIn {stage} there is nothing to get out of: {' '.join(says)}"


def stages(machine: Machine[Any]) -> tuple[str, ...]:
    """Every stage in which a thing of this kind can stand."""
    effects = (effect for row in machine.rows for effect in row.then if isinstance(effect, Make | Stage))
    return tuple(dict.fromkeys(effect.stage for effect in effects))


def _without_steps() -> Iterator[str]:
    texts = [f"`{name}`" for name, kind in KINDS.items() if kind.part is None]
    own = [f"`{name}`" for name, kind in KINDS.items() if kind.part is not None and kind.machine is None]
    yield "## Kinds without steps\n"
    yield f"{', '.join(texts)} are texts: they ask nothing of anybody. Their author can withdraw one within a day,"
    yield "and each member can erase one for themselves at any time."
    yield f"\n{', '.join(own)} speak for their author alone, ask nothing of anybody, and bind nobody."


def _words() -> Iterator[str]:
    """A table of the guards and one of the effects, each with the words of its class."""
    yield "\n## The words of the rows\n"
    yield "The lists are closed. [The specification](spec/documents.md#13-rows) says how rows are run."
    for title, words in (("guard", Guard.__subclasses__()), ("effect", Effect.__subclasses__())):
        yield f"\n| {title} | arguments | means |"
        yield "|---|---|---|"
        for word in {word.__name__: word for word in words}.values():  # `slots` makes a second class of each
            names = [one.name for one in fields(word) if one.name not in ("says", "became")]
            asks = " Asks for the content of the step." if issubclass(word, Guard) and word.of_body else ""
            stays = " Happens although the other could not open the step." if getattr(word, "stays", False) else ""
            yield f"| `{word_name(word)}` | {', '.join(names)} | {_said(word)}{asks}{stays} |"


def _said(word: type) -> str:
    """The docstring of a word, on one line."""
    return " ".join((word.__doc__ or "").split())


def _joined(words: tuple[Any, ...]) -> str:
    return "; ".join(map(phrase, words))


def _became(guard: Guard) -> tuple[str, ...]:
    return tuple(guard.became.values()) if isinstance(guard, At) else ()


if __name__ == "__main__":
    PAGE.write_text(kinds_page())
