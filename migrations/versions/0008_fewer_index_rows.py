"""fewer index rows: an entry takes none in the index of roster versions; an account's confirmed ends are found"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index('ix_log_journal_version', 'log')
    op.create_index('ix_log_journal_version', 'log', ['journal', 'version'], unique=True,
    sqlite_where=sa.text('version IS NOT NULL'), postgresql_where=sa.text('version IS NOT NULL'))
    op.create_index('ix_confirmed_ends_account', 'confirmed_ends', ['account'])


def downgrade() -> None:
    op.drop_index('ix_confirmed_ends_account', 'confirmed_ends')
    op.drop_index('ix_log_journal_version', 'log')
    op.create_index('ix_log_journal_version', 'log', ['journal', 'version'], unique=True)
