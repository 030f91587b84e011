"""Rows of a server that has gone back to an older state.

`restorations`: when that was noticed, each time. `awaited_keyholders`: the devices that were in use before, and may
hold more of a journal than is here. `confirmed_ends`: which device of a partner holds nothing more of a held journal.
`markers`: one value, which the file beside the database knows as well. The held journals are in `app.journals.table`.
"""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, SmallInteger, Table

from app.database import metadata

restorations = Table("restorations", metadata, Column("at", BigInteger, primary_key=True))

awaited_keyholders = Table(
    "awaited_keyholders",
    metadata,
    Column("account", LargeBinary(32), primary_key=True),
    Column("keyholder", LargeBinary(32), primary_key=True),
)

confirmed_ends = Table(
    "confirmed_ends",
    metadata,
    Column("journal", LargeBinary(32), primary_key=True),
    Column("account", LargeBinary(32), primary_key=True),
    Column("keyholder", LargeBinary(32), primary_key=True),
    Index("ix_confirmed_ends_account", "account"),
)

markers = Table(
    "markers",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("token", LargeBinary(16), nullable=False),
)
