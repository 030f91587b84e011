"""Runs migrations: on a connection handed over by `app.schema`, or, from the `alembic` command, on the settings'
database.
"""

from alembic import context
from sqlalchemy import Connection

from app.schema import migration_engine
from app.settings import Settings
from app.tables import metadata


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transaction_per_migration=False,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


handed_over = context.config.attributes.get("connection")
if isinstance(handed_over, Connection):
    run(handed_over)
else:
    with migration_engine(Settings()).begin() as connection:
        run(connection)
