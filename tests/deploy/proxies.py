"""Caddy and nginx with the files of `deploy`, on free ports of this machine, before whatever listens behind."""

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.client.test_certificates import Authority

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
PATIENCE = 20  # seconds until a proxy answers
MISSING = "{} is missing: on Debian, apt install caddy nginx-light systemd docker-compose"
PROGRAMS = ("caddy", "nginx", "systemd-analyze", "docker-compose")
LONG = 24 * 1024 * 1024  # bytes of the long answer
AROUND = """
daemon off;
user root;
pid {folder}/pid;
error_log {folder}/log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site;
}}
"""


class Echo(BaseHTTPRequestHandler):
    """Answers with what arrived: the size of the body, and what the proxy says of the caller."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        said = f"{len(body)} {self.headers.get('x-forwarded-for')} {self.headers.get('host')}".encode()
        self._head(len(said))
        self.wfile.write(said)

    def do_GET(self) -> None:
        """The long answer: its first half at once, the other when the test says that the first has arrived."""
        self._head(LONG)
        self.wfile.write(bytes(LONG // 2))
        half_arrived.wait(PATIENCE)
        self.wfile.write(bytes(LONG - LONG // 2))

    def _head(self, size: int) -> None:
        self.send_response(200)
        self.send_header("content-length", str(size))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


half_arrived = threading.Event()


@contextlib.contextmanager
def echo() -> Iterator[int]:
    """The port of an `Echo`."""
    half_arrived.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def is_there(name: str) -> str | None:
    """Where the program is, in /usr/sbin as well, which is not on everybody's path."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")


@contextlib.contextmanager
def proxy(name: str, folder: Path, behind: int, port: int) -> Iterator[ssl.SSLContext]:
    """Caddy or nginx at `https://localhost:port`, before the port `behind`; how to trust it."""
    program = is_there(name)
    if program is None:
        pytest.skip(MISSING.format(name))
    authority = Authority(folder)
    authority.context("localhost")
    command = {"caddy": _caddy, "nginx": _nginx}[name](program, folder, behind, port)
    with (folder / "output").open("wb") as output:
        environment = {"HOME": str(folder), "PATH": os.environ["PATH"]}
        environment |= {"SITE": f"https://localhost:{port}", "UPSTREAM": f"127.0.0.1:{behind}"}
        running = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    try:
        _wait(running, folder / "output", port)
        yield ssl.create_default_context(cafile=str(authority.certificate))
    finally:
        running.terminate()
        running.wait(PATIENCE)


def _caddy(program: str, folder: Path, behind: int, port: int) -> list[str]:
    """Its file as it is, but for the certificate, the port for plain requests, and the door for administrators."""
    text = (DEPLOY / "Caddyfile").read_text()
    assert text.count("# tls internal") == text.count("\n{\n") == 1
    text = text.replace("# tls internal", f"tls {folder}/server.pem {folder}/server.pem")
    text = text.replace("\n{\n", "\n{\n\tadmin off\n\tauto_https disable_redirects\n", 1)
    (folder / "Caddyfile").write_text(text)
    return [program, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


def _nginx(program: str, folder: Path, behind: int, port: int) -> list[str]:
    """Its file as it is, but for the certificate and the ports."""
    text = (DEPLOY / "nginx.conf").read_text()
    for old, new in (
        ("/etc/letsencrypt/live/journal.example/fullchain.pem", f"{folder}/server.pem"),
        ("/etc/letsencrypt/live/journal.example/privkey.pem", f"{folder}/server.pem"),
        ("    listen 80;\n    listen [::]:80;\n", f"    listen 127.0.0.1:{free_port()};\n"),
        ("    listen 443 ssl;\n    listen [::]:443 ssl;\n", f"    listen 127.0.0.1:{port} ssl;\n"),
        ("http://127.0.0.1:8330", f"http://127.0.0.1:{behind}"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "site").write_text(text.replace("journal.example", "localhost"))
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder))
    command = [program, "-c", str(folder / "nginx.conf"), "-e", str(folder / "log")]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    assert "[warn]" not in tested.stderr, tested.stderr
    return command


def _wait(running: subprocess.Popen[bytes], output: Path, port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and running.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(output.read_text(errors="replace"))


if __name__ == "__main__":
    missing = [name for name in PROGRAMS if is_there(name) is None]
    if missing:
        sys.exit(MISSING.format(", ".join(missing)))
