"""Builds the command's wheel and its source archive into dist/: `python -m tools.wheel`.

The wheel takes the app for browsers along where `make web-build` was run.
"""

import contextlib
import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

from hatchling.build import build_sdist, build_wheel

from duolog.webapp import read_build

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
FIXED_TIME = "1580601600"  # of every file in the archives: what hatchling takes where nothing says otherwise


def build(folder: Path) -> list[Path]:
    """Both archives, in a folder that held nothing else of ours.

    The same sources give the same bytes, independent of the builder, the place, the time, and rights and settings.
    """
    read_build(ROOT / "duolog" / "webapp_build")  # a damaged one goes into no wheel
    folder.mkdir(parents=True, exist_ok=True)
    for old in [*folder.glob("duolog-*.whl"), *folder.glob("duolog-*.tar.gz")]:
        old.unlink()
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(io.StringIO()), _fixed_time():
        return [folder / one(str(folder)) for one in (build_wheel, build_sdist)]


@contextlib.contextmanager
def _fixed_time() -> Iterator[None]:
    """The builder's own `SOURCE_DATE_EPOCH` is left out of it."""
    own = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = FIXED_TIME
    try:
        yield
    finally:
        del os.environ["SOURCE_DATE_EPOCH"]
        if own is not None:
            os.environ["SOURCE_DATE_EPOCH"] = own


def main() -> None:
    """Build, and print each path with its SHA-256."""
    for path in build(DIST):
        print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
