"""What views say of themselves."""

from duolog.client import AccountWords

DAY = 24 * 3600


def test_somebody_elses_keys_are_shown_as_old_after_45_days() -> None:
    def words(*, me: bool, since: int | None) -> AccountWords:
        return AccountWords(bytes(32), None, me, 2, since, ())

    now = 20_000 * DAY
    assert words(me=False, since=20_000 - 46).stale(now)
    assert not words(me=False, since=20_000 - 45).stale(now)
    assert not words(me=True, since=20_000 - 99).stale(now)
    assert not words(me=False, since=None).stale(now)
