"""Storing, finding, answering and revealing an invitation.

Rules (spec §7):
- Only partners invite. An invitation expires within a day; the server cuts a longer time.
- One account answers, once. The same answer again changes nothing. Then only the invitation's author and the account
  that answered can fetch it.
- The reveal is stored once. Answered invitations are kept for 14 days after their end, so that a slow founder
  can reveal.
"""

from sqlalchemy import Connection

from app.access.repository import Caller, JournalMember
from app.invitations import repository
from app.invitations.repository import Invitation
from app.problems import InvitationUsed, NotFound, ProposalLimit, RuleBroken
from app.quotas.service import Quotas
from app.settings import DAY

KEPT_SECONDS = 14 * DAY  # after an invitation's end, for its answer and reveal
MAX_OPEN = 16  # invitations of one member to one journal


def invite(
    connection: Connection,
    member: JournalMember,
    invitation: bytes,
    sealed: bytes,
    wanted_expires: int,
    latest_expires: int,
    quotas: Quotas,
    now: int,
) -> None:
    """Keep a new invitation; the same one again changes nothing.

    Raises:
        InvitationUsed: its id is taken.
        ProposalLimit: too many of the member's are open already.
        RuleBroken: it would end before it began.
        DailyLimit: the member has invited as often as they may.
    """
    repository.drop_ended(connection, member.journal, now, now - KEPT_SECONDS)
    found = repository.find(connection, invitation)
    if found is not None:
        if (found.journal, found.author, found.sealed) != (
            member.journal,
            member.account,
            sealed,
        ):  # check: server.invitation_taken
            raise InvitationUsed
        return
    if wanted_expires <= now:  # check: server.invitation_expired
        raise RuleBroken(
            sentence="The invitation would have ended already. Compare the clocks of your device and of the server."
        )
    if repository.count_own(connection, member) >= MAX_OPEN:  # check: server.invitation_limit
        raise ProposalLimit(sentence="Too many of your invitations to this journal are open. Revoke one first.")
    repository.add(connection, member, invitation, sealed, min(wanted_expires, latest_expires))
    quotas.spend(connection, member.account, "invitations", now)


def find_open(connection: Connection, invitation: bytes, caller: Caller | None, now: int) -> Invitation:
    """Find an invitation for a holder of its link. Raises: NotFound when unknown, expired or answered by another."""
    found = repository.find(connection, invitation)
    if found is None:
        raise NotFound
    if found.expires <= now:  # check: server.invitation_open
        raise NotFound
    account = None if caller is None else caller.account
    if found.answered_by not in (None, account):  # check: server.invitation_answered
        raise NotFound
    return found


def answer(connection: Connection, caller: Caller, invitation: bytes, sealed: bytes, now: int) -> None:
    """Keep the one answer to an invitation. Raises: NotFound, InvitationUsed."""
    found = repository.find(connection, invitation, lock=True)
    if found is None:
        raise NotFound
    if found.answer is not None:
        if (found.answered_by, found.answer) != (caller.account, sealed):  # check: server.one_answer
            raise InvitationUsed
        return
    if found.expires <= now:  # check: server.answer_in_time
        raise NotFound
    repository.save_answer(connection, found, invitation, caller.account, sealed)


def reveal(connection: Connection, member: JournalMember, invitation: bytes, sealed: bytes, now: int) -> None:
    """Keep the founder's reveal. Raises: NotFound, InvitationUsed."""
    found = repository.find(connection, invitation, lock=True)
    if found is None:
        raise NotFound
    if found.expires + KEPT_SECONDS <= now:  # check: server.reveal_late
        raise NotFound
    if (found.journal, found.author) != (member.journal, member.account):  # check: server.reveal_author
        raise NotFound
    if found.reveal is not None:
        if found.reveal != sealed:  # check: server.one_reveal
            raise InvitationUsed
        return
    repository.save_reveal(connection, found, invitation, sealed)


def find_reveal(connection: Connection, caller: Caller, invitation: bytes, now: int) -> bytes | None:
    """The reveal for the account that answered; None while there is none. Raises: NotFound."""
    found = repository.find(connection, invitation)
    if found is None:
        raise NotFound
    if found.expires + KEPT_SECONDS <= now:  # check: server.reveal_kept
        raise NotFound
    if found.answered_by != caller.account:  # check: server.reveal_reader
        raise NotFound
    return found.reveal


def revoke(connection: Connection, member: JournalMember, invitation: bytes) -> None:
    """Revoke an own invitation. Raises: NotFound."""
    if not repository.drop(connection, member, invitation):
        raise NotFound
