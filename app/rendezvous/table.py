"""Rows of rendezvous messages. They belong to nobody yet, and go after minutes."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, SmallInteger, String, Table

from app.database import metadata

rendezvous = Table(
    "rendezvous",
    metadata,
    Column("rendezvous", LargeBinary(16), primary_key=True),
    Column("role", String(8), primary_key=True),
    Column("number", SmallInteger, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Index("ix_rendezvous_expires", "expires"),
)
