"""keys for life: rotations, rendezvous, closings that wait, private marks"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('earlier_seeds',
    sa.Column('account', sa.LargeBinary(length=32), nullable=False),
    sa.Column('generation', sa.BigInteger(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(length=1168), nullable=False),
    sa.PrimaryKeyConstraint('account', 'generation', name=op.f('pk_earlier_seeds'))
    )
    op.create_table('rendezvous',
    sa.Column('rendezvous', sa.LargeBinary(length=16), nullable=False),
    sa.Column('role', sa.String(length=8), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('expires', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('rendezvous', 'role', 'number', name=op.f('pk_rendezvous'))
    )
    op.create_index('ix_rendezvous_expires', 'rendezvous', ['expires'])
    op.create_table('closings',
    sa.Column('account', sa.LargeBinary(length=32), nullable=False),
    sa.Column('journal', sa.LargeBinary(length=32), nullable=False),
    sa.Column('generation', sa.BigInteger(), nullable=False),
    sa.Column('statement', sa.LargeBinary(), nullable=False),
    sa.Column('signature', sa.LargeBinary(length=64), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=32), nullable=False),
    sa.Column('not_before', sa.BigInteger(), nullable=False),
    sa.Column('ends', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('account', 'journal', 'generation', name=op.f('pk_closings'))
    )
    op.create_index('ix_closings_not_before', 'closings', ['not_before'])
    op.create_table('holdings',
    sa.Column('account', sa.LargeBinary(length=32), nullable=False),
    sa.Column('journal', sa.LargeBinary(length=32), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('kept', sa.Boolean(), nullable=False),
    sa.Column('erased', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('account', 'journal', 'seq', name=op.f('pk_holdings'))
    )
    op.create_index('ix_holdings_journal_seq', 'holdings', ['journal', 'seq'])
    with op.batch_alter_table('keyholders') as batch_op:
        batch_op.add_column(sa.Column('ended', sa.BigInteger(), nullable=True))
    with op.batch_alter_table('journals') as batch_op:
        batch_op.add_column(sa.Column('closed_by', sa.LargeBinary(length=32), nullable=True))
    with op.batch_alter_table('log') as batch_op:
        batch_op.add_column(sa.Column('withdrawn', sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('log') as batch_op:
        batch_op.drop_column('withdrawn')
    with op.batch_alter_table('journals') as batch_op:
        batch_op.drop_column('closed_by')
    with op.batch_alter_table('keyholders') as batch_op:
        batch_op.drop_column('ended')
    op.drop_table('holdings')
    op.drop_table('closings')
    op.drop_table('rendezvous')
    op.drop_table('earlier_seeds')
