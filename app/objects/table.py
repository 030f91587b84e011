"""Rows of attachments, and of places in the object store whose bytes are to be deleted.

`attachments`: the store keeps the parts under `place`, a random name, so a later upload never meets the bytes of an
earlier one. `received` counts the stored parts. `seq`: the entry that names the attachment; null before the push.
`brings`: the entry of an earlier server that gets the attachment once it is whole.

`doomed`: a place that no attachment has any more. `due`: when the retention job clears the place next, Unix seconds.
`cleared`: the job has cleared it once. It comes a second time, for a part that was on its way during the first.
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
