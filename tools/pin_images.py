"""Pins the images that the server's own image and compose start from: `python -m tools.pin_images`.

The registry says which digest each name of `deploy/images` has today, and `deploy/images.lock` keeps the answer. With
`--check` it asks nobody, and fails unless each name has its digest there.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

NAMES = Path(__file__).resolve().parent.parent / "deploy" / "images"
HEAD = "# Made by `make pin-images` from deploy/images: each image with its digest.\n"
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
# A program that asks a registry, and how. Each prints the digest of the index, which is good on every architecture.
ASKING = {
    "docker": ("buildx", "imagetools", "inspect"),
    "skopeo": ("inspect", "--format", "Digest: {{.Digest}}"),
}


class NotPinned(Exception):
    """A sentence: which image has no digest, and what to do."""


def read_names(path: Path) -> dict[str, str]:
    """Variables and what they hold, from lines `NAME=value`."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def check(names: Path = NAMES) -> None:
    """Check that each image of `deploy/images` has its digest. Raises: NotPinned."""
    lock = names.with_suffix(".lock")
    pinned = read_names(lock) if lock.exists() else {}
    for variable, image in read_names(names).items():
        name, _, digest = pinned.get(variable, "").partition("@")
        if name != image or not DIGEST.fullmatch(digest):
            raise NotPinned(f"{image} has no digest in {lock.name}: run `make pin-images`, and commit what it writes.")


def ask(image: str) -> str:
    """The digest of an image, from its registry. Raises: NotPinned."""
    said = []
    for program, how in ASKING.items():
        if shutil.which(program) is None:
            continue
        address = f"docker://{image}" if program == "skopeo" else image
        asked = subprocess.run([program, *how, address], capture_output=True, text=True, check=False)
        found = re.search(rf"^Digest:\s+({DIGEST.pattern})$", asked.stdout, re.MULTILINE)
        if asked.returncode == 0 and found is not None:
            return found[1]
        said.append(f"{program} doesn't tell the digest of {image}: {asked.stderr.strip() or asked.stdout.strip()}")
    if not said:
        raise NotPinned(f"The digest of {image} is its registry's to say: install docker with buildx, or skopeo.")
    raise NotPinned("\n".join(said))


def pin(names: Path = NAMES) -> Mapping[str, str]:
    """Write the lock, and return what it holds. Raises: NotPinned, and then the lock is as before."""
    pinned = {variable: f"{image}@{ask(image)}" for variable, image in read_names(names).items()}
    lines = [f"{variable}={image}\n" for variable, image in pinned.items()]
    names.with_suffix(".lock").write_text(HEAD + "".join(lines))
    return pinned


def main() -> int:
    """Pin or check; returns the exit code."""
    try:
        if sys.argv[1:] == ["--check"]:
            check()
        else:
            print("\n".join(pin().values()))
    except NotPinned as error:
        print(f"pin-images: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
