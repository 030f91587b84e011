"""Entries that name attachments: whole, their author's own, in this journal, and no other entry's."""

import asyncio

import httpx2
import pytest

from tests.app.attachments.files import File, naming, shared
from tests.app.leaving.test_holding import withdrawal
from tests.app.people import Diary, Person, code

MISSING = (409, "attachment_missing")


async def test_an_entry_names_what_was_sent_whole(couple: Diary, ada: Person) -> None:
    file = File()
    placed = naming(couple, ada, file)
    assert code(await couple.push(ada, placed)) == MISSING  # never begun
    await file.send(couple, ada, 0, 2)
    assert code(await couple.push(ada, placed)) == MISSING  # a part is missing
    assert code(await file.fetch(couple, ada)) == (404, "not_found")
    await file.send(couple, ada, 2)
    assert (await couple.push(ada, placed)).status_code == 201
    assert (await file.fetch(couple, ada)).content == file.data


async def test_an_entry_names_its_authors_own(couple: Diary, ada: Person, sam: Person) -> None:
    file = await File(5).send(couple, ada)
    assert code(await couple.push(sam, naming(couple, sam, file))) == MISSING
    assert (await couple.push(ada, naming(couple, ada, file))).status_code == 201


async def test_an_entry_names_what_is_in_its_journal(couple: Diary, ada: Person) -> None:
    other = await Diary(ada).create()
    file = await File(5).send(other, ada)
    assert code(await couple.push(ada, naming(couple, ada, file))) == MISSING


async def test_an_attachment_belongs_to_one_entry(couple: Diary, ada: Person) -> None:
    file, second = File(5), File(5)
    await shared(couple, ada, file)
    assert code(await couple.push(ada, naming(couple, ada, file))) == MISSING
    await second.send(couple, ada)
    assert code(await couple.push(ada, naming(couple, ada, second, second))) == MISSING  # twice in one
    both = naming(couple, ada, second), naming(couple, ada, second)
    assert code(await couple.push(ada, *both)) == MISSING  # twice in one push
    assert (await couple.push(ada, both[0])).status_code == 201


async def test_all_of_a_push_or_nothing(couple: Diary, ada: Person) -> None:
    sent, never = await File(5).send(couple, ada), File(5)
    good, bad = naming(couple, ada, sent), naming(couple, ada, never)
    assert code(await couple.push(ada, good, bad)) == MISSING
    assert code(await sent.fetch(couple, ada)) == (404, "not_found")
    assert (await couple.push(ada, good)).status_code == 201


async def test_an_entry_that_comes_again_is_not_checked_again(couple: Diary, ada: Person) -> None:
    file = File(5)
    placed = await shared(couple, ada, file)
    again = await couple.push(ada, placed, follow=False)
    assert (again.status_code, again.json()["receipt"]) == (201, None)


async def test_several_entries_of_a_push_name_several(couple: Diary, ada: Person, sam: Person) -> None:
    files = [await File(5 + number).send(couple, ada) for number in range(5)]
    pushed = naming(couple, ada, *files[:3]), couple.entry(ada), naming(couple, ada, *files[3:])
    assert (await couple.push(ada, *pushed)).status_code == 201
    for file in files:
        assert (await file.fetch(couple, sam)).content == file.data


async def test_two_entries_at_once_and_one_of_them_gets_it(couple: Diary, ada: Person) -> None:
    file = await File(5).send(couple, ada)
    pushed = [naming(couple, ada, file) for _ in range(2)]
    answers = await asyncio.gather(*(couple.push(ada, item, follow=False) for item in pushed))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_withdrawal_may_name_attachments_too(couple: Diary, ada: Person) -> None:
    named, file = couple.entry(ada), File(5)
    await couple.push(ada, named)
    said = naming(couple, ada, file)
    path = f"{couple.path}/withdrawals"
    assert code(await ada.post(path, withdrawal(named, said))) == MISSING
    await file.send(couple, ada)
    assert (await ada.post(path, withdrawal(named, said))).status_code == 201


async def test_the_refusal_names_nothing(couple: Diary, ada: Person, http: httpx2.AsyncClient) -> None:
    file = File(5)
    answer = await couple.push(ada, naming(couple, ada, file))
    assert file.id.hex() not in answer.text
    assert not any(digit in answer.json()["detail"] for digit in "0123456789")
