"""The command is installed from behind an authority of one's own, as the guide says for `tls internal`."""

import hashlib
import html
import os
import re
import subprocess
from pathlib import Path

import httpx2
import pytest

from tests.deploy.image import ROOT
from tests.deploy.proxies import free_port, proxy
from tools.local_server import LocalServer
from tools.wheel import build

UV = ROOT / ".tools" / "bin" / "uv"
SYSTEM = Path("/etc/ssl/certs/ca-certificates.crt")
GUIDE = (ROOT / "docs" / "howto" / "self-hosting.md").read_text()


@pytest.mark.slow
@pytest.mark.skipif(not SYSTEM.exists(), reason="needs the authorities of Debian or Ubuntu, which the guide names")
def test_the_guides_lines_install_the_command_from_a_server_that_only_they_trust(tmp_path: Path) -> None:
    bundle, install = re.findall(r"^(cat /etc/ssl\S+ .*|PIP_CERT=.*) *(?:#.*)?$", GUIDE, re.MULTILINE)
    assert "pipx install ..." in install
    wheel, _ = build(tmp_path / "built")
    port = free_port()
    origin, behind = f"https://localhost:{port}", free_port()
    settings = {"origin": origin, "port": str(behind), "trusted_proxies": "127.0.0.1", "wheel": str(wheel)}
    with LocalServer(tmp_path / "server", **settings), proxy("caddy", tmp_path, behind, port) as trust:
        page = html.unescape(httpx2.get(f"{origin}/install", verify=trust, trust_env=False).text)
        line = next(one for one in re.findall(r"pipx install '([^']+)'", page))
        assert line.endswith(hashlib.sha256(wheel.read_bytes()).hexdigest())
        (tmp_path / "authority.pem").rename(tmp_path / "duolog-authority.crt")
        trusting = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "PYTHONPATH")
        kept = {name: value for name, value in os.environ.items() if name not in trusting}
        folders = {name: str(tmp_path / name) for name in ("PIPX_HOME", "PIPX_BIN_DIR", "UV_TOOL_DIR")}
        environment = {**kept, **folders, "HOME": str(tmp_path), "UV_CACHE_DIR": str(tmp_path / "cache")}
        typed = f"{bundle}\n" + install.replace("pipx install ...", f"{UV} tool run pipx install '{line}'")
        done = subprocess.run(["sh", "-ec", typed], env=environment, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "PIPX_BIN_DIR" / "duolog").exists()
