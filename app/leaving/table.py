"""Rows of what one member does alone: closings that wait, and private marks on entries."""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Table

from app.database import metadata

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
    Index("ix_closings_not_before", "not_before"),
)

holdings = Table(
    "holdings",
    metadata,
    Column("account", LargeBinary(32), primary_key=True),
    Column("journal", LargeBinary(32), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("kept", Boolean, nullable=False),
    Column("erased", Boolean, nullable=False),
    Index("ix_holdings_journal_seq", "journal", "seq"),
)
