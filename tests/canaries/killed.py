"""A program that is killed at a chosen place: `python -m tests.canaries.killed ACT SERVER FOLDER WORD`.

At the place it prints a line, and waits for its end.
"""

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

from duolog.client import Duolog, NewAttachment, Unlock
from duolog.client.attachments import saving
from duolog.client.importing import importing

UNLOCK = Unlock(passphrase=lambda new: b"a passphrase for tests", keyring=False)


def die_here(*_: Any) -> Any:
    """Say that the place is reached. Whoever started this kills it."""
    sys.stdout.write("here\n")
    sys.stdout.flush()
    time.sleep(600)


def halfway(done: int, total: int) -> None:
    """Die while a long file is on its way."""
    if total // 4 < done < total:
        die_here()


async def begin(server: str, folder: Path, word: str) -> None:
    """An account, a journal, and a note with a file of text."""
    new = await Duolog.register(server, home=folder / "home", unlock=UNLOCK)
    async with new.duolog as ada:
        journal = await ada.create_journal()
        files = [NewAttachment(folder / "chosen" / "long.txt", name=f"{word}.txt")]
        written = await ada.write(journal, "note", {"text": word}, attachments=files)
        assert written.delivered, written.problem


async def act(what: str, folder: Path, word: str) -> None:
    """One of the acts, up to its place."""
    async with await Duolog.open(home=folder / "home", unlock=UNLOCK) as ada:
        for one in await ada.journals():  # an import that was cut off may have made another
            journal, files = one.id, ada.attachments(one.id)
            if listed := await files.list():
                view = listed[0]
                break
        if what == "seal":
            more = [NewAttachment(folder / "chosen" / "long.txt")]
            await ada.write(journal, "note", {"text": word}, attachments=more, progress=halfway)
        elif what == "fetch":
            await files.save(view.entry, view.id, folder / "chosen" / "fetched.txt", progress=halfway)
        elif what == "save":
            setattr(saving, "os", Fsync())  # noqa: B010  # types know no other module there
            await files.save(view.entry, view.id, folder / "chosen" / "saved.txt")
        elif what == "open":
            await files.open(view.entry, view.id)
            die_here()
        elif what == "import":
            setattr(importing, "post", die_here)  # noqa: B010
            await ada.importing.diary(folder / "chosen" / "diary.zip", None)
        elif what == "again":
            await ada.sync()


class Fsync:
    """`os`, in which a file is never whole on the disk."""

    def __getattr__(self, name: str) -> Any:
        return die_here if name == "fsync" else getattr(os, name)


if __name__ == "__main__":
    chosen, at, where, canary = sys.argv[1:]
    asyncio.run(begin(at, Path(where), canary) if chosen == "begin" else act(chosen, Path(where), canary))
