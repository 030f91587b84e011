"""The app for browsers judges new passphrases without zxcvbn's lists: what it takes, the command takes too."""

import json
from pathlib import Path

import pytest

from duolog.client import check_passphrase
from duolog.errors import NotAllowed

LISTS = json.loads((Path(__file__).parents[2] / "web/app/test/passphrases.json").read_text())


@pytest.mark.parametrize("passphrase", LISTS["strong"])
def test_what_the_app_takes_the_command_takes_too(passphrase: str) -> None:
    check_passphrase(passphrase.encode())


@pytest.mark.parametrize("passphrase", LISTS["unseen"])
def test_what_nobody_sees_neither_takes(passphrase: str) -> None:
    with pytest.raises(NotAllowed):
        check_passphrase(passphrase.encode())
