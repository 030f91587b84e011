"""Whose receipts a journal holds: the stretches of a log under one key."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.receipts.service import ReceiptSigner
from duolog.client.home.receipt_keys import EarlierKey, key_at, key_since
from duolog.client.log.verify import Known
from duolog.errors import BadReceipt
from duolog.protocol.log import LogState, empty_log
from tests.conftest import ORIGIN

A, B, C = b"a" * 32, b"b" * 32, b"c" * 32


def knowing(receipt_keys: Sequence[bytes], earlier: Sequence[EarlierKey] = ()) -> Known:
    return Known(ORIGIN, receipt_keys, {}, {}, {}, lambda _: {}, lambda _: {}, earlier=earlier)


def moves(*ends: tuple[int, bytes]) -> list[EarlierKey]:
    return [EarlierKey(until, f"https://{number}.test", key) for number, (until, key) in enumerate(ends)]


@pytest.mark.parametrize(
    ("earlier", "newest", "since"),
    [
        (moves(), A, {1: 1, 50: 1}),
        (moves((3, A)), B, {1: 1, 3: 1, 4: 4, 9: 4}),
        (moves((3, A), (5, B)), C, {3: 1, 4: 4, 5: 4, 6: 6}),
        (moves((3, A), (5, B)), A, {3: 1, 5: 4, 6: 6, 9: 6}),  # back again: another stretch
        (moves((3, A), (5, A)), B, {3: 1, 4: 1, 5: 1, 6: 6}),  # another address, the same server
        (moves((3, A), (5, B)), B, {3: 1, 5: 4, 6: 4}),
    ],
)
def test_a_stretch_begins_where_the_key_changes(
    earlier: list[EarlierKey], newest: bytes, since: dict[int, int]
) -> None:
    assert {seq: key_since(earlier, newest, seq) for seq in since} == since
    for seq, first in since.items():
        assert {key_at(earlier, newest, place) for place in range(first, seq + 1)} == {key_at(earlier, newest, seq)}


def test_only_another_key_than_todays_proves_nothing() -> None:
    """At a server that a journal came back to, what stands there from before is under its key of today."""
    known = knowing([A], moves((3, A), (5, B)))
    assert [seq for seq in range(1, 9) if known.is_earlier(seq)] == [4, 5]


# --- a server that has replaced its key -------------------------------------------------------------------------------

SEEDS = [bytes([number]) * 32 for number in range(3)]
SIGNERS = [ReceiptSigner([seed]) for seed in SEEDS]
KEYS = [signer.keys[0].key for signer in SIGNERS]
JOURNAL, NOW = b"j" * 32, 1_795_600_000


def accepted(known: Known, *signed: tuple[int, int]) -> LogState:
    """The state after pushes of an item each. `signed`: the number of the key, and the time after now."""
    state = empty_log(JOURNAL)
    for seq, (number, later) in enumerate(signed, 1):
        head = bytes([seq]) * 32
        receipt = SIGNERS[number].sign(JOURNAL, seq, head, NOW + later)
        state = known.accept(replace(state, seq=seq, head=head), receipt)
    return state


def test_its_keys_follow_each_other() -> None:
    known = knowing(KEYS)
    assert accepted(known, (0, 0), (0, 1), (1, 1), (2, 2), (2, 3)).key == KEYS[2]
    assert known.earlier == (EarlierKey(2, ORIGIN, KEYS[0]), EarlierKey(3, ORIGIN, KEYS[1]))
    assert [key_at(known.earlier, KEYS[2], seq) for seq in range(1, 7)] == [KEYS[i] for i in (0, 0, 1, 2, 2, 2)]
    assert not any(known.is_earlier(seq) for seq in range(1, 7))  # each of them is today's server


@pytest.mark.parametrize("signed", [((1, 0), (0, 1)), ((0, 0), (2, 1), (1, 2))])
def test_a_key_that_was_replaced_signs_no_more(signed: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(BadReceipt) as caught:
        accepted(knowing(KEYS), *signed)
    assert caught.value.check == "receipts.signature"


def test_its_clock_runs_on_under_the_next_key() -> None:
    """Otherwise a server could turn its times back by replacing its key."""
    with pytest.raises(BadReceipt) as caught:
        accepted(knowing(KEYS), (0, 10), (1, 9))
    assert caught.value.check == "log.receipt_time"


def test_after_a_move_the_next_servers_clock_counts() -> None:
    known = knowing(KEYS[1:], [EarlierKey(1, "https://left.test", KEYS[0])])
    assert accepted(known, (0, 10), (1, 9), (2, 9)).time == NOW + 9
    assert known.is_earlier(1)
    assert not known.is_earlier(2)
