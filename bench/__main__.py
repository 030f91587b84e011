"""`python -m bench`: measure, and print a table; `--json` for scripts. With a name (`long_journal`): that alone."""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

from bench.cleaning import cleaning
from bench.first_sync import first_sync
from bench.log import push_batches, push_singles
from bench.log_in import log_in
from bench.long_journal import long_journal
from bench.measure import Figure
from bench.revoke import revoke
from bench.serving import serving
from bench.worst_bodies import worst_bodies


async def measure(origin: str, folder: Path) -> list[Figure]:
    """Every figure, one after the other so that they don't disturb each other."""
    pushed, pulled = await push_batches(origin, folder)
    singles = await push_singles(origin, folder)
    figures = [pushed, pulled, singles, await log_in(origin, folder), await first_sync(origin, folder)]
    return [*figures, await revoke(origin, folder), cleaning(), *await long_journal(origin, folder)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Ratios to limits measured in the same run.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("what", nargs="?", choices=["long_journal", "worst_bodies"], help="measure this alone")
    arguments = parser.parse_args()
    if arguments.what == "worst_bodies":
        worst_bodies()
        return
    print("Measuring; this takes a few minutes.", file=sys.stderr)
    what = long_journal if arguments.what == "long_journal" else measure
    with tempfile.TemporaryDirectory(prefix="duolog-bench-") as folder, serving(Path(folder) / "server") as server:
        figures = asyncio.run(what(server.origin, Path(folder)))
    if arguments.json:
        print(json.dumps([figure.as_json() for figure in figures], indent=2))
        return
    for figure in figures:
        print(
            f"{figure.name}: {figure.count} in {figure.seconds:.3f} s ({figure.count / figure.seconds:,.0f} a second)"
        )
        for name, counted in figure.also.items():
            print(f"    {counted:,} {name}, {counted / figure.count:,.1f} for each")
        print(f"    limit {figure.limit:.3f} s ({figure.limit_is}); ratio {figure.ratio:.1f}")
    if arguments.what is None:
        worst_bodies()


if __name__ == "__main__":
    main()
