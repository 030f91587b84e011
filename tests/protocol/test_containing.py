"""What nobody foresaw becomes a fault of the one who caused it; what is nobody's fault passes."""

from functools import partial

import anyio
import pytest

from duolog.errors import BadReceipt, EntryFault, HomeError, TransportError
from duolog.protocol.containing import contained

FAULT = partial(EntryFault, check="entries.unforeseen")


@pytest.mark.parametrize("error", [ValueError, KeyError, RecursionError, OverflowError, AssertionError, UnicodeError])
def test_what_nobody_foresaw_becomes_the_fault_and_its_text_is_not_repeated(error: type[Exception]) -> None:
    with pytest.raises(EntryFault) as caught, contained("This entry", FAULT):
        raise error("what somebody wrote")
    assert caught.value.check == "entries.unforeseen"
    assert str(caught.value).startswith("This entry leads this program into an error that nobody foresaw")
    assert error.__name__ in str(caught.value)
    assert "what somebody wrote" not in str(caught.value)


@pytest.mark.parametrize(
    "error", [OSError, MemoryError, KeyboardInterrupt, HomeError, TransportError, BadReceipt, SystemExit]
)
def test_what_is_nobodys_fault_or_has_a_name_passes(error: type[BaseException]) -> None:
    with pytest.raises(error) as caught, contained("This entry", FAULT):
        raise error("as it was")
    assert type(caught.value) is error


async def test_being_cancelled_is_nobodys_fault() -> None:
    with anyio.move_on_after(0) as scope, contained("This entry", FAULT):
        await anyio.sleep(1)
    assert scope.cancelled_caught


def test_nothing_happens_where_nothing_is_wrong() -> None:
    with contained("This entry", FAULT):
        done = True
    assert done
