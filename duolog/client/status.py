"""An account at a glance, without the network."""

from dataclasses import dataclass

from duolog.client.account.keyholder_list import KeyholderView, unknown
from duolog.client.home.records import UNPROVEN_SHEET
from duolog.client.journals.reading import view_journal
from duolog.client.journals.views import JournalView
from duolog.client.log.context import Context
from duolog.client.log.my_journals import shown_journals
from duolog.seal.words import Words, eight_words


@dataclass(frozen=True, slots=True)
class Status:
    """An account as this home knows it. `unconfirmed`: restored from words, and no words were compared since.
    `deleted`: the account was deleted from here, and can only be read. `unproven_sheet`: nobody has shown yet that the
    recovery words are on paper. `shut_out`: the server refused this home's newest log-in."""

    server: str
    account: bytes
    account_words: Words
    keyholder_kind: str
    unconfirmed: bool
    journals: tuple[JournalView, ...]
    new_keyholders: tuple[KeyholderView, ...] = ()
    deleted: bool = False
    unproven_sheet: bool = False
    shut_out: bool = False


def status(context: Context) -> Status:
    """The account as this home knows it, without the network."""
    return Status(
        server=context.network.transport.origin,
        account=context.account,
        account_words=eight_words(context.account),
        keyholder_kind=context.home.keyholder.kind,
        unconfirmed=context.unconfirmed,
        journals=tuple(view_journal(context, journal) for journal in shown_journals(context)),
        new_keyholders=unknown(context),
        deleted=context.network.deleted,
        shut_out=context.network.shut_out,
        unproven_sheet=context.identity.newest_set.find(UNPROVEN_SHEET.load(context.store) or b"") is not None,
    )
