"""The people of a journal: their profiles, their names, and how texts name them."""

from collections.abc import Iterable, Mapping

from duolog.client.log.context import Context
from duolog.client.log.folding import journal_state
from duolog.client.log.my_journals import shown_journals
from duolog.client.log.stored_logs import load_log
from duolog.documents import dates
from duolog.documents.kinds.profile import Profile
from duolog.documents.names import called, shown_names
from duolog.documents.voice import Voice


def mine_first(accounts: Iterable[bytes], me: bytes) -> list[bytes]:
    """Account ids with my own before the others: an order that tells nothing of who did something first."""
    return sorted(accounts, key=lambda account: (account != me, account))


def profiles(context: Context, journal: bytes) -> Mapping[bytes, Profile]:
    """Each member's profile, by account."""
    return journal_state(context, journal).profiles


def names_in(context: Context, journal: bytes) -> Mapping[bytes, str]:
    """The names of a journal's members, by account: from their profile there, or from another journal of mine.

    This home alone shows a name from another journal, and writes it nowhere. All names are safe to show, and no two
    are alike.
    """
    given = {account: item.display_name for account, item in profiles(context, journal).items()}
    roster = load_log(context.store, journal).roster
    nameless = {item.account for item in (() if roster is None else roster.members)} - {context.account, *given}
    for other in shown_journals(context) if nameless else ():
        found = profiles(context, other)
        given |= {account: found[account].display_name for account in nameless & found.keys()}
    return shown_names(given)


def voice(context: Context, journal: bytes) -> Voice:
    """How texts name people and times in a journal."""
    names, here = names_in(context, journal), context.standing(journal)

    def name(account: bytes) -> str:
        member = None if here.roster is None else here.roster.find(account)
        role = None if member is None else member.role
        return called(names.get(account), me=account == context.account, role=role, by_partner=here.is_partner)

    return Voice(name=name, when=dates.moment)
