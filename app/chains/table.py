"""Rows of account chains."""

from sqlalchemy import BigInteger, Column, LargeBinary, Table

from app.database import metadata

account_statements = Table(
    "account_statements",
    metadata,
    Column("account", LargeBinary(32), primary_key=True),
    Column("generation", BigInteger, primary_key=True),
    Column("statement", LargeBinary, nullable=False),
    Column("signatures", LargeBinary(128), nullable=False),
)
