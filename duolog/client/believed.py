"""Which own entries of an earlier generation are believed: those up to where its rotation found each journal.

A device that was taken out can still write with the old keys where the roster hasn't moved yet. What stands behind the
place that the rotation noted is quarantined; another own device writes its own entries again.
"""

from collections.abc import Mapping

from duolog.client.context import Context
from duolog.client.folding import account_state


def believed_until(context: Context, journal: bytes) -> Mapping[int, int]:
    """For each earlier generation of mine, the last seq in this journal up to which its entries count. Spec: §4."""
    if journal == context.identity.account_journal:
        heads = {item.generation: item.account_head for item in context.identity.sets}
        return {generation - 1: head.seq for generation, head in heads.items() if head is not None}
    rotated = account_state(context).rotated
    return {
        generation - 1: next((head.seq for head in item.heads if head.journal == journal), 0)
        for generation, item in rotated.items()
    }
