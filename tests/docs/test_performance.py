"""docs/performance.md and its plots show the kept figures, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.render import IMAGES, PAGE, PROFILES, digest, page, plots
from bench.results import load

ROOT = Path(__file__).resolve().parents[2]
RUN = load(ROOT / "bench" / "results" / "figures.json")
STALE = "run `python -m bench render`"


def test_the_page_shows_the_kept_figures() -> None:
    assert PAGE.read_text() == page(RUN), STALE


@pytest.mark.parametrize("name", plots(RUN))
def test_each_plot_was_drawn_from_the_kept_figures(name: str) -> None:
    assert digest(RUN) in (IMAGES / name).read_text(), STALE
    assert f"images/{name}" in PAGE.read_text()


def test_each_profile_is_there() -> None:
    named = {name for claim in RUN["claims"] for name in claim["profiles"]}
    assert named == {path.name for path in (ROOT / PROFILES).iterdir()}
