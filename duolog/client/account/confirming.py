"""Confirming a restored home: words that a member, or another own device, reads out of what they see."""

from collections.abc import Mapping

from duolog.client.home.item_rows import load_heads
from duolog.client.home.records import UNCONFIRMED
from duolog.client.home.words import Words
from duolog.client.log.context import Context
from duolog.errors import NotAllowed, PinMismatch
from duolog.seal.words import eight_words


def confirm(context: Context, chain_head: Words, heads: Mapping[bytes, Words]) -> None:
    """The words of the own chain head, and of at least one journal's head, are those that this home shows.

    Raises:
        PinMismatch: they differ. The home stays unconfirmed.
        NotAllowed: no journal was compared.
    Spec: §4.9.
    """
    if not heads:
        raise NotAllowed("Compare the words of at least one journal too.")
    sentence = "The words differ: the server may have shown this home an old or another state. Do not go on."
    newest = eight_words(context.chains[context.account].newest.statement_hash)
    if chain_head != newest:  # check: client.confirm_account
        raise PinMismatch(sentence, check="client.confirm_account")
    for journal, words in heads.items():
        known = {eight_words(head) for head in load_heads(context.store, journal)}
        if words not in known:  # check: client.confirm_head
            raise PinMismatch(sentence, check="client.confirm_head")
    UNCONFIRMED.clear(context.store)
