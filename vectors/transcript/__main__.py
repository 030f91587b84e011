"""The golden transcript: write it anew, play it to a client, or turn it round. vectors/README.md says how."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from vectors.transcript.lines import FILE, acts_of, read, written
from vectors.transcript.playing import PATIENCE, play_programs, serve
from vectors.transcript.recording import record
from vectors.transcript.turning import hold, record_with

PORT = 9470
_TROUBLE = 2  # the exit code for a wrong command line


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 when all went well, 1 for a difference, 2 for what can't be done."""
    given = sys.argv[1:] if arguments is None else arguments
    own, client = (given[: given.index("--")], given[given.index("--") + 1 :]) if "--" in given else (given, [])
    parser = argparse.ArgumentParser(
        prog="python -m vectors.transcript",
        usage=(
            "python -m vectors.transcript record | serve [--port N] | play [--port N] -- CLIENT ARGS... | "
            "turn [--port N] [--file FILE] -- CLIENT ARGS..."
        ),
        description=__doc__,
    )
    parser.add_argument("what", choices=("record", "serve", "play", "turn"))
    parser.add_argument("--port", type=int, default=PORT, help=f"port on this machine ({PORT}); 0 takes a free one")
    parser.add_argument("--patience", type=float, default=PATIENCE, help=f"seconds for one act ({PATIENCE:.0f})")
    parser.add_argument("--file", type=Path, help="keep what another client has recorded")
    options = parser.parse_args(own)
    if options.what in ("play", "turn") and not client:
        sys.stderr.write("Name a client behind `--`.\n")
        return _TROUBLE
    try:
        with tempfile.TemporaryDirectory(prefix="transcript-") as folder:
            return _run(options, client, Path(folder))
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return _TROUBLE


def _run(options: argparse.Namespace, client: Sequence[str], folder: Path) -> int:
    if options.what == "record":
        FILE.write_text(asyncio.run(record(folder / "server")), encoding="utf-8")
        return 0
    if options.what == "turn":
        return asyncio.run(_turn(options, client, folder))
    acts = list(acts_of(read()))
    if options.what == "serve":
        fault = asyncio.run(serve(acts, folder, options.port))
        sys.stdout.write(f"{fault or 'Every request came as it stands in the transcript.'}\n")
        return int(bool(fault))
    played = asyncio.run(play_programs(client, acts, folder, options.port, options.patience))
    sys.stdout.write(f"{played}\n")
    return int(bool(played.fault))


async def _turn(options: argparse.Namespace, client: Sequence[str], folder: Path) -> int:
    lines, played = await record_with(client, folder / "recorded", options.port, options.patience)
    if options.file is not None:
        options.file.write_text(written(lines), encoding="utf-8")
    sys.stdout.write(f"Recorded: {played}.\n")
    fault = played.fault or await hold(lines, folder)
    sys.stdout.write(f"{fault or 'Our client sends each of these requests, and our server gives each answer.'}\n")
    return int(bool(fault))


if __name__ == "__main__":
    sys.exit(main())
