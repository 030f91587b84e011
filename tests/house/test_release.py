"""A release is laid out, named by its digests and signed; the lines of its page find changes. Keys are thrown away."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from app import VERSION
from tools import release
from tools.release import PURPOSE, SIGNER, NotReleased, lay_out, main, ready, sign, verify

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "howto" / "a-release.md").read_text()
CHECKS = re.findall(r"^((?:ssh-keygen|sha256sum) [^#\n]+)", PAGE, re.MULTILINE)


def key_in(folder: Path, name: str = "key") -> Path:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
    subprocess.run(command, check=True)
    return folder / name


def trust(folder: Path, key: Path) -> Path:
    signers = folder / "release-signers"
    signers.write_text(f'{SIGNER} namespaces="{PURPOSE}" {key.with_suffix(".pub").read_text()}')
    return signers


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release with its signature, and beside it the signers' file."""
    folder = tmp_path_factory.mktemp("release")
    sums = lay_out(folder / "files")
    key = key_in(folder)
    sign(sums, key, trust(folder, key))
    return folder


def follow_the_page(folder: Path) -> list[int]:
    """The lines that readers type to check a release, where they stand; what each ends with."""
    assert len(CHECKS) == 2
    lines = [line.replace("-f release-signers", f"-f {folder}/release-signers") for line in CHECKS]
    return [subprocess.run(line, shell=True, cwd=folder / "files", check=False).returncode for line in lines]


def test_the_lines_of_the_page_check_a_release(laid_out: Path) -> None:
    assert follow_the_page(laid_out) == [0, 0]
    signed = (laid_out / "files" / "SHA256SUMS").read_text()
    there = {path.name for path in (laid_out / "files").iterdir()} - {"SHA256SUMS", "SHA256SUMS.sig"}
    assert {line.split("  ")[1] for line in signed.splitlines()} == there
    assert there == {
        f"duolog-{VERSION}{end}" for end in ("-py3-none-any.whl", ".tar.gz", ".lock", ".openapi.json", ".cdx.json")
    } | {f"duolog-server-{VERSION}.cdx.json"}


def test_a_changed_file_and_a_changed_list_are_found(laid_out: Path) -> None:
    files = laid_out / "files"
    for name, found in ((f"duolog-{VERSION}.tar.gz", [0, 1]), ("SHA256SUMS", [255, 0])):
        before = (files / name).read_bytes()
        (files / name).write_bytes(before + b"\n")
        assert [bool(code) for code in follow_the_page(laid_out)] == [bool(code) for code in found]
        (files / name).write_bytes(before)
    assert follow_the_page(laid_out) == [0, 0]


def test_a_signature_by_another_key_or_for_another_purpose_is_not_ours(laid_out: Path, tmp_path: Path) -> None:
    other = trust(tmp_path, key_in(tmp_path, "other"))
    with pytest.raises(NotReleased, match="not by a key in release-signers"):
        verify(laid_out / "files" / "SHA256SUMS", other)
    (tmp_path / "SHA256SUMS").write_text("a list\n")
    command = ["ssh-keygen", "-Y", "sign", "-n", "file", "-f", str(laid_out / "key"), str(tmp_path / "SHA256SUMS")]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(NotReleased):
        verify(tmp_path / "SHA256SUMS", laid_out / "release-signers")


def test_nothing_is_released_that_is_not_named_committed_and_pinned(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *words], cwd=tmp_path, check=True)

    git("init", "--quiet")
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text("## [Unreleased]\n")
    with pytest.raises(NotReleased, match="no heading for"):
        ready(tmp_path)
    changelog.write_text(f"## [{VERSION}]\n")
    with pytest.raises(NotReleased, match="not committed"):
        ready(tmp_path)
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "images").write_text((ROOT / "deploy" / "images").read_text())
    git("add", "--all")
    git("commit", "--quiet", "--message", "all")
    with pytest.raises(NotReleased, match="make pin-images"):
        ready(tmp_path)


def test_without_a_file_of_signers_nothing_is_signed(tmp_path: Path) -> None:
    (tmp_path / "SHA256SUMS").write_text("a list\n")
    with pytest.raises(NotReleased, match="names the keys that people believe"):
        sign(tmp_path / "SHA256SUMS", key_in(tmp_path), tmp_path / "release-signers")
    assert not (tmp_path / "SHA256SUMS.sig").exists()


def test_the_command_says_what_stands_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise NotReleased("The tree has changes.")

    monkeypatch.setattr(release, "ready", refuse)
    assert main(["--key", str(tmp_path / "key")]) == 1
    assert "release: The tree has changes." in capsys.readouterr().err
