"""carrying: journals that come from another server"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('carried',
    sa.Column('journal', sa.LargeBinary(length=32), nullable=False),
    sa.Column('until', sa.BigInteger(), nullable=False),
    sa.Column('origin', sa.String(length=512), nullable=False),
    sa.Column('receipt_key', sa.LargeBinary(length=32), nullable=False),
    sa.Column('complete', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('journal', 'until', name=op.f('pk_carried'))
    )


def downgrade() -> None:
    op.drop_table('carried')
