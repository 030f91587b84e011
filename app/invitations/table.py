"""Rows of invitations, which belong to their journal."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table

from app.database import metadata

invitations = Table(
    "invitations",
    metadata,
    Column("journal", LargeBinary(32), primary_key=True),
    Column("invitation", LargeBinary(16), primary_key=True),
    Column("author", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("registered", BigInteger),
    Column("answered_by", LargeBinary(32)),
    Column("answer", LargeBinary),
    Column("reveal", LargeBinary),
    Index("ix_invitations_invitation", "invitation", unique=True),
)
