"""A home that was restored from words becomes a device of its own, and the paper goes back into the drawer."""

from pathlib import Path

import keyring
import pytest
from fastapi import FastAPI
from keyring.backend import KeyringBackend

from duolog.client import Duolog, Unlock
from duolog.client.server.transport import Transport
from duolog.errors import NotAllowed, TransportError
from tests.client.couple import UNLOCK, Couple, Tampered, couple


async def restored_in(app: FastAPI, two: Couple, home: Path, unlock: Unlock = UNLOCK) -> Duolog:
    """A home restored from Ada's words, and confirmed by what Sam reads out."""
    restored = await Duolog.restore(Tampered(app), two.words, home=home, unlock=unlock)
    await restored.sync()
    heads = await two.sam.heads()
    mine = next(item.words for item in heads.accounts if item.account == two.ada.account)
    await restored.confirm_restored(mine, {two.journal: heads.journals[0].words})
    return restored


async def kind(person: Duolog) -> str:
    return (await person.status()).keyholder_kind


async def notes(person: Duolog, journal: bytes) -> list[str]:
    return [item.body["text"] for item in await person.timeline(journal) if item.body and item.kind == "note"]


async def test_it_opens_with_its_passphrase_and_keeps_what_it_holds(app: FastAPI, tmp_path: Path) -> None:
    async with couple(app) as two:
        await two.sam.write(two.journal, "note", {"text": "from before"})
        home = tmp_path / "restored"
        async with await restored_in(app, two, home) as restored:
            await restored.drafts().rescue("half a sentence")
            assert await kind(restored) == "recovery_sheet"
            assert await restored.keyholders.may_become_device()
            await restored.keyholders.become_device(UNLOCK)
            assert await kind(restored) == "device"
            assert not await restored.keyholders.may_become_device()
            assert (await restored.write(two.journal, "note", {"text": "from the device"})).delivered
        async with await Duolog.open(home=home, unlock=UNLOCK, server=Tampered(app)) as again:
            assert await kind(again) == "device"
            await again.sync()
            assert await notes(again, two.journal) == ["from before", "from the device"]
            assert [one.text for one in await again.drafts().rescued()] == ["half a sentence"]
            here = [item for item in await again.keyholders.list() if item.here]
            assert [(item.kind, item.new) for item in here] == [("device", False)]


async def test_its_paper_can_be_replaced_from_there(app: FastAPI, tmp_path: Path) -> None:
    async with couple(app) as two, await restored_in(app, two, tmp_path / "restored") as restored:
        with pytest.raises(NotAllowed, match="becomes a device of its own"):
            await restored.keyholders.new_sheet()
        await restored.keyholders.become_device(UNLOCK)
        words = await restored.keyholders.new_sheet()
        await restored.keyholders.replace_sheet()
        await restored.check_recovery_words(words)
        assert (await restored.write(two.journal, "note", {"text": "still here"})).delivered


async def test_an_unconfirmed_home_stays_the_paper(app: FastAPI, tmp_path: Path) -> None:
    home = tmp_path / "restored"
    async with couple(app) as two, await Duolog.restore(Tampered(app), two.words, home=home, unlock=UNLOCK) as restored:
        assert not await restored.keyholders.may_become_device()
        with pytest.raises(NotAllowed, match="not confirmed"):
            await restored.keyholders.become_device(UNLOCK)


@pytest.mark.parametrize("lost", ["request", "answer"])
async def test_a_lost_connection_is_gone_on_from(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    async with couple(app) as two:
        home = tmp_path / "restored"
        async with await restored_in(app, two, home) as restored:
            real = type(restored._context.network.transport).change_set

            async def fails(self: Transport, request: object) -> None:
                if lost == "answer":
                    await real(self, request)  # type: ignore[arg-type]
                raise TransportError("The server can't be reached.")

            with monkeypatch.context() as patched:
                patched.setattr(type(restored._context.network.transport), "change_set", fails)
                with pytest.raises(TransportError):
                    await restored.keyholders.become_device(UNLOCK)
            assert await kind(restored) == "recovery_sheet"
        async with await Duolog.open(home=home, unlock=UNLOCK, server=Tampered(app)) as again:
            await again.keyholders.become_device(UNLOCK)
            devices = [item for item in await again.keyholders.list() if item.kind == "device"]
            assert len(devices) == 2, "one of Ada's own, and this one, once"
            assert await kind(again) == "device"


async def test_a_crash_before_the_keystore_changes_leaves_the_words_in_force(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with couple(app) as two:
        home = tmp_path / "restored"
        async with await restored_in(app, two, home) as restored:
            with monkeypatch.context() as patched:
                patched.setattr("duolog.client.home.folder.replace_keyholder", _killed)
                with pytest.raises(KeyboardInterrupt):
                    await restored.keyholders.become_device(UNLOCK)
        async with await Duolog.open(home=home, unlock=UNLOCK, server=Tampered(app)) as again:
            assert await kind(again) == "recovery_sheet"
            await again.keyholders.become_device(UNLOCK)
            assert len([item for item in await again.keyholders.list() if item.kind == "device"]) == 2


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


class Ring(KeyringBackend):
    """A keyring in memory."""

    priority = 10

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


async def test_a_keyring_holds_the_new_secret_and_forgets_the_old_one(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = Ring()
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, getattr(ring, name))
    async with couple(app) as two:
        home, unlock = tmp_path / "restored", Unlock()
        async with await restored_in(app, two, home, unlock) as restored:
            before = dict(ring.held)
            await restored.keyholders.become_device(unlock)
            assert len(ring.held) == len(before) == 1
            assert not ring.held.keys() & before.keys()
        async with await Duolog.open(home=home, unlock=unlock, server=Tampered(app)) as again:
            assert await kind(again) == "device"
            assert [item.id for item in await again.journals()] == [two.journal]
