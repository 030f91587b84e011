"""Where a problem goes: into the innermost collection, and never nowhere."""

import pytest

from duolog.client.log.problems import Collector
from duolog.errors import DuologError, NotAllowed, TransportError


def fail(error: DuologError) -> None:
    raise error


def test_a_problem_goes_into_the_innermost_collection() -> None:
    collector = Collector()
    with collector.collecting() as outer:
        with collector.collecting() as inner, collector.reported():
            fail(NotAllowed("inside"))
        with collector.reported(aside=True):
            fail(TransportError("outside"))
    assert [str(one) for one in inner.all] == ["inside"]
    assert (outer.grave, [str(one) for one in outer.asides]) == ([], ["outside"])


def test_a_problem_that_nobody_collects_is_raised() -> None:
    collector = Collector()
    with pytest.raises(NotAllowed, match="unseen"), collector.reported():
        fail(NotAllowed("unseen"))
