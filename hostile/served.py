"""A server to lie in front of: a real one made here for the purpose, or one that runs already."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from app.logs import configure_logs
from app.main import create_app
from app.receipts.service import ReceiptSigner, load_receipt_keys
from app.schema import migrate, migration_engine
from app.settings import Settings
from hostile.forward import Forward
from hostile.liar import Attack, Liar
from hostile.wire import serving


@asynccontextmanager
async def own_server(data: Path, port: int = 0, as_origin: str = "") -> AsyncIterator[tuple[Liar, str]]:
    """A liar in front of a real server of its own with its data in a folder, and the address of both.

    `as_origin`: the address by which that server goes, where another liar stands in front of it.
    """
    liar = Liar(_nowhere, Attack(), _no_key)
    async with serving(liar, port) as origin:
        alone: Any = {"retention_seconds": 0, "body_processes": 0, "log_level": "error"}
        settings = Settings(data=data, host="127.0.0.1", origin=as_origin or origin, **alone, **without_limits())
        configure_logs(settings)
        migrate_into(settings)
        liar.app = app = create_app(settings)
        async with app.router.lifespan_context(app):
            liar.sign_with(lambda: app.state.duolog.receipts)
            yield liar, origin


@asynccontextmanager
async def in_front_of(server: str, port: int, receipt_key: Path | None) -> AsyncIterator[tuple[Liar, str]]:
    """A liar in front of a running server, and the address of the liar. `receipt_key`: the server's own key file.

    Raises: OSError, MalformedData when there is no such key.
    """
    signer = None if receipt_key is None else _signer_of(receipt_key)
    forward = Forward(server)
    try:
        liar = Liar(forward, Attack(), lambda: signer or _no_key())
        async with serving(liar, port) as origin:
            yield liar, origin
    finally:
        await forward.close()


def _signer_of(file: Path) -> ReceiptSigner:
    if not file.is_file():
        raise FileNotFoundError(f"There is no receipt key at {file}.")
    return load_receipt_keys(file)


def without_limits() -> dict[str, Any]:
    """Settings under which nothing is refused for being much: behind a refusal, nothing more is read."""
    rates = {name: "1000000/second" for name in Settings.model_fields if name.startswith("rate_")}
    quotas = {name: 2**40 for name in Settings.model_fields if name.endswith(("_per_day", "_total"))}
    return {**rates, **quotas}


def migrate_into(settings: Settings) -> None:
    """Bring the tables of a server up to date."""
    settings.data.mkdir(parents=True, exist_ok=True)
    engine = migration_engine(settings)
    with engine.begin() as connection:
        migrate(connection)
    engine.dispose()


async def _nowhere(*_: object) -> None:
    raise RuntimeError("The server doesn't run yet.")


def _no_key() -> ReceiptSigner:
    raise LookupError("This attack signs receipts. Name the server's key by --receipt-key.")
