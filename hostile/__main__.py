"""`python -m hostile --list`, or `--attack NAME`: the real server over HTTP, with one attack around it."""

import argparse
import inspect
import sys
import tempfile
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from app.main import create_app
from app.schema import migrate, migration_engine
from app.settings import Settings
from hostile.catalogue import CATALOGUE
from hostile.liar import Attack, Liar


class Switch:
    """Honest until a file is there, so that two people can first pair in peace."""

    def __init__(self, liar: Liar, attack: Attack, signal: Path | None) -> None:
        self._liar, self._attack, self._signal = liar, attack, signal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if self._signal is None or self._signal.exists():
            self._liar.attack = self._attack
        await self._liar(scope, receive, send)


def hostile_app(settings: Settings, attack: Attack) -> Liar:
    """The real server on a migrated database, with the attack around it."""
    settings.data.mkdir(parents=True, exist_ok=True)
    engine = migration_engine(settings)
    with engine.begin() as connection:
        migrate(connection)
    engine.dispose()
    app = create_app(settings)
    return Liar(app, attack, lambda: app.state.duolog.receipts)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 when all went well, 2 for a name that isn't in the catalogue."""
    parser = argparse.ArgumentParser(prog="python -m hostile", description=__doc__)
    parser.add_argument("--list", action="store_true", help="name every attack, and what a client must do")
    parser.add_argument("--attack", metavar="NAME", default="honest", help="which one (honest)")
    parser.add_argument("--port", type=int, default=8331, help="port on this machine (8331)")
    parser.add_argument("--data", type=Path, help="folder of the server's data (a temporary one)")
    parser.add_argument("--when", type=Path, metavar="FILE", help="be honest until this file exists")
    options = parser.parse_args(arguments)
    if options.list:
        for name, attack in CATALOGUE.items():
            does = inspect.cleandoc(attack.__doc__ or "").partition("\n\n")[0]
            sys.stdout.write(f"{name}\n    {does}\n    A client must: {attack.client_must}\n")
        return 0
    if options.attack not in CATALOGUE:
        sys.stderr.write(f"There is no attack {options.attack!r}. `python -m hostile --list` names all of them.\n")
        return 2
    folder: AbstractContextManager[str] = (
        nullcontext(str(options.data)) if options.data else tempfile.TemporaryDirectory()
    )
    with folder as data:
        origin = f"http://127.0.0.1:{options.port}"
        liar = hostile_app(Settings(data=Path(data), host="127.0.0.1", port=options.port, origin=origin), Attack())
        app: ASGIApp = Switch(liar, CATALOGUE[options.attack](), options.when)
        sys.stdout.write(f"Lying ({options.attack}) at {origin}\n")
        sys.stdout.flush()
        uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning")
    return 0


if __name__ == "__main__":
    sys.exit(main())
