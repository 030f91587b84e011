"""Every claim, one in each file. A new one gets a file and a place in a list here."""

from bench.claim import Claim
from bench.claims import (
    again,
    attachments,
    cleaning,
    first_sync,
    generator,
    get,
    listeners,
    log_in,
    long_journal,
    memory,
    poll,
    processes,
    pull,
    push_many,
    push_one,
    push_postgresql,
    revoke,
    scale,
    worst_bodies,
)

# Measured by `make bench`, in this order; docs/performance.md has their figures.
CLAIMS: tuple[Claim, ...] = (
    generator.CLAIM,
    get.CLAIM,
    poll.CLAIM,
    push_one.CLAIM,
    push_many.CLAIM,
    push_postgresql.CLAIM,
    pull.CLAIM,
    first_sync.CLAIM,
    again.CLAIM,
    scale.CLAIM,
    processes.CLAIM,
    listeners.CLAIM,
    attachments.CLAIM,
    memory.CLAIM,
)

# Each takes minutes, or has no wanted ratio: `make bench ONLY=log_in` measures one.
BY_HAND: tuple[Claim, ...] = (log_in.CLAIM, cleaning.CLAIM, revoke.CLAIM, long_journal.CLAIM, worst_bodies.CLAIM)
