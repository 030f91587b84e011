"""Builds the command's wheel and its source archive into dist/: `python -m tools.wheel`."""

import contextlib
import hashlib
import io
from pathlib import Path

from hatchling.build import build_sdist, build_wheel

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"


def build(folder: Path) -> list[Path]:
    """Both archives, in a folder that held nothing else of ours. The same sources give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in [*folder.glob("duolog-*.whl"), *folder.glob("duolog-*.tar.gz")]:
        old.unlink()
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(io.StringIO()):
        return [folder / one(str(folder)) for one in (build_wheel, build_sdist)]


def main() -> None:
    """Build, and print each path with its SHA-256."""
    for path in build(DIST):
        print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
