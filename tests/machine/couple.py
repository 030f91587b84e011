"""Ada and Sam with their devices, and Dr Okoro: what they may do in any order, and what must hold in the end."""

import itertools
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from fastapi import FastAPI

from duolog.client import Duolog
from duolog.client.account.rotating import Wanted, rotate
from duolog.client.server.transport import Transport
from duolog.errors import DuologError, NotAllowed, OpenError, RosterViolation, ServerRefused
from duolog.protocol.entries import parse_header
from duolog.protocol.log import EntryItem, StatementItem
from duolog.protocol.roster import check_change
from duolog.protocol.roster_changes import Roster
from duolog.seal.entries import open_entry, readers_of
from duolog.seal.grants import unwrap_grant
from hostile.history import items_of
from tests.client.couple import Clock, pair
from tests.machine.network import Fault
from tests.machine.people import Device, Person

DAY = 24 * 3600
TERM = 30 * DAY
MAX_DEVICES = 3
SETTLING = 5  # rounds in which everybody syncs in turn

Step = Callable[[Duolog], Awaitable[object]]


class Evening:
    """The people, their journal, and every text that was written."""

    def __init__(self, app: FastAPI, folder: Path, clock: Clock) -> None:
        self.clock = clock
        self.ada, self.sam, self.okoro = (Person(name, app, folder, clock) for name in ("ada", "sam", "okoro"))
        self.journal = b""
        self._numbers = itertools.count(1)
        self._invited = False

    async def begin(self) -> None:
        for person in (self.ada, self.sam, self.okoro):
            await person.register()
        self.journal = await pair(self.ada.devices[0].duolog, self.sam.devices[0].duolog)

    @property
    def partners(self) -> list[Device]:
        return [*self.ada.alive, *self.sam.alive]

    @property
    def therapist(self) -> Device:
        return self.okoro.devices[0]

    def calm(self) -> None:
        """Nothing that was to befall an earlier step, and did not, befalls a later one."""
        for device in (*self.partners, self.therapist):
            device.network.plan.clear()
            device.network.intrude = None

    def pick(self, number: int) -> Device:
        """A device of a partner that is in use."""
        return self.partners[number % len(self.partners)]

    # --- steps: each may fail, and none may break anything ---

    async def write(self, device: Device) -> None:
        text = f"{device.person.name} wrote {next(self._numbers)}"

        async def step(duolog: Duolog) -> None:
            await duolog.write(self.journal, "note", {"text": text})

        stored = await device.attempt(step)
        if stored or text in await self._waiting(device):  # what is safe in the home arrives
            device.written.append(text)

    async def _waiting(self, device: Device) -> set[str]:
        """What is kept in this home to be sent, or has been; nothing in a new one that has not seen the journal yet."""
        try:
            shown = await device.duolog.timeline(self.journal)
        except NotAllowed:
            return set()
        return {item.body["text"] for item in shown if item.mine and item.kind == "note" and item.body is not None}

    async def sync(self, device: Device) -> None:
        await device.attempt(lambda duolog: duolog.sync())

    async def add_device(self, old: Device) -> None:
        if len(old.person.alive) < MAX_DEVICES:
            await old.person.add_device(old)

    async def revoke(self, device: Device, number: int) -> None:
        """Take out another device of the same person. It counts as out once the server has taken it."""
        others = [item for item in device.person.alive if item is not device]
        if not others:
            return
        victim = others[number % len(others)]
        keyholder = victim.duolog._context.home.keyholder.id
        await device.attempt(lambda duolog: duolog.keyholders.revoke([keyholder]))
        victim.out = not await self._may_log_in(victim)

    async def _may_log_in(self, device: Device) -> bool:
        try:
            await device.duolog._context.network.log_in()
        except ServerRefused:
            return False
        return True

    async def replace_sheet(self, device: Device) -> None:
        async def step(duolog: Duolog) -> None:
            # Written down before it is asked for: what was begun comes into force at a later sync, too.
            device.person.papers.append(" ".join(await duolog.keyholders.new_sheet()))
            await duolog.keyholders.replace_sheet()

        await device.attempt(step)

    async def rotate(self, device: Device) -> None:
        """What happens by chance on one day in thirty."""

        async def step(duolog: Duolog) -> None:
            async with duolog._session.ready() as context:
                await rotate(context, Wanted())

        await device.attempt(step)

    async def invite(self, device: Device) -> None:
        """A link for Dr Okoro, who accepts at once."""
        if self._is_member(self.okoro.account):
            return
        until, links = self.clock() + TERM, list[str]()

        async def step(duolog: Duolog) -> None:
            links.append((await duolog.members(self.journal).invite("write", until)).link)

        await device.attempt(step)
        for link in links:
            self._invited = await self.therapist.attempt(partial(_join, link)) or self._invited

    async def consent(self, device: Device) -> None:
        """Whatever waits for this person's consent to Dr Okoro gets it, with the words that both see."""
        if not self._invited:
            return
        await self.therapist.attempt(lambda duolog: duolog.sync())
        heard = await self._heard()

        async def step(duolog: Duolog) -> None:
            await duolog.sync()
            members = duolog.members(self.journal)
            for admission in await members.admissions():
                if heard is not None and admission.words == heard:
                    await members.confirm(heard, invitation=admission.invitation)
            for proposal in await members.proposals():
                if not proposal.mine and (proposal.words is None or proposal.words == heard):
                    await members.sign(proposal.id, proposal.words)

        await device.attempt(step)

    async def _heard(self) -> tuple[str, ...] | None:
        """The words that Dr Okoro reads out; none when the invitation ended before both had shown what they are of."""
        try:
            return (await self.therapist.duolog.pairing(self.journal)).words
        except NotAllowed:
            return None

    async def remove(self, device: Device) -> None:
        await device.attempt(lambda duolog: duolog.members(self.journal).remove(self.okoro.account))

    async def leave(self) -> None:
        await self.therapist.attempt(lambda duolog: duolog.members(self.journal).leave())

    async def therapist_writes(self) -> None:
        if self._is_member(self.okoro.account):
            await self.write(self.therapist)

    def withhold(self, device: Device) -> None:
        """The server shows this device nothing newer of the journal, until it writes there or is told otherwise."""
        device.network.withheld[self.journal] = device.promised(self.journal)

    def race(self, device: Device, number: int, act: Callable[[Device], Awaitable[None]]) -> None:
        """The next request of `device` meets what another device of either partner has just done."""
        others = [item for item in self.partners if item is not device]
        other = others[number % len(others)]
        device.network.intrude = lambda: act(other)
        device.network.plan.extend([Fault.NONE] * (number % 3) + [Fault.RACE])

    # --- what must hold ---

    def check_nothing_is_frozen(self) -> None:
        for device in (*self.partners, self.therapist):
            assert device.frozen() == [], (
                f"a legitimate run has frozen a journal of {device.person.name}: {device.frozen()}"
            )

    async def settle(self) -> None:
        """No more faults; everybody syncs until nothing moves."""
        everybody = (*self.partners, self.therapist)
        self.calm()
        for device in everybody:
            device.network.withheld.clear()
        for _ in range(SETTLING):
            for device in everybody:
                await self.sync(device)

    async def check_all(self) -> None:
        await self.settle()
        self.check_nothing_is_frozen()
        for person in (self.ada, self.sam):
            last = f"{person.name} wrote last"
            written = await person.alive[0].duolog.write(self.journal, "note", {"text": last})
            assert written.delivered, written.problem
            person.alive[0].written.append(last)
        await self.settle()
        self._check_one_roster()
        await self._check_nobody_is_locked_out()
        await self._check_nobody_reads_on()

    def _check_one_roster(self) -> None:
        members = [*self.partners, *([self.therapist] if self._is_member(self.okoro.account) else [])]
        states = [device.log(self.journal) for device in members]
        assert len({(state.seq, state.head) for state in states}) == 1, "members see different logs"
        roster = self._roster()
        assert not roster.stale
        for member in roster.members:
            person = next(item for item in (self.ada, self.sam, self.okoro) if item.account == member.account)
            newest = person.alive[0].duolog._context.identity.secret.generation
            assert member.generation == newest, f"the roster names old keys of {person.name}"
        for device in self.partners:
            waiting = device.duolog._context.store.row("SELECT count(*) FROM outbox")
            assert waiting == (0,), f"something of {device.person.name} never arrived"

    async def _check_nobody_is_locked_out(self) -> None:
        """Each partner's device shows every text of the devices that are still in use."""
        expected = {text for device in self.partners for text in device.written}
        for device in self.partners:
            missing = expected - await device.texts(self.journal)
            assert not missing, f"{device.person.name} does not read {missing}"
        for person in (self.ada, self.sam):
            async with await person.restore() as restored:
                await restored.sync()
                shown = await restored.timeline(self.journal)
            texts = {item.body["text"] for item in shown if item.kind == "note" and item.body is not None}
            assert expected <= texts, f"the words of {person.name} do not read everything"

    async def _check_nobody_reads_on(self) -> None:
        """With all that the server has, whoever is out opens neither the newest epoch's grants nor its entries."""
        gone = [device for person in (self.ada, self.sam) for device in person.devices if device.out]
        if self._invited and not self._is_member(self.okoro.account):
            gone.append(self.therapist)
        for device in gone:
            await self._check_cannot_read(device)

    async def _check_cannot_read(self, device: Device) -> None:
        context, reader = device.duolog._context, self.ada.alive[0]
        with_all = reader.duolog._context
        page = await with_all.network.call(Transport.pull, self.journal, 0)
        roster: Roster | None = None
        for push in page.pushes:
            for placed in push.items:
                if isinstance(placed.item, StatementItem):
                    roster = check_change(roster, placed.item.signed, with_all.chains)
        assert roster is not None
        assert roster.epoch not in {number for number, key in context.epochs(self.journal).items() if key is not None}
        for grant in [grant for push in page.pushes for placed in push.items for grant in placed.grants.values()]:
            for secret in context.identity.secrets.values():
                try:
                    key = unwrap_grant(grant, roster, self.ada.account, secret)
                except (OpenError, RosterViolation):
                    continue
                raise AssertionError(f"a grant of epoch {key.epoch} opens for who is out")
        readers = readers_of(roster, with_all.chains)
        for item in items_of(page.pushes):
            if isinstance(item, EntryItem) and item.blob and parse_header(item.header).epoch == roster.epoch:
                self._check_closed(device, item, readers)

    def _check_closed(self, device: Device, item: EntryItem, readers: object) -> None:
        context, header = device.duolog._context, parse_header(item.header)
        assert item.blob is not None
        for key in context.epochs(self.journal).values():
            for secret in context.identity.secrets.values():
                if key is None:
                    continue
                try:
                    open_entry(header, item.blob, key, device.person.account, secret, readers)  # type: ignore[arg-type]
                except DuologError:
                    continue
                raise AssertionError("an entry of the newest epoch opens for who is out")

    def _roster(self) -> Roster:
        newest = max((device.log(self.journal) for device in self.partners), key=lambda state: state.seq)
        assert newest.roster is not None
        return newest.roster

    def _is_member(self, account: bytes) -> bool:
        return self._roster().find(account) is not None

    async def close(self) -> None:
        for person in (self.ada, self.sam, self.okoro):
            await person.close()


async def _join(link: str, duolog: Duolog) -> None:
    await duolog.join(link)
