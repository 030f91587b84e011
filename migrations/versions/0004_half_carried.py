"""when something last came of a journal that is not whole yet"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('carried') as batch_op:
        batch_op.add_column(sa.Column('touched', sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('carried') as batch_op:
        batch_op.drop_column('touched')
