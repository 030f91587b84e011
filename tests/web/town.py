"""A real server with the app for browsers, and people who use the command at it, for tests in another language.

`python -m tests.web.town` prints a line of JSON with the address. Then it takes orders, a line of JSON each, and
answers a line each:

    {"person": NAME, "command": [WORD, ...], "reads": TEXT}    runs `duolog WORD ...` in that person's home
    {"server": "stop"}                                         the server is gone
    {"server": "start"}                                        it is back, at the same address
    {"sees": TEXT}                                             whether the server's folder holds this text anywhere
    {"server": "forges"}                                       it forges an entry of a founder's (`tests.web.forging`)
    {"server": "epoch"}                                        which key the last journal has now: `{"epoch": NUMBER}`

With `"unguarded": true` a command is one of a changed client, which doesn't ask whether a step may be taken now.
An answer to a command has `code`, `out` (standard output) and `said` (both streams). It ends with its input.
"""

import json
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from duolog.cli.webapp_server import WebappServer
from duolog.client.log import outbox
from duolog.webapp import read_build
from tests.cli import transcript
from tests.web.forging import forge_entry, read_epoch
from tools.local_server import LocalServer


def main() -> None:
    """Serve, say where, and obey until the input ends."""
    os.environ["NO_COLOR"] = "1"
    port, own = str(_free_port()), _free_port()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        # `localhost` and not a number: the page then takes this server for one like any other.
        origin = f"http://localhost:{port}"
        settings = {"port": port, "origin": origin, "web": "on", "body_processes": "0"}
        settings["web_origins"] = f"http://127.0.0.1:{own}"
        with LocalServer(place / "server", **settings) as server, _own_app(origin, own) as address:
            _say({"origin": origin, "app": address})
            for line in sys.stdin:
                _say(_obey(json.loads(line), place, server))


@contextmanager
def _own_app(origin: str, port: int) -> Iterator[str]:
    """What `duolog app` serves, without its command."""
    build = read_build()
    assert build is not None, "make web-build"
    with WebappServer(build, origin, port) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield serving.origin
        serving.shutdown()
        thread.join()


def _obey(order: dict[str, Any], place: Path, server: LocalServer) -> dict[str, Any]:
    if "server" in order:
        return _serve(order["server"], server)
    if "sees" in order:
        sought = order["sees"].encode()
        files = (one for one in server.folder.rglob("*") if one.is_file())
        return {"seen": any(sought in one.read_bytes() for one in files)}
    home = place / order["person"]
    with _unguarded() if order.get("unguarded") else nullcontext():
        said = transcript.run(home, order["command"], order.get("reads", ""))
    return {"code": said.exit_code, "out": said.out, "said": said.text}


def _serve(does: str, server: LocalServer) -> dict[str, Any]:
    database = server.folder / "duolog.db"
    if does == "epoch":
        return {"epoch": read_epoch(database, server.origin)}
    if does == "forges":
        forge_entry(database, server.origin)
    else:
        (server.stop if does == "stop" else server.start)()
    return {}


@contextmanager
def _unguarded() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbox, "require_allowed", lambda *_: None)
        yield


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
