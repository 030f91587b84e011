"""The object store: a folder or a bucket, the same to the server; and what its failures come to."""

import os
import secrets
from pathlib import Path

import pytest
from obstore.exceptions import GenericError
from pydantic import ValidationError

from app.objects import store as stores
from app.objects.store import Bucket, Folder, open_store, read_credentials
from app.problems import Problem, Unavailable
from app.settings import DAY, Settings
from tests.app.attachments.conftest import SECRET
from tests.app.attachments.files import PART, File, naming, objects, rows, shared
from tests.app.leaving.closings import FRIDAY, evening
from tests.app.people import Diary, Person, code
from tests.conftest import http_client, running

ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PLACE = bytes(range(16))


async def test_a_store_keeps_parts_and_forgets_places(stored: Settings) -> None:
    store, data = open_store(stored), secrets.token_bytes(PART)
    await store.put(PLACE, 0, bytes(5))
    await store.put(PLACE, 0, data)
    await store.put(PLACE, 11, b"last")
    await store.put(bytes(16), 0, b"another")
    assert await store.get(PLACE, 0, 0, PART) == data
    assert await store.get(PLACE, 0, 7, 9) == data[7:9]
    assert await store.get(PLACE, 0, PART - 1, PART) == data[-1:]
    assert await store.get(PLACE, 11, 0, 4) == b"last"
    behind = (0, PART, PART + 1), (11, 4, 5), (11, 9, 12)
    for number, start, end in ((1, 0, 1), (0, 0, PART + 1), (0, PART - 1, PART + 1), *behind):
        assert await store.get(PLACE, number, start, end) is None
    for _ in range(2):
        await store.clear(PLACE)
        assert await store.get(PLACE, 0, 0, 1) is None
    assert await store.get(bytes(16), 0, 0, 7) == b"another"


async def test_what_an_interrupted_write_left_goes_with_its_place(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    await folder.put(PLACE, 0, b"part")
    (tmp_path / PLACE.hex() / "1#1").write_bytes(b"half")  # as the library names a file until it is whole
    await folder.clear(PLACE)
    assert objects(tmp_path) == []


async def test_a_part_is_on_disk_before_the_folder_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = list[Path]()
    monkeypatch.setattr(stores, "_sync", synced.append)
    folder = Folder(tmp_path)
    for number in (0, 3):
        await folder.put(PLACE, number, b"part")
    place = tmp_path / PLACE.hex()
    assert synced == [place / "0", place, tmp_path, place / "3", place]


async def test_others_may_not_read_the_parts(tmp_path: Path) -> None:
    mask = os.umask(0o077)  # as every command of the server sets it
    try:
        await Folder(tmp_path / "parts").put(PLACE, 0, b"part")
    finally:
        os.umask(mask)
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "parts").rglob("*"))


@ONE
async def test_a_file_travels_through_a_bucket_and_is_swept_there(
    settings: Settings, bucket: dict[str, object]
) -> None:
    async with evening(settings.model_copy(update=bucket)) as friday:
        ada, sam, couple = friday.ada, friday.sam, friday.couple
        assert isinstance(friday.app.state.duolog.store, Bucket)
        file, never = File(), File(5)
        await file.send(couple, ada, 0, 1)
        await file.send(couple, ada, 1)
        await couple.push(ada, naming(couple, ada, file))
        await never.send(couple, ada)
        assert (await file.fetch(couple, sam)).content == file.data
        assert (await file.fetch(couple, sam, f"bytes={PART - 1}-{PART}")).content == file.data[PART - 1 : PART + 1]
        friday.clock[0] = FRIDAY + 7 * DAY
        for _ in range(2):
            await friday.retain()
            friday.clock[0] += DAY
        assert await rows(friday.app) == (1, 0)
        await sam.log_in()
        assert (await file.fetch(couple, sam)).content == file.data


# --- failures ---


@ONE
async def test_a_bucket_that_is_out_of_reach_is_a_503_that_tells_nothing(
    settings: Settings, bucket: dict[str, object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stores, "RETRIES", 0)
    gone = bucket | {"s3_endpoint": "http://127.0.0.1:1"}
    async with running(settings.model_copy(update=gone)) as app, http_client(app) as http:
        ada = await Person(http).register()
        diary, file = await Diary(ada).create(), File(5)
        assert (await file.begin(diary, ada)).status_code == 200
        answer = await file.part(diary, ada, 0)
        assert code(answer) == (503, "unavailable")
        assert (await file.begin(diary, ada)).json()["received"] == 0
        said = answer.text + str(answer.headers) + "".join(capsys.readouterr())
    for word in (SECRET, "key-id", "duolog-", "127.0.0.1:1", "error sending"):
        assert word not in said.replace("duolog-server", "")


@ONE
async def test_a_bucket_that_does_not_exist_is_a_503(settings: Settings, bucket: dict[str, object]) -> None:
    nowhere = settings.model_copy(update=bucket | {"attachments": "s3://nowhere-at-all"})
    async with running(nowhere) as app, http_client(app) as http:
        ada = await Person(http).register()
        diary, file = await Diary(ada).create(), File(5)
        await file.begin(diary, ada)
        assert code(await file.part(diary, ada, 0)) == (503, "unavailable")


async def test_a_bucket_that_is_gone_says_nothing_about_its_parts(bucket: dict[str, object], tmp_path: Path) -> None:
    gone = open_store(Settings.model_validate({"data": tmp_path} | bucket | {"attachments": "s3://nowhere-at-all"}))
    for asked in (gone.get(PLACE, 0, 0, 1), gone.clear(PLACE), gone.put(PLACE, 0, b"part")):
        with pytest.raises(Unavailable):
            await asked


@ONE
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (GenericError("Generic LocalFileSystem error: No space left on device (os error 28)"), (507, "storage_full")),
        (OSError(28, "No space left on device"), (507, "storage_full")),
        (GenericError("InsufficientStorage"), (507, "storage_full")),
        (GenericError("secret words"), (503, "unavailable")),
        (PermissionError(13, "secret words"), (503, "unavailable")),
    ],
)
async def test_a_store_that_fails_is_told_plainly_and_the_part_can_be_sent_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, error: Exception, expected: tuple[int, str]
) -> None:
    async with running(settings) as app, http_client(app) as http:
        ada = await Person(http).register()
        diary, file, store = await Diary(ada).create(), File(5), app.state.duolog.store
        await file.begin(diary, ada)

        class Failing:
            def put(self, *_: object) -> None:
                raise error

        with monkeypatch.context() as broken:
            broken.setattr(store, "_store", Failing())
            answer = await file.part(diary, ada, 0)
        assert code(answer) == expected
        assert "secret words" not in answer.text
        await shared(diary, ada, file)
        assert (await file.fetch(diary, ada)).content == file.data


# --- settings ---


@pytest.mark.parametrize(
    "wrong",
    [
        {"attachments": "s3://"},
        {"attachments": "s3://bucket/below"},
        {"attachments": "https://bucket"},
        {"s3_endpoint": "s3.example"},
        {"attachment_mib": -1},
        {"attachment_mib": 4097},
    ],
)
def test_settings_that_name_no_store_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)


@pytest.mark.parametrize("text", ["", "one", "one two three", "\x00\n", None])
def test_credentials_are_two_lines(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "s3"
    if text is not None:
        path.write_text(text)
    with pytest.raises(Problem) as refused:
        read_credentials(path)
    assert str(tmp_path) not in refused.value.said


def test_credentials_stand_in_no_setting(bucket: dict[str, object], tmp_path: Path) -> None:
    settings = Settings.model_validate({"data": tmp_path} | bucket)
    store = open_store(settings)
    assert SECRET not in repr(settings) + repr(store) + repr(vars(store))


def test_full_and_out_of_reach_are_two_things() -> None:
    assert stores._is_full(OSError(122, "quota"))
    assert not stores._is_full(OSError(5, "input/output"))
