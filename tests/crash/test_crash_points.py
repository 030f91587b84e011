"""A client that dies at any commit or file of its home, and is started again: nothing is lost, and nothing is doubled.

`make crash-points` tries every point of an evening; here are a few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from duolog.client.home import keystore
from tests.crash.acts import Act
from tests.crash.acts_of_keys import EVENING
from tests.crash.points import DIED, Points, forked
from tests.crash.scene import Acting, Scene

FEW = 7  # in `make check`, one point in so many, of the first act alone


@dataclass
class Evening:
    """The evening, played once: a copy of the scene before each act, and the crash points of each."""

    scene: Scene
    kept: Path
    points: dict[str, list[str]] = field(default_factory=dict)

    def play_once(self, act: Act) -> None:
        """Play an act without a crash, from a copy of the scene before it, and count its crash points."""
        if act.before is not None:
            self.in_a_copy(partial(self.scene.play, act.before))
        self.scene.keep(self.kept / act.name)
        self.points[act.name] = self.in_a_copy(lambda: self._act(act, None))
        self.in_a_copy(lambda: self._verify(act))

    def die_at(self, act: Act, number: int) -> None:
        """Play an act that dies at a point; then a new program goes on, and everything is as it should be."""
        self.scene.bring_back(self.kept / act.name)
        code, lines = forked(lambda: self._act(act, number), self.kept / "said")
        assert code in (DIED, 0), "\n".join(lines)  # an act may take fewer steps than the first time
        self.in_a_copy(lambda: self._verify(act, act.act))

    def in_a_copy(self, work: Callable[[], list[str] | None]) -> list[str]:
        """Do something in a process of its own. Raises: AssertionError, with what went wrong there."""
        code, lines = forked(lambda: work() or [], self.kept / "said")
        assert code == 0, "\n".join(lines)
        self.scene.read_notes()
        return lines

    def _act(self, act: Act, die_at: int | None) -> list[str]:
        points = Points(self.scene.home(act.who), die_at)
        points.install()
        self.scene.play(act.act)
        return points.names

    def _verify(self, act: Act, *first: Acting) -> None:
        async def agree(scene: Scene) -> None:
            await scene.agree(*act.agree)

        self.scene.play(*first, agree, *(() if act.after is None else (act.after, agree)))


@pytest.fixture(scope="module", autouse=True)
def quick_keystores() -> Iterator[None]:
    """Passphrases cost no time here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keystore, "MEMORY", 8192)
        patch.setattr(keystore, "PASSES", 1)
        yield


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    folder = tmp_path_factory.mktemp("evening")
    (folder / "kept").mkdir()
    return Evening(Scene.new(folder / "scene"), folder / "kept")


@pytest.fixture(scope="module")
def whole_evening(evening: Evening) -> Evening:
    for act in EVENING:
        evening.play_once(act)
    return evening


def test_a_registration_that_dies_is_finished(evening: Evening) -> None:
    act = EVENING[0]
    evening.play_once(act)
    for number in range(1, len(evening.points[act.name]) + 1, FEW):
        evening.die_at(act, number)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("act", EVENING, ids=lambda act: act.name)
def test_every_point_of_the_evening(whole_evening: Evening, act: Act) -> None:
    names = whole_evening.points[act.name]
    failed = []
    for number, name in enumerate(names, 1):
        try:
            whole_evening.die_at(act, number)
        except AssertionError as error:
            failed.append(f"{number}, {name}: {error}")
    print(f"{act.name}: {len(names)} crash points")
    assert not failed, "\n\n".join(failed)
