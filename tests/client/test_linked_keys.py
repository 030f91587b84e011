"""Which keys of a server's list count: those that are linked with a key that a home trusts already."""

import secrets
from dataclasses import replace

import pytest

from app.receipts.service import PublicReceiptKey, ReceiptSigner
from duolog.api.server import ReceiptKey
from duolog.client.server.linked_keys import linked_keys
from duolog.errors import PinMismatch
from duolog.protocol import sizes

LISTED = [
    ReceiptKey(key=item.key, signature=item.signature, countersignature=item.countersignature)
    for item in ReceiptSigner([bytes([number]) * 32 for number in range(4)]).keys
]
KEYS = tuple(item.key for item in LISTED)
STRANGER = ReceiptSigner([secrets.token_bytes(32)]).keys[0]


def without(number: int, *fields: str) -> list[ReceiptKey]:
    """The list, where one key lacks these signatures."""
    changed = LISTED[number].model_copy(update=dict.fromkeys(fields))
    return [*LISTED[:number], changed, *LISTED[number + 1 :]]


@pytest.mark.parametrize("trusted", [(), KEYS[:1], KEYS[1:2], KEYS[1:3], KEYS[3:], KEYS])
def test_a_true_list_counts_whole_whichever_key_is_trusted(trusted: tuple[bytes, ...]) -> None:
    assert linked_keys(LISTED, trusted) == KEYS


def test_keys_that_a_server_lists_no_longer_still_count() -> None:
    assert linked_keys(LISTED[2:], KEYS[:3]) == KEYS


@pytest.mark.parametrize("field", ["signature", "countersignature"])
def test_an_earlier_key_without_both_signatures_does_not_count(field: str) -> None:
    """Anybody can sign that their own key was replaced by the server's: so the server's key says it too."""
    assert linked_keys(without(2, field), KEYS[3:]) == KEYS[2:]
    assert linked_keys(without(2, field), ()) == KEYS[2:]


def test_a_later_key_needs_the_signature_of_the_trusted_one() -> None:
    with pytest.raises(PinMismatch):
        linked_keys(without(2, "signature"), KEYS[:2])
    assert linked_keys(without(2, "countersignature"), KEYS[:2]) == KEYS


def test_a_signature_in_the_place_of_the_other_is_none() -> None:
    swapped = {"signature": LISTED[2].countersignature, "countersignature": LISTED[2].signature}
    listed = [*LISTED[:2], LISTED[2].model_copy(update=swapped), LISTED[3]]
    with pytest.raises(PinMismatch):
        linked_keys(listed, KEYS[:1])
    assert linked_keys(listed, ()) == KEYS[2:]


def test_a_list_without_the_trusted_key_is_refused() -> None:
    with pytest.raises(PinMismatch):
        linked_keys(LISTED, (STRANGER.key,))
    with pytest.raises(PinMismatch):
        linked_keys([ReceiptKey(key=STRANGER.key)], KEYS)


def test_a_chain_that_grows_by_one_key_at_a_time_ends() -> None:
    trusted = tuple(number.to_bytes(32, "big") for number in range(sizes.MAX_SERVERS - 2))
    assert len(linked_keys(LISTED[2:], (*trusted, KEYS[2]))) == sizes.MAX_SERVERS
    with pytest.raises(PinMismatch) as caught:
        linked_keys(LISTED[1:], (*trusted, KEYS[1]))
    assert caught.value.check == "client.receipt_keys_count"


def test_only_the_first_key_has_no_signatures() -> None:
    first, *later = ReceiptSigner([bytes([number]) * 32 for number in range(4)]).keys
    assert first == PublicReceiptKey(first.key)
    assert all(item.signature and item.countersignature for item in later)
    assert len({replace(item, key=b"") for item in later}) == len(later)
