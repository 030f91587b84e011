"""Asks the database whether it is there."""

from sqlalchemy import Connection, text


def ping(connection: Connection) -> None:
    """Do the least that shows that the database answers."""
    connection.execute(text("SELECT 1"))
