"""A build is read whole and checked, or a server doesn't start and says what to do."""

import hashlib
import json
from pathlib import Path

import pytest

from app.commands.checks import require_web
from app.commands.trouble import Trouble
from app.settings import Settings
from duolog.webapp import HEADERS, read_build
from tests.webapp import FILES, digest, finish

ROOT = Path(__file__).resolve().parents[3]
ON = Settings(web="on")


def test_a_server_says_what_to_do_where_the_app_was_never_built(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("duolog.webapp.FOLDER", tmp_path / "none")
    monkeypatch.setattr("app.web.files.FOLDER", tmp_path / "none")
    with pytest.raises(Trouble, match=r"never built.*make web-build.*DUOLOG_WEB=off"):
        require_web(ON)
    require_web(Settings(web="off"))


@pytest.mark.parametrize("name", ["index.html", "assets/main-abc.js.br", "sw.js", "SHA256SUMS"])
@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_server_says_which_file_of_the_app_is_damaged(built: Path, name: str, harm: str) -> None:
    if harm == "changed":
        (built / name).write_bytes((built / name).read_bytes() + b"!")
    else:
        (built / name).unlink()
    with pytest.raises(Trouble, match=rf"({name}.*|never built.*)make web-build"):
        require_web(ON)


@pytest.mark.parametrize("line", ["0" * 64 + "  ../settings.py", "0" * 64 + "  /etc/passwd", "no sum", "é"])
def test_a_list_that_leads_out_of_the_folder_is_no_list(built: Path, line: str) -> None:
    (built / "SHA256SUMS").write_text(line + "\n")
    with pytest.raises(Trouble, match="SHA256SUMS isn't as it was built"):
        require_web(ON)


def test_the_digest_is_that_of_the_service_workers_list(built: Path) -> None:
    build = read_build(built)
    assert build is not None
    assert build.digest == digest()
    named = json.loads(build.files["sw.js"].data.split(b"=", 1)[1].split(b";\n", 1)[0])["files"]
    assert named == {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}


def test_the_tests_in_a_browser_have_these_headers_too(tmp_path: Path) -> None:
    source = (ROOT / "web/app/e2e/support/served.ts").read_text()
    build = read_build(finish(tmp_path, {**FILES, "index.html": b"<title>No map</title>"}))
    assert build is not None
    assert f'"{build.policy()}"' in source
    for name, value in HEADERS.items():
        assert name in ("Permissions-Policy", "Vary") or f'"{name.lower()}": "{value}"' in source, name
