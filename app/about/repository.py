"""The query that shows whether the database answers."""

from sqlalchemy import Connection, text


def ping(connection: Connection) -> None:
    """Run the smallest query that shows that the database answers."""
    connection.execute(text("SELECT 1"))
