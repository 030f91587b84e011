"""Rows of private marks on entries: what one member keeps or has erased."""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Table

from app.database import metadata

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
