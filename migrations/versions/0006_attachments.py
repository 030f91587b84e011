"""attachments: their rows, and the places of those whose bytes are to go; going back forgets all of them, and leaves
their bytes in the object store"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('attachments',
    sa.Column('journal', sa.LargeBinary(length=32), nullable=False),
    sa.Column('attachment', sa.LargeBinary(length=16), nullable=False),
    sa.Column('account', sa.LargeBinary(length=32), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('received', sa.Integer(), nullable=False),
    sa.Column('begun', sa.BigInteger(), nullable=False),
    sa.Column('place', sa.LargeBinary(length=16), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=True),
    sa.Column('brings', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('journal', 'attachment', name=op.f('pk_attachments'))
    )
    op.create_index('ix_attachments_journal_seq', 'attachments', ['journal', 'seq'], unique=False)
    op.create_index('ix_attachments_seq_begun', 'attachments', ['seq', 'begun'], unique=False)
    op.create_table('doomed',
    sa.Column('place', sa.LargeBinary(length=16), nullable=False),
    sa.Column('due', sa.BigInteger(), nullable=False),
    sa.Column('cleared', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('place', name=op.f('pk_doomed'))
    )
    op.create_index('ix_doomed_due', 'doomed', ['due'], unique=False)


def downgrade() -> None:
    op.drop_table('doomed')
    op.drop_table('attachments')
