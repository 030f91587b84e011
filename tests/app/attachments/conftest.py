"""S3 servers on this machine, for the tests of the object store: moto, and for the slow tests Ceph's gateway."""

import logging
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import obstore
import pytest
from obstore.store import S3Store

from app.settings import Settings
from tests.app.attachments.gateway import MISSING, Gateway, missing, running_gateway

KEY_ID = "key-id"
SECRET = "a-secret-that-no-answer-and-no-log-shows"
CEPH = pytest.param("ceph", marks=pytest.mark.slow)  # `make bucket`


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The address of moto's S3, which keeps everything in memory."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def gateway() -> Iterator[Gateway]:
    """Ceph's gateway, with a user."""
    if missing():
        pytest.skip(MISSING)
    with running_gateway() as started:
        started.add_user(KEY_ID, SECRET)
        yield started


@pytest.fixture(scope="session")
def ceph(gateway: Gateway) -> str:
    """The address of Ceph's S3."""
    return gateway.address


@pytest.fixture(params=["moto", CEPH])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, object]:
    """Settings of an empty bucket on each S3 server."""
    return new_bucket(request.getfixturevalue(request.param), tmp_path)


@pytest.fixture(params=["folder", "moto", CEPH])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of each kind of store."""
    chosen = {} if request.param == "folder" else new_bucket(request.getfixturevalue(request.param), tmp_path)
    return Settings.model_validate({"data": tmp_path / "data"} | chosen)


def new_bucket(address: str, folder: Path, key_id: str = KEY_ID) -> dict[str, object]:
    """Make a bucket at an S3 server; its settings. `folder`: where the credentials lie."""
    name = f"duolog-{secrets.token_hex(8)}"
    root = S3Store(
        "none",  # a bucket is made by a request without one before the path
        endpoint=address,
        access_key_id=key_id,
        secret_access_key=SECRET,
        virtual_hosted_style_request=True,
        client_options={"allow_http": True},
    )
    assert httpx2.put(obstore.sign(root, "PUT", name, timedelta(minutes=1))).status_code == 200
    credentials = folder / "s3"
    credentials.write_text(f"{key_id}\n{SECRET}\n")
    return {"attachments": f"s3://{name}", "s3_endpoint": address, "s3_credentials_file": credentials}
