"""Long texts: from the editor or from standard input, never from an argument.

The editor works on a file of mode 0600 in a private folder, in memory where the system offers that, else in the home.
As soon as the editor has ended, the command seals the text into the home. Only then it overwrites and removes the
file, also when the command is interrupted. The sealed text is dropped when the caller has sent or kept it. A killed
command may leave its file, and so does one that can't seal. The next command that opens the home seals and removes it.
"""

import hashlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from duolog.cli.asking import at_terminal
from duolog.cli.editors import KNOWN, chosen_editor, edit, ending, known_as
from duolog.cli.failures import Usage
from duolog.cli.screen import asked
from duolog.errors import TransportError

if TYPE_CHECKING:
    from duolog.cli.run import Run

MAX_TEXT = 256 * 1024  # bytes read from standard input; a document is smaller anyway
CUT = "------ Everything below this line is left out. ------"
RESCUED = "Your text isn't lost: it is kept here, sealed. `duolog draft rescued` shows it."
FOUND = "What you typed in a command that was cut off is kept here, sealed. `duolog draft rescued` shows it."
UNSEALED = (
    "Your text isn't lost: it is in {folder}, unencrypted, until you have done what is said next and run `duolog "
    "status`, which seals it; don't log out or turn this computer off before that."
)
UNKNOWN_EDITOR = (
    "Duolog doesn't know the editor {name}, and can't keep it from leaving copies, backups or a history of what you "
    "write on this computer. It knows: {known}. Set EDITOR to one of them, or look what yours keeps. This is said once."
)
ON_DISK = (
    "This computer offers no folder in memory, so what you write is in a private file on its disk until the editor "
    "ends. It is overwritten then, which not every disk really does. This is said once."
)
_MEMORY = ("tmpfs", "ramfs")
_START = "start.sha256"


@contextmanager
def written_text(run: "Run", *, start: str, hint: str) -> Iterator[str]:
    """A text that stays kept until the caller has sent it inside the `with`. An empty text: the person gave it up.

    `start`: the text that the editor opens with. `hint`: an explanation below the cut. Raises: Usage.
    """
    if not at_terminal():
        text = _from_stdin()
        try:
            yield text
        except TransportError:
            if text.strip():
                run.drafts().rescue(text)
                run.screen.aside(RESCUED)
            raise
        return
    editor = chosen_editor()
    if editor is None:
        text = _from_terminal(run, hint)
        kept = _sealed(run, text, start)
    else:
        with ending():
            text, kept = _from_editor(run, editor, start, hint)
    if kept is None:
        yield ""
        return
    try:
        yield text
    except BaseException:
        run.screen.aside(RESCUED)
        raise
    run.drafts().drop_rescued(kept)


def rescue_leftovers(run: "Run") -> None:
    """Seal and remove the texts that an earlier command on this home left. The home's lock says that none is running.

    Raises: as `_rescue`.
    """
    for place in _places(run.folder):
        for folder in place.glob(f"{_prefix(run.folder)}*"):
            if folder.is_symlink() or not folder.is_dir() or folder.stat().st_uid != os.getuid():
                continue
            _rescue(run, folder, FOUND)


def cut(text: str) -> str:
    """The text above the cut, without empty lines around it."""
    return text.split(CUT, 1)[0].strip("\n").rstrip()


def _from_editor(run: "Run", editor: list[str], start: str, hint: str) -> tuple[str, str | None]:
    """The typed text, and the name under which it is sealed; None when the person gave it up."""
    memory = _memory_folder()
    if memory is None:
        say_once(run, "disk", f"Careful: {ON_DISK}")
    if known_as(editor[0]) is None:
        name = Path(editor[0]).name
        unknown = UNKNOWN_EDITOR.format(name=name, known=", ".join(KNOWN))
        say_once(run, f"editor {name}", f"Careful: {unknown}")
    file = _opened_with(Path(tempfile.mkdtemp(prefix=_prefix(run.folder), dir=memory or run.folder)), start, hint)
    try:
        edit(editor, file)
        text = cut(file.read_text(encoding="utf-8", errors="replace"))
        kept = _sealed(run, text, start)
    except BaseException:
        _rescue(run, file.parent, RESCUED)
        raise
    _destroy(file.parent)
    return text, kept


def _opened_with(folder: Path, start: str, hint: str) -> Path:
    """The editor's file in a new folder. The digest of its start lies beside it, and shows an untouched form."""
    form = f"{start}\n\n{CUT}\n{hint}\nSave and close to go on; save it empty to give up.\n"
    try:
        for name, content in ((_START, _digest(start)), ("text.md", form)):
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as opened:
                opened.write(content)
    except BaseException:
        _destroy(folder)
        raise
    return folder / "text.md"


def _sealed(run: "Run", text: str, start: str) -> str | None:
    """Seal a text into the home; its name there, or None when the person gave it up."""
    if not text.strip() or text.strip() == start.strip():
        return None
    return run.drafts().rescue(text)


def _rescue(run: "Run", folder: Path, said: str) -> None:
    """Seal the texts of a folder, say so, and remove the folder. When sealing fails, the folder stays and is named.

    Raises: any error of sealing.
    """
    try:
        texts = _typed(folder)
        for text in texts:
            run.drafts().rescue(text)
    except BaseException:
        run.screen.aside(UNSEALED.format(folder=folder))
        raise
    _destroy(folder)
    if texts:
        run.screen.aside(said)


def _typed(folder: Path) -> list[str]:
    """The texts above the cut in a folder's files, each once. A killed editor may have saved more than one file."""
    files = [file for file in sorted(folder.iterdir()) if file.is_file() and not file.is_symlink()]
    read = {file.name: file.read_text(encoding="utf-8", errors="replace") for file in files}
    start = read.pop(_START, "")
    texts = [text for text in map(cut, read.values()) if text.strip() and _digest(text) != start]
    return list(dict.fromkeys(texts))


def _digest(text: str) -> str:
    return hashlib.sha256(text.strip().encode("utf-8", "replace")).hexdigest()


def _destroy(folder: Path) -> None:
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


def _from_stdin() -> str:
    data = sys.stdin.buffer.read(MAX_TEXT + 1)
    if len(data) > MAX_TEXT:
        raise Usage("The text is too long: a document holds 64 KiB. Shorten it, or split it in two.")
    try:
        return data.decode("utf-8").strip("\n").rstrip()
    except UnicodeDecodeError as error:
        raise Usage("The text on standard input isn't UTF-8. Convert it first, for example with iconv.") from error


def _from_terminal(run: "Run", hint: str) -> str:
    run.screen.aside(hint)
    run.screen.aside("No editor was found (set EDITOR to choose one). Write here; end with Ctrl-D on an empty line.")
    with asked():
        return sys.stdin.read(MAX_TEXT).strip("\n").rstrip()


def say_once(run: "Run", what: str, text: str) -> None:
    """Say something once beside the result. The home remembers what was said."""
    file = run.folder / "said"
    said = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    if what not in said:
        run.screen.aside(text, style="careful")
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as opened:
            opened.write(what.replace("\n", " ") + "\n")


def _prefix(home: Path) -> str:
    """The beginning of the names of the editor's folders for one home."""
    return f"duolog-{hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]}-"


def _places(home: Path) -> list[Path]:
    """Every place that may hold such a folder. Memory may have come or gone since it was made."""
    return [place for text in (*_offered(), str(home)) if (place := Path(text)).is_dir()]


def _offered() -> list[str]:
    return [place for place in (os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm") if place]  # noqa: S108 - memory


def _memory_folder() -> Path | None:
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
