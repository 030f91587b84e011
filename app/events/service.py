"""Listeners are told of the journals that moved: the members of now, over sessions that are valid now.

Rules
- A write is announced after its commit, and what is told is read from the database then. So nothing depends on what an
  announcement says, and one that comes twice tells nothing twice.
- With each beat the accounts of some listeners are looked at whole. So a lost announcement costs one beat, and a
  session that ended by time ends its streams.
- A round follows the one before after `GAP_SECONDS`: many writes in between are told as one.
"""

import asyncio

from app.events import repository
from app.logs import describe, log
from app.problems import Problem
from app.settings import DAY
from app.state import State
from app.waking.hub import Listener

GAP_SECONDS = 0.02
TICKS = 25  # in one beat: each looks at those listeners whose beat is due


async def begin(server: State, listener: Listener, last: str) -> None:
    """Tell a new listener how far its journals have come, unless `last` shows that it knows."""
    await _look(server, [listener.account], None)
    listener.begin(last)


async def rounds(server: State) -> None:
    """Tell listeners of what moved, round after round."""
    hub = server.hub
    while True:
        notes, everything = await hub.next()
        try:
            if everything:
                await _look(server, hub.accounts(), None)
            elif len(hub):
                members = await server.database.read(repository.members_of, notes.journals, server.now())
                ended = hub.accounts(notes.accounts)
                await _look(server, [*hub.accounts(members), *ended], notes.journals)
        except Problem as problem:  # the storage can't be reached; the next beats look at everything
            log().warning("events wait", code=problem.code)
        except Exception as error:  # noqa: BLE001 - whatever it was, the next round must come
            log().error("events failed", **describe(error))
        await asyncio.sleep(GAP_SECONDS)


async def beats(server: State) -> None:
    """Let each listener hear from the server once in `event_seconds`."""
    hub, tick = server.hub, server.settings.event_seconds / TICKS
    while True:
        await asyncio.sleep(tick)
        due = hub.due()
        try:
            await _look(server, hub.accounts({listener.account for listener in due}), None)
        except Problem as problem:
            log().warning("events wait", code=problem.code)
        except Exception as error:  # noqa: BLE001 - whatever it was, the next beat must come
            log().error("events failed", **describe(error))
        for listener in due:
            listener.beat()


async def _look(server: State, accounts: list[bytes], moved: set[bytes] | None) -> None:
    """Look at what these accounts may hear now, and tell it."""
    hub, idle_seconds = server.hub, server.settings.session_idle_days * DAY
    for start in range(0, len(accounts), repository.BATCH):
        some = accounts[start : start + repository.BATCH]
        asked = hub.sessions(some)
        seen = await server.database.read(repository.look, some, asked, moved, server.now(), idle_seconds)
        hub.tell(some, asked, seen.sessions, seen.ends)
