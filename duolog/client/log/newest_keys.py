"""Lifting: where a journal's roster names older keys of mine than my newest, any own device moves it on.

One request for each journal: a `rotate` by who may write, a `refresh` by who may only read. What waits in the outbox
goes behind a `rotate` of its own push, so such a journal is left to the outbox.
"""

from duolog.client.home.log_rows import verified_journals
from duolog.client.log.context import Context
from duolog.client.log.former_journals import why_former
from duolog.client.log.outbox import MOVED, push_statement, waiting
from duolog.client.log.problems import reported
from duolog.client.log.pull import pull
from duolog.client.log.statements import is_behind, make_refresh, make_rotate
from duolog.client.log.stored_logs import frozen_reason, load_log
from duolog.errors import DuologError, ServerRefused, TransportError
from duolog.protocol.roster_changes import Roster

_TRIES = 6  # races lost in a row before giving up for now


def behind(context: Context) -> list[bytes]:
    """Journals that still name older keys of mine, and can be lifted."""
    return [journal for journal in sorted(verified_journals(context.store)) if _due(context, journal) is not None]


async def lift_all(context: Context, problems: list[DuologError]) -> None:
    """Lift every journal where that is due; what fails in one doesn't stop the others. Spec: §4.12."""
    for journal in behind(context):
        if waiting(context, journal):
            continue
        with reported(problems, journal):
            await lift(context, journal)


async def lift(context: Context, journal: bytes) -> None:
    """Lift one journal, if it is due. Raises: as a push. Spec: §4.12."""
    for _ in range(_TRIES):
        roster = _due(context, journal)
        if roster is None:
            return
        member = roster.find(context.account)
        writes = member is not None and member.rights == "write"
        try:
            await push_statement(context, journal, (make_rotate if writes else make_refresh)(context, roster))
        except ServerRefused as error:
            if error.code not in MOVED:
                raise
        await pull(context, journal)
    raise TransportError("Others keep changing this journal just now. It will be moved to your new keys later.")


def _due(context: Context, journal: bytes) -> Roster | None:
    if why_former(context, journal) is not None:
        return None
    log = load_log(context.store, journal)
    if log.roster is None or log.closed or frozen_reason(context.store, journal) is not None:
        return None
    return log.roster if is_behind(context, log.roster) else None
