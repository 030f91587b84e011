"""The app for browsers on this machine alone: an HTTP server for the files of this wheel's build, and nothing else."""

import errno
import json
import socketserver
from http.server import BaseHTTPRequestHandler

from duolog.cli.failures import Usage
from duolog.webapp import BASE, WebBuild

HOST, PORT = "127.0.0.1", 8332
SERVER_FILE = f"{BASE}server.json"  # names the account's server to the page
PATIENCE = 30  # seconds that a connection may stay silent


class WebappServer(socketserver.ThreadingTCPServer):
    """Serves a build at one port of this machine, which no other machine reaches. `server`: the account's, or empty.

    Raises: Usage, where something else listens at the port.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, build: WebBuild, server: str, port: int | None = None) -> None:
        self.build, self.server = build, server
        port = PORT if port is None else port
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise Usage(
                f"Something on this computer listens at {HOST}:{port} already: another `duolog app`, or a program that "
                "nobody should take for it. The app has this one address, so end the other first."
            ) from error
        self.origin = f"http://{HOST}:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away in the middle is nobody's concern."""


class _Handler(BaseHTTPRequestHandler):
    server: WebappServer
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    wbufsize = -1  # an answer leaves at once, and its head waits for nobody

    def do_GET(self) -> None:
        if self.headers.get("Host") != self.server.origin.removeprefix("http://"):
            # Another name for this machine: a page of somebody else's may have led here.
            self._send(421, {"Content-Type": "text/plain"}, f"The app is at {self.server.origin}/app/\n".encode())
            return
        path = self.path.partition("?")[0]
        if path == SERVER_FILE:
            data = json.dumps({"server": self.server.server or None}).encode()
            self._send(200, {"Content-Type": "application/json", "Cache-Control": "no-store"}, data)
        elif path == "/":
            self._send(302, {"Location": BASE}, b"")
        elif (file := self.server.build.find(path)) is not None:
            servers = (self.server.server,) if self.server.server else ()
            answer = self.server.build.answer(file, has=self.headers.get("If-None-Match", ""), servers=servers)
            self._send(answer.status, dict(answer.headers), answer.data)
        else:
            self._send(404, {"Content-Type": "text/plain"}, b"There is nothing at this address.\n")

    def do_HEAD(self) -> None:
        self.do_GET()

    def _send(self, status: int, headers: dict[str, str], data: bytes) -> None:
        self.send_response(status)
        for name, value in ({"X-Content-Type-Options": "nosniff"} | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def version_string(self) -> str:
        return "duolog"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Write nothing down: an address says what somebody reads, and when."""
