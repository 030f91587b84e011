"""What whoever runs the server sees of a journal and can put into it in another's name, without any key of theirs."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import create_engine, func, select

from app.access.repository import Caller, hash_token
from app.access.table import memberships, sessions
from app.journals.table import journals
from app.sessions.repository import add_session
from duolog.api.pages import Placed
from duolog.client import HttpTransport
from duolog.protocol.accounts import verify_chain
from duolog.protocol.entries import Header
from duolog.protocol.log import append_item, empty_log, entry_item
from duolog.protocol.roster_changes import Roster

NONCE, TAG, SEALED = 24, 32, 256 + 16  # bytes of the least sealed entry


def forge_entry(database: Path, origin: str) -> None:
    """An entry of the founder's in the journal of two that was written to last. Its head and receipt are in order."""
    asyncio.run(_forge(database, origin))


def read_epoch(database: Path, origin: str) -> int:
    """Which key that journal has now: they are numbered."""
    return asyncio.run(_epoch(database, origin))


def _enter_as_founder(database: Path) -> tuple[tuple[bytes, bytes], bytes]:
    """The journal with its founder, and a session of theirs that nobody logged in for."""
    engine = create_engine(f"sqlite:///{database}")
    of_two = (
        select(memberships.c.journal).group_by(memberships.c.journal).having(func.count(memberships.c.account) == 2)
    )
    newest = select(journals.c.journal, journals.c.founder).where(journals.c.journal.in_(of_two))
    token, now = secrets.token_bytes(32), int(time.time())
    with engine.begin() as connection:
        journal, founder = connection.execute(newest.order_by(journals.c.time.desc())).first() or (b"", b"")
        of_founder = select(sessions.c.keyholder).where(sessions.c.account == founder)
        keyholder = connection.execute(of_founder).scalars().first() or b""
        caller = Caller(founder, keyholder, hash_token(token), touch=False)
        add_session(connection, caller, now, now + 3600, now - 3600)
    engine.dispose()
    return (journal, founder), token


async def _forge(database: Path, origin: str) -> None:
    (journal, founder), token = _enter_as_founder(database)
    async with _connected(origin, token) as transport:
        roster = await _roster(transport, journal)
        [generation] = [one.generation for one in roster.members if one.account == founder]
        header = Header(journal, secrets.token_bytes(16), roster.epoch, founder, generation).encode()
        await transport.push(journal, [Placed(0, entry_item(header, bytes(NONCE + TAG + SEALED)))])


async def _epoch(database: Path, origin: str) -> int:
    (journal, _), token = _enter_as_founder(database)
    async with _connected(origin, token) as transport:
        return (await _roster(transport, journal)).epoch


@asynccontextmanager
async def _connected(origin: str, token: bytes) -> AsyncIterator[HttpTransport]:
    transport = HttpTransport(origin)
    transport.use_session(token)
    yield transport
    await transport.close()


async def _roster(transport: HttpTransport, journal: bytes) -> Roster:
    listed = (await transport.chains(journal)).chains
    chains = {one.account: verify_chain([item.signed() for item in one.statements]) for one in listed}
    state = empty_log(journal)
    for push in (await transport.pull(journal, 0)).pushes:
        for placed in push.items:
            state = append_item(state, placed.seq, placed.item, chains)
    assert state.roster is not None
    return state.roster
