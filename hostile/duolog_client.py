"""`python -m hostile.duolog_client`: this project's own client library behind the six verbs of the runner."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from duolog.client import Duolog, HttpTransport, JournalView, Pairing, PairingStage, Unlock
from duolog.client.server.http import PATIENCE
from duolog.errors import DuologError, JournalFrozen, NotAllowed, TransportError
from hostile.talk import HOME

_SERVER = "server"  # files in the home, for the next start: the address, and the journal that was joined
_JOINED = "joined"
Fields = Mapping[str, Any]
Json = dict[str, Any]
Verb = Callable[[Fields], Awaitable[Json]]


class Client:
    """One person's account. `patience`: seconds that the transport gives one exchange."""

    def __init__(self, home: Path, patience: float) -> None:
        self._home = home
        self._patience = patience
        self._open: Duolog | None = None

    @property
    def verbs(self) -> Mapping[str, Verb]:
        """Each verb by its name."""
        return {
            "register": self.register,
            "invite": self.invite,
            "join": self.join,
            "write": self.write,
            "read": self.read,
            "status": self.status,
            "rotate": self.rotate,
            "restore": self.restore,
        }

    async def answer(self, verb: str, fields: Fields) -> Json:
        """The answer to one verb; what goes wrong stands in it."""
        if verb not in self.verbs:
            return {"unsupported": True}
        try:
            return await self.verbs[verb](fields)
        except DuologError as error:
            return fault(error)

    async def register(self, fields: Fields) -> Json:
        """A new account at `server`."""
        transport = HttpTransport(str(fields["server"]), patience=self._patience)
        made = await Duolog.register(transport, home=self._home / "duolog", unlock=_unlock())
        self.keep(_SERVER, transport.origin)
        self._open = made.duolog
        return {"words": list(made.words)}

    async def restore(self, fields: Fields) -> Json:
        """The account of these `words` at `server`, in a new home."""
        transport = HttpTransport(str(fields["server"]), patience=self._patience)
        words = [str(word) for word in fields["words"]]
        self._open = await Duolog.restore(transport, words, home=self._home / "duolog", unlock=_unlock())
        self.keep(_SERVER, transport.origin)
        return {}

    async def rotate(self, _: Fields) -> Json:
        """Put a new recovery sheet in the place of the old one: a rotation of the account's keys."""
        keyholders = (await self._duolog()).keyholders
        await keyholders.new_sheet()
        await keyholders.replace_sheet()
        return {}

    async def invite(self, _: Fields) -> Json:
        """A new journal for two, and a link for the other."""
        duolog = await self._duolog()
        return {"link": (await duolog.invite(await duolog.create_journal())).link}

    async def join(self, fields: Fields) -> Json:
        """Accept a `link`; later, say that both see the same `words`."""
        duolog = await self._duolog()
        if "link" in fields:
            joined = await duolog.join(str(fields["link"]))
            self.keep(_JOINED, joined.journal.hex())
        else:
            await duolog.verify((await self._journal()).id, [str(word) for word in fields["words"]])
        return {}

    async def write(self, fields: Fields) -> Json:
        """Write a note. It is kept here and sent, now or at the next sync."""
        written = await (await self._duolog()).write((await self._journal()).id, "note", {"text": str(fields["text"])})
        return {} if written.delivered or written.problem is None else {"say": str(written.problem)}

    async def read(self, _: Fields) -> Json:
        """Sync, and show the notes of the journal. What was verified before is shown although the sync failed."""
        said = await self._sync()
        entries: list[dict[str, str]] = []
        shown = await (await self._duolog()).timeline((await self._journal()).id, limit=100_000)
        for item in shown:
            if item.kind == "note" and item.body is not None:
                entries.append({"text": str(item.body["text"])})
            elif item.unreadable or item.hidden:
                entries.append({"unreadable": str(item.unreadable or item.hidden)})
        return {"entries": entries, **said}

    async def status(self, _: Fields) -> Json:
        """Sync, and say how each journal stands."""
        said = await self._sync()
        views = await (await self._duolog()).journals()
        standing = [await self._standing(view) for view in views]
        return {"journals": [*standing, *await self._waiting(views)], **said}

    async def _sync(self) -> Json:
        try:
            report = await (await self._duolog()).sync()
        except DuologError as error:
            return fault(error)
        return fault(report.problems[0]) if report.problems else {}

    async def _standing(self, view: JournalView) -> Json:
        if view.frozen is not None:
            return {"state": "frozen", "say": view.frozen}
        pairing = await self._pairing(view.id)
        if pairing is None or pairing.stage is PairingStage.VERIFIED:
            return {"state": "closed" if view.closed else "ok"}
        return {"state": "pairing", "words": list(pairing.words or ())}

    async def _waiting(self, views: Sequence[JournalView]) -> list[dict[str, Any]]:
        """The journal that was joined and doesn't name me yet."""
        journal = bytes.fromhex(self.kept(_JOINED))
        if not journal or journal in {view.id for view in views}:
            return []
        pairing = await self._pairing(journal)
        return [] if pairing is None else [{"state": "pairing", "words": list(pairing.words or ())}]

    async def _pairing(self, journal: bytes) -> Pairing | None:
        try:
            return await (await self._duolog()).pairing(journal)
        except NotAllowed:
            return None

    async def _journal(self) -> JournalView:
        """The one journal that both share. Raises: NotAllowed."""
        views = await (await self._duolog()).journals()
        if not views:
            raise NotAllowed("There is no journal here. Join one, or invite somebody.")
        return views[0]

    async def _duolog(self) -> Duolog:
        """The account, opened where this program was started anew. Raises: as `Duolog.open`."""
        if self._open is None:
            transport = HttpTransport(self.kept(_SERVER), patience=self._patience)
            self._open = await Duolog.open(home=self._home / "duolog", unlock=_unlock(), server=transport)
        return self._open

    def keep(self, name: str, text: str) -> None:
        """Keep a text for the next start."""
        (self._home / name).write_text(text)

    def kept(self, name: str) -> str:
        """A text that was kept, empty where there is none."""
        file = self._home / name
        return file.read_text() if file.exists() else ""

    async def close(self) -> None:
        """Close the account."""
        if self._open is not None:
            await self._open.close()


def fault(error: DuologError) -> Json:
    """An error as the runner reads it."""
    codes = ((JournalFrozen, "frozen"), (TransportError, "no server"))
    code = next((code for kind, code in codes if isinstance(error, kind)), "refused")
    return {"error": code, "class": type(error).__name__, "check": getattr(error, "check", ""), "say": str(error)}


def _unlock() -> Unlock:
    return Unlock(passphrase=lambda _: b"nobody keeps anything in the home of a test", keyring=False, agent=False)


async def _serve(client: Client) -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        answer = await client.answer(str(asked.pop("verb", "")), asked)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    await client.close()


def main() -> None:
    """Answer each line of standard input."""
    parser = argparse.ArgumentParser(prog="python -m hostile.duolog_client", description=__doc__)
    parser.add_argument("--patience", type=float, default=PATIENCE, help="seconds for one exchange (60)")
    options = parser.parse_args()
    asyncio.run(_serve(Client(Path(os.environ[HOME]), options.patience)))


if __name__ == "__main__":
    main()
