"""Errors that an operator can fix."""

import os
from pathlib import Path

from app.settings import Settings


class Trouble(Exception):
    """A sentence for the operator: what is wrong, and what to do."""


def prepare_data(settings: Settings) -> None:
    """Make the data folder, for the server's user alone. Raises: Trouble."""
    os.umask(0o077)
    folders = {settings.receipt_key_path.parent}
    if settings.database_url.startswith("sqlite:///"):
        folders.add(Path(settings.database_url.removeprefix("sqlite:///")).parent)
    if not settings.attachment_bucket:
        folders.add(settings.attachment_folder)
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise Trouble(
                f"The folder {folder} can't be made: {error.strerror}. Choose another with DUOLOG_DATA."
            ) from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise Trouble(
                f"The folder {folder} can't be written to. Change its owner, or choose another with DUOLOG_DATA."
            )
