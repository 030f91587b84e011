"""`duolog app`: the app for browsers on this computer, and a server's app compared with this wheel's."""

import http.client
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from duolog.cli import webapp_server
from duolog.cli.webapp_server import WebappServer
from duolog.webapp import read_build
from tests.cli.transcript import Said, run
from tests.webapp import FILES, digest, finish

JOURNAL = "https://journal.example"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = finish(tmp_path / "webapp_build")
    monkeypatch.setattr("duolog.webapp.FOLDER", folder)
    return folder


@contextmanager
def serving(folder: Path, server: str = "") -> Iterator[WebappServer]:
    """The build in a folder, served on a free port."""
    build = read_build(folder)
    assert build is not None
    with WebappServer(build, server, port=0) as one:
        thread = threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield one
        finally:
            one.shutdown()
            thread.join()


def ask(server: WebappServer, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(server.origin.removeprefix("http://"), timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer, data


@pytest.mark.parametrize("path", ["/app", "/app/", "/app/index.html", "/join", "/app/?x"])
def test_the_page_may_ask_the_journals_server_and_no_other(built: Path, path: str) -> None:
    with serving(built, JOURNAL) as server:
        answer, data = ask(server, path)
        assert (answer.status, data) == (200, FILES["index.html"])
        assert f"; connect-src 'self' {JOURNAL};" in answer.headers["content-security-policy"]
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        head, nothing = ask(server, path, "HEAD")
        assert (head.status, head.headers["content-length"], nothing) == (200, str(len(data)), b"")
        again, nothing = ask(server, path, **{"If-None-Match": answer.headers["etag"]})
        assert (again.status, nothing) == (304, b"")


def test_the_page_learns_which_server_it_is_for(built: Path) -> None:
    with serving(built, JOURNAL) as server:
        assert json.loads(ask(server, "/app/server.json")[1]) == {"server": JOURNAL}
        assert ask(server, "/")[0].headers["location"] == "/app/"


@pytest.mark.parametrize("path", ["/app/none.js", "/app/../settings", "/etc/passwd", "/app/sw.js.br", "/v1/journals"])
def test_nothing_else_is_there(built: Path, path: str) -> None:
    with serving(built, JOURNAL) as server:
        assert ask(server, path)[0].status == 404
        assert ask(server, path, "POST")[0].status == 501


def test_only_this_machine_reaches_it(built: Path) -> None:
    with serving(built) as server:
        assert server.server_address[0] == "127.0.0.1"


@pytest.fixture
def free_port(monkeypatch: pytest.MonkeyPatch) -> int:
    """A port for `duolog app` that nobody else uses now."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port: int = other.getsockname()[1]
    monkeypatch.setattr(webapp_server, "PORT", port)
    return port


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody presses Ctrl-C as soon as the app is served."""

    def press(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(WebappServer, "serve_forever", press)


def test_it_says_the_address_what_the_server_must_list_and_how_to_stop(
    built: Path, free_port: int, interrupted: None, tmp_path: Path
) -> None:
    said = run(tmp_path / "none", ["app", "--server", "https://Journal.example/"])
    assert said.exit_code == 0, said.text
    text = " ".join(said.out.split())
    assert f"http://127.0.0.1:{free_port}/app/" in text
    assert f"DUOLOG_WEB_ORIGINS=http://127.0.0.1:{free_port}" in text
    assert f"It asks {JOURNAL}." in text
    assert "Ctrl-C" in text
    assert text.endswith("Stopped.")
    shaped = run(tmp_path / "none", ["app", "serve", "--server", JOURNAL, "--json"])
    address = f"http://127.0.0.1:{free_port}/app/"
    assert json.loads(shaped.out) == {"address": address, "server": JOURNAL, "build": digest()}


def test_a_port_that_is_taken_is_refused_plainly(built: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serving(built) as other:
        monkeypatch.setattr(webapp_server, "PORT", other.server_address[1])
        said = run(tmp_path / "none", ["app", "--server", JOURNAL])
    assert said.exit_code == 2
    assert f"listens at 127.0.0.1:{other.server_address[1]} already" in " ".join(said.text.split())


def test_a_server_without_tls_is_refused_before_a_page_is_opened(
    built: Path, free_port: int, interrupted: None, tmp_path: Path
) -> None:
    said = run(tmp_path / "none", ["app", "--server", "http://journal.example"])
    assert (said.exit_code, "Name its https:// address." in " ".join(said.text.split())) == (2, True)
    assert run(tmp_path / "none", ["app", "--server", "http://127.0.0.1:8330"]).exit_code == 0


@pytest.mark.parametrize("name", ["serv", JOURNAL])
def test_a_command_that_is_not_there_is_called_that(built: Path, tmp_path: Path, name: str) -> None:
    said = run(tmp_path / "none", ["app", name])
    assert said.exit_code == 2
    assert f"No such command '{name}'" in " ".join(said.text.split())


def test_without_an_account_it_asks_for_the_server(built: Path, tmp_path: Path) -> None:
    said = run(tmp_path / "none", ["app"])
    assert (said.exit_code, "--server" in said.text) == (2, True)


@pytest.mark.parametrize("command", ["serve", f"verify {JOURNAL}"])
def test_a_wheel_without_the_app_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setattr("duolog.webapp.FOLDER", tmp_path / "none")
    said = run(tmp_path / "home", ["app", *command.split()])
    assert said.exit_code == 2
    assert "made without the app for browsers" in " ".join(said.text.split())


def test_a_damaged_build_is_not_served(built: Path, tmp_path: Path) -> None:
    (built / "sw.js").write_text("something else")
    said = run(tmp_path / "home", ["app", "--server", JOURNAL])
    assert (said.exit_code, "sw.js isn't as it was built" in " ".join(said.text.split())) == (2, True)


def verified(home: Path, server: str, *more: str) -> Said:
    return run(home, ["app", "verify", server, *more])


def test_a_server_with_the_same_app_is_told_so_with_the_limits_of_that(built: Path, tmp_path: Path) -> None:
    """tests/app/web compares a real server's."""
    with serving(built) as server:
        said = verified(tmp_path, server.origin)
        assert said.exit_code == 0, said.text
        text = " ".join(said.out.split())
        assert re.search(r"All 10 addresses .* Build: " + digest(), text)
        assert "can show others something else" in text
        shaped = json.loads(verified(tmp_path, server.origin, "--json").out)
        assert shaped == {"server": server.origin, "build": digest(), "app": True, "compared": 10, "differences": []}


def test_each_difference_is_named_in_plain_words(built: Path, tmp_path: Path) -> None:
    changed = {**FILES, "assets/main-abc.js": b"fetch('https://elsewhere.example')"}
    del changed["icon.svg"]
    with serving(finish(tmp_path / "other", changed)) as server:
        said = verified(tmp_path, server.origin)
        shaped = json.loads(verified(tmp_path, server.origin, "--json").out)
    assert said.exit_code == 5
    text = " ".join(said.out.split())
    assert "/app/assets/main-abc.js: The bytes are not those of this wheel." in text
    assert "/app/icon.svg: The server has no such file." in text
    assert "don't open its app" in text
    differing = {one["address"] for one in shaped["differences"]}
    assert differing == {"/app/assets/main-abc.js", "/app/icon.svg", "/app/sw.js", "/app/SHA256SUMS"}


def test_softer_rules_for_the_browser_are_a_difference(built: Path, tmp_path: Path) -> None:
    with serving(built, "https://elsewhere.example") as server:
        said = verified(tmp_path, server.origin)
    assert said.exit_code == 5
    assert "/app/: The rules for the browser" in " ".join(said.out.split())


def test_a_server_without_the_app_is_no_difference(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duolog.webapp.WebBuild.find", lambda *_: None)
    with serving(built) as server:
        said = verified(tmp_path, server.origin)
    assert (said.exit_code, "There is no app for browsers at" in said.out) == (1, True)


def test_a_server_that_is_not_there_and_one_that_is_not_encrypted(built: Path, tmp_path: Path) -> None:
    with serving(built) as server:
        origin = server.origin
    assert verified(tmp_path, origin).exit_code == 4
    assert verified(tmp_path, "http://journal.example").exit_code == 1
