"""Attacks by the times that receipts give, and by the key of a server that was left."""

from pathlib import Path

import pytest

from app.receipts.service import add_receipt_key, load_receipt_keys
from duolog.client.export.verify_export import verify_export
from duolog.client.home.receipt_keys import EarlierKey, load_earlier, save_earlier
from duolog.client.log.folding import journal_state
from duolog.client.log.outbox import post
from duolog.errors import Fork, NotAllowed, ServerRefused
from duolog.protocol.codec import encode_b64
from duolog.protocol.messages import Document
from tests.attacks.moved import Two, texts
from tests.attacks.people import ORIGIN
from tests.client.servers import ELSEWHERE, Servers

DAY = 24 * 3600
NOW = 1_795_600_000


async def dated(servers: Servers, two: Two, ahead: int) -> None:
    """Ada writes something, for which the first server gives a receipt of another time."""
    state = servers.apps[ORIGIN].state.duolog
    true = state.now
    state.now = lambda: true() + ahead
    assert (await two.ada.write(two.journal, "note", {"text": "at another time"})).delivered
    state.now = true


async def test_receipts_of_the_next_century_are_not_carried(servers: Servers, two: Two) -> None:
    """An honest server doesn't take them, and the home stays where it was, with all that it has."""
    await dated(servers, two, 170 * 365 * DAY)
    assert (await two.ada.sync()).clock_apart > 60_000 * DAY
    with pytest.raises(ServerRefused) as refused:
        await two.ada.moving.to(ELSEWHERE, tell=False)
    assert refused.value.code == "receipts_ahead"
    assert two.ada.server == ORIGIN
    assert await texts(two.ada, two.journal) == ["first", "at another time"]


async def test_old_servers_lie_about_the_time_ends_with_its_key(servers: Servers, two: Two, tmp_path: Path) -> None:
    """It dates the last receipt almost a day ahead. The new server goes on by its own clock, for homes old and new."""
    await dated(servers, two, DAY - 60)
    await two.ada.moving.to(ELSEWHERE)
    await two.sam.moving.follow(ELSEWHERE)
    await two.sam.write(two.journal, "note", {"text": "by an honest clock"})
    await two.ada.sync()
    timeline = await two.ada.timeline(two.journal)
    shown = {item.body["text"]: item.received for item in timeline if item.kind == "note" and item.body is not None}
    assert (shown["by an honest clock"] or 0) < (shown["at another time"] or 0)
    restored = await servers.restore(two.words, ELSEWHERE)
    await restored.sync()
    assert await texts(restored, two.journal) == ["first", "at another time", "by an honest clock"]
    await restored.close()
    await two.ada.export(tmp_path / "ours.json", journals=[two.journal])
    with (tmp_path / "ours.json").open("rb") as file:
        (proven,) = verify_export(file).journals
    assert proven.documents == len([item for item in await two.ada.timeline(two.journal) if item.body is not None])


@pytest.mark.parametrize("ahead", [0, DAY - 60])
async def test_author_takes_back_an_old_text_behind_a_move(
    servers: Servers, two: Two, ahead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has the old key can date the text anew. It counts at no time: not for the server, nor for a home."""
    await dated(servers, two, ahead)
    entry = (await two.ada.timeline(two.journal))[-1].entry
    item = journal_state(two.ada._context, two.journal).find(entry)
    assert item is not None
    message = item.applied.message
    await two.ada.moving.to(ELSEWHERE)
    await two.sam.moving.follow(ELSEWHERE)
    with pytest.raises(NotAllowed, match="another server"):
        await two.ada.leaving(two.journal).withdraw(entry)
    monkeypatch.setattr("duolog.client.leaving.withdraw_keep_erase.is_earlier", lambda *_: False)  # a changed client
    monkeypatch.setattr("duolog.client.log.outbox.require_allowed", lambda *_: None)
    state = servers.apps[ELSEWHERE].state.duolog
    true = state.now
    for later in (0, DAY // 2, DAY + DAY // 2):
        state.now = lambda later=later: true() + later
        refused = (await two.ada.leaving(two.journal).withdraw(entry)).problem
        assert isinstance(refused, ServerRefused)
        assert refused.code == "withdrawal_late"
    body = {"answers": {"entry": encode_b64(entry), "message": encode_b64(message)}}
    state.now = true
    post(two.ada._context, two.journal, Document("withdrawn", 1, NOW, body))  # and a server that let it in
    monkeypatch.setattr("duolog.client.log.outbox._until_withdrawal", lambda _, batch: (batch, None))
    await two.ada.sync()
    monkeypatch.undo()
    await two.sam.sync()
    assert "at another time" in await texts(two.sam, two.journal)
    assert "another server" in str((await two.sam.timeline(two.journal))[-1].without_effect)


async def test_holder_of_an_earlier_servers_key_forges_what_was_seen(
    servers: Servers, two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sam, with the old server's key, says that he has seen another history there. It is his own entry that suffers."""
    await two.ada.moving.to(ELSEWHERE)
    await two.sam.moving.follow(ELSEWHERE)
    for seq in (1, 3):
        forged = servers.apps[ORIGIN].state.duolog.receipts.sign(two.journal, seq, bytes(32), NOW)
        monkeypatch.setattr("duolog.client.log.outbox.newest_receipt", lambda *_, seen=forged: seen)
        await two.sam.write(two.journal, "note", {"text": "a lie"})
    monkeypatch.undo()
    report = await two.ada.sync()
    assert not report.problems
    assert not report.frozen
    shown = [item.unreadable or "" for item in await two.ada.timeline(two.journal)]
    assert len([reason for reason in shown if "server that was left" in reason]) == 2
    await two.ada.write(two.journal, "note", {"text": "and life goes on"})
    assert await texts(two.ada, two.journal) == ["first", "and life goes on"]


async def test_new_server_shows_two_histories_behind_a_move(
    servers: Servers, two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the key of today a valid receipt for another head stays the proof that it is."""
    await two.ada.moving.to(ELSEWHERE)
    await two.sam.moving.follow(ELSEWHERE)
    await two.ada.write(two.journal, "note", {"text": "at the new server"})
    await two.sam.sync()
    seq = (await two.sam.timeline(two.journal))[-1].seq or 0
    other = servers.apps[ELSEWHERE].state.duolog.receipts.sign(two.journal, seq, bytes(32), NOW)
    monkeypatch.setattr("duolog.client.log.outbox.newest_receipt", lambda *_: other)
    with pytest.raises(Fork):
        await two.sam.write(two.journal, "note", {"text": "I saw something else"})
    with pytest.raises(Fork):
        await two.ada.sync()


async def test_server_that_a_journal_came_back_to_shows_two_histories(
    servers: Servers, two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its key of today signed another head below the moves too: that is its proof, and no fault of Sam's entry."""
    await two.ada.moving.to(ELSEWHERE)
    await two.sam.moving.follow(ELSEWHERE)
    await two.ada.write(two.journal, "note", {"text": "at the new server"})
    await two.sam.sync()
    here = servers.apps[ELSEWHERE].state.duolog.receipts
    for person in (two.ada, two.sam):  # as where the log began here, and was carried away and back
        store, left = person._context.store, load_earlier(person._context.store, two.journal)
        save_earlier(store, two.journal, [EarlierKey(3, ELSEWHERE, person._context.receipt_key()), *left])
    other = here.sign(two.journal, 3, bytes(32), NOW)
    monkeypatch.setattr("duolog.client.log.outbox.newest_receipt", lambda *_: other)
    with pytest.raises(Fork):
        await two.sam.write(two.journal, "note", {"text": "I saw something else"})
    with pytest.raises(Fork):
        await two.ada.sync()


async def test_a_server_that_replaces_its_key_still_answers_for_what_the_old_one_signed(
    two: Two, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise it could show two histories, and replace its key before their readers find that out."""
    state = servers.apps[ORIGIN].state.duolog
    old = state.receipts
    other = old.sign(two.journal, 3, bytes(32), NOW)
    file = state.settings.receipt_key_path
    add_receipt_key(file)
    state.receipts = load_receipt_keys(file)
    await two.ada.write(two.journal, "note", {"text": "under the new key"})
    await two.sam.sync()
    monkeypatch.setattr("duolog.client.log.outbox.newest_receipt", lambda *_: other)
    with pytest.raises(Fork):
        await two.sam.write(two.journal, "note", {"text": "I saw something else"})
    with pytest.raises(Fork):
        await two.ada.sync()
