"""Lifting: where a journal's roster names older keys of mine than my newest, any own device moves it on.

One request for each journal: a `rotate` by who may write, a `refresh` by who may only read. What waits in the outbox
goes behind a `rotate` of its own push, so such a journal is left to the outbox.
"""

from duolog.client.home.log_rows import verified_journals
from duolog.client.log.context import Context
from duolog.client.log.outbox import waiting
from duolog.client.log.settle import settle
from duolog.client.log.statements import Made, is_behind, make_refresh, make_rotate
from duolog.protocol.roster_changes import Roster


def behind(context: Context) -> list[bytes]:
    """Journals that still name older keys of mine, and can be lifted."""
    return [journal for journal in sorted(verified_journals(context.store)) if _due(context, journal) is not None]


async def lift_all(context: Context) -> None:
    """Lift every journal where that is due; what fails in one doesn't stop the others. Spec: §4.12."""
    for journal in behind(context):
        if waiting(context, journal):
            continue
        with context.problems.reported(journal):
            await lift(context, journal)


async def lift(context: Context, journal: bytes) -> None:
    """Lift one journal, if it is due. Raises: as a push. Spec: §4.12."""

    async def make() -> Made | None:
        roster = _due(context, journal)
        if roster is None:
            return None
        return (make_rotate if context.standing(journal).may_write else make_refresh)(context, roster)

    await settle(context, journal, make)


def _due(context: Context, journal: bytes) -> Roster | None:
    roster = context.standing(journal).open_roster
    return roster if roster is not None and is_behind(context, roster) else None
