"""`python -m bench`: measure claims, all or by name, and write their figures as JSON.

`python -m bench render` makes docs/performance.md and its plots of the kept figures; `keep` keeps the last ones first.
"""

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from bench.claim import Claim, Figure, Stage
from bench.claims import BY_HAND, CLAIMS
from bench.machine import commit, load_average, machine, sync_milliseconds
from bench.render import write
from bench.results import of_claim, save

ROOT = Path(__file__).parent.parent
LAST = ROOT / ".bench"
KEPT = ROOT / "bench" / "results"
FIGURES = "figures.json"


def main() -> None:
    """Do what the arguments say."""
    arguments = _parser().parse_args()
    if arguments.what in (["render"], ["keep"]):
        if arguments.what == ["keep"]:
            shutil.rmtree(KEPT, ignore_errors=True)
            shutil.copytree(arguments.to, KEPT)
        write(KEPT / FIGURES)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped
    for claim in _chosen(arguments.what):
        try:
            _measure(claim, arguments)
        except Exception as error:  # the claims after it are measured, where all are
            print(f"{claim.name} couldn't be measured: {error!r}", file=sys.stderr)
            if arguments.what:
                raise


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Ratios to limits measured in the same run.")
    parser.add_argument("what", nargs="*", help="names of claims; `list`; `keep` the last figures; `render` the kept")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each figure (5)")
    parser.add_argument("--size", type=float, default=1.0, help="a part of the whole, for a trial (1.0)")
    parser.add_argument("--entries", type=int, default=100_000, help="entries of the large database (100000)")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long the server's memory is watched (1)")
    parser.add_argument("--no-profiles", action="store_true", help="make no profiles")
    parser.add_argument("--to", type=Path, default=LAST, help="folder for figures.json and profiles (.bench)")
    return parser


def _chosen(names: list[str]) -> list[Claim]:
    """The claims of these names; all that `make bench` measures, where there is none."""
    known = {claim.name: claim for claim in (*CLAIMS, *BY_HAND)}
    if names == ["list"]:
        for claim in known.values():
            print(f"{claim.name:16} {claim.sentence}")
        return []
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"There is no claim {', '.join(unknown)}. These can be measured: {', '.join(known)}.")
    return [known[name] for name in names] if names else list(CLAIMS)


def _measure(claim: Claim, arguments: argparse.Namespace) -> None:
    print(f"{claim.name}: {claim.sentence}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="duolog-bench-") as name:
        folder = Path(name)
        found = machine(folder)
        profiles = None if arguments.no_profiles else arguments.to / "profiles"
        stage = Stage(folder, arguments.rounds, arguments.size, arguments.entries, arguments.minutes, profiles)
        before, start = load_average(), time.perf_counter()
        try:
            figures = asyncio.run(claim.measure(stage))
        except Exception:
            _show_logs(folder)
            raise
        surroundings = {
            "commit": commit(),
            "seconds": round(time.perf_counter() - start),
            "size": arguments.size,
            "load average before": before,
            "load average after": load_average(),
            "one sync of the disk, ms": round(sync_milliseconds(folder), 3),
            "profiles": [] if profiles is None else sorted(path.name for path in profiles.glob(f"{claim.name}*.txt")),
        }
    for figure in figures:
        print(_line(figure))
    save(arguments.to / FIGURES, found, of_claim(claim, figures, surroundings))


def _show_logs(folder: Path) -> None:
    """The last warnings of the servers of a measurement that failed: their folders go with it."""
    for log in folder.rglob("server.log"):
        lines = [line for line in log.read_text(errors="replace").splitlines() if '"level":"info"' not in line]
        for line in lines[-5:]:
            print(f"{log.relative_to(folder)}: {line[:2000]}", file=sys.stderr)


def _line(figure: Figure) -> str:
    wanted = f"at least {figure.at_least}" if figure.at_least is not None else f"at most {figure.at_most}"
    verdict = {True: f"{wanted}: holds", False: f"{wanted}: DOESN'T HOLD", None: "stated"}[figure.holds]
    also = "".join(
        f"\n    {name}: {value:,.3g}" if isinstance(value, float) else f"\n    {name}: {value}"
        for name, value in figure.also.items()
    )
    return (
        f"  {figure.name}: {figure.ours:,.4g} {figure.unit} against {figure.at_limit:,.4g} ({figure.limit})"
        f"\n    ratio {figure.ratio:.3f}, {verdict}{also}"
    )


if __name__ == "__main__":
    main()
