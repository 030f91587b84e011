"""A server that lies on demand, and a runner that judges any client by it."""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from duolog.errors import MalformedData
from hostile import running
from hostile.catalogue import CATALOGUE
from hostile.control import Control
from hostile.evening import Outcome
from hostile.served import in_front_of, own_server

PORT = 9000
_TROUBLE = 2  # the exit code for a wrong command line


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 when all went well, 1 when a client failed, 2 for what can't be done."""
    given = sys.argv[1:] if arguments is None else arguments
    own, client = (given[: given.index("--")], given[given.index("--") + 1 :]) if "--" in given else (given, [])
    if own[:1] == ["run"]:
        return _run(own[1:], client)
    options = _serving_parser().parse_args(given)
    if options.list:
        sys.stdout.write(listed_as_json() if options.json else listed())
        return 0
    try:
        asyncio.run(_serve(options))
    except KeyboardInterrupt:
        return 0
    except (OSError, MalformedData, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return _TROUBLE
    return 0


def _serving_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hostile",
        description=f"{__doc__} `python -m hostile run -- CLIENT ARGS...` runs the runner.",
        epilog="While it serves, say `commit NAME` or `stop` on its standard input.",
    )
    parser.add_argument("--list", action="store_true", help="name every attack, its rule and what a client must do")
    parser.add_argument("--json", action="store_true", help="say everything as JSON")
    parser.add_argument("--attack", metavar="NAME", default="honest", help="the first attack (honest)")
    parser.add_argument("--port", type=int, default=PORT, help=f"port on this machine ({PORT})")
    parser.add_argument("--in-front-of", metavar="URL", help="a server that runs (one of its own otherwise)")
    parser.add_argument("--receipt-key", type=Path, metavar="FILE", help="that server's receipt key, to sign lies")
    parser.add_argument("--data", type=Path, help="folder of its own server's data (a temporary one)")
    return parser


async def _serve(options: argparse.Namespace) -> None:
    folder: AbstractContextManager[str] = (
        nullcontext(str(options.data)) if options.data else tempfile.TemporaryDirectory()
    )
    with folder as data:
        server = (
            in_front_of(options.in_front_of, options.port, options.receipt_key)
            if options.in_front_of
            else own_server(Path(data), options.port)
        )
        async with server as (liar, origin):
            control = Control(liar, as_json=options.json)
            said = control.begin(options.attack, origin)
            sys.stdout.write(said + "\n")
            sys.stdout.flush()
            control.listen()
            await asyncio.Event().wait()


def listed() -> str:
    """The catalogue for people."""
    return "".join(
        f"{name}   {item.rule}\n    {item.does}\n    A client must: {item.client_must}\n"
        for name, item in CATALOGUE.items()
    )


def listed_as_json() -> str:
    """The catalogue for programs."""
    rows = [
        {
            "attack": name,
            "does": item.does,
            "rule": item.rule,
            "client_must": item.client_must,
            "right": [result.value for result in item.right],
            "begins": item.begins,
        }
        for name, item in CATALOGUE.items()
    ]
    return json.dumps(rows, indent=2) + "\n"


def _run(arguments: Sequence[str], client: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m hostile run",
        usage="python -m hostile run [--only PATTERNS] [--json] [--patience SECONDS] [--jobs N] -- CLIENT ARGS...",
        description="Play an evening with each attack to a client that speaks the six verbs. See hostile/README.md.",
    )
    parser.add_argument("--only", metavar="PATTERNS", default="", help="names of attacks, such as 'drop-*,swap-blobs'")
    parser.add_argument("--json", action="store_true", help="print the results as JSON alone")
    parser.add_argument("--patience", type=float, default=running.PATIENCE, help="seconds for one verb (120)")
    parser.add_argument("--jobs", type=int, default=1, help="evenings at a time (1)")
    options = parser.parse_args(arguments)
    names = running.chosen(options.only)
    if not client or not names:
        sys.stderr.write("Name a client behind `--`.\n" if not client else "No attack has such a name.\n")
        return _TROUBLE

    def tell(outcome: Outcome) -> None:
        if not options.json:
            sys.stdout.write(running.line(outcome) + "\n")
            sys.stdout.flush()

    try:
        outcomes = asyncio.run(running.run(client, names, patience=options.patience, jobs=options.jobs, tell=tell))
    except FileNotFoundError as error:
        sys.stderr.write(f"The client can't be started: {error}\n")
        return _TROUBLE
    sys.stdout.write((running.as_json(outcomes) if options.json else running.summary(outcomes)) + "\n")
    return int(running.failed(outcomes))


if __name__ == "__main__":
    sys.exit(main())
