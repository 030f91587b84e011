"""Counts all that the server stores, over all accounts."""

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.sql.functions import coalesce

from app.accounts.table import accounts
from app.journals.repository import ENTRY
from app.journals.table import journals, log
from app.objects.table import attachments, doomed


def count(connection: Connection) -> dict[str, int]:
    """How many accounts, journals and items there are, how many bytes the items
    have, how many attachments there are with which sizes, and how many wait for their bytes to be deleted."""
    size = func.length(log.c.header) + coalesce(func.length(log.c.blob), 0)
    queries: dict[str, Select[int]] = {
        "accounts": select(func.count()).select_from(accounts),
        "journals": select(func.count()).select_from(journals),
        "closed journals": select(func.count()).select_from(journals).where(journals.c.closed),
        "entries": select(func.count()).select_from(log).where(log.c.kind == ENTRY),
        "statements": select(func.count()).select_from(log).where(log.c.kind != ENTRY),
        "bytes": select(coalesce(func.sum(size), 0)),
        "attachments": select(func.count()).select_from(attachments),
        "their bytes": select(coalesce(func.sum(attachments.c.size), 0)),
        "to be deleted": select(func.count()).select_from(doomed),
    }
    return {name: int(connection.execute(query).scalar_one()) for name, query in queries.items()}
