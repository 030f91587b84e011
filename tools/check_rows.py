"""Every named check as data: its error, the name that the error carries, and whose check it is.

A name comes from the code in one of three ways: a mark (`# check: area.name`) behind a condition or a call, the
`check=` of an error, or the rule of `refuse(...)`. The error is the one that is raised there.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from app.problems import Problem
from duolog import errors

ROOT = Path(__file__).resolve().parents[1]
# The rooms whose checks another program has too; those of the command and of imported diaries are this client's own.
ROOMS = ("duolog/protocol", "duolog/api", "duolog/seal", "duolog/documents", "duolog/client", "app")
_MARK = re.compile(r"# check: ([a-z]+\.[a-z_0-9]+)")
_NAME = re.compile(r"[a-z]+\.[a-z_]+|signature")
_ERRORS = {name: name for name, item in vars(errors).items() if isinstance(item, type)}


@dataclass(frozen=True, slots=True)
class Row:
    """One check. `error`: a class of §11.6, a problem code of §11.5, or None where the mark itself raises nothing.

    `carries`: the `check` of that error, where it isn't the name of this row.
    """

    name: str
    error: str | None
    carries: str | None
    whose: str
    file: str


@cache
def check_rows() -> tuple[Row, ...]:
    """Every check, by name."""
    found: dict[str, Row] = {}
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            for row in _rows_of(file):
                known = found.get(row.name)
                found[row.name] = row if known is None else _joined(known, row)
    return tuple(found[name] for name in sorted(found))


def _joined(one: Row, other: Row) -> Row:
    whose = one.whose if one.whose == other.whose else "both"
    return replace(one, error=one.error or other.error, whose=whose)


def _rows_of(file: Path) -> Iterator[Row]:
    source = file.read_text()
    if "check" not in source and "refuse(" not in source:
        return
    place, whose = file.relative_to(ROOT).as_posix(), _whose(file)
    nodes = list(ast.walk(_parsed(file)))
    statements = [node for node in nodes if isinstance(node, ast.stmt)]
    for number, line in enumerate(source.splitlines(), 1):
        for name in _MARK.findall(line):
            error, carries = _raised_at(statements, number)
            yield Row(name, error, None if carries == name else carries, whose, place)
    assigned = [node for node in nodes if isinstance(node, ast.Assign)]
    constants = {name: value for node in assigned for name, value in _constant(node)}
    for value in constants.values():
        yield Row(value, "EntryFault", None, whose, place)  # what a client keeps as the reason of a quarantine
    for node in nodes:
        if isinstance(node, ast.Call):
            error, named = _named(node)
            if named is not None:
                yield Row(named, error, None, whose, place)


@cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def _constant(node: ast.Assign) -> Iterator[tuple[str, str]]:
    """The check that a constant of a module names: `UNFORESEEN = "entries.unforeseen"`."""
    value = node.value.elts[0] if isinstance(node.value, ast.Tuple) and node.value.elts else node.value
    target = node.targets[0]
    text = str(value.value) if isinstance(value, ast.Constant) else ""
    if isinstance(target, ast.Name) and target.id.isupper() and text.startswith("entries."):
        yield target.id, text


def _named(call: ast.Call) -> tuple[str | None, str | None]:
    """The error and the check of a call such as `BadReceipt(..., check="receipts.time")` or `refuse("prev", ...)`."""
    called = _name(call.func)
    if called == "refuse" and call.args and isinstance(call.args[0], ast.Constant):
        return "RosterViolation", f"roster.{call.args[0].value!s}"
    if called == "_keeping_fault" and isinstance(call.args[1], ast.Constant):
        return "EntryFault", str(call.args[1].value)
    if called == "_fault" and len(call.args) > 1 and isinstance(call.args[1], ast.Constant):
        return "AttachmentFault", str(call.args[1].value)
    given = {word.arg: word.value for word in call.keywords}.get("check")
    if called == "partial" and call.args:
        called = _name(call.args[0])
    known = called in _ERRORS and isinstance(given, ast.Constant) and _NAME.fullmatch(str(given.value))
    return _ERRORS.get(called), str(given.value) if known and isinstance(given, ast.Constant) else None


def _raised_at(statements: list[ast.stmt], line: int) -> tuple[str | None, str | None]:
    for node in statements:
        if isinstance(node, ast.If) and node.lineno <= line < node.body[0].lineno:
            return _first_raise(node.body)
        if isinstance(node, ast.Expr | ast.Assign | ast.Raise | ast.Return) and node.end_lineno == line:
            raised = _first_raise([node])
            return raised if raised[0] else _called_error(node)
    return None, None


def _first_raise(body: list[ast.stmt]) -> tuple[str | None, str | None]:
    for node in (inner for statement in body for inner in ast.walk(statement)):
        if isinstance(node, ast.Raise) and node.exc is not None:
            call = node.exc if isinstance(node.exc, ast.Call) else None
            error, check = _named(call) if call is not None else (None, None)
            name = _name(call.func if call is not None else node.exc)
            return error or _ERRORS.get(name) or _problems().get(name), check
    return None, None


def _called_error(node: ast.stmt) -> tuple[str | None, str | None]:
    """The error of a call, if the function that it names raises one thing alone: `verify_statement` BadSignature."""
    for called in _calls(node):
        function = _functions().get(called)
        told = "" if function is None else (ast.get_docstring(function) or "").partition("Raises:")[2]
        raised = {name for name in re.findall(r"[A-Z][A-Za-z]+", told.partition("Spec:")[0]) if name in _ERRORS}
        if len(raised) == 1:
            return (error := raised.pop()), _carried(called, error)
    return None, None


def _carried(name: str, error: str, deeper: int = 3) -> str | None:
    """The `check` of the error that a function of this name raises, itself or in what it calls."""
    function = _functions().get(name)
    if function is None or not deeper:
        return None
    for node in ast.walk(function):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _named(node.exc)[0] == error:
            check = _named(node.exc)[1]
            if check is not None and check != "statements.signature_size":  # the length is looked at first
                return check
    inner = (_carried(called, error, deeper - 1) for called in _calls(function) if called != name)
    return next((check for check in inner if check is not None), None)


def _calls(node: ast.AST) -> list[str]:
    return [_name(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)]


@cache
def _functions() -> dict[str, ast.FunctionDef]:
    found: dict[str, ast.FunctionDef] = {}
    for file in sorted((ROOT / "duolog/protocol").glob("*.py")):
        nodes = (node for node in ast.walk(_parsed(file)) if isinstance(node, ast.FunctionDef))
        found |= {node.name: node for node in nodes}
    return found


@cache
def _problems() -> dict[str, str]:
    return {item.__name__: item.code for item in Problem.__subclasses__()}


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _whose(file: Path) -> str:
    place = file.relative_to(ROOT).as_posix()
    if place.startswith("app/"):
        return "server"
    return "both" if place in _of_both() else "client"


@cache
def _of_both() -> frozenset[str]:
    """The modules of the wheel that the server runs as well: what `app` imports, and what these import."""
    waiting = sorted((ROOT / "app").rglob("*.py"))
    found: set[str] = set()
    while waiting:
        for module in _imported(waiting.pop()):
            file = ROOT / f"{module.replace('.', '/')}.py"
            place = file.relative_to(ROOT).as_posix()
            if file.exists() and place.startswith(("duolog/protocol/", "duolog/api/")) and place not in found:
                found.add(place)
                waiting.append(file)
    return frozenset(found)


def _imported(file: Path) -> Iterator[str]:
    for node in _parsed(file).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
