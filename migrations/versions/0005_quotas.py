"""quotas: what each account has used up, counted from now on; going back forgets it"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('usage',
    sa.Column('account', sa.LargeBinary(length=32), nullable=False),
    sa.Column('thing', sa.String(length=16), nullable=False),
    sa.Column('day', sa.BigInteger(), nullable=False),
    sa.Column('today', sa.BigInteger(), nullable=False),
    sa.Column('bytes_today', sa.BigInteger(), nullable=False),
    sa.Column('ever', sa.BigInteger(), nullable=False),
    sa.Column('bytes_ever', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('account', 'thing', name=op.f('pk_usage'))
    )


def downgrade() -> None:
    op.drop_table('usage')
