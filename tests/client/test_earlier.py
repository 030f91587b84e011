"""Whose receipts a journal holds: the stretches of a log under one key."""

import pytest

from duolog.client.home.receipt_keys import EarlierKey, key_at, key_since
from duolog.client.log.verify import Known

A, B, C = b"a" * 32, b"b" * 32, b"c" * 32


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
    known = Known(A, {}, {}, {}, lambda _: {}, lambda _: {}, earlier=moves((3, A), (5, B)))
    assert [seq for seq in range(1, 9) if known.is_earlier(seq)] == [4, 5]
