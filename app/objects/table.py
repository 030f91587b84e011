"""Rows of attachments, and of places in the object store whose bytes are to go.

`attachments`: `place` is where the store keeps the parts, at random, so that no later upload meets the bytes of an
earlier one. `received` counts the parts that are on disk. `seq`: the entry that names it; null while none does.
`brings`: the entry of an earlier server that names it once it is whole.

`doomed`: a place that nothing names any more. `due`: when it is cleared next, Unix seconds. `cleared`: it was, once;
a part that was on its way meanwhile goes with the second time.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table

from app.database import metadata

attachments = Table(
    "attachments",
    metadata,
    Column("journal", LargeBinary(32), primary_key=True),
    Column("attachment", LargeBinary(16), primary_key=True),
    Column("account", LargeBinary(32), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("received", Integer, nullable=False),
    Column("begun", BigInteger, nullable=False),
    Column("place", LargeBinary(16), nullable=False),
    Column("seq", BigInteger),
    Column("brings", BigInteger),
    Index("ix_attachments_journal_seq", "journal", "seq"),
    Index("ix_attachments_seq_begun", "seq", "begun"),
)

doomed = Table(
    "doomed",
    metadata,
    Column("place", LargeBinary(16), primary_key=True),
    Column("due", BigInteger, nullable=False),
    Column("cleared", Boolean, nullable=False),
    Index("ix_doomed_due", "due"),
)
