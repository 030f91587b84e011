"""compose.yaml, as far as it can be read without an engine: who may do what, and that all it names is there."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import create_engine, text

from app.settings import Settings, unknown_settings
from tests.deploy.image import ROOT, USER
from tools.pin_images import NAMES, read_names

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
GIVEN = {"SITE": "journal.example", **{name: f"{image}@sha256:{'0' * 64}" for name, image in read_names(NAMES).items()}}
ALL = pytest.mark.parametrize("name", sorted(SERVICES))


def filled(value: str) -> str:
    """A value with its variables, as compose fills them in."""
    return re.sub(r"\$\{(\w+)(?::\?[^}]*)?\}", lambda found: GIVEN[found[1]], value)


@ALL
def test_each_service_is_shut_off(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "pid", "ipc", "devices", "env_file", "userns_mode"} & set(service)
    assert all("noexec" in place for place in service.get("tmpfs", []))
    added = {"caddy": ["NET_BIND_SERVICE"], "certificates": ["CHOWN"]}
    assert service.get("cap_add", []) == added.get(name, [])
    user = {"duolog": f"{USER}:{USER}", "postgresql": "postgres", "caddy": "10002:10002"}
    assert service["user"] == user.get(name, "0:0")
    assert (name == "certificates") == (service["user"] == "0:0")


def test_only_caddy_is_published_and_only_caddy_reaches_the_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]
    assert [name for name, service in SERVICES.items() if "outside" in service.get("networks", [])] == ["caddy"]
    assert COMPOSE["networks"]["inner"]["internal"] is True
    for name in ("postgresql", "certificates"):
        assert SERVICES[name]["network_mode"] == "none"
        assert "networks" not in SERVICES[name]
    assert "listen_addresses=" in SERVICES["postgresql"]["command"]


@ALL
def test_no_secret_is_in_an_environment(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        assert not re.search(r"PASSWORD|SECRET|TOKEN|_KEY$", variable), variable
        assert not re.search(r"://[^/]*:[^/]*@", str(value)), value


@ALL
def test_each_service_is_watched(name: str) -> None:
    if name == "certificates":
        assert SERVICES[name]["restart"] == "no"
    elif name == "duolog":
        assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
    else:
        assert SERVICES[name]["healthcheck"]["test"]
    for other, asked in SERVICES[name].get("depends_on", {}).items():
        ends = other == "certificates"
        assert asked["condition"] == ("service_completed_successfully" if ends else "service_healthy")


@ALL
def test_every_image_has_a_digest_or_is_built_from_one(name: str) -> None:
    service = SERVICES[name]
    image = service["build"]["args"]["PYTHON_IMAGE"] if "build" in service else service["image"]
    assert re.fullmatch(r"\$\{\w+:\?Run make pin-images first\}", image), image
    assert re.search(r"@sha256:[0-9a-f]{64}$", filled(image))


def test_every_place_that_is_mounted_is_there() -> None:
    used = set()
    for service in SERVICES.values():
        for mount in service["volumes"]:
            source = mount["source"] if isinstance(mount, dict) else mount.split(":")[0]
            if source.startswith("."):
                assert (DEPLOY / source).is_file(), source
            else:
                used.add(source)
    assert used == set(COMPOSE["volumes"])
    assert (DEPLOY / SERVICES["duolog"]["build"]["context"] / "Dockerfile").is_file()


def test_the_server_takes_its_settings_and_believes_caddy_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {name: filled(value) for name, value in SERVICES["duolog"]["environment"].items()}
    assert not unknown_settings(given)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    taken = Settings()
    assert (taken.origin, taken.registration) == ("https://journal.example", "invite")
    assert taken.trusted_proxies == SERVICES["caddy"]["networks"]["inner"]["ipv4_address"]
    caddyfile = (DEPLOY / "Caddyfile").read_text()
    assert set(re.findall(r"\{\$(\w+)", caddyfile)) <= set(SERVICES["caddy"]["environment"])


@pytest.mark.slow
def test_the_servers_address_of_the_database_needs_no_password(postgres_server: str) -> None:
    """A real PostgreSQL, asked through its socket in the form that compose has."""
    asked = SERVICES["duolog"]["environment"]["DUOLOG_DATABASE"].removeprefix("postgresql://")
    socket = re.search(r"host=([^&]+)", postgres_server)
    assert socket, postgres_server
    address = asked.replace("duolog@/duolog", "postgres@/postgres").replace("/run/postgresql", socket[1])
    with create_engine(f"postgresql+psycopg://{address}").connect() as connection:
        assert connection.execute(text("select inet_server_addr()")).scalar() is None


def test_the_script_starts_compose_with_both_files(tmp_path: Path) -> None:
    program = tmp_path / "docker"
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    path = f"{tmp_path}:/usr/bin:/bin"
    said = subprocess.check_output([DEPLOY / "compose", "up", "--detach"], text=True, env={"PATH": path}).split()
    files = [str(DEPLOY / name) for name in ("images.lock", "site.env", "compose.yaml")]
    assert said == ["compose", "--env-file", files[0], "--env-file", files[1], "--file", files[2], "up", "--detach"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="needs docker-compose")
def test_compose_takes_the_file(tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.write_text("".join(f"{name}={value}\n" for name, value in GIVEN.items()))
    command = ["docker-compose", "--env-file", str(given), "-f", str(DEPLOY / "compose.yaml"), "config", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=DEPLOY)
    assert done.returncode == 0, done.stderr
    refused = subprocess.run([*command[:1], *command[3:]], capture_output=True, text=True, check=False, cwd=DEPLOY)
    assert refused.returncode != 0
