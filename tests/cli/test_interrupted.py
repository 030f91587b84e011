"""Ctrl-C at a question, at the worst moment."""

import ctypes
import operator
import os
import signal
from functools import partial

import pytest

from duolog.cli.screen import asked


def test_a_ctrl_c_between_a_question_and_the_wait_for_its_answer_ends_the_question() -> None:
    """The signal comes and the wait begins in C, so that Python has no moment in which it would see the signal."""
    never, _ = os.pipe()
    come = partial(getattr(ctypes.CDLL(None), "raise"), int(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt), asked():
        list(map(operator.call, [come, partial(os.read, never, 1)]))


def test_a_question_leaves_the_alarms_of_the_program_as_they_were() -> None:
    handler = signal.getsignal(signal.SIGALRM)
    before = signal.getitimer(signal.ITIMER_REAL)
    with asked():
        pass
    assert signal.getsignal(signal.SIGALRM) is handler
    assert signal.getitimer(signal.ITIMER_REAL) == pytest.approx(before, abs=10)
