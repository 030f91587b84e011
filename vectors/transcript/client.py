"""This project's own client behind the verbs of an evening: the six of the hostile kit, and those for boundaries,
devices and closing. It keeps everything in memory.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from duolog.client import Duolog, Enrollment, Unlock
from duolog.client.server.transport import Transport
from duolog.documents.kinds.boundary_texts import Boundary
from duolog.errors import NotAllowed
from duolog.protocol.codec import encode_b64, parse_b64
from hostile.duolog_client import Client, Fields, Json, Verb

_MEMORY = Unlock(passphrase=lambda _: b"nothing is kept", keyring=False, agent=False)


class EveningClient(Client):
    """One program of an evening. `connect` gives the transport to a server by its address."""

    def __init__(self, connect: Callable[[str], Transport], clock: Callable[[], int]) -> None:
        super().__init__(Path(), patience=0)
        self._connect = connect
        self._clock = clock
        self._notes: dict[str, str] = {}
        self._enrollment: Enrollment | None = None

    @property
    def verbs(self) -> Mapping[str, Verb]:
        """The six, and those of this evening."""
        return {
            **super().verbs,
            "propose": self.propose,
            "accept": self.accept,
            "new_device": self.new_device,
            "begin_adding": self.begin_adding,
            "see_words": self.see_words,
            "confirm_adding": self.confirm_adding,
            "finish": self.finish,
            "revoke": self.revoke,
            "close": self.close_journal,
        }

    async def register(self, fields: Fields) -> Json:
        """A new account at `server`."""
        made = await Duolog.register(self._connect(str(fields["server"])), home=None, unlock=_MEMORY, clock=self._clock)
        self._open = made.duolog
        return {"account": encode_b64(made.duolog.account), "words": list(made.words)}

    async def restore(self, fields: Fields) -> Json:
        """The account of these `words` at `server`."""
        transport, words = self._connect(str(fields["server"])), [str(word) for word in fields["words"]]
        self._open = await Duolog.restore(transport, words, home=None, unlock=_MEMORY, clock=self._clock)
        return {}

    async def write(self, fields: Fields) -> Json:
        """Write a note. It is sent at once."""
        return await self._put("note", {"text": str(fields["text"])})

    async def read(self, fields: Fields) -> Json:
        """Sync, and show notes and boundaries in order."""
        found = await super().read(fields)
        boundaries = await (await self._duolog()).boundaries((await self._journal()).id).list()
        return {**found, "boundaries": [_shown(item) for item in boundaries]}

    async def propose(self, fields: Fields) -> Json:
        """Propose a boundary in this `wording`."""
        return await self._put("boundary", {"step": "propose", "wording": dict(fields["wording"])})

    async def accept(self, fields: Fields) -> Json:
        """Accept what waits in the `boundary`, named by its first entry."""
        boundaries = (await self._duolog()).boundaries((await self._journal()).id)
        return _sent((await boundaries.accept(parse_b64(str(fields["boundary"])))).entry)

    async def new_device(self, fields: Fields) -> Json:
        """Become a device of somebody's account at `server`: a code for the device that they have."""
        transport = self._connect(str(fields["server"]))
        self._enrollment = await Enrollment.begin(transport, home=None, unlock=_MEMORY, clock=self._clock)
        return {"code": self._enrollment.code}

    async def begin_adding(self, fields: Fields) -> Json:
        """Show the account to the new device with this `code`."""
        return {"words": list(await (await self._duolog()).keyholders.begin_adding(str(fields["code"])))}

    async def see_words(self, _: Fields) -> Json:
        """The words of the account that answered."""
        return {"words": list(await self._enrolling().words() or ())}

    async def confirm_adding(self, fields: Fields) -> Json:
        """Let the device in that shows these `words`."""
        words = [str(word) for word in fields["words"]]
        return {"keyholder": encode_b64(await (await self._duolog()).keyholders.confirm_adding(words))}

    async def finish(self, _: Fields) -> Json:
        """Open the account on the new device."""
        self._open = await self._enrolling().finish()
        return {"account": encode_b64((await self._duolog()).account)}

    async def revoke(self, fields: Fields) -> Json:
        """Take a `keyholder` out of the account: a rotation."""
        revoked = await (await self._duolog()).keyholders.revoke([parse_b64(str(fields["keyholder"]))])
        return {"generation": revoked.generation}

    async def close_journal(self, _: Fields) -> Json:
        """Close the journal, now."""
        await (await self._duolog()).leaving((await self._journal()).id).close()
        return {}

    def keep(self, name: str, text: str) -> None:
        """Keep a text in memory."""
        self._notes[name] = text

    def kept(self, name: str) -> str:
        """A text that was kept."""
        return self._notes.get(name, "")

    async def _put(self, kind: str, body: Json) -> Json:
        written = await (await self._duolog()).write((await self._journal()).id, kind, body)
        return _sent(written.entry)

    def _enrolling(self) -> Enrollment:
        if self._enrollment is None:
            raise NotAllowed("This program is no new device.")
        return self._enrollment


def _sent(entry: bytes) -> Json:
    return {"entry": encode_b64(entry)}


def _shown(item: Boundary) -> Json:
    return {"boundary": encode_b64(item.entry), "stage": item.stage}
