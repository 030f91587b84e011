"""The private folder of an editor, its file, and its lock: in memory where the system offers that, else in the home.

The folder has mode 0700 and the file 0600. Its name shows for which home it is. Destroyed is overwritten and removed.
"""

import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CUT = "------ Everything below this line is left out. ------"
START, OF = "start.sha256", "of"
_MEMORY = ("tmpfs", "ramfs")


def cut(text: str) -> str:
    """The text above the cut, without empty lines around it."""
    return text.split(CUT, 1)[0].strip("\n").rstrip()


@contextmanager
def held(folder: Path) -> Iterator[int]:
    """The lock of an editor's folder: its descriptor, which an editor gets too. Raises: BlockingIOError."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield lock
    finally:
        os.close(lock)


def typed_in(folder: Path) -> tuple[list[str], str]:
    """The texts above the cut in a folder's files, each once, and their command. A killed editor may leave several."""
    files = [file for file in sorted(folder.iterdir()) if file.is_file() and not file.is_symlink()]
    read = {file.name: file.read_text(encoding="utf-8", errors="replace") for file in files}
    start, of = read.pop(START, ""), read.pop(OF, "")
    texts = [text for text in map(cut, read.values()) if text.strip() and digest(text) != start]
    return list(dict.fromkeys(texts)), of


def digest(text: str) -> str:
    """A digest by which an untouched form is known."""
    return hashlib.sha256(text.strip().encode("utf-8", "replace")).hexdigest()


def destroy(folder: Path) -> None:
    """Overwrite every file of a private folder, and remove it. Some file systems keep old blocks even so."""
    for file in folder.rglob("*"):
        if file.is_symlink() or not file.is_file():
            continue
        with suppress(OSError), file.open("r+b") as opened:
            opened.write(bytes(file.stat().st_size))
            opened.flush()
            os.fsync(opened.fileno())
            opened.truncate(0)
    shutil.rmtree(folder, ignore_errors=True)


def prefix(home: Path) -> str:
    """The beginning of the names of the editor's folders for one home."""
    return f"duolog-{hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]}-"


def places(home: Path) -> list[Path]:
    """Every place that may hold such a folder. Memory may have come or gone since it was made."""
    return [place for text in (*_offered(), str(home)) if (place := Path(text)).is_dir()]


def _offered() -> list[str]:
    return [place for place in (os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm") if place]  # noqa: S108 - memory


def memory_folder() -> Path | None:
    """A folder in memory: the user's own of this session, else the shared one, in which a private folder is made."""
    for text in _offered():
        place = Path(text)
        with suppress(OSError):
            found = place.stat()
            own = found.st_uid == os.getuid() and stat.S_IMODE(found.st_mode) == 0o700
            shared = text == "/dev/shm" and bool(found.st_mode & stat.S_ISVTX)  # noqa: S108
            usable = stat.S_ISDIR(found.st_mode) and os.access(place, os.W_OK | os.X_OK)
            if usable and (own or shared) and _file_system(place) in _MEMORY:
                return place
    return None


def _file_system(place: Path) -> str:
    """The type of the file system that holds a folder, on Linux; empty elsewhere."""
    best, kind, real = -1, "", str(place.resolve())
    with suppress(OSError):
        for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            mount, _, rest = line.partition(" - ")
            point = mount.split(" ")[4].replace("\\040", " ")
            if (real + "/").startswith(point.rstrip("/") + "/") and len(point) >= best:
                best, kind = len(point), rest.split(" ")[0]
    return kind
