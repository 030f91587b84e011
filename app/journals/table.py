"""Rows of journals. Each leads with its journal's id.

`journals` holds what an append needs, so that no log is ever replayed: the end of the log, and the roster in force as
its newest statement with what that statement doesn't say. `log` holds every item, with the receipt on the last of each
push. A statement's `header` is the statement itself.

`held_journals` take nothing new: this server has gone back to an older state, and their members' devices still bring
what it lost. A closing is `held` until its author sets it again.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, SmallInteger, Table, false, text

from app.database import metadata

journals = Table(
    "journals",
    metadata,
    Column("journal", LargeBinary(32), primary_key=True),
    Column("founder", LargeBinary(32), nullable=False),
    Column("nonce", LargeBinary(32), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("stale", Boolean, nullable=False),
    Column("roster", LargeBinary, nullable=False),
    Column("closed_by", LargeBinary(32)),
)

acceptances = Table(
    "acceptances",
    metadata,
    Column("journal", LargeBinary(32), primary_key=True),
    Column("acceptance", LargeBinary(32), primary_key=True),
)

journal_accounts = Table(
    "journal_accounts",
    metadata,
    Column("journal", LargeBinary(32), primary_key=True),
    Column("account", LargeBinary(32), primary_key=True),
)

log = Table(
    "log",
    metadata,
    Column("journal", LargeBinary(32), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("kind", SmallInteger, nullable=False),
    Column("entry", LargeBinary(16)),
    Column("version", BigInteger),
    Column("digest", LargeBinary(32), nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("signatures", LargeBinary),
    Column("blob_hash", LargeBinary(32)),
    Column("receipt", LargeBinary(112)),
    Column("blob", LargeBinary),
    Column("withdrawn", BigInteger),
    Index("ix_log_journal_entry", "journal", "entry", unique=True),
    Index(
        "ix_log_journal_version",
        *("journal", "version"),
        unique=True,
        sqlite_where=text("version IS NOT NULL"),  # an entry has none, and takes no row of this index
        postgresql_where=text("version IS NOT NULL"),
    ),
)

grants = Table(
    "grants",
    metadata,
    Column("journal", LargeBinary(32), primary_key=True),
    Column("account", LargeBinary(32), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("sealed", LargeBinary(1168), nullable=False),
)

proposals = Table(
    "proposals",
    metadata,
    Column("journal", LargeBinary(32), primary_key=True),
    Column("proposal", LargeBinary(32), primary_key=True),
    Column("author", LargeBinary(32), nullable=False),
    Column("proposed", BigInteger, nullable=False),
    Column("statement", LargeBinary, nullable=False),
    Column("signatures", LargeBinary, nullable=False),
    Column("grants", LargeBinary, nullable=False),
    Column("context", LargeBinary),
)

closings = Table(
    "closings",
    metadata,
    Column("account", LargeBinary(32), primary_key=True),
    Column("journal", LargeBinary(32), primary_key=True),
    Column("generation", BigInteger, primary_key=True),
    Column("statement", LargeBinary, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
    Column("salt", LargeBinary(32), nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("ends", LargeBinary, nullable=False),
    Column("held", Boolean, nullable=False, server_default=false()),
    Index("ix_closings_not_before", "not_before"),
)

held_journals = Table("held_journals", metadata, Column("journal", LargeBinary(32), primary_key=True))
