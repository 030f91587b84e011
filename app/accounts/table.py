"""Rows of accounts. Each leads with its account's id, except invite codes, which belong to nobody yet.

Keyholders are in `app.access.table`.
"""

from sqlalchemy import BigInteger, Column, LargeBinary, Table

from app.database import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("account", LargeBinary(32), primary_key=True),
    Column("account_journal", LargeBinary(32), nullable=False),
    Column("registration", LargeBinary(32), nullable=False),
)

keyholder_sets = Table(
    "keyholder_sets",
    metadata,
    Column("account", LargeBinary(32), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("statement", LargeBinary, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
)

packages = Table(
    "packages",
    metadata,
    Column("account", LargeBinary(32), primary_key=True),
    Column("keyholder", LargeBinary(32), primary_key=True),
    Column("generation", BigInteger, primary_key=True),
    Column("package", LargeBinary(1168), nullable=False),
)

earlier_seeds = Table(
    "earlier_seeds",
    metadata,
    Column("account", LargeBinary(32), primary_key=True),
    Column("generation", BigInteger, primary_key=True),
    Column("sealed", LargeBinary(1168), nullable=False),
)

invite_codes = Table(
    "invite_codes",
    metadata,
    Column("code_hash", LargeBinary(32), primary_key=True),
    Column("created", BigInteger, nullable=False),
    Column("used", BigInteger),
)
