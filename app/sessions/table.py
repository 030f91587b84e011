"""Rows of challenges. Sessions are in `app.access.table`."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table

from app.database import metadata

challenges = Table(
    "challenges",
    metadata,
    Column("challenge", LargeBinary(32), primary_key=True),
    Column("keyholder", LargeBinary(32), nullable=False),
    Column("expires", BigInteger, nullable=False),
    Index("ix_challenges_expires", "expires"),
)
