"""restoring: what a server keeps while its clients bring it forward from an older state; going back forgets that"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('restorations',
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('at', name=op.f('pk_restorations'))
    )
    op.create_table('held_journals',
    sa.Column('journal', sa.LargeBinary(length=32), nullable=False),
    sa.PrimaryKeyConstraint('journal', name=op.f('pk_held_journals'))
    )
    op.create_table('awaited_keyholders',
    sa.Column('account', sa.LargeBinary(length=32), nullable=False),
    sa.Column('keyholder', sa.LargeBinary(length=32), nullable=False),
    sa.PrimaryKeyConstraint('account', 'keyholder', name=op.f('pk_awaited_keyholders'))
    )
    op.create_table('confirmed_ends',
    sa.Column('journal', sa.LargeBinary(length=32), nullable=False),
    sa.Column('account', sa.LargeBinary(length=32), nullable=False),
    sa.Column('keyholder', sa.LargeBinary(length=32), nullable=False),
    sa.PrimaryKeyConstraint('journal', 'account', 'keyholder', name=op.f('pk_confirmed_ends'))
    )
    op.create_table('markers',
    sa.Column('id', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('token', sa.LargeBinary(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_markers'))
    )
    op.add_column('closings', sa.Column('held', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('closings') as table:
        table.drop_column('held')
    for table in ('markers', 'confirmed_ends', 'awaited_keyholders', 'held_journals', 'restorations'):
        op.drop_table(table)
