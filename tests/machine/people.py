"""People with several devices, on the real server, whose programs die and come back."""

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import keyring.backend
from fastapi import FastAPI

from duolog.client import Duolog, Enrollment, HttpTransport, Unlock
from duolog.client.home.log_rows import load_frozen
from duolog.client.log.stored_logs import load_log
from duolog.errors import DuologError, ServerRefused
from duolog.protocol.log import LogState
from tests.client.couple import Clock
from tests.conftest import ORIGIN
from tests.machine.network import Crash, Network

UNLOCK = Unlock()


class MemoryKeyring(keyring.backend.KeyringBackend):
    """An operating system's keyring for one test: the keys of homes that are opened and closed many times."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self._kept[service, username]


@dataclass
class Device:
    """One home of a person. `out`: it was revoked; what it holds is looked at in the end."""

    person: "Person"
    home: Path
    network: Network
    duolog: Duolog
    out: bool = False
    written: list[str] = field(default_factory=list)

    async def attempt(self, step: Callable[[Duolog], Awaitable[object]]) -> bool:
        """One step, whatever the network does to it; whether it was done. A program that died is started again."""
        try:
            await step(self.duolog)
        except DuologError:
            return False
        except BaseException as error:
            if not _crashed(error):
                raise
            await self.restart()
            return False
        finally:
            self.network.plan.clear()
            self.network.intrude = None
        return True

    async def restart(self) -> None:
        """Start again from what is on disk."""
        self.network.plan.clear()
        self.duolog._context.home.close()
        self.duolog = await Duolog.open(
            home=self.home, unlock=UNLOCK, server=HttpTransport(ORIGIN, network=self.network), clock=self.person.clock
        )

    def log(self, journal: bytes) -> LogState:
        return load_log(self.duolog._context.store, journal)

    def promised(self, journal: bytes) -> int:
        """The last seq that the server can't hide from this home: what it showed here, or said that it took."""
        known = self.duolog._context.known(journal)
        return max(self.log(journal).seq, *known.acknowledged, 0)

    def frozen(self) -> list[str]:
        """Why journals of this home are read-only."""
        store = self.duolog._context.store
        rows = store.rows("SELECT id FROM journal")
        reasons = [load_frozen(store, bytes(row[0])) for row in rows if isinstance(row[0], bytes)]
        return [reason for reason in reasons if reason is not None]

    async def texts(self, journal: bytes) -> set[str]:
        shown = await self.duolog.timeline(journal)
        return {item.body["text"] for item in shown if item.kind == "note" and item.body is not None}


def _crashed(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup(Crash) is not None
    return isinstance(error, Crash)


class Person:
    """An account and its devices, the first of them the one that registered."""

    def __init__(self, name: str, app: FastAPI, folder: Path, clock: Clock) -> None:
        self.name, self.clock, self.papers = name, clock, list[str]()
        self._app, self._folder, self._numbers = app, folder, itertools.count(1)
        self.devices: list[Device] = []

    @property
    def account(self) -> bytes:
        return self.devices[0].duolog.account

    @property
    def alive(self) -> list[Device]:
        return [device for device in self.devices if not device.out]

    async def register(self) -> "Person":
        home, network = self._new_home()
        transport = HttpTransport(ORIGIN, network=network)
        made = await Duolog.register(transport, home=home, unlock=UNLOCK, clock=self.clock)
        self.papers.append(" ".join(made.words))
        self.devices.append(Device(self, home, network, made.duolog))
        return self

    async def add_device(self, old: Device) -> None:
        """A new home joins by way of an old device. A step that fails leaves no device behind, and nothing broken."""
        home, network = self._new_home()
        transport = HttpTransport(ORIGIN, network=network)
        new = await Enrollment.begin(transport, home=home, unlock=UNLOCK, clock=self.clock)
        added = await old.attempt(lambda duolog: _let_in(duolog, new))
        try:
            opened = await new.finish() if added else None
        except DuologError:
            opened = None
        if opened is None:
            await new.close()
            return
        self.devices.append(Device(self, home, network, opened))

    async def restore(self) -> Duolog:
        """From the words alone, in memory: of all that this person wrote down, one paper opens."""
        for number, words in enumerate(reversed(self.papers), start=1):
            transport = HttpTransport(ORIGIN, network=Network(self._app))
            try:
                return await Duolog.restore(transport, words, home=None, clock=self.clock)
            except ServerRefused:
                if number == len(self.papers):
                    raise
        raise AssertionError("nobody is without a paper")

    async def close(self) -> None:
        for device in self.devices:
            await device.duolog.close()

    def _new_home(self) -> tuple[Path, Network]:
        return self._folder / f"{self.name}-{next(self._numbers)}", Network(self._app)


async def _let_in(duolog: Duolog, new: Enrollment) -> None:
    words = await duolog.keyholders.begin_adding(new.code)
    assert await new.words() == words
    await duolog.keyholders.confirm_adding(words)
