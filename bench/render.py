"""Makes docs/performance.md and its plots of kept figures: `python -m bench render`.

The page is text made of the JSON alone, so that a test can hold it; the plots name the digest of the figures that they
were drawn from. matplotlib draws them, from a lock of its own: `make bench-keep`.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.results import load

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"
PROFILES = "bench/results/profiles"
Json = dict[str, Any]

INTRODUCTION = """# Performance

Written by `make bench-keep` from `bench/results/figures.json`; a test keeps it true.

Each figure compares Duolog with a limit: the same work on the same machine with nothing of Duolog around it. Both
sides are measured in turn in the same run, and a ratio is the median of the rounds' ratios. Ratios differ little
between machines; seconds and requests a second belong to the machine below. The load generator is a process of its own,
and each claim says how much of one core it took.

`make bench` measures all of it, `make bench ONLY=poll` one claim, and `.venv/bin/python -m bench list` names them.
Nothing is traded for speed here: every push is on disk before its answer, and each request is authorized.

"""


def write(figures: Path) -> None:
    """Write the page and draw the plots."""
    run = load(figures)
    PAGE.write_text(page(run))
    draw(run)


def page(run: Json) -> str:
    """The whole page."""
    return INTRODUCTION + "\n".join([*_machine(run["machine"]), "", *_summary(run), "", *_claims(run)]) + "\n"


def plots(run: Json) -> tuple[str, ...]:
    """The names of the plots that a run gives."""
    lines = any(figure["line"] for _, figure in _figures(run))
    return ("performance.svg", *(("performance-memory.svg",) if lines else ()))


def digest(run: Json) -> str:
    """Names the figures that a plot was drawn from."""
    return hashlib.sha256(json.dumps(run["claims"], sort_keys=True).encode()).hexdigest()


def _figures(run: Json) -> Iterator[tuple[Json, Json]]:
    for claim in run["claims"]:
        for figure in claim["figures"]:
            yield claim, figure


def _machine(machine: Json) -> Iterator[str]:
    yield "## The machine"
    yield ""
    yield "| | |"
    yield "|---|---|"
    for name, value in machine.items():
        yield f"| {name} | {value} |"


def _summary(run: Json) -> Iterator[str]:
    yield "## All claims"
    yield ""
    yield "![Each figure's ratio against the wanted one, on a logarithmic axis.](images/performance.svg)"
    yield ""
    yield from _doubts(run)
    yield "| figure | measured | at the limit | ratio | wanted | |"
    yield "|---|---|---|---|---|---|"
    for claim, figure in _figures(run):
        ours, limit = (f"{_number(figure[side])} {figure['unit']}" for side in ("ours", "at_limit"))
        verdict = {True: "holds", False: "**not met**", None: ""}[figure["holds"]]
        link = f"[{figure['name']}](#{claim['name']})"
        yield f"| {link} | {ours} | {limit} | {_number(figure['ratio'])} | {_wanted(figure)} | {verdict} |"


def _doubts(run: Json) -> Iterator[str]:
    """A sentence for each reason to trust the figures less."""
    small = [claim["name"] for claim in run["claims"] if claim["size"] < 1]
    busy = [claim["name"] for claim in run["claims"] if claim["load average before"] > run["machine"]["cores"]]
    for names, reason in (
        (small, "Measured in a smaller size than the claim names"),
        (busy, "Measured on a busy machine"),
    ):
        if names:
            yield f"{reason}: {', '.join(names)}."
            yield ""


def _claims(run: Json) -> Iterator[str]:
    for claim in run["claims"]:
        yield f"## {claim['name']}"
        yield ""
        yield claim["sentence"]
        yield ""
        for figure in claim["figures"]:
            yield from _figure(figure)
        if any(figure["line"] for figure in claim["figures"]):
            yield "![Memory over the time of the load.](images/performance-memory.svg)"
            yield ""
        before, after = claim["load average before"], claim["load average after"]
        yield (
            f"Measured {claim['measured']} at commit `{claim['commit']}` in {claim['seconds']} s, "
            f"size {claim['size']:g}; load average {before} before and {after} after; "
            f"one sync of the disk {claim['one sync of the disk, ms']} ms."
        )
        for name in claim["profiles"]:
            yield f"Where the time goes: [{name}](../{PROFILES}/{name})."
        yield ""


def _figure(figure: Json) -> Iterator[str]:
    yield f"**{figure['name']}**, {figure['unit']}, against {figure['limit']}."
    yield ""
    yield "| round | measured | limit | ratio |"
    yield "|---|---|---|---|"
    for number, (ours, limit) in enumerate(figure["rounds"], start=1):
        yield f"| {number} | {_number(ours)} | {_number(limit)} | {_number(ours / limit)} |"
    yield ""
    if figure["also"]:
        yield "; ".join(f"{name}: {_number(value)}" for name, value in figure["also"].items()) + "."
        yield ""


def _wanted(figure: Json) -> str:
    wanted = figure["wanted"] or {}
    return "".join(f"{name.replace('_', ' ')} {_number(value)}" for name, value in wanted.items())


def _number(value: float | str) -> str:
    """Three digits that count."""
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def draw(run: Json) -> None:
    """Draw every plot. Nothing in a file depends on the day."""
    import matplotlib as mpl  # from its own lock: a test of the page does without

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "duolog", "svg.fonttype": "none"})  # words stay words
    from matplotlib import pyplot as plt

    IMAGES.mkdir(exist_ok=True)
    for name in plots(run):
        figure = plt.figure(figsize=(9, 3 if "memory" in name else 1 + 0.34 * sum(1 for _ in _figures(run))))
        (_draw_memory if "memory" in name else _draw_ratios)(figure.subplots(), run)
        figure.tight_layout()
        figure.savefig(IMAGES / name, metadata={"Date": None, "Description": digest(run)})
        plt.close(figure)


def _draw_ratios(axes: Any, run: Json) -> None:
    shown = [figure for _, figure in _figures(run) if figure["wanted"]]
    for place, figure in enumerate(reversed(shown)):
        ((_, wanted),) = figure["wanted"].items()
        axes.plot([wanted, figure["ratio"]], [place, place], color="#bbbbbb", zorder=1)
        axes.scatter(wanted, place, marker="|", s=140, color="black", zorder=2)
        axes.scatter(figure["ratio"], place, color="#2f6f4f" if figure["holds"] else "#b4443c", zorder=3)
    axes.set_yticks(range(len(shown)), [figure["name"] for figure in reversed(shown)], fontsize=7)
    axes.set_xscale("log")
    axes.set_xlabel("ratio to the limit; the line is the wanted one, green where it is met", fontsize=8)


def _draw_memory(axes: Any, run: Json) -> None:
    for _, figure in _figures(run):
        if figure["line"]:
            seconds, values = zip(*figure["line"], strict=True)
            axes.plot(seconds, values, label=figure["name"])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("seconds", fontsize=8)
    axes.set_ylabel("MiB", fontsize=8)
    axes.legend(fontsize=7)
