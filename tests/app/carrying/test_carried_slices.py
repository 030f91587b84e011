"""A page is stored in slices, so that nobody waits for a whole one; a client notices nothing of it."""

from fastapi import FastAPI
from sqlalchemy import select

from app.carrying.pages import SLICE, ReadPage, read_page
from app.carrying.repository import known_items
from app.chains.repository import sent_bytes
from app.quotas.table import usage
from duolog.api.carrying import CarriedPage
from tests.app.elsewhere import Elsewhere
from tests.app.people import Person, code


def write(there: Elsewhere, author: Person, pushes: int, text: str = "line") -> None:
    for number in range(pushes):
        there.push(there.diary.entry(author, f"{text} {number}"))


def read(there: Elsewhere, carrier: Person) -> ReadPage:
    return read_page(CarriedPage.model_validate(there.page(carrier)))


async def test_a_page_is_cut_between_pushes_and_only_there(eve: Person, there: Elsewhere) -> None:
    write(there, eve, SLICE)
    there.push(*(there.diary.entry(eve, f"together {number}") for number in range(3 * SLICE)))
    write(there, eve, 2)
    page = read(there, eve)
    assert page.parts == [part for piece in page.slices for part in piece.parts]
    assert [part.seq for part in page.parts] == list(range(1, len(there.placed) + 1))
    assert all(piece.parts[-1].seq in page.receipts for piece in page.slices)
    assert [piece.last for piece in page.slices] == [False] * (len(page.slices) - 1) + [True]
    assert max(len(piece.parts) for piece in page.slices[:-1]) < 5 * SLICE
    assert len(page.slices) > 2


async def test_each_slice_brings_the_chains_of_whom_it_names_and_each_chain_counts_once(
    eve: Person, adam: Person, stranger: Person, there: Elsewhere
) -> None:
    write(there, eve, SLICE)
    joined = there.diary.add(stranger, [eve, adam], role="confidant", rights="read", until=1_900_000_000)
    there.push(joined)
    page = read(there, eve)
    assert [piece.named <= piece.chains.keys() for piece in page.slices] == [True] * len(page.slices)
    assert stranger.account not in page.slices[0].chains
    sent = {account: sum(map(sent_bytes, chain)) for piece in page.slices for account, chain in piece.chains.items()}
    assert sum(piece.chain_bytes for piece in page.slices) == sum(sent.values())
    assert (await there.carry(eve)).status_code == 201


async def test_what_came_before_a_fault_stays_and_the_mended_page_goes_on(
    eve: Person, there: Elsewhere, app: FastAPI
) -> None:
    write(there, eve, 3 * SLICE)
    page = there.page(eve)
    wrong = [*page["receipts"][:-1], page["receipts"][-1] | {"head": page["receipts"][0]["head"]}]
    assert code(await there.carry(eve, receipts=wrong)) == (422, "rule_broken")
    database, place = app.state.duolog.database, eve.account + there.diary.journal
    kept = await database.read(known_items, place, 1, 1000)
    assert 0 < len(kept) < len(there.placed)
    answer = await there.carry(eve)
    assert (answer.status_code, answer.json()["seq"]) == (201, len(there.placed))
    brought = select(usage.c.bytes_ever).where(usage.c.account == eve.account, usage.c.thing == "carried")
    whole = read(there, eve)
    size = sum(part.size for part in whole.parts) + sum(piece.chain_bytes for piece in whole.slices)
    assert await database.read(lambda connection: connection.execute(brought).scalar_one()) == size


async def test_a_history_that_parts_in_a_later_slice_takes_the_place_of_the_first(
    eve: Person, there: Elsewhere
) -> None:
    write(there, eve, 2 * SLICE)
    other = there.twin()
    write(there, eve, SLICE, "this")
    assert (await there.carry(eve, 1, len(there.placed))).status_code == 201
    write(other, eve, SLICE + 1, "that")
    answer = await other.carry(eve)
    assert (answer.status_code, answer.json()["seq"]) == (201, len(other.placed))
    log = (await there.diary.pull(eve)).pushes
    assert [placed.item.digest for push in log for placed in push.items] == [one.item.digest for one in other.placed]
