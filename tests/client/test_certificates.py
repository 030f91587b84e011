"""A server whose certificate isn't trusted here: a real TLS server, and words that say what to do next."""

import datetime as dt
import ipaddress
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from duolog.cli.failures import OFFLINE, explain
from duolog.client import HttpTransport
from duolog.client.server.certificates import certificate_fault
from duolog.errors import CertificateFault, TransportError

DAY = dt.timedelta(days=1)
INFO = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Authority:
    """A certificate authority of one's own, as `tls internal` of Caddy makes one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority of our own")])
        self.certificate = folder / "authority.pem"
        self._write(self.certificate, self._sign(self._name, self._key, x509.BasicConstraints(ca=True, path_length=0)))

    def context(self, *hosts: str, begins: int = -10, ends: int = 10) -> ssl.SSLContext:
        """The TLS of a server with these names and addresses. `begins`, `ends`: days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [_general(host) for host in hosts]
        made = self._sign(
            x509.Name([]), key, x509.BasicConstraints(ca=False, path_length=None), names, begins=begins, ends=ends
        )
        path = self.folder / "server.pem"
        self._write(path, made, key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _sign(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        limits: x509.BasicConstraints,
        hosts: list[x509.GeneralName] | None = None,
        *,
        begins: int = -10,
        ends: int = 10,
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder(self._name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now + begins * DAY)
            .not_valid_after(now + ends * DAY)
            .add_extension(limits, critical=True)
        )
        if hosts:
            builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=True)
        return builder.sign(self._key, hashes.SHA256())

    def _write(self, path: Path, made: x509.Certificate, key: ec.EllipticCurvePrivateKey | None = None) -> None:
        data = made.public_bytes(serialization.Encoding.PEM)
        if key is not None:
            data += key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        path.write_bytes(data)


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


@contextmanager
def tls_server(context: ssl.SSLContext) -> Iterator[tuple[str, list[bytes]]]:
    """A TLS server on this machine: its address, and all that it was sent inside of TLS."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                try:
                    with context.wrap_socket(caller, server_side=True) as connection:
                        heard.append(connection.recv(65536))
                        connection.sendall(INFO)
                except OSError:
                    caller.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}", heard
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


async def refused(context: ssl.SSLContext) -> str:
    """The words of a client that asks this server."""
    with tls_server(context) as (origin, heard):
        transport = HttpTransport(origin)
        with pytest.raises(CertificateFault) as caught:
            await transport.server_info()
        await transport.close()
    assert not heard
    said = str(caught.value)
    assert said.startswith(f"The certificate of the server at {origin} isn't trusted here, so nothing was sent. ")
    assert "SSL:" not in said
    assert "_ssl.c" not in said
    failure = explain(caught.value)
    assert (failure.exit_code, failure.name, failure.what) == (OFFLINE, "certificate", said)
    return said


async def test_an_authority_that_nobody_knows_here(authority: Authority) -> None:
    said = await refused(authority.context("127.0.0.1"))
    assert "No authority that this computer knows vouches for it." in said
    assert "SSL_CERT_FILE" in said


async def test_the_file_that_the_words_name_makes_it_trusted(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    with tls_server(authority.context("127.0.0.1")) as (origin, heard):
        transport = HttpTransport(origin)
        with pytest.raises(TransportError, match="answered 404"):
            await transport.server_info()
        await transport.close()
    assert heard[0].startswith(b"GET /.well-known/duolog ")


@pytest.mark.parametrize(
    ("host", "begins", "ends", "words"),
    [
        ("127.0.0.1", -10, -1, "It has expired. Check the date of this computer"),
        ("127.0.0.1", 1, 10, "It isn't valid before a later date. Check the date of this computer"),
        ("journal.example", -10, 10, "It belongs to another name. Check the address for a slip"),
        ("127.0.0.2", -10, 10, "It belongs to another name. Check the address for a slip"),
    ],
)
async def test_what_is_wrong_with_a_certificate_of_a_known_authority(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, host: str, begins: int, ends: int, words: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    assert words in await refused(authority.context(host, begins=begins, ends=ends))


def test_a_fault_with_another_number_gets_general_words() -> None:
    fault = ssl.SSLCertVerificationError("errSecInternal")
    fault.verify_code = 4711
    assert "Try another network, and tell whoever runs the server." in str(certificate_fault("https://x", fault))
    assert certificate_fault("https://x", OSError("reset")) is None


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_file_of_authorities_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    with pytest.raises(CertificateFault) as caught:
        HttpTransport("https://journal.example")
    assert str(caught.value) == f"The certificates of authorities can't be read. Check SSL_CERT_FILE ({path})."


def test_the_command_says_it_in_words(authority: Authority) -> None:
    with tls_server(authority.context("127.0.0.1")) as (origin, _):
        program = "from duolog.cli.main import main; main()"
        home = authority.folder / "home"
        arguments = ["register", "--server", origin, "--home", str(home), "--passphrase-fd", "0"]
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            input="a quiet passphrase\n",
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == OFFLINE, done.stderr
    assert "isn't trusted here" in " ".join(done.stderr.split())
    assert "SSL_CERT_FILE" in done.stderr
