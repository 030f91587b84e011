"""Rows of where a journal came from: whose receipts it holds up to which seq, and whether all of it has come.

`touched`: when something last came of a journal that is not whole; null otherwise.
"""

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, String, Table

from app.database import metadata
from duolog.protocol import sizes

carried = Table(
    "carried",
    metadata,
    Column("journal", LargeBinary(32), primary_key=True),
    Column("until", BigInteger, primary_key=True),
    Column("origin", String(sizes.MAX_ORIGIN), nullable=False),
    Column("receipt_key", LargeBinary(32), nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("touched", BigInteger),
)
