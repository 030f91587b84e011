"""The command's wheel, which this server hands out."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from app import VERSION

_BUILT = Path(__file__).resolve().parents[1] / "dist" / f"duolog-{VERSION}-py3-none-any.whl"


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel, read when the server starts: it hands out the same bytes until it ends."""

    name: str
    data: bytes
    digest: str


def read_wheel(path: Path | None) -> Wheel | None:
    """The wheel at a path, else the one that was built beside this server; None where there is none.

    Raises: OSError when the wheel can't be read.
    """
    if path is None and not _BUILT.is_file():
        return None
    place = path or _BUILT
    data = place.read_bytes()
    return Wheel(place.name, data, hashlib.sha256(data).hexdigest())
