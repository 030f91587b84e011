"""Queries that find due closings and delete expired rows."""

from sqlalchemy import Connection, delete, or_, select

from app.access.table import sessions
from app.invitations.table import invitations
from app.journals.repository import waits_no_longer
from app.journals.table import closings, proposals
from app.rendezvous.table import rendezvous
from app.sessions.table import challenges


def journals_with_due_closing(connection: Connection, now: int) -> list[bytes]:
    """The journals with a closing that is due."""
    return list(connection.execute(select(closings.c.journal).where(waits_no_longer(now)).distinct()).scalars())


def drop_challenges(connection: Connection, now: int) -> int:
    """Drop the expired challenges; returns their number."""
    return connection.execute(delete(challenges).where(challenges.c.expires <= now)).rowcount


def drop_sessions(connection: Connection, now: int, used_before: int) -> int:
    """Drop the sessions that have expired or were idle for too long; returns their number."""
    over = or_(sessions.c.expires <= now, sessions.c.used <= used_before)
    return connection.execute(delete(sessions).where(over)).rowcount


def drop_rendezvous(connection: Connection, now: int) -> int:
    """Drop the expired messages between devices; returns their number."""
    return connection.execute(delete(rendezvous).where(rendezvous.c.expires <= now)).rowcount


def drop_invitations(connection: Connection, ended_before: int) -> int:
    """Drop the invitations that expired at `ended_before` or earlier, answered or not; returns their number."""
    return connection.execute(delete(invitations).where(invitations.c.expires <= ended_before)).rowcount


def drop_proposals(connection: Connection, proposed_before: int) -> int:
    """Drop the proposals made before a time; returns their number."""
    return connection.execute(delete(proposals).where(proposals.c.proposed < proposed_before)).rowcount
