"""Further devices of a person for tests: enrolled from one they have, on the same server in memory."""

from pathlib import Path

from fastapi import FastAPI

from duolog.client import Duolog, Enrollment
from tests.client.couple import UNLOCK, Tampered


async def enroll(app: FastAPI, old: Duolog, home: Path | None = None) -> tuple[Duolog, Tampered]:
    """Another device of `old`'s account: code typed, words compared, let in."""
    network = Tampered(app)
    enrollment = await Enrollment.begin(network, home=home, unlock=UNLOCK)
    words = await old.keyholders.begin_adding(enrollment.code)
    assert await enrollment.words() == words
    assert await enrollment.finish() is None
    await old.keyholders.confirm_adding(words)
    new = await enrollment.finish()
    assert new is not None
    await new.sync()
    return new, network
