"""What Ceph's gateway alone can show: it goes away during an upload, a user's quota, a cluster without room."""

import asyncio
import secrets
from pathlib import Path

import pytest

from app.objects import store as stores
from app.objects.store import open_store
from app.problems import Unavailable
from app.settings import Settings
from tests.app.attachments.conftest import SECRET, new_bucket
from tests.app.attachments.files import PART, File, naming, shared
from tests.app.attachments.gateway import Gateway
from tests.app.leaving.closings import evening
from tests.app.people import Diary, Person, code
from tests.conftest import http_client, running

ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PLACE = bytes(range(16))

pytestmark = pytest.mark.slow


def settings_of(values: dict[str, object], folder: Path, **other: object) -> Settings:
    return Settings.model_validate({"data": folder / "data"} | values | other)


@ONE
async def test_an_upload_goes_on_when_the_gateway_is_back(
    settings: Settings, gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "RETRIES", 0)
    values = new_bucket(gateway.address, tmp_path)
    async with running(settings.model_copy(update=values)) as app, http_client(app) as http:
        ada = await Person(http).register()
        diary, file = await Diary(ada).create(), File()
        await file.send(diary, ada, 0, 1)
        gateway.stop_s3()
        try:
            assert code(await file.part(diary, ada, 1)) == (503, "unavailable")
            assert (await file.begin(diary, ada)).json() == {"parts": 3, "received": 1}
        finally:
            gateway.start_s3()
        await file.send(diary, ada, 1)
        assert (await diary.push(ada, naming(diary, ada, file))).status_code == 201
        assert (await file.fetch(diary, ada)).content == file.data
        assert (await file.fetch(diary, ada, f"bytes={PART - 2}-")).content == file.data[PART - 2 :]


@ONE
async def test_a_users_quota_is_a_full_store_and_clearing_makes_room(
    settings: Settings, gateway: Gateway, tmp_path: Path
) -> None:
    user = f"narrow-{secrets.token_hex(4)}"
    gateway.add_user(user, SECRET)
    gateway.bound_user(user, 2 * PART)
    values = new_bucket(gateway.address, tmp_path, user)
    async with evening(settings.model_copy(update=values)) as friday:
        ada, sam, couple = friday.ada, friday.sam, friday.couple
        large, small = File(3 * PART), File(2 * PART)
        await large.send(couple, ada, 0, 2)
        assert code(await large.part(couple, ada, 2)) == (507, "storage_full")
        assert (await large.begin(couple, ada)).json()["received"] == 2
        assert (await ada.delete(large.path(couple))).status_code == 204
        await friday.retain()
        await shared(couple, ada, small)
        assert (await small.fetch(couple, sam)).content == small.data


async def test_a_cluster_without_room_still_reads_and_takes_parts_again_once_it_has_room(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(new_bucket(gateway.address, tmp_path), tmp_path)
    patient, data = open_store(settings), secrets.token_bytes(PART)
    monkeypatch.setattr(stores, "RETRIES", 0)
    monkeypatch.setattr(stores, "REQUEST_SECONDS", 3)
    hasty = open_store(settings)
    for number in range(4):
        await patient.put(PLACE, number, data)
    gateway.bound_cluster(0.001)
    try:
        with pytest.raises(Unavailable):  # the gateway waits for room, and says nothing
            await put_for_ever(hasty, data)
        with pytest.raises(Unavailable):
            await hasty.clear(PLACE)
        assert await hasty.get(PLACE, 3, 0, PART) == data
    finally:
        gateway.bound_cluster(0.95)
    await patient.put(PLACE, 4, data)
    assert await patient.get(PLACE, 4, 0, PART) == data
    await patient.clear(PLACE)
    assert await patient.get(PLACE, 4, 0, 1) is None


async def put_for_ever(store: stores.Store, data: bytes) -> None:
    """Store a part again and again: the news that there is no room takes a moment through the cluster."""
    while True:
        await store.put(PLACE, 4, data)
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "home"])
async def test_the_region_may_have_any_name(gateway: Gateway, tmp_path: Path, region: str) -> None:
    store = open_store(settings_of(new_bucket(gateway.address, tmp_path), tmp_path, s3_region=region))
    await store.put(PLACE, 0, b"part")
    assert await store.get(PLACE, 0, 1, 4) == b"art"


async def test_a_place_of_more_parts_than_a_listing_names_is_cleared(gateway: Gateway, tmp_path: Path) -> None:
    store = open_store(settings_of(new_bucket(gateway.address, tmp_path), tmp_path))
    for number in range(1005):
        await store.put(PLACE, number, b"x")
    await store.clear(PLACE)
    for number in (0, 999, 1004):
        assert await store.get(PLACE, number, 0, 1) is None
