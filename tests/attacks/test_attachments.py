"""Attacks on attachments: by a server that serves or counts falsely, and by a partner who seals and names falsely."""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
import pytest

from duolog.client import HttpTransport, NewAttachment
from duolog.client.server.transport import Transport
from duolog.errors import AttachmentFault, DuologError, MalformedData, NotAllowed, ServerRefused, TransportError
from duolog.protocol import sizes
from duolog.protocol.attachments import stored_size
from duolog.protocol.codec import encode_b64, sha256
from duolog.protocol.messages import Attachment, Document, Message
from duolog.seal.attachments import seal_attachment
from hostile.attachment_attacks import FalseAttachment, FalseParts
from hostile.liar import Attack
from tests.attacks.people import Couple, Insider

SIZE = sizes.ATTACHMENT_PART + 200_000  # two parts


@dataclass
class Shared:
    """A file of Ada's that Sam may fetch, and another of the same size."""

    couple: Couple
    folder: Path
    content: bytes
    entry: bytes
    attachment: bytes
    other: bytes

    async def save(self) -> Path:
        his = self.couple.sam.duolog.attachments(self.couple.journal)
        return await his.save(self.entry, self.attachment, self.folder / "his.bin")

    async def refused(self, attack: Attack, error: type[DuologError], says: str) -> DuologError:
        """Sam is lied to; nothing of the file comes out, and the next honest answer is taken."""
        self.couple.sam.lied_to(attack)
        with anyio.fail_after(60), pytest.raises(error, match=says) as caught:
            await self.save()
        assert not list(self.folder.glob("*his.bin*"))
        assert not list(self.folder.glob(".*"))
        self.couple.sam.lied_to(Attack())
        await self.couple.sam.duolog.sync()
        assert (await self.couple.sam.duolog.journal(self.couple.journal)).frozen is None
        assert (await self.save()).read_bytes() == self.content
        return caught.value


@pytest.fixture
async def shared(couple: Couple, tmp_path: Path) -> Shared:
    folder, ids, entries = tmp_path / "shared", [], []
    folder.mkdir()
    content = secrets.token_bytes(SIZE)
    for data in (content, secrets.token_bytes(SIZE)):
        path = tmp_path / "evening.bin"
        path.write_bytes(data)
        files = [NewAttachment(path)]
        ada = couple.ada.duolog
        entries.append((await ada.write(couple.journal, "note", {"text": "look"}, attachments=files)).entry)
        [view] = await ada.attachments(couple.journal).list(entries[-1])
        ids.append(view.id)
    await couple.sam.duolog.sync()
    return Shared(couple, folder, content, entries[0], *ids)


async def is_another(shared: Shared, attack: FalseAttachment) -> None:
    error = await shared.refused(attack, AttachmentFault, "another attachment")
    assert isinstance(error, AttachmentFault)
    assert error.check == "attachments.digest"


async def test_server_flips_a_bit_of_an_attachment(shared: Shared) -> None:
    await is_another(shared, FalseAttachment("flip"))


async def test_server_leaves_out_a_chunk_of_an_attachment(shared: Shared) -> None:
    await is_another(shared, FalseAttachment("drop"))


async def test_server_sends_a_chunk_of_an_attachment_twice(shared: Shared) -> None:
    await is_another(shared, FalseAttachment("repeat"))


async def test_server_exchanges_two_chunks_of_an_attachment(shared: Shared) -> None:
    await is_another(shared, FalseAttachment("exchange"))


async def test_server_sends_another_attachment(shared: Shared) -> None:
    await is_another(shared, FalseAttachment("another", shared.other))


async def test_server_sends_less_of_an_attachment_than_it_was_asked_for(shared: Shared) -> None:
    await shared.refused(FalseAttachment("short"), MalformedData, "fewer bytes")


@pytest.mark.parametrize("how", ["long", "whole"])
async def test_server_sends_more_of_an_attachment_than_it_was_asked_for(shared: Shared, how: str) -> None:
    await shared.refused(FalseAttachment(how), TransportError, "larger than such an answer")  # type: ignore[arg-type]


async def test_server_has_lost_an_attachment(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost(*_: object) -> bytes:
        raise ServerRefused("There is nothing here.", code="not_found", status=404)

    monkeypatch.setattr(shared.couple.sam.duolog._context.network.transport, "fetch_attachment", lost)
    with pytest.raises(ServerRefused, match="removed it"):
        await shared.save()


async def test_server_says_another_length_than_it_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duolog.client.server.http.PAUSE", 0.0)

    class Raw:
        """A server that says 100 bytes and closes after 50."""

        async def serve(self, stream: anyio.abc.SocketStream) -> None:
            async with stream:
                await stream.receive()
                head = b"HTTP/1.1 206 Partial Content\r\nContent-Length: 100\r\n\r\n"
                await stream.send(head + bytes(50))

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, Raw().serve)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        transport = HttpTransport(f"http://127.0.0.1:{port}")
        with anyio.fail_after(30), pytest.raises(TransportError):
            await transport.fetch_attachment(bytes(32), bytes(16), (0, 99))
        await transport.close()
        group.cancel_scope.cancel()


# --- sending --------------------------------------------------------------------------------------------------------


async def sent(couple: Couple, folder: Path, attack: Attack) -> DuologError | None:
    path = folder / "evening.bin"
    path.write_bytes(secrets.token_bytes(SIZE))
    couple.ada.lied_to(attack)
    with anyio.fail_after(60):
        files = [NewAttachment(path)]
        written = await _written(couple, files)
    couple.ada.lied_to(Attack())
    await couple.ada.duolog.sync()
    await couple.sam.duolog.sync()
    [view] = await couple.sam.duolog.attachments(couple.journal).list()
    saved = await couple.sam.duolog.attachments(couple.journal).save(view.entry, view.id, folder / "his.bin")
    assert saved.read_bytes() == path.read_bytes()
    return written


async def _written(couple: Couple, files: list[NewAttachment]) -> DuologError | None:
    try:
        return (await couple.ada.duolog.write(couple.journal, "note", {"text": "look"}, attachments=files)).problem
    except DuologError as error:
        return error


async def test_server_counts_no_part_of_an_attachment(couple: Couple, tmp_path: Path) -> None:
    attack = FalseParts("nothing")
    problem = await sent(couple, tmp_path, attack)
    assert isinstance(problem, MalformedData)
    assert "doesn't count" in str(problem)
    assert attack.parts == 1


@pytest.mark.parametrize("count", ["more", "fewer"])
async def test_server_counts_other_parts_than_there_are(couple: Couple, tmp_path: Path, count: str) -> None:
    attack = FalseParts(count)  # type: ignore[arg-type]
    problem = await sent(couple, tmp_path, attack)
    assert isinstance(problem, MalformedData)
    assert "other parts" in str(problem)
    assert attack.parts == 0


async def test_server_says_that_it_holds_what_was_never_sent(couple: Couple, tmp_path: Path) -> None:
    """It refuses the entry then, however often the attachment is made anew; nothing is lost, and it ends."""
    problem = await sent(couple, tmp_path, FalseParts("all"))
    assert isinstance(problem, TransportError | ServerRefused)


# --- a partner ------------------------------------------------------------------------------------------------------


def saved_in(folder: Path) -> list[Path]:
    """What stands there of a file that was to be saved."""
    return [path for path in folder.iterdir() if path.name.startswith((".", "his"))]


async def insiders_note(
    couple: Couple, *, spoil: bool = False, name: str = "a.png", content: bytes = b"words", **changes: object
) -> tuple[bytes, bytes]:
    """A note by Ada's own program, with one attachment; entry and id."""
    insider = await Insider.open(couple.ada, couple.journal)
    attachment, key = secrets.token_bytes(16), secrets.token_bytes(32)
    stored = b"".join(seal_attachment(io.BytesIO(content), len(content), key, couple.journal, attachment))
    if spoil:
        stored = stored[:100] + bytes([stored[100] ^ 1]) + stored[101:]
    named = Attachment(attachment, key, sha256(stored), len(content), "image/png")
    named = replace(named, **changes)  # type: ignore[arg-type]
    network = couple.ada.duolog._context.network
    await network.call(Transport.begin_attachment, couple.journal, attachment, len(stored))
    await network.call(Transport.send_part, couple.journal, attachment, 0, stored)
    body = {"text": "look", "attachments": [{"id": encode_b64(attachment), "name": name}]}
    header = insider.header(attachments=(attachment,))
    message = Message(Document("note", 1, 1_795_600_000, body), insider.receipts[-1], attachments=(named,))
    await insider.push(insider.entry(message.encode(), header))
    await couple.sam.duolog.sync()
    return header.entry, attachment


async def test_partner_seals_an_attachment_that_does_not_open(couple: Couple, tmp_path: Path) -> None:
    entry, attachment = await insiders_note(couple, spoil=True)
    with pytest.raises(AttachmentFault) as caught:
        await couple.sam.duolog.attachments(couple.journal).save(entry, attachment, tmp_path / "his.bin")
    assert (caught.value.check, caught.value.chunk) == ("attachments.chunk", 1)
    assert not saved_in(tmp_path)
    assert (await couple.sam.duolog.journal(couple.journal)).frozen is None


async def test_partner_names_an_attachment_like_a_file_of_ones_own(couple: Couple, tmp_path: Path) -> None:
    entry, attachment = await insiders_note(couple, name="..\u2215..\u202egnp.bashrc")
    home = tmp_path / "home"
    home.mkdir()
    (home / ".bashrc").write_text("mine")
    saved = await couple.sam.duolog.attachments(couple.journal).save(entry, attachment, home)
    assert saved.parent == home
    assert not saved.name.startswith(".")
    assert "\u202e" not in saved.name
    assert (home / ".bashrc").read_text() == "mine"
    with pytest.raises(DuologError, match="already"):
        await couple.sam.duolog.attachments(couple.journal).save(entry, attachment, home / ".bashrc")


async def test_partner_calls_a_program_a_picture(couple: Couple, tmp_path: Path) -> None:
    entry, attachment = await insiders_note(couple, content=b"#!/bin/sh\necho mine\n")
    couple.sam.duolog._context.home.files._home = tmp_path
    with pytest.raises(NotAllowed, match="not what its author says"):
        await couple.sam.duolog.attachments(couple.journal).open(entry, attachment)


async def test_partner_names_a_size_beyond_all_measure(couple: Couple, tmp_path: Path) -> None:
    entry, attachment = await insiders_note(couple, size=sizes.MAX_INTEGER)
    his = couple.sam.duolog.attachments(couple.journal)
    with pytest.raises(MalformedData, match="longer than any"):
        await his.save(entry, attachment, tmp_path / "his.bin")
    [view] = await his.list()
    assert view.size == sizes.MAX_INTEGER
    with pytest.raises(NotAllowed):
        await his.preview(entry, attachment)
    assert stored_size(5) == 65_577
