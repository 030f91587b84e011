"""An S3 server on this machine, for the tests of the object store."""

import logging
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.settings import Settings

SECRET = "a-secret-that-no-answer-and-no-log-shows"


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of moto's S3, which keeps everything in memory."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, tmp_path: Path) -> dict[str, object]:
    """Settings of an empty bucket."""
    name = f"duolog-{abs(hash(str(tmp_path)))}"
    assert httpx2.put(f"{s3}/{name}").status_code == 200
    credentials = tmp_path / "s3"
    credentials.write_text(f"key-id\n{SECRET}\n")
    return {"attachments": f"s3://{name}", "s3_endpoint": s3, "s3_credentials_file": credentials}


@pytest.fixture(params=["folder", "bucket"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of each kind of store."""
    if request.param == "folder":
        return Settings(data=tmp_path / "data")
    values: dict[str, object] = request.getfixturevalue("bucket")
    return Settings.model_validate({"data": tmp_path / "data"} | values)
