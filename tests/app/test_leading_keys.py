"""Each table leads by the key that a distributed PostgreSQL spreads it by, and every unique index has that key."""

import pytest
from sqlalchemy import Table

from app.tables import metadata

# One row or few on the whole server, or found by a key of its own that nobody can know an account or journal from.
WHOLE_SERVER = {"markers", "restorations", "challenges", "rendezvous", "doomed", "invite_codes"}

# Found by a secret or an id alone, before the account or the journal is known. `docs/capacity.md` says what each needs.
FOUND_ALONE = {
    "ix_sessions_token_hash": "a session's token says whose it is",
    "ix_keyholders_keyholder": "a log-in names the keyholder alone",
    "ix_invitations_invitation": "whoever answers an invitation knows its id alone",
}
SPREAD = [table for table in metadata.sorted_tables if table.name not in WHOLE_SERVER]


@pytest.mark.parametrize("table", SPREAD, ids=lambda table: table.name)
def test_a_table_leads_by_its_account_or_its_journal(table: Table) -> None:
    first = next(iter(table.primary_key.columns)).name
    assert first in ("account", "journal")
    without = {str(index.name) for index in table.indexes if index.unique and first not in index.columns}
    assert without <= FOUND_ALONE.keys()


def test_nothing_is_listed_in_vain() -> None:
    assert {table.name for table in metadata.sorted_tables} >= WHOLE_SERVER
    unique = {str(index.name) for table in SPREAD for index in table.indexes if index.unique}
    assert unique >= FOUND_ALONE.keys()
