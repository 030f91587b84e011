"""Rows of keyholders, sessions and memberships. Each leads with its account's id."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table

from app.database import metadata

keyholders = Table(
    "keyholders",
    metadata,
    Column("account", LargeBinary(32), primary_key=True),
    Column("keyholder", LargeBinary(32), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("sign_key", LargeBinary(32), nullable=False),
    Column("anchor", LargeBinary(32)),
    Column("ended", BigInteger),
    Index("ix_keyholders_keyholder", "keyholder", unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("account", LargeBinary(32), primary_key=True),
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("keyholder", LargeBinary(32), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Index("ix_sessions_token_hash", "token_hash", unique=True),
)

memberships = Table(
    "memberships",
    metadata,
    Column("account", LargeBinary(32), primary_key=True),
    Column("journal", LargeBinary(32), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("rights", String(16), nullable=False),
    Column("until", BigInteger),
    Index("ix_memberships_journal", "journal"),
)
