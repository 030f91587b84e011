"""Long texts: from the editor or from standard input, never from an argument.

The editor works on a file of mode 0600 in a private folder, in memory where the system offers that, else in the home.
As soon as the editor has ended, the command seals the text into the home. Only then it overwrites and removes the
file, also when the command is interrupted. The sealed text is dropped when it was sent, or kept as a draft. Where the
text has a fault, the editor opens again and names it. The next time that the same is written, a text that wasn't sent
is offered.

A killed command may leave its file, and so does one that can't seal. Its folder is locked for as long as the command or
its editor runs; the next command that opens the home seals and removes what nobody holds any more.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from duolog.cli import times
from duolog.cli.asking import MAX_TEXT, ask_yes, at_terminal, is_a_file, read_text
from duolog.cli.editors import KNOWN, chosen_editor, edit, ending, known_as
from duolog.cli.failures import OK, NotNow, Usage
from duolog.cli.private_files import (
    CUT,
    OF,
    START,
    cut,
    destroy,
    digest,
    held,
    memory_folder,
    places,
    prefix,
    typed_in,
)
from duolog.cli.screen import asked
from duolog.documents.safe_text import clean
from duolog.errors import MalformedData

if TYPE_CHECKING:
    from duolog.cli.run import Run
    from duolog.client.home.begun import RescuedText

T = TypeVar("T")

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
AGAIN = "Your text is kept. The editor opens again."
POSTED = "What you wrote is kept here, and `duolog sync` sends what wasn't sent."
NOTHING = "Nothing was written."
GO_ON = "Go on with it? (With no it stays kept: `duolog draft rescued`.)"
_SHOWN = 60  # characters of a text that is offered


@dataclass(frozen=True)
class Sheet:
    """A text to be written. `of`: the command, and what the text is about, by which it is offered again.

    `start`: the text that the editor opens with. `hint`: an explanation below the cut. `fault`: of the text so far.
    """

    of: str
    start: str
    hint: str
    fault: str = ""
    opened: str | None = None


def sheet_of(act: str, *about: bytes, start: str = "", hint: str = "") -> Sheet:
    """The sheet of a command. `about`: ids of its journal, and of what the text answers there."""
    return Sheet(" ".join([act, *(one.hex() for one in about)]), start, hint)


def write_text(run: "Run", sheet: Sheet, parse: Callable[[str], T | None], send: Callable[[T], int]) -> int:
    """Let a person write a text, and send it; the exit code. The text stays kept until `send` has returned.

    `parse`: the text as fields; empty ones: there is nothing to send. `send`: sends them, or keeps them as a draft.

    Raises: Usage, MalformedData for a fault of a text that no editor was there to mend; as `send`.
    """
    if not at_terminal():
        return _send_read(run, sheet, parse, send)
    if (offered := _unsent(run, sheet)) is not None:
        sheet = replace(sheet, opened=offered.text)
    kept = None if offered is None else offered.name
    editor = chosen_editor()
    while True:
        text, sealed = _typed_text(run, editor, sheet)
        if sealed is None:
            run.screen.say(NOTHING)
            return OK
        if kept is not None:
            run.drafts().drop_rescued(kept)
        kept = sealed
        before = _entries(run)
        try:
            fields = parse(text)
            if not fields:
                run.screen.say(NOTHING)
            code = send(fields) if fields else OK
        except (Usage, MalformedData) as error:
            if editor is None or text == sheet.opened or isinstance(error, NotNow):
                run.screen.aside(RESCUED)
                raise
            run.screen.aside(f"{error} {AGAIN}", style="careful")
            sheet = replace(sheet, opened=text, fault=str(error))
            continue
        except BaseException:
            _say_kept(run, kept, before)
            raise
        run.drafts().drop_rescued(kept)
        return code


def _send_read(run: "Run", sheet: Sheet, parse: Callable[[str], T | None], send: Callable[[T], int]) -> int:
    """Send a text from standard input. When that fails, it is kept, unless a file holds it."""
    text, before = read_text(), _entries(run)
    try:
        fields = parse(text)
        if not fields:
            run.screen.say(NOTHING)
            return OK
        code = send(fields)
    except BaseException:
        same = [one for one in run.drafts().rescued() if one.text == text]
        if text.strip() and not same and not is_a_file():
            _say_kept(run, run.drafts().rescue(text, sheet.of), before)
        raise
    for one in run.drafts().rescued():
        if one.text == text:
            run.drafts().drop_rescued(one.name)
    return code


def _say_kept(run: "Run", kept: str, before: int) -> None:
    """Say after a failure where the text is. `before`: how many entries the journals had."""
    if _entries(run) > before:  # it stands in the outbox, or was sent
        run.drafts().drop_rescued(kept)
        run.screen.aside(POSTED)
    else:
        run.screen.aside(RESCUED)


def _entries(run: "Run") -> int:
    """How many entries all journals have, with those that wait."""
    return sum(one.seq + one.waiting for one in run.account().journals())


def _unsent(run: "Run", sheet: Sheet) -> "RescuedText | None":
    """The newest text of the same command about the same that wasn't sent, where the person goes on with it."""
    found = [one for one in run.drafts().rescued() if one.of == sheet.of]
    if not found:
        return None
    first = next((line.strip() for line in found[-1].text.splitlines() if line.strip()), "")
    shown = first if len(first) <= _SHOWN else first[:_SHOWN].rstrip() + "…"
    run.screen.say(f"On {times.moment(found[-1].at)} you wrote this, and it wasn't sent:")
    run.screen.say(clean(shown), indent=4)
    return found[-1] if ask_yes(GO_ON, given=False, empty=True) else None


def rescue_leftovers(run: "Run") -> None:
    """Seal and remove the texts that a command on this home left, where neither it nor its editor runs any more.

    Raises: as `_rescue`.
    """
    for place in places(run.folder):
        for folder in place.glob(f"{prefix(run.folder)}*"):
            if folder.is_symlink() or not folder.is_dir() or folder.stat().st_uid != os.getuid():
                continue
            with suppress(BlockingIOError), held(folder):
                _rescue(run, folder, FOUND)


def _typed_text(run: "Run", editor: list[str] | None, sheet: Sheet) -> tuple[str, str | None]:
    """The typed text, and the name under which it is sealed; None when the person gave it up."""
    memory = memory_folder()
    if memory is None:
        say_once(run, "disk", f"Careful: {ON_DISK}")
    if editor is not None and known_as(editor[0]) is None:
        name = Path(editor[0]).name
        unknown = UNKNOWN_EDITOR.format(name=name, known=", ".join(KNOWN))
        say_once(run, f"editor {name}", f"Careful: {unknown}")
    with ending():
        folder = Path(tempfile.mkdtemp(prefix=prefix(run.folder), dir=memory or run.folder))
        with held(folder) as lock:
            file = _opened_with(folder, sheet, form=editor is not None)
            try:
                if editor is None:
                    _type_into(run, sheet, file)
                else:
                    edit(editor, file, lock)
                text = cut(file.read_text(encoding="utf-8", errors="replace"))
                kept = _sealed(run, text, sheet)
            except BaseException:
                _rescue(run, folder, RESCUED)
                raise
            destroy(folder)
            return text, kept


def _opened_with(folder: Path, sheet: Sheet, *, form: bool = True) -> Path:
    """The file in a new folder that a text is typed into. Beside it lie the digest of the empty form, and its command.

    `form`: whether the file begins with the text so far, and its hint.
    """
    opened = sheet.start if sheet.opened is None else sheet.opened
    fault = f"! {sheet.fault}\n" if sheet.fault else ""
    whole = f"{opened}\n\n{CUT}\n{fault}{sheet.hint}\nSave and close to go on; save it empty to give up.\n"
    files = {START: digest(sheet.start), OF: sheet.of, "text.md": whole if form else ""}
    try:
        for name, content in files.items():
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as new:
                new.write(content)
    except BaseException:
        destroy(folder)
        raise
    return folder / "text.md"


def _sealed(run: "Run", text: str, sheet: Sheet) -> str | None:
    """Seal a text into the home; its name there, or None when the person gave it up."""
    if not text.strip() or text.strip() == sheet.start.strip():
        return None
    return run.drafts().rescue(text, sheet.of)


def _rescue(run: "Run", folder: Path, said: str) -> None:
    """Seal the texts of a folder, say so, and remove the folder. When sealing fails, the folder stays and is named.

    Raises: any error of sealing.
    """
    try:
        texts, of = typed_in(folder)
        for text in texts:
            run.drafts().rescue(text, of)
    except BaseException:
        run.screen.aside(UNSEALED.format(folder=folder))
        raise
    destroy(folder)
    if texts:
        run.screen.aside(said)


def _type_into(run: "Run", sheet: Sheet, file: Path) -> None:
    """Let a person type lines, each of which is in the file as soon as it has ended."""
    run.screen.aside(sheet.hint)
    run.screen.aside("No editor was found (set EDITOR to choose one). Write here; end with Ctrl-D on an empty line.")
    if sheet.opened is not None:
        run.screen.say(sheet.opened)
    with asked(), file.open("a", encoding="utf-8") as typed:
        if sheet.opened is not None:
            typed.write(sheet.opened + "\n")
        size = 0
        while size <= MAX_TEXT and (line := sys.stdin.readline(MAX_TEXT)):
            typed.write(line)
            typed.flush()
            size += len(line)


def say_once(run: "Run", what: str, text: str) -> None:
    """Say something once beside the result. The home remembers what was said."""
    file = run.folder / "said"
    said = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    if what not in said:
        run.screen.aside(text, style="careful")
        with (
            suppress(OSError),
            os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as opened,
        ):
            opened.write(what.replace("\n", " ") + "\n")
