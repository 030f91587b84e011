"""Rows of what an account has used up: one for each account and kind of thing.

`today` and `bytes_today` are those of the Unix day `day`, the newest on which there was any. `ever` and `bytes_ever`
only grow.
"""

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table

from app.database import metadata

usage = Table(
    "usage",
    metadata,
    Column("account", LargeBinary(32), primary_key=True),
    Column("thing", String(16), primary_key=True),
    Column("day", BigInteger, nullable=False),
    Column("today", BigInteger, nullable=False),
    Column("bytes_today", BigInteger, nullable=False),
    Column("ever", BigInteger, nullable=False),
    Column("bytes_ever", BigInteger, nullable=False),
)
