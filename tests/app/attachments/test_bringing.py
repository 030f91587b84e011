"""Attachments that follow a journal from another server: for the entry that names them, by a partner, once."""

import httpx2
import pytest

from duolog.protocol.codec import encode_b64
from duolog.protocol.entries import parse_header
from duolog.protocol.log import EntryItem
from tests.app.attachments.files import PART, File
from tests.app.elsewhere import Elsewhere, bring, history
from tests.app.people import Diary, Person, code

RULE = (422, "rule_broken")


class Moved:
    """A couple's journal that Eve brought, with an entry of Adam's that names a file."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.eve, self.adam, self.file = Person(http), Person(http), File()
        self.there: Elsewhere = history(self.eve, self.adam)
        self.diary: Diary = self.there.diary
        placed = self.diary.entry(self.adam, attachments=(self.file.id,))
        assert isinstance(placed.item, EntryItem)
        self.entry = encode_b64(parse_header(placed.item.header).entry)
        self.there.push(placed)

    async def come(self, *, closed: bool = False) -> "Moved":
        for person in (self.eve, self.adam):
            assert (await bring(person)).status_code == 201
        if closed:
            self.there.push(self.diary.close(self.adam))
        for person in (self.eve, self.adam):  # each brings grants of their own
            assert (await self.there.carry(person)).status_code == 201
        return self


@pytest.mark.parametrize("closed", [False, True])
async def test_a_partner_brings_what_the_other_had_sent(http: httpx2.AsyncClient, closed: bool) -> None:
    here = await Moved(http).come(closed=closed)
    file, diary, eve, adam = here.file, here.diary, here.eve, here.adam
    begun = await file.begin(diary, eve, entry=here.entry)
    assert (begun.status_code, begun.json()) == (200, {"parts": 3, "received": 0})
    for number in range(3):
        assert code(await file.fetch(diary, adam)) == (404, "not_found")
        answer = await file.part(diary, eve, number)
        assert answer.json() == {"parts": 3, "received": number + 1}
    for person in (eve,) if closed else (eve, adam):  # Adam closed it, more than thirty days ago
        assert (await file.fetch(diary, person)).content == file.data
    assert (await file.begin(diary, eve, entry=here.entry)).json()["received"] == 3
    if not closed:
        assert code(await file.begin(diary, adam, entry=here.entry)) == (409, "attachment_exists")
    assert code(await eve.delete(file.path(diary))) == (404, "not_found")


async def test_it_is_brought_for_a_carried_entry_that_names_it(http: httpx2.AsyncClient) -> None:
    here = await Moved(http).come()
    diary, eve = here.diary, here.eve
    other = File(5)
    assert code(await other.begin(diary, eve, entry=here.entry)) == RULE  # the header names another
    assert code(await here.file.begin(diary, eve, entry=encode_b64(bytes(16)))) == RULE  # no such entry


async def test_who_does_not_hold_the_entry_brings_nothing(http: httpx2.AsyncClient, stranger: Person) -> None:
    here = await Moved(http).come()
    assert code(await here.file.begin(here.diary, stranger, entry=here.entry)) == (404, "not_found")
    marks = {"act": "erase", "entries": [here.entry]}
    assert (await here.eve.post(f"{here.diary.path}/holdings", marks)).status_code == 204
    assert code(await here.file.begin(here.diary, here.eve, entry=here.entry)) == RULE
    assert (await here.file.begin(here.diary, here.adam, entry=here.entry)).status_code == 200


async def test_a_confidant_brings_nothing(http: httpx2.AsyncClient) -> None:
    here = Moved(http)
    ruth = Person(http)
    here.there.push(here.diary.add(ruth, [here.eve, here.adam], role="confidant", rights="write", until=4_000_000_000))
    file = File(5)
    placed = here.diary.entry(here.adam, attachments=(file.id,))
    here.there.push(placed)
    await here.come()
    await bring(ruth)
    assert isinstance(placed.item, EntryItem)
    entry = encode_b64(parse_header(placed.item.header).entry)
    assert code(await file.begin(here.diary, ruth, entry=entry)) == RULE
    assert (await file.begin(here.diary, here.eve, entry=entry)).status_code == 200


async def test_what_everybody_erased_while_it_was_brought_is_not_kept(http: httpx2.AsyncClient) -> None:
    here = await Moved(http).come()
    file, diary = here.file, here.diary
    await file.begin(diary, here.eve, entry=here.entry)
    for number in (0, 1):
        await file.part(diary, here.eve, number)
    for person in (here.eve, here.adam):
        await person.post(f"{diary.path}/holdings", {"act": "erase", "entries": [here.entry]})
    assert (await file.part(diary, here.eve, 2)).status_code == 200
    for person in (here.eve, here.adam):
        assert code(await file.fetch(diary, person)) == (404, "not_found")
    assert (await file.part(diary, here.eve, 0)).json()["received"] == 3  # no answer tells whether somebody has it


async def test_no_new_entry_takes_what_is_brought_for_another(http: httpx2.AsyncClient) -> None:
    here = await Moved(http).come()
    file, diary, eve = here.file, here.diary, here.eve
    await file.begin(diary, eve, entry=here.entry)
    taken = diary.entry(eve, attachments=(file.id,))
    for number in range(3):
        assert code(await diary.push(eve, taken)) == (409, "attachment_missing")
        await file.part(diary, eve, number)
    assert code(await diary.push(eve, taken)) == (409, "attachment_missing")
    assert (await file.fetch(diary, eve, f"bytes={PART}-{PART}")).content == file.data[PART : PART + 1]
