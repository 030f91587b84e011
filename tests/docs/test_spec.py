"""The specification says what the code does: labels, sizes, checks, columns, addresses, codes and errors, both ways."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from app.problems import Problem
from app.tables import metadata
from duolog import errors
from duolog.api import (
    accounts,
    attachments,
    carrying,
    common,
    entries,
    invitations,
    journals,
    leaving,
    rendezvous,
    restoring,
    server,
    sessions,
)
from duolog.api.common import Model
from duolog.api.problems import ProblemCode
from duolog.protocol import sizes
from duolog.protocol.accounts import SignedAccountStatement, encode_genesis, encode_rotation
from duolog.protocol.attachments import padded_size, stored_size
from duolog.protocol.codec import JsonObject, encode_b64, parse_b64, parse_canonical, parse_message_json
from duolog.protocol.entries import padded_length
from duolog.protocol.keyholder_sets import AccountHead, Keyholder, KeyholderSet
from duolog.protocol.messages import Attachment, Document, Message
from duolog.protocol.receipts import Receipt
from duolog.protocol.roster_statements import Acceptance, Close, Member, RosterStatement, SignedAcceptance
from duolog.protocol.statements import Signature, SignedStatement
from duolog.seal.pairing import Invitation, PairingAnswer, Purpose
from duolog.seal.words import eight_words

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "docs/spec"
SECTIONS = {int(file.name[:2]): file for file in SPEC.glob("[0-9][0-9]-*.md")}
ROOMS = ("duolog", "app", "hostile", "tools", "vectors")
CODE = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
BODIES = (
    accounts,
    attachments,
    carrying,
    common,
    entries,
    invitations,
    journals,
    leaving,
    rendezvous,
    restoring,
    server,
    sessions,
)
AREAS = (
    "accounts",
    "attachments",
    "client",
    "codec",
    "entries",
    "export",
    "log",
    "login",
    "messages",
    "receipts",
    "roster",
    "seal",
    "server",
)


def section(number: int) -> str:
    return SECTIONS[number].read_text()


def table_under(number: int, heading: str) -> Iterator[list[str]]:
    """The rows of the first table behind the line that starts with `heading`, without its head."""
    lines = iter(section(number)[section(number).index(heading) :].splitlines())
    rows = list(_first_table(lines))[2:]
    for row in rows:
        yield [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


def _first_table(lines: Iterator[str]) -> Iterator[str]:
    begun = False
    for line in lines:
        if line.startswith("|"):
            begun = True
            yield line
        elif begun:
            return


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def labels_in_the_code() -> set[str]:
    found = set()
    for file in (ROOT / "duolog").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "label" and node.args:
                found |= _purposes(node.args[0])
    return found


def _purposes(argument: ast.expr) -> set[str]:
    match argument:
        case ast.Constant(value=str(purpose)):
            return {purpose}
        case ast.BinOp(left=ast.Constant(value=str(beginning))):
            return {beginning + "*"}
        case ast.JoinedStr():
            assert ast.unparse(argument) == "f'{purpose}-key'", "a derived label that this test doesn't know"
            return {f"{purpose}-key" for purpose in get_args(Purpose)}
    pytest.fail(f"A label is not written out: {ast.unparse(argument)}")


def test_every_label_stands_in_the_table_and_every_label_of_the_table_in_the_code() -> None:
    rows = [named(row[0])[0] for row in table_under(3, "## 3.2")]
    assert len(rows) == len(set(rows))
    assert set(rows) == labels_in_the_code()


def test_every_size_and_limit_has_the_value_that_the_table_says() -> None:
    rows = {named(row[0])[0]: int(row[1]) for row in table_under(3, "## 3.9")}
    defined = {name: value for name, value in vars(sizes).items() if name.isupper() and name != "KIB"}
    assert rows == {name: defined.get(name) for name in rows}
    limits = {name for name in defined if name.startswith(("MAX_", "MIN_"))}
    assert limits <= set(rows)


def test_the_examples_are_true() -> None:
    assert "`abandon` eight times" in section(3)
    assert eight_words(bytes(32)) == ("abandon",) * 8
    assert encode_b64(bytes(16)) in section(3)
    with pytest.raises(errors.MalformedData):
        parse_b64("AAAAAAAAAAAAAAAAAAAAAB")
    assert "256 stays 256, 257 becomes 272, 1000 becomes 1024, and 1025 becomes 1088" in section(6)
    assert [padded_length(length) for length in (256, 257, 1000, 1025)] == [256, 272, 1024, 1088]
    assert "one chunk and 65577\nstored bytes" in section(6)
    assert "67584 bytes of padded content and 67642 stored bytes" in section(6)
    assert [stored_size(length) for length in (0, 65536, 65537)] == [65577, 65577, 67642]
    assert padded_size(65537) == 67584


def test_every_problem_code_stands_in_the_table_with_its_status() -> None:
    rows = {named(row[0])[0]: int(row[1]) for row in table_under(11, "## 11.5")}
    assert rows == {problem.code: problem.status for problem in Problem.__subclasses__()}
    assert set(rows) == set(get_args(ProblemCode))


def test_every_address_stands_in_the_table_of_endpoints() -> None:
    rows = {named(row[0])[0] for row in table_under(11, "## 11.1")}
    paths = json.loads((ROOT / "openapi/openapi.json").read_text())["paths"]
    assert rows == {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations}


def test_every_error_stands_in_the_tree_under_its_parent() -> None:
    rows = {named(row[0])[0]: "".join(named(row[1])) for row in table_under(11, "## 11.6")}
    every = (item for item in vars(errors).values() if isinstance(item, type))
    classes = [item for item in every if issubclass(item, errors.DuologError)]
    bases = {item.__name__: (item.__base__ or object).__name__ for item in classes}
    assert rows == bases | {"DuologError": ""}


def test_every_column_of_the_database_is_admitted() -> None:
    rows = {named(row[0])[0]: named(row[1]) for row in table_under(10, "# 10.")}
    assert rows == {table.name: [column.name for column in table.columns] for table in metadata.tables.values()}


def statements() -> Iterator[tuple[int, str, JsonObject]]:
    """Every kind of statement with all of its fields, and the line before its table in the specification."""
    key, kem, signature = bytes(32), bytes(sizes.KEM_KEY), bytes(64)
    keys = {"sign_key": key, "box_key": key, "kem_key": kem, "keyholders": key}
    link = SignedAccountStatement(b"{}", (signature,))
    accepted = SignedAcceptance(b"{}", signature)
    member = Member(key, 1, key, "confidant", "read", 1)
    genesis = SignedStatement(b"{}", (Signature(key, signature),))
    keyholder = Keyholder(key, "device", key, kem)
    roster = RosterStatement("add", 2, (member,), True, 2, key, key, key, key, key, {key: key}, accepted)
    invitation = Invitation((link,), genesis, "partner", "write", "https://journal.example", key, key, 1)
    yield 4, "Genesis, signed", parse_canonical(encode_genesis(**keys, nonce=key))
    yield 4, "Rotation, signed", parse_canonical(encode_rotation(**keys, account=key, generation=2, prev=key, at=1))
    sets = KeyholderSet(2, key, 2, key, key, AccountHead(1, key), (keyholder,))
    yield 4, "## 4.4", parse_canonical(sets.encode())
    yield 5, "## 5.1", parse_canonical(roster.encode())
    yield 5, "## 5.2", parse_canonical(Acceptance(key, key, member, key).encode())
    yield 5, "## 5.6", parse_canonical(Close(key, key, 1, key, key, key).encode())
    yield 7, "**Invitation**", parse_canonical(invitation.encode(), sizes.MAX_INVITATION)
    yield 7, "**Answer**", parse_canonical(PairingAnswer(accepted, (link,)).encode(), sizes.MAX_INVITATION)
    attachment = Attachment(bytes(16), key, key, 1, "image/png")
    message = Message(Document("note", 1, 1, {}), Receipt(1, key, 1, signature), bytes(16), (1,), (attachment,))
    yield 6, "## 6.3", parse_message_json(message.encode())


@pytest.mark.parametrize(("number", "heading", "statement"), list(statements()), ids=lambda value: str(value)[:20])
def test_every_field_of_a_statement_stands_in_its_table(number: int, heading: str, statement: JsonObject) -> None:
    fields = [name.removesuffix("?") for row in table_under(number, heading) for name in named(row[0])]
    assert sorted(fields) == sorted(statement)
    if "type" in statement:
        assert f'"{statement["type"]}"' in section(number)


def test_every_field_of_a_body_stands_in_the_table_of_bodies() -> None:
    models = {item.__name__: item for api in BODIES for item in vars(api).values() if _is_body(item)}
    renamed = {f"{name}Model": name for name in ("AccountStatement", "JournalStatement", "Receipt")}
    rows = {name: row[1] for row in table_under(11, "## 11.2") for name in row[0].split(", ")}
    assert set(rows) <= {renamed.get(name, name) for name in models}
    for name, model in models.items():
        row = rows.get(renamed.get(name, name))
        if row is not None:  # what a body inherits stands with what it inherits from
            assert set(model.__annotations__) <= {field.removesuffix("?") for field in named(row)}, name


def _is_body(item: object) -> bool:
    return isinstance(item, type) and issubclass(item, Model) and item is not Model


def checks_in_the_code() -> set[str]:
    found = set()
    for file in (*(ROOT / "duolog").rglob("*.py"), *(ROOT / "app").rglob("*.py")):
        source = file.read_text()
        found |= set(re.findall(r"# check: ([a-z_]+\.[a-z_0-9]+)", source))
        found |= {name for name in re.findall(r'"([a-z]+\.[a-z_]+)"', source) if name.partition(".")[0] in AREAS}
        found |= {f"roster.{rule}" for rule in re.findall(r'refuse\("([a-z_]+)"', source)}
    return found


def test_every_check_that_the_specification_names_is_in_the_code() -> None:
    code = checks_in_the_code()
    for number, file in SECTIONS.items():
        written = {name for name in named(file.read_text()) if name.partition(".")[0] in AREAS and "." in name}
        unknown = {name for name in written if not name.endswith(".*")} - code
        assert not unknown, f"§{number} names checks that the code doesn't have"


def test_every_rule_of_rosters_chains_and_the_log_is_named() -> None:
    whole = set(named(section(4) + section(5) + section(6)))
    rules = {name for name in checks_in_the_code() if name.startswith(("roster.", "log.", "accounts."))}
    assert rules <= whole


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_reference_to_the_specification_points_to_a_section(path: Path) -> None:
    source = path.read_text()
    for text in re.findall(r"[Ss]pec:? ((?:§\d+(?:\.\d+)?(?:, )?)+)", source):
        for number in re.findall(r"§(\d+)", text):
            assert int(number) in SECTIONS
    assert "Spec: documents" not in source or (SPEC / "documents.md").exists()


def test_the_code_refers_to_the_specification() -> None:
    references = sum(len(re.findall(r"Spec: §\d", path.read_text())) for path in CODE)
    assert references > 100


def test_sections_are_numbered_without_a_gap_and_listed() -> None:
    assert sorted(SECTIONS) == list(range(1, 14))
    listed = re.findall(r"\]\(([a-z0-9-]+\.md)\)", (SPEC / "README.md").read_text())
    assert set(listed) == {file.name for file in SPEC.glob("*.md")} - {"README.md"}
    for number, file in SECTIONS.items():
        assert file.read_text().startswith(f"# {number}. ")


def test_no_link_in_the_specification_leads_nowhere() -> None:
    for file in SPEC.glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", file.read_text()):
            assert "://" in target or (file.parent / target).exists(), f"{file.name} -> {target}"
