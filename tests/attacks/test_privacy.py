"""What the server and the other partner learn: nothing but what the threat model's table says."""

import base64
import logging
import secrets
from collections.abc import Iterator

import httpx2
import pytest
from fastapi import FastAPI

from app.settings import Settings
from duolog.api.pages import MEDIA_TYPE
from duolog.client import Duolog
from duolog.errors import EntryFault
from duolog.protocol.codec import encode_b64
from duolog.protocol.entries import parse_header
from duolog.protocol.keyholder_sets import parse_set
from duolog.protocol.log import EntryItem
from duolog.seal.entries import open_entry, readers_of
from hostile.liar import Answer, Attack, Call, Liar
from tests.app.people import Diary, Person
from tests.attacks.conftest import liar_for
from tests.attacks.people import UNLOCK, Couple, Insider, connect
from tests.conftest import http_client


class Recorder(Attack):
    """An honest server that keeps every byte that passes."""

    def __init__(self) -> None:
        self.seen = b""
        self.token = b""

    async def answer(self, call: Call, server: Liar) -> Answer:
        answer = await server.ask(call)
        headers = b"\n".join(name + b": " + value for name, value in (*call.headers, *answer.headers))
        self.seen += b"\n".join((call.path.encode(), call.query, headers, call.body, answer.body))
        self.token = call.header(b"authorization") or self.token
        return answer


def forms(text: str) -> Iterator[bytes]:
    """A text as it might turn up: plain, UTF-16, hex, and base64 at each of its three alignments."""
    plain = text.encode()
    for data in (plain, text.encode("utf-16-le"), text.encode("utf-16-be")):
        yield data
        yield data.hex().encode()
        yield data.hex().upper().encode()
        for shift in range(3):
            encoded = base64.b64encode(bytes(shift) + data)
            inner = encoded[4 : len(encoded) - 4]
            yield inner
            yield inner.replace(b"+", b"-").replace(b"/", b"_")


def test_the_search_finds_each_form() -> None:
    """A search that finds nothing must be able to find something."""
    for number, form in enumerate(forms("canary-of-mine-0123456789")):
        assert form in b"...." + form + b"....", number
    wrapped = base64.b64encode(b"xy" + b"canary-of-mine-0123456789" + b"zz")
    assert any(form in wrapped for form in forms("canary-of-mine-0123456789"))


async def test_server_looks_for_words_in_all_it_has(
    couple: Couple, attacked_settings: Settings, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Canaries in a note, a name, a boundary and a private journal: not in traffic, database, WAL or logs."""
    canaries = [f"canary-{secrets.token_hex(12)}" for _ in range(4)]
    note, name, boundary, private = canaries
    recorders = [Recorder(), Recorder()]
    couple.ada.lied_to(recorders[0])
    couple.sam.lied_to(recorders[1])
    with caplog.at_level(logging.DEBUG):
        await couple.ada.note(couple.journal, note)
        await couple.ada.duolog.write(couple.journal, "profile", {"display_name": name})
        terms = {"topic": "time", "text": boundary, "binds": "both"}
        await couple.sam.duolog.boundaries(couple.journal).propose(terms)
        mine = await couple.ada.duolog.create_journal()
        await couple.ada.note(mine, private)
        await couple.settle()
    assert note in await couple.sam.texts(couple.journal)
    files = [path for path in attacked_settings.data.rglob("*") if path.is_file()]
    assert any(path.name.endswith("-wal") for path in files)
    printed = capfd.readouterr()
    haystacks = {path.name: path.read_bytes() for path in files} | {
        "Ada's traffic": recorders[0].seen,
        "Sam's traffic": recorders[1].seen,
        "logs": (caplog.text + printed.out + printed.err).encode(),
    }
    assert all(len(data) > 1000 for place, data in haystacks.items() if "traffic" in place)
    for place, data in haystacks.items():
        for canary in canaries:
            assert not [form for form in forms(canary) if form in data], place


async def _all_answers(http: httpx2.AsyncClient, token: bytes, journal: bytes) -> dict[str, tuple[int, bytes]]:
    """Everything that one partner can ask for, as bytes."""
    path = f"/v1/journals/{encode_b64(journal)}"
    asked = [
        ("/v1/journals", "application/json"),
        ("/v1/account", "application/json"),
        (f"{path}/chains", "application/json"),
        (f"{path}/entries?since=0", "application/json"),
        (f"{path}/entries?since=0", MEDIA_TYPE),
        (f"{path}/proposals", "application/json"),
        (f"{path}/invitations", "application/json"),
        ("/.well-known/duolog", "application/json"),
        ("/health", "application/json"),
    ]
    answers = {}
    for where, accept in asked:
        answer = await http.get(where, headers={"authorization": token.decode(), "accept": accept})
        headers = sorted((name, value) for name, value in answer.headers.items() if name != "date")
        answers[f"{where} {accept}"] = (answer.status_code, repr(headers).encode() + answer.content)
    return answers


async def test_partner_compares_answers_before_and_after_the_others_private_acts(couple: Couple, real: FastAPI) -> None:
    """Safety rule 1: reads, sessions, private journals, invitations, drafts and counts of one change no byte for the
    other.
    """
    recorder = Recorder()
    couple.sam.lied_to(recorder)
    await couple.settle()
    async with http_client(real) as http:
        before = await _all_answers(http, recorder.token, couple.journal)
        assert {status for status, _ in before.values()} == {200}

        private = await couple.ada.duolog.create_journal()
        for number in range(5):
            await couple.ada.note(private, f"nobody else's, number {number}")
        await couple.ada.duolog.invite(private)
        await couple.ada.duolog.sync()
        liar = liar_for(real)
        async with await Duolog.restore(connect(liar), couple.ada.words, home=None, unlock=UNLOCK) as second:
            await second.sync()
            await second.log_out()

        assert await _all_answers(http, recorder.token, couple.journal) == before


async def test_reader_of_a_page_sees_no_grant_but_their_own(couple: Couple) -> None:
    insider = await Insider.open(couple.sam, couple.journal)
    page = await insider.transport.pull(couple.journal, 0)
    named = {account for push in page.pushes for placed in push.items for account in placed.grants}
    assert named == {couple.sam.account}


async def test_partners_own_account_answer_is_about_nobody_else(couple: Couple) -> None:
    """No answer to Sam carries a keyholder of Ada's."""
    hers = await Insider.open(couple.ada)
    recorder = Recorder()
    couple.sam.lied_to(recorder)
    await couple.settle()
    await (await Insider.open(couple.sam, couple.journal)).load(couple.journal)
    for item in parse_set(hers.own.sets[-1].statement).keyholders:
        for secret in (item.id, item.sign_key):
            assert encode_b64(secret).encode() not in recorder.seen
            assert secret not in recorder.seen


async def test_strangers_and_removed_members_cannot_tell_a_journal_from_none(real: FastAPI) -> None:
    """Each gets the same 404, byte for byte, as for an id that never was."""
    async with http_client(real) as http:
        ada, sam, stranger = await Person(http).register(), await Person(http).register(), await Person(http).register()
        diary = await Diary(ada).create()
        assert (await diary.push(ada, diary.add(sam, [ada]))).status_code == 201
        left = tuple(member for member in diary.roster.members if member.account != sam.account)
        removed = diary.change("remove", [ada], fresh=True, account=sam.account, members=left, provisional=False)
        assert (await diary.push(ada, removed)).status_code == 201
        nowhere = f"/v1/journals/{encode_b64(secrets.token_bytes(32))}"
        for tail in ("/entries", "/chains", "/proposals", "/invitations"):
            for person in (stranger, sam):
                one, other = await person.get(diary.path + tail), await person.get(nowhere + tail)
                assert one.status_code == 404
                assert one.content == other.content
        listed = (await sam.get("/v1/journals")).json()["journals"]
        assert encode_b64(diary.journal) not in {item["journal"] for item in listed}


async def test_removed_member_with_the_database_reads_nothing_written_later(real: FastAPI) -> None:
    """Sam was provisional and removed; he keeps his keys and gets all of the server's bytes."""
    async with http_client(real) as http:
        ada, sam = await Person(http).register(), await Person(http).register()
        diary = await Diary(ada).create()
        assert (await diary.push(ada, diary.add(sam, [ada]))).status_code == 201
        his_key, his_roster = diary.key, diary.roster
        assert (await diary.push(ada, diary.entry(ada, "while he was here"))).status_code == 201
        left = tuple(member for member in diary.roster.members if member.account != sam.account)
        removed = diary.change("remove", [ada], fresh=True, account=sam.account, members=left, provisional=False)
        assert (await diary.push(ada, removed)).status_code == 201
        later = diary.entry(ada, "after him")
        assert (await diary.push(ada, later)).status_code == 201
        assert isinstance(later.item, EntryItem)
        assert later.item.blob is not None
        readers = readers_of(his_roster, diary.chains)
        with pytest.raises(EntryFault):
            open_entry(parse_header(later.item.header), later.item.blob, his_key, sam.account, sam.secret, readers)
        grants = {account for push in (await diary.pull(ada)).pushes for item in push.items for account in item.grants}
        assert grants == {ada.account}
        assert sam.account not in diary.roster.grants
