"""Creating and listing journals, and the chains of those who share one."""

import httpx2
from fastapi import FastAPI
from sqlalchemy import Connection, select, update

from app.journals.table import log
from duolog.protocol.codec import encode_b64
from tests.app.people import Diary, Person, account_statement, code, journal_statement, sign, statement_of


async def test_a_journal_begins_with_its_founders_genesis(ada: Person) -> None:
    diary = Diary(ada)
    answer = await ada.post("/v1/journals", journal_statement(*diary.genesis))
    assert answer.status_code == 201
    assert answer.json()["journal"] == encode_b64(diary.journal)
    assert answer.json()["receipt"]["seq"] == 1
    assert answer.json()["receipt"]["head"] == encode_b64(diary.state.head)


async def test_the_same_genesis_again_gets_the_first_answer(ada: Person, sam: Person) -> None:
    diary = Diary(ada)
    body = journal_statement(*diary.genesis)
    first = await ada.post("/v1/journals", body)
    await diary.push(ada, diary.entry(ada))
    again = await ada.post("/v1/journals", body)
    assert (again.status_code, again.content) == (201, first.content)


async def test_a_first_receipt_with_an_impossible_time_is_not_repeated(app: FastAPI, ada: Person) -> None:
    """Such ones were stored before times were bounded. Whoever asks again is told, for a journal and an account."""

    def make_impossible(connection: Connection) -> None:
        for row in connection.execute(select(log.c.journal, log.c.seq, log.c.receipt)).all():
            receipt = row.receipt[:40] + bytes(8) + row.receipt[48:]
            this = (log.c.journal == row.journal, log.c.seq == row.seq)
            connection.execute(update(log).where(*this).values(receipt=receipt))

    body, registration = journal_statement(*Diary(ada).genesis), Person(ada.http).registration()
    assert (await ada.post("/v1/journals", body)).status_code == 201
    assert (await ada.http.post("/v1/accounts", json=registration)).status_code == 201
    await app.state.duolog.database.write(make_impossible)
    for again in (await ada.post("/v1/journals", body), await ada.http.post("/v1/accounts", json=registration)):
        assert code(again) == (409, "journal_exists")
        assert "clock" in again.json()["detail"]


async def test_a_genesis_of_somebody_else_is_refused_whether_or_not_it_is_here(ada: Person, sam: Person) -> None:
    """Who was once invited knows it, and is told neither whether the journal still stands nor when it began."""
    diary = Diary(sam)
    before = await ada.post("/v1/journals", journal_statement(*diary.genesis))
    assert code(before) == (422, "rule_broken")
    await diary.create()
    assert (await ada.post("/v1/journals", journal_statement(*diary.genesis))).content == before.content


async def test_a_known_genesis_with_another_signature_is_refused(ada: Person, sam: Person) -> None:
    diary = await Diary(ada).create()
    signed, grants = diary.genesis
    body = journal_statement(signed, grants)
    body["signatures"][0]["signature"] = encode_b64(sam.secret.sign(signed.statement))
    assert code(await ada.post("/v1/journals", body)) == (409, "journal_exists")


async def test_a_genesis_without_its_grant_is_refused(ada: Person) -> None:
    signed, _ = Diary(ada).genesis
    assert code(await ada.post("/v1/journals", journal_statement(signed, {}))) == (422, "rule_broken")


async def test_only_a_genesis_begins_a_journal(diary: Diary, ada: Person) -> None:
    rotate = diary.change("rotate", [ada], fresh=True)
    assert code(await ada.post("/v1/journals", statement_of(rotate))) == (422, "rule_broken")


async def test_a_statement_that_is_not_canonical_is_refused(ada: Person) -> None:
    signed, grants = Diary(ada).genesis
    spaced = sign(signed.statement.replace(b'":', b'": ', 1), ada)
    answer = await ada.post("/v1/journals", journal_statement(spaced, grants))
    assert code(answer) == (422, "malformed")
    assert "not canonical" in answer.json()["detail"]


async def test_nobody_creates_a_journal_without_a_session(http: httpx2.AsyncClient, ada: Person) -> None:
    answer = await http.post("/v1/journals", json=journal_statement(*Diary(ada).genesis))
    assert code(answer) == (401, "session_missing")


async def test_one_list_says_how_far_each_of_my_journals_has_come(ada: Person, sam: Person) -> None:
    diaries = [await Diary(ada).create() for _ in range(3)]
    await diaries[0].push(ada, diaries[0].entry(ada), diaries[0].entry(ada))
    await Diary(sam).create()
    listed = (await ada.get("/v1/journals")).json()
    mine = {encode_b64(ada.account_journal.journal): 1} | {encode_b64(diary.journal): 1 for diary in diaries}
    mine[encode_b64(diaries[0].journal)] = 3
    assert {item["journal"]: item["seq"] for item in listed["journals"]} == mine
    assert listed["more"] is False


async def test_a_long_list_comes_in_pages(ada: Person) -> None:
    made = {encode_b64((await Diary(ada).create()).journal) for _ in range(4)}
    made.add(encode_b64(ada.account_journal.journal))
    seen: list[str] = []
    more = True
    while more:
        page = (await ada.get("/v1/journals", params={"limit": 2, "after": seen[-1] if seen else ""})).json()
        seen += [item["journal"] for item in page["journals"]]
        more = page["more"]
    assert len(seen) == 5
    assert set(seen) == made


async def test_a_list_after_something_that_is_no_id_is_malformed(ada: Person) -> None:
    assert code(await ada.get("/v1/journals", params={"after": "nonsense"})) == (422, "malformed")


async def test_the_list_needs_a_session(http: httpx2.AsyncClient) -> None:
    assert code(await http.get("/v1/journals")) == (401, "session_missing")


async def test_chains_are_those_of_everyone_whom_the_log_names(couple: Diary, ada: Person, sam: Person) -> None:
    chains = (await sam.get(f"{couple.path}/chains")).json()["chains"]
    assert chains == [
        {"account": encode_b64(person.account), "statements": [account_statement(person.genesis)]}
        for person in sorted((ada, sam), key=lambda person: person.account)
    ]


async def test_a_removed_members_chain_stays_but_they_see_nothing(diary: Diary, ada: Person, sam: Person) -> None:
    await diary.push(ada, diary.add(sam, [ada]))
    assert (await sam.get(f"{diary.path}/chains")).status_code == 200
    alone = tuple(member for member in diary.roster.members if member.account == ada.account)
    removed = diary.change("remove", [ada], fresh=True, account=sam.account, members=alone, provisional=False)
    assert (await diary.push(ada, removed)).status_code == 201
    assert len((await ada.get(f"{diary.path}/chains")).json()["chains"]) == 2
    for path in ("chains", "entries", "proposals", "invitations"):
        assert code(await sam.get(f"{diary.path}/{path}")) == (404, "not_found")
    assert encode_b64(diary.journal) not in (await sam.get("/v1/journals")).text


async def test_a_confidant_past_the_end_date_is_a_stranger(
    couple: Diary, ada: Person, sam: Person, stranger: Person
) -> None:
    ended = couple.add(stranger, [ada, sam], role="confidant", rights="read", until=1_000)
    assert (await couple.push(ada, ended)).status_code == 201
    assert code(await stranger.get(f"{couple.path}/chains")) == (404, "not_found")
    assert encode_b64(couple.journal) not in (await stranger.get("/v1/journals")).text


async def test_strangers_and_the_anonymous_get_one_answer_each(
    http: httpx2.AsyncClient, couple: Diary, stranger: Person
) -> None:
    unknown = f"/v1/journals/{encode_b64(bytes(32))}"
    for path in ("chains", "entries", "proposals", "invitations"):
        answers = [await stranger.get(f"{place}/{path}") for place in (couple.path, unknown, "/v1/journals/nonsense")]
        assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
        assert code(await http.get(f"{couple.path}/{path}")) == (401, "session_missing")
