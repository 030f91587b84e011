"""The files in `deploy` are those that the self-hosting guide installs, and each one's program takes it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.commands.main import COMMANDS, command_line
from app.settings import Settings, unknown_settings

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
GUIDE = (ROOT / "docs" / "howto" / "self-hosting.md").read_text()
UNIT = (DEPLOY / "duolog.service").read_text()


def test_the_guide_names_each_file_of_the_folder() -> None:
    named = set(re.findall(r"\bdeploy/(\w[\w.]*\w)", GUIDE))
    assert named - {path.name for path in DEPLOY.iterdir()} <= {"site.env", "images.lock"}  # which the operator makes
    assert {path.name for path in DEPLOY.iterdir()} <= named


def settings() -> dict[str, str]:
    """The example, and the line that the guide adds for PostgreSQL."""
    (added,) = re.findall(r"echo '(\S+)' >> /etc/duolog/settings", GUIDE)
    lines = [*(DEPLOY / "settings").read_text().splitlines(), added]
    pairs = [line.partition("=") for line in lines if not line.startswith("#")]
    return {name: value for name, _, value in pairs}


def test_the_example_of_settings_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    given = settings()
    assert not unknown_settings(given)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    taken = Settings()
    assert (taken.origin, taken.registration) == ("https://journal.example", "invite")
    assert taken.database_url.startswith("postgresql:///duolog?host=")


def test_the_unit_runs_commands_that_exist_where_the_guide_puts_them() -> None:
    runs = re.findall(r"^Exec\w+=(\S+) -m app (\S+)$", UNIT, re.MULTILINE)
    assert runs == [("/opt/duolog-env/bin/python", "migrate"), ("/opt/duolog-env/bin/python", "serve")]
    assert {name for _, name in runs} <= set(COMMANDS)
    for place in ("WorkingDirectory=/opt/duolog\n", "EnvironmentFile=/etc/duolog/settings\n", "User=duolog\n"):
        assert place in UNIT


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd's own checker")
def test_systemd_takes_the_unit_and_finds_it_well_shut_off(tmp_path: Path) -> None:
    unit = tmp_path / "duolog.service"
    unit.write_text(UNIT.replace("/opt/duolog-env/bin/python", sys.executable))
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    asked = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    found = re.search(r"Overall exposure level for duolog\.service: ([\d.]+)", said)
    assert found, said
    assert float(found[1]) < 2


@pytest.mark.skipif(shutil.which("caddy") is None, reason="needs Caddy")
@pytest.mark.parametrize("internal", [False, True])
def test_caddy_takes_the_file(tmp_path: Path, internal: bool) -> None:
    text = (DEPLOY / "Caddyfile").read_text()
    assert "\t# tls internal\n" in text
    path = tmp_path / "Caddyfile"
    path.write_text(text.replace("# tls internal", "tls internal") if internal else text)
    done = subprocess.run(
        ["caddy", "validate", "--adapter", "caddyfile", "--config", str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr


def test_each_command_of_the_guide_is_one_that_the_server_takes() -> None:
    shown = re.findall(r"^/opt/duolog/deploy/admin (.+)$", GUIDE, re.MULTILINE)
    assert len(shown) >= 6
    for line in shown:
        assert command_line().parse_args(line.split()).command in COMMANDS


def test_the_operators_commands_run_as_the_service_does() -> None:
    script = DEPLOY / "admin"
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0
    text = script.read_text()
    for part in (
        "-u duolog",
        "/etc/duolog/settings",
        "/opt/duolog-env/bin/python -m app",
        "DUOLOG_DATA=/var/lib/duolog",
    ):
        assert part in text
    assert "StateDirectory=duolog\n" in UNIT
