"""`python -m app audit` finds each kind of damage, and nothing in a database without any."""

import json
import sqlite3
from contextlib import closing

import pytest

from app.auditing.faults import Report
from app.commands.progress import Progress
from tests.app.operating import Operator

SHARED = "(SELECT journal FROM journals ORDER BY seq DESC LIMIT 1)"  # the couple's journal: the others have one item


def spoil(operator: Operator, *statements: str) -> None:
    with closing(sqlite3.connect(operator.data / "duolog.db")) as connection:
        changed = 0
        for statement in statements:
            changed += connection.execute(statement.replace("SHARED", SHARED)).rowcount
        connection.commit()
    assert changed, "nothing was damaged"


def test_nothing_is_found_where_nothing_is_wrong(left: None, operator: Operator) -> None:
    assert operator.run("audit") == 0
    assert (operator.out, operator.err) == ("Verified 2 accounts, 3 journals, 6 items: no fault.\n", "")


DAMAGES = [
    # the log of a journal
    ("DELETE FROM log WHERE journal = SHARED AND seq = 2", "not in sequence"),
    ("DELETE FROM log WHERE journal = SHARED AND seq = 4", "Its log ends at item 3, and the journal says 4"),
    ("DELETE FROM log WHERE journal = SHARED", "Its log ends at item 0"),
    ("UPDATE log SET blob = zeroblob(400) WHERE blob IS NOT NULL", "not the one that its hash names"),
    ("UPDATE log SET blob_hash = zeroblob(32) WHERE blob IS NOT NULL", "A receipt is for another head"),
    ("UPDATE log SET header = CAST(substr(header, 1, 33) || zeroblob(16) || substr(header, 50) AS BLOB) WHERE blob IS NOT NULL", "head"),  # noqa: E501
    ("UPDATE log SET header = x'7b7d' WHERE journal = SHARED AND seq = 2", "type"),
    ("UPDATE log SET digest = zeroblob(32) WHERE journal = SHARED AND seq = 4", "digest is not that of the item"),
    ("UPDATE log SET entry = zeroblob(16) WHERE blob IS NOT NULL", "id is not that of the entry"),
    ("UPDATE log SET version = 9 WHERE journal = SHARED AND seq = 3", "version is not that of the roster"),
    ("UPDATE log SET signatures = zeroblob(96) WHERE journal = SHARED AND seq = 2", "sign"),
    ("UPDATE log SET receipt = CAST(substr(receipt, 1, 48) || zeroblob(64) AS BLOB) WHERE journal = SHARED AND seq = 2", "receipt"),  # noqa: E501
    ("UPDATE log SET receipt = NULL WHERE journal = SHARED AND seq = 4", "The last push has no receipt"),
    ("UPDATE log SET receipt = (SELECT receipt FROM log l WHERE l.seq = 3) WHERE seq = 2", "for another head"),
    # what stands beside it
    ("UPDATE journals SET seq = seq + 1 WHERE journal = SHARED", "and the journal says 5"),
    ("UPDATE journals SET head = zeroblob(32) WHERE journal = SHARED", "and the journal says"),
    ("UPDATE journals SET time = time + 1 WHERE journal = SHARED", "The time of its end"),
    ("UPDATE journals SET closed = 1 WHERE journal = SHARED", "whether it is closed"),
    ("UPDATE journals SET closed_by = founder WHERE journal = SHARED", "whether it is closed"),
    ("UPDATE journals SET stale = 1 WHERE journal = SHARED", "The roster in force"),
    ("UPDATE journals SET founder = zeroblob(32) WHERE journal = SHARED", "The roster in force"),
    ("UPDATE journals SET roster = (SELECT header FROM log WHERE journal = SHARED AND seq = 2) WHERE journal = SHARED", "roster in"),  # noqa: E501
    ("DELETE FROM acceptances", "The used acceptances"),
    ("INSERT INTO acceptances VALUES (SHARED, zeroblob(32))", "The used acceptances"),
    ("UPDATE memberships SET role = 'confidant' WHERE journal = SHARED", "has other rights"),
    ("UPDATE memberships SET rights = 'read' WHERE journal = SHARED", "has other rights"),
    ("INSERT INTO memberships VALUES (zeroblob(32), SHARED, 'partner', 'write', NULL)", "who is not in its roster"),
    ("DELETE FROM journal_accounts WHERE journal = SHARED AND account = (SELECT founder FROM journals WHERE journal = SHARED)", "account"),  # noqa: E501
    ("UPDATE grants SET sealed = zeroblob(1168) WHERE journal = SHARED AND seq = 2", "grant is not the one"),
    ("DELETE FROM grants WHERE journal = SHARED AND seq = 2", "grant that the roster names is missing"),
    ("INSERT INTO attachments VALUES (SHARED, zeroblob(16), zeroblob(32), 9, 0, 0, NULL, 4, NULL)", "doesn't name it"),
    # accounts
    ("UPDATE account_statements SET signatures = zeroblob(64)", "signature"),
    ("UPDATE account_statements SET statement = CAST(statement || ' ' AS BLOB)", "canonical"),
    ("UPDATE account_statements SET statement = 'text'", "not of the kind that belongs there"),
    ("UPDATE log SET receipt = 7", "not of the kind that belongs there"),
    ("UPDATE keyholder_sets SET signature = zeroblob(64) WHERE version = 2", "signature"),
    ("DELETE FROM keyholder_sets WHERE version = 1", "version"),
    ("DELETE FROM keyholder_sets", "no keyholder set"),
    ("UPDATE accounts SET account_journal = SHARED", "names another account journal"),
    ("UPDATE keyholders SET sign_key = zeroblob(32)", "can't log in"),
    ("DELETE FROM keyholders WHERE kind = 'device'", "can't log in"),
    ("INSERT INTO keyholders SELECT account, zeroblob(32), kind, sign_key, NULL, NULL FROM keyholders LIMIT 1", "outside"),  # noqa: E501
    ("DELETE FROM packages", "has no package"),
    ("UPDATE packages SET generation = 2", "has no package"),
    # rows that belong to nothing
    ("DELETE FROM journals WHERE journal = SHARED", "Rows in `log` belong to nothing"),
    ("DELETE FROM accounts", "Rows in `keyholders` belong to nothing"),
    ("DELETE FROM account_statements", "Rows in `accounts` belong to nothing"),
    ("INSERT INTO account_statements SELECT zeroblob(32), 1, statement, signatures FROM account_statements LIMIT 1", "another account's"),  # noqa: E501
    ("INSERT INTO usage VALUES (zeroblob(32), 'entries', 1, 1, 1, 1, 1)", "Rows in `usage` belong to nothing"),
    ("INSERT INTO holdings VALUES (zeroblob(32), SHARED, 4, 1, 0)", "Rows in `holdings` belong to nothing"),
    ("INSERT INTO proposals VALUES (zeroblob(32), x'00', x'00', 0, x'00', x'00', x'00', NULL)", "Rows in `proposals`"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "sentence"), DAMAGES, ids=range(len(DAMAGES)))
def test_each_kind_of_damage_is_found(left: None, operator: Operator, damage: str, sentence: str) -> None:
    spoil(operator, damage)
    found = operator.faults()
    assert any(sentence in fault for fault in found), found


def test_an_attachment_that_is_also_to_be_deleted_is_found(left: None, operator: Operator) -> None:
    spoil(
        operator,
        "INSERT INTO attachments VALUES (SHARED, zeroblob(16), zeroblob(32), 9, 0, 0, zeroblob(16), NULL, NULL)",
        "INSERT INTO doomed VALUES (zeroblob(16), 0, 0)",
    )
    assert operator.faults() == ["Rows in `doomed` belong to nothing."]


def test_a_file_of_an_attachment_that_is_missing_or_cut_off_is_found(left: None, operator: Operator) -> None:
    spoil(operator, "INSERT INTO attachments VALUES (SHARED, zeroblob(16), x'01', 9, 1, 0, zeroblob(16), NULL, NULL)")
    assert operator.faults() == ["Its files are missing, or have another size."]
    part = operator.data / "attachments" / bytes(16).hex() / "0"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(8))
    assert operator.faults() == ["Its files are missing, or have another size."]
    part.write_bytes(bytes(9))
    assert operator.faults() == []


def test_receipts_of_other_keys_are_found_and_those_of_replaced_keys_are_not(left: None, operator: Operator) -> None:
    path = operator.data / "receipt.key"
    ours = path.read_text()
    path.write_text(ours + "A" * 43 + "\n")
    assert operator.faults() == []
    path.write_text("A" * 43 + "\n")
    assert len(operator.faults()) == 3
    assert operator.run("audit") == 1
    assert "item 1: A receipt was not signed by a key in the receipt key file." in operator.out
    assert operator.out.endswith("Verified 2 accounts, 3 journals, 3 items: 3 faults.\n")


def test_one_fault_hides_no_other(left: None, operator: Operator) -> None:
    spoil(operator, "DELETE FROM log WHERE journal = SHARED AND seq = 2", "DELETE FROM packages")
    assert len(operator.faults()) > 2


def test_the_result_for_scripts_names_places_and_nobody(left: None, operator: Operator) -> None:
    spoil(operator, "UPDATE log SET blob = zeroblob(400) WHERE blob IS NOT NULL")
    assert operator.run("audit", "--json") == 1
    found = json.loads(operator.out)
    assert (found["ok"], found["count"]) == (False, 1)
    (fault,) = found["faults"]
    assert (fault["kind"], fault["seq"], len(fault["id"])) == ("journal", 4, 43)


def test_an_audit_needs_tables_of_this_version(operator: Operator) -> None:
    operator.data.mkdir()
    assert "Run `python -m app migrate` first" in operator.refused("audit")


def test_an_audit_that_takes_long_shows_once_a_second_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    monkeypatch.setattr("app.commands.progress.time.monotonic", lambda: now)
    progress = Progress()
    for tenth in range(25):
        now = tenth / 10
        progress(Report(accounts=tenth))
    assert capsys.readouterr().err.splitlines() == [
        "Verified 10 accounts, 0 journals, 0 items",
        "Verified 20 accounts, 0 journals, 0 items",
    ]
