"""The checks before a command runs: each thing that it needs is there, or one sentence says what to do."""

from app.commands.trouble import Trouble
from app.objects.store import open_store
from app.problems import Problem
from app.receipts.service import ReceiptSigner, load_receipt_keys
from app.schema import current_revision, is_known, migration_engine, newest_revision
from app.settings import Settings, is_every_address
from app.web.files import read_web
from app.wheel import read_wheel
from duolog.errors import MalformedData


def require_known(settings: Settings) -> str | None:
    """The revision that the database is at. Raises: Trouble, when a newer version has migrated it."""
    engine = migration_engine(settings)
    with engine.connect() as connection:
        current = current_revision(connection)
    engine.dispose()
    if current is not None and not is_known(current):
        raise Trouble(
            f"The database is newer than this version of Duolog: its tables are at {current}, and this code knows "
            f"{newest_revision()}. Install the version that used it last, or a newer one, or restore a backup from "
            "before that upgrade."
        )
    return current


def require_migrated(settings: Settings) -> None:
    """Raises: Trouble, when the database's tables are not those of this version."""
    current = require_known(settings)
    if current is None:
        raise Trouble("The database is empty. Run `python -m app migrate` first.")
    if current != newest_revision():
        raise Trouble(
            f"The database is older than this version of Duolog: its tables are at {current}, and this code needs "
            f"{newest_revision()}. Take a backup, then run `python -m app migrate`."
        )


def require_receipt_key(settings: Settings) -> ReceiptSigner:
    """The receipt keys. Raises: Trouble, when they are neither there nor can be made."""
    try:
        return load_receipt_keys(settings.receipt_key_path)
    except OSError as error:
        raise Trouble(
            f"The receipt key {settings.receipt_key_path} can't be used: {error.strerror}. Let the server's user read "
            "it, or check DUOLOG_RECEIPT_KEY_FILE."
        ) from error
    except MalformedData as error:
        raise Trouble(
            f"The receipt key {settings.receipt_key_path} is damaged: {error} Put the file back from a backup. "
            "Don't delete it: clients have pinned its keys. DUOLOG_RECEIPT_KEY_FILE names the file."
        ) from error


def require_store(settings: Settings) -> None:
    """Raises: Trouble, when the object store can't be opened. A bucket is not asked."""
    credentials = settings.s3_credentials_file
    if settings.attachment_bucket and credentials is not None:
        try:
            lines = credentials.read_text().split()
        except OSError as error:
            raise Trouble(
                f"The file {credentials} can't be read: {error.strerror}. Let the server's user read it, or check "
                "DUOLOG_S3_CREDENTIALS_FILE."
            ) from error
        except UnicodeDecodeError:
            lines = []
        if len(lines) != 2:
            raise Trouble(
                f"The file {credentials} doesn't hold two lines: the bucket's access key id, and its secret access "
                "key. DUOLOG_S3_CREDENTIALS_FILE names it."
            )
    try:
        open_store(settings)
    except Problem as problem:
        raise Trouble(
            "The place of the attachments can't be used. Check DUOLOG_ATTACHMENTS, DUOLOG_S3_ENDPOINT and "
            "DUOLOG_S3_CREDENTIALS_FILE."
        ) from problem


def require_origin(settings: Settings) -> None:
    """Raises: Trouble, when no setting gives an address that anybody can type."""
    if not settings.origin and is_every_address(settings.host):
        raise Trouble(
            f"DUOLOG_HOST={settings.host} listens at every address of this machine, and DUOLOG_ORIGIN is empty. "
            "Set DUOLOG_ORIGIN to the address that people type, as https://duolog.example: log-ins are signed for it. "
            f"For a first look on this computer, set it to http://localhost:{settings.port}."
        )


def require_wheel(settings: Settings) -> None:
    """Raises: Trouble, when the wheel that the settings name can't be read."""
    try:
        read_wheel(settings.wheel)
    except OSError as error:
        raise Trouble(f"The wheel {settings.wheel} can't be read: {error.strerror}. Check DUOLOG_WHEEL.") from error


def require_web(settings: Settings) -> None:
    """Raises: Trouble, when the app for browsers is turned on, and missing or damaged."""
    try:
        read_web(settings)
    except MalformedData as error:
        raise Trouble(
            f"{error} Build it with `make web-build`, or turn the app off with DUOLOG_WEB=off. An image needs it to be "
            "built before `make image`."
        ) from error
