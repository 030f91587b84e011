"""A server that has gone back to an older state: what it ends, what it holds, what it takes, and when it goes on."""

import httpx2
import pytest
from sqlalchemy import Connection, func, select, update

from app.access.table import sessions
from app.quotas.table import usage
from app.receipts.service import ReceiptSigner
from app.restoring.repository import newest_restoration
from app.restoring.service import mark_restored
from app.restoring.table import restorations
from app.state import State
from duolog.protocol import sizes
from duolog.protocol.codec import encode_b64
from tests.app.elsewhere import Elsewhere, account_request, bring, receipt
from tests.app.people import Json, Person, code, journal_statement
from tests.app.restoring.conftest import Carry

DAY = 24 * 3600
INVITATION = {"invitation": encode_b64(b"\x01" * 16), "sealed": encode_b64(b"\x02" * 64), "expires_at": 4_000_000_000}


async def log_in(*people: Person) -> None:
    for person in people:
        assert (await bring(person)).status_code == 201


async def restore(state: State, *people: Person, at: int | None = None) -> None:
    """The operator says that an older state was put back, and these people log in again."""
    await state.database.write(mark_restored, state.now() if at is None else at)
    await log_in(*people)


async def confirm(person: Person, there: Elsewhere, seq: int) -> httpx2.Response:
    end = {"seq": seq, "head": encode_b64(there.receipts[seq].head)}
    return await person.post(f"{there.diary.path}/end", end)


async def opens_at(person: Person, there: Elsewhere, seq: int) -> int | None:
    answer = await confirm(person, there, seq)
    assert answer.status_code == 200, answer.text
    found: int | None = answer.json()["opens_at"]
    return found


async def push(there: Elsewhere, person: Person) -> httpx2.Response:
    return await there.diary.push(person, there.diary.entry(person, "new"), follow=False)


async def test_own_items_that_it_does_not_know_tell_it_that_it_went_back(
    eve: Person, back: Elsewhere, carry: Carry, state: State
) -> None:
    assert code(await carry(eve, 5)) == (409, "server_restored")
    assert await state.database.read(newest_restoration) is not None
    assert code(await eve.get("/v1/journals")) == (401, "session_missing")
    assert (await eve.get("/.well-known/duolog")).json()["restored_at"] is not None
    await log_in(eve)
    assert (await carry(eve, 5)).json() == {"seq": 7, "receipt_keys": []}
    page = await back.diary.pull(eve)
    assert [push.receipt for push in page.pushes] == list(back.receipts.values())


async def test_items_under_another_key_tell_it_nothing(
    eve: Person, back: Elsewhere, carry: Carry, state: State
) -> None:
    other = ReceiptSigner([b"\x09" * 32])
    signed = {seq: other.sign(back.diary.journal, seq, item.head, item.time) for seq, item in back.receipts.items()}
    forged = {"receipts": [receipt(item) for seq, item in signed.items() if seq >= 5]}
    assert code(await carry(eve, 5, **forged)) == (422, "rule_broken")
    assert code(await carry(eve, 5, **forged, receipt_key=encode_b64(other.keys[0].key))) == (409, "journal_exists")
    assert await state.database.read(newest_restoration) is None


async def test_a_restoration_ends_sessions_and_whatever_waited_for_somebody(
    eve: Person, back: Elsewhere, state: State
) -> None:
    assert (await eve.post(f"{back.diary.path}/invitations", INVITATION)).status_code == 201
    await restore(state)
    assert code(await eve.get("/v1/journals")) == (401, "session_missing")

    def left(connection: Connection) -> int | None:
        return connection.execute(select(func.count()).select_from(sessions)).scalar()

    assert await state.database.read(left) == 0
    await log_in(eve)
    assert (await eve.get(f"{back.diary.path}/invitations")).json()["invitations"] == []


async def test_a_held_journal_takes_nothing_new_until_every_partner_has_confirmed(
    eve: Person, adam: Person, back: Elsewhere, carry: Carry, state: State
) -> None:
    await restore(state, eve, adam)
    assert code(await push(back, eve)) == (409, "journal_restoring")
    await carry(eve, 5)
    assert await opens_at(eve, back, 7) is not None
    assert code(await push(back, eve)) == (409, "journal_restoring")
    assert await opens_at(adam, back, 7) is None
    assert (await push(back, eve)).status_code == 201
    assert code(await confirm(eve, back, 7)) == (409, "end_apart")  # it has gone on


async def test_only_the_very_end_is_confirmed(eve: Person, back: Elsewhere, carry: Carry, state: State) -> None:
    await restore(state, eve)
    assert code(await confirm(eve, back, 7)) == (409, "end_apart")
    await carry(eve, 5)
    assert code(await confirm(eve, back, 4)) == (409, "end_apart")
    body = {"seq": 7, "head": encode_b64(b"\x05" * 32)}
    assert code(await eve.post(f"{back.diary.path}/end", body)) == (409, "end_apart")


async def test_after_seven_days_one_partner_is_enough(eve: Person, back: Elsewhere, state: State) -> None:
    await restore(state, eve, at=state.now() - sizes.RESTORING_WAIT + DAY)
    assert await opens_at(eve, back, 4) is not None
    await state.database.write(_set_back, 2 * DAY)
    assert await opens_at(eve, back, 4) is None


def _set_back(connection: Connection, seconds: int) -> None:
    """As if the restoration was earlier."""
    connection.execute(update(restorations).values(at=restorations.c.at - seconds))


async def test_the_word_of_a_confidant_changes_nothing(
    eve: Person, adam: Person, there: Elsewhere, state: State, carry: Carry
) -> None:
    counsellor = Person(eve.http)
    there.push(there.diary.add(counsellor, [eve, adam], role="confidant", rights="read", until=4_000_000_000))
    await log_in(adam, counsellor)
    signed = {
        seq: state.receipts.sign(there.diary.journal, seq, one.head, state.now()) for seq, one in there.receipts.items()
    }
    there.signer, there.receipts = state.receipts, signed
    assert (await carry(eve, 1)).status_code == 201
    await restore(state, counsellor, at=state.now() - sizes.RESTORING_WAIT - DAY)
    assert await opens_at(counsellor, there, max(signed)) is not None
    await log_in(eve)
    assert await opens_at(eve, there, max(signed)) is None


async def test_a_device_that_was_in_use_is_waited_for(eve: Person, adam: Person, back: Elsewhere, state: State) -> None:
    await log_in(adam)  # both have a session with their device
    await restore(state, eve, adam)
    assert (await bring(eve, by=eve.sheet)).status_code == 201  # another way into her account, which isn't her device
    assert await opens_at(eve, back, 4) is not None
    assert await opens_at(adam, back, 4) is not None
    await log_in(eve)
    assert await opens_at(eve, back, 4) is None


async def test_who_is_waited_for_is_so_after_another_restoration(
    eve: Person, adam: Person, back: Elsewhere, state: State
) -> None:
    await log_in(adam)
    for _ in range(2):
        await state.database.write(mark_restored, state.now())
    await log_in(adam)
    assert (await bring(eve, by=eve.sheet)).status_code == 201
    await opens_at(adam, back, 4)
    assert await opens_at(eve, back, 4) is not None


async def test_whoever_brings_own_items_learns_nothing_beyond_them(
    eve: Person, adam: Person, back: Elsewhere, carry: Carry, state: State
) -> None:
    stranger = Person(eve.http)
    await log_in(stranger)
    await restore(state, stranger, eve)
    await carry(eve, 5)
    answer = await carry(stranger, 1, 4, last=True)
    assert answer.json() == {"seq": 4, "receipt_keys": []}
    assert code(await stranger.get(f"{back.diary.path}/entries")) == (404, "not_found")
    assert code(await stranger.post(f"{back.diary.path}/end", {"seq": 7, "head": encode_b64(bytes(32))})) == (
        404,
        "not_found",
    )


async def test_coming_forward_costs_no_quota(eve: Person, back: Elsewhere, carry: Carry, state: State) -> None:
    def used(connection: Connection) -> list[object]:
        return list(connection.execute(select(usage).where(usage.c.account == eve.account).order_by(*usage.c)))

    await restore(state, eve)
    before = await state.database.read(used)
    assert (await carry(eve, 5)).status_code == 201
    assert await state.database.read(used) == before


async def test_a_server_that_went_on_without_them_takes_no_own_items(
    eve: Person, adam: Person, back: Elsewhere, carry: Carry, state: State
) -> None:
    await restore(state, eve, adam)
    for person in (eve, adam):
        await opens_at(person, back, 4)
    assert (await push(back, eve)).status_code == 201
    assert code(await carry(eve, 5)) == (409, "journal_exists")


async def test_grants_for_others_come_with_own_items_alone(
    eve: Person, adam: Person, there: Elsewhere, state: State, carry: Carry
) -> None:
    whole = {"items": there.page(adam)["items"]}  # adam's grants, brought by eve
    assert code(await there.carry(eve, **whole)) == (422, "rule_broken")


async def test_an_account_that_was_accepted_here_needs_no_invite_code(eve: Person, state: State) -> None:
    object.__setattr__(state.settings, "registration", "invite")
    newcomer = Person(eve.http)
    assert code(await bring(newcomer)) == (403, "invite_code_refused")
    assert (await bring_accepted(newcomer, first_push(newcomer, state.receipts))).status_code == 201


@pytest.mark.parametrize("wrong", ["key", "head", "seq", "founder"])
async def test_nobody_else_gets_in_without_a_code(eve: Person, state: State, wrong: str) -> None:
    object.__setattr__(state.settings, "registration", "invite")
    newcomer, other = Person(eve.http), Person(eve.http)
    signer = ReceiptSigner([b"\x09" * 32]) if wrong == "key" else state.receipts
    accepted = first_push(other if wrong == "founder" else newcomer, signer)
    if wrong == "seq":
        accepted["receipt"]["seq"] = 2
    if wrong == "head":
        own = newcomer.account_journal.state
        accepted["receipt"] = receipt(signer.sign(own.journal, 2, own.head, 1_780_000_000))
    assert code(await bring_accepted(newcomer, accepted)) == (422, "rule_broken")


async def bring_accepted(person: Person, accepted: Json) -> httpx2.Response:
    request = await account_request(person) | {"accepted": accepted}
    return await person.http.post("/v1/carried/accounts", json=request)


def first_push(person: Person, signer: ReceiptSigner) -> Json:
    """The genesis of a person's own journal, with a receipt for it."""
    state = person.account_journal.state
    signed = signer.sign(state.journal, state.seq, state.head, 1_780_000_000)
    return {"genesis": journal_statement(*person.account_journal.genesis), "receipt": receipt(signed)}
