"""Counts in fixed windows: what a limit lets through, and that windows which are over take no memory."""

import pytest
from limits import parse

from app.windows import FEW, Windows


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("app.windows.time.monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_a_limit_lets_its_number_through_in_each_window(clock: Clock) -> None:
    windows, limit = Windows(), parse("3/minute")
    assert [windows.hit(limit, "ada") for _ in range(5)] == [True, True, True, False, False]
    assert windows.hit(limit, "sam"), "another caller has a window of their own"
    clock.now += 59
    assert not windows.hit(limit, "ada")
    assert windows.seconds_left("ada") == 1
    clock.now += 1
    assert windows.hit(limit, "ada")
    assert windows.seconds_left("ada") == 60


def test_asking_for_room_counts_nothing(clock: Clock) -> None:
    windows, limit = Windows(), parse("2/minute")
    assert all(windows.has_room(limit, "ada") for _ in range(5))
    assert windows.seconds_left("ada") == 0
    windows.hit(limit, "ada")
    assert windows.has_room(limit, "ada")
    windows.hit(limit, "ada")
    assert not windows.has_room(limit, "ada")
    clock.now += 60
    assert windows.has_room(limit, "ada")


def test_windows_that_are_over_take_no_memory(clock: Clock) -> None:
    """A caller with many addresses opens many windows; they go when they are over, the others stay."""
    windows, limit, longer = Windows(), parse("1/minute"), parse("1/hour")
    windows.hit(longer, "stays")
    for number in range(20 * FEW):
        windows.hit(limit, f"{number}")
        clock.now += 0.1  # so 600 windows are open at a time
    assert len(windows) <= FEW
    assert not windows.hit(longer, "stays")


def test_open_windows_are_kept_however_many_there_are(clock: Clock) -> None:
    windows, limit = Windows(), parse("1/minute")
    for number in range(3 * FEW):
        assert windows.hit(limit, f"{number}")
    assert not any(windows.hit(limit, f"{number}") for number in range(3 * FEW))
