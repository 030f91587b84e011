"""Queries of invitations."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from app.access.repository import JournalMember
from app.database import AnyRow
from app.invitations.table import invitations

columns = invitations.c


@dataclass(frozen=True, slots=True)
class Invitation:
    """A stored invitation."""

    journal: bytes
    author: bytes
    sealed: bytes
    expires: int
    answered_by: bytes | None
    answer: bytes | None
    reveal: bytes | None


def find(connection: Connection, invitation: bytes, *, lock: bool = False) -> Invitation | None:
    """An invitation by its id, expired or not."""
    query = select(
        columns.journal,
        columns.author,
        columns.sealed,
        columns.expires,
        columns.answered_by,
        columns.answer,
        columns.reveal,
    ).where(columns.invitation == invitation)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else Invitation(*row)


def add(connection: Connection, member: JournalMember, invitation: bytes, sealed: bytes, expires: int) -> None:
    """Store a new invitation."""
    row = {"journal": member.journal, "invitation": invitation, "author": member.account, "sealed": sealed}
    connection.execute(insert(invitations).values(row | {"expires": expires}))


def list_own(connection: Connection, member: JournalMember, expires_after: int, limit: int) -> Sequence[AnyRow]:
    """The member's own invitations to the journal, those that ended lately included."""
    return connection.execute(
        select(columns.invitation, columns.expires, columns.answer, columns.reveal)
        .where(columns.journal == member.journal, columns.author == member.account, columns.expires > expires_after)
        .order_by(columns.expires, columns.invitation)
        .limit(limit)
    ).all()


def count_own(connection: Connection, member: JournalMember) -> int:
    """How many invitations of the member the journal has."""
    own = (columns.journal == member.journal) & (columns.author == member.account)
    return connection.execute(select(func.count()).select_from(invitations).where(own)).scalar_one()


def drop_ended(connection: Connection, journal: bytes, now: int, kept_until: int) -> None:
    """Drop the journal's invitations that nobody answered in time, and those that ended by `kept_until`."""
    ended = (columns.answer.is_(None) & (columns.expires <= now)) | (columns.expires <= kept_until)
    connection.execute(delete(invitations).where(columns.journal == journal, ended))


def drop(connection: Connection, member: JournalMember, invitation: bytes) -> bool:
    """Drop an invitation of the member; returns whether there was one."""
    query = delete(invitations).where(
        columns.journal == member.journal, columns.invitation == invitation, columns.author == member.account
    )
    return connection.execute(query).rowcount == 1


def save_answer(connection: Connection, found: Invitation, invitation: bytes, account: bytes, answer: bytes) -> None:
    """Store the answer to an invitation, and the account that gave it."""
    connection.execute(
        update(invitations)
        .where(columns.journal == found.journal, columns.invitation == invitation)
        .values(answered_by=account, answer=answer)
    )


def save_reveal(connection: Connection, found: Invitation, invitation: bytes, reveal: bytes) -> None:
    """Store the reveal of an invitation."""
    connection.execute(
        update(invitations)
        .where(columns.journal == found.journal, columns.invitation == invitation)
        .values(reveal=reveal)
    )


def use_for_registration(connection: Connection, invitation: bytes, now: int) -> bool:
    """Use an open invitation to admit one account; returns whether it admits one."""
    used = connection.execute(
        update(invitations)
        .where(
            columns.invitation == invitation,
            columns.expires > now,
            columns.answer.is_(None),
            columns.registered.is_(None),
        )
        .values(registered=now)
    )
    return used.rowcount == 1
