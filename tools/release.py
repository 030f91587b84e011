"""Lays out a release and signs it: `python -m tools.release --key ~/.ssh/duolog-release`.

The folder `dist/release-<version>` gets the wheel, the source archive, the bills of materials, the lock of the
command's libraries and the OpenAPI document. `SHA256SUMS` names each with its digest, and `SHA256SUMS.sig` is the
signature of that file by OpenSSH, which people have already. Nothing is uploaded, and no tag is set.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from app import VERSION
from tools import pin_images, sbom, wheel
from tools.wheel import DIST, ROOT

SIGNERS = ROOT / "release-signers"
SIGNER = "release@duolog"  # the name in that file; no mailbox
PURPOSE = "duolog-release"  # of the signature, which is good for nothing else
SUMS = "SHA256SUMS"


class NotReleased(Exception):
    """A sentence: why there is no release, and what to do."""


def ready(root: Path = ROOT) -> None:
    """Check that a release of this tree is somebody's decision: committed, named and pinned. Raises: NotReleased."""
    if not re.search(rf"^## \[{re.escape(VERSION)}\]", (root / "CHANGELOG.md").read_text(), re.MULTILINE):
        raise NotReleased(f"CHANGELOG.md has no heading for {VERSION}: name what is released.")
    changed = subprocess.check_output(["git", "status", "--porcelain"], cwd=root, text=True)
    if changed:
        raise NotReleased(f"The tree has changes that are not committed:\n{changed.rstrip()}")
    try:
        pin_images.check(root / "deploy" / "images")
    except pin_images.NotPinned as error:
        raise NotReleased(str(error)) from error


def lay_out(folder: Path) -> Path:
    """Lay out all that is released, in a new folder; the path of its sums. The same tree gives the same bytes."""
    if folder.exists():
        shutil.rmtree(folder)
    wheel.build(folder)
    sbom.write(folder)
    shutil.copyfile(ROOT / "requirements" / "command.lock", folder / f"duolog-{VERSION}.lock")
    shutil.copyfile(ROOT / "openapi" / "openapi.json", folder / f"duolog-{VERSION}.openapi.json")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / SUMS).write_text("".join(lines))
    return folder / SUMS


def sign(sums: Path, key: Path, signers: Path = SIGNERS) -> Path:
    """Sign the sums with a key, and check the signature as its readers do; its path. Raises: NotReleased."""
    if not signers.exists():
        raise NotReleased(
            f"{signers.name} is missing: it names the keys that people believe. Its first line is "
            f'`{SIGNER} namespaces="{PURPOSE}" ` and the content of the .pub file. Commit it and publish it elsewhere.'
        )
    signature = sums.with_name(sums.name + ".sig")
    signature.unlink(missing_ok=True)
    signed = subprocess.run(["ssh-keygen", "-Y", "sign", "-n", PURPOSE, "-f", str(key), str(sums)], check=False)
    if signed.returncode != 0:
        raise NotReleased(f"ssh-keygen doesn't sign with {key}.")
    verify(sums, signers)
    return signature


def verify(sums: Path, signers: Path = SIGNERS) -> None:
    """Check the signature of the sums. Raises: NotReleased."""
    names = ["-f", str(signers), "-I", SIGNER, "-n", PURPOSE, "-s", f"{sums}.sig"]
    with sums.open("rb") as text:
        done = subprocess.run(
            ["ssh-keygen", "-Y", "verify", *names], stdin=text, capture_output=True, text=True, check=False
        )
    if done.returncode != 0:
        raise NotReleased(f"The signature of {sums.name} is not by a key in {signers.name}.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Lay out and sign; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.release", description="Lay out a release and sign it.")
    parser.add_argument("--key", type=Path, required=True, help="the private key, or a public one whose agent signs")
    key: Path = parser.parse_args(arguments).key
    try:
        ready()
        sums = lay_out(DIST / f"release-{VERSION}")
        sign(sums, key)
    except NotReleased as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    print(sums.read_text(), end="")
    print(f"Signed by {SIGNER}. Publish what is in {sums.parent.relative_to(ROOT)}, and tag the commit: v{VERSION}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
