"""The receipt keys of one server: the ones that it lists, as far as they are linked with those that are trusted.

Rules
- Where a key replaces another, both sign the two of them. So who trusts one of a server's keys knows its later keys by
  the old keys' signatures, and its earlier ones by the new keys' too.
- A later key without its link is refused. An earlier one without its link is left out, and its receipts count for
  nothing: anybody can sign that their own key was replaced by another's.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from duolog.api.server import ReceiptKey
from duolog.errors import BadSignature, PinMismatch
from duolog.protocol import sizes
from duolog.protocol.receipts import verify_former_key, verify_receipt_key


def linked_keys(listed: Sequence[ReceiptKey], trusted: Sequence[bytes]) -> tuple[bytes, ...]:
    """A server's receipt keys that count, oldest first, 32 bytes each. `listed`: as the server lists them.

    `trusted`: those that count already, oldest first; none at first contact, where the newest is believed.

    Raises: PinMismatch: the newest listed key isn't linked with the newest trusted one, or there are too many.
    Spec: §6.
    """
    known = tuple(trusted) or (listed[-1].key,)
    keys = [item.key for item in listed]
    newest = keys.index(known[-1]) if known[-1] in keys else len(keys)
    later = listed[newest:]
    if not later or not all(_hands_over(old, new) for old, new in pairwise(later)):  # check: client.receipt_key
        raise PinMismatch(
            "The server signs with another key than before. Ask who runs it; do not go on until you know why.",
            check="client.receipt_key",
        )
    earlier = list[bytes]()
    for new, old in pairwise(reversed(listed[: keys.index(known[0]) + 1] if known[0] in keys else ())):
        if not (_hands_over(old, new) and _takes_over(old, new)):  # check: client.former_key
            break
        earlier.insert(0, old.key)
    chain = (*earlier, *known, *keys[newest + 1 :])
    if len(chain) > sizes.MAX_SERVERS:  # check: client.receipt_keys_count
        raise PinMismatch(
            "The server has replaced its key more often than a server can. Ask who runs it.",
            check="client.receipt_keys_count",
        )
    return chain


def _hands_over(old: ReceiptKey, new: ReceiptKey) -> bool:
    return _holds(verify_receipt_key, old, new, new.signature)


def _takes_over(old: ReceiptKey, new: ReceiptKey) -> bool:
    return _holds(verify_former_key, old, new, new.countersignature)


def _holds(
    verify: Callable[[bytes, bytes, bytes], None], old: ReceiptKey, new: ReceiptKey, signature: bytes | None
) -> bool:
    try:
        verify(old.key, new.key, signature or b"")
    except BadSignature:
        return False
    return True
