"""Rotations that closings ask for.

A closing that put keyholders out is followed by a rotation without them. A cancelled one, which the server had, is
followed by one to the same keyholders: from then on, once the journal is lifted, its signature fits nothing any more.
Whichever own device comes first does it.
"""

from duolog.client.account.rotating import Wanted, rotate
from duolog.client.journals.closing_statements import ended_keyholders, may_still_happen, signed_until
from duolog.client.journals.closings import settle_closed
from duolog.client.log.context import Context
from duolog.client.log.folding import account_state
from duolog.client.log.newest_keys import lift_all


async def move_on(context: Context) -> None:
    """Rotate where a closing asks for it, and lift the journals; what fails is tried by the next sync. Spec: §5."""
    ended = ended_keyholders(context) - {context.home.keyholder.id}
    if not ended and not _is_usable(context):
        return
    with context.problems.reported():
        await rotate(context, Wanted(remove=ended))
        await lift_all(context)
        for journal in account_state(context).closings:
            with context.problems.reported(journal):
                await settle_closed(context, journal)


def _is_usable(context: Context) -> bool:
    """Whether a cancelled closing was signed with keys that are still the newest."""
    newest = context.identity.secret.generation
    return any(
        may_still_happen(context, journal) and (signed_until(context, journal) or 0) >= newest
        for journal in account_state(context).cancelled
    )
