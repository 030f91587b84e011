"""The constants of the TypeScript SDK are those of the code."""

import pytest

from tools import sdk_constants


@pytest.mark.parametrize("name", sdk_constants.FILES)
def test_the_committed_file_is_current(name: str) -> None:
    written = (sdk_constants.FOLDER / name).read_text(encoding="utf-8")
    assert written == sdk_constants.FILES[name](), "run `make sdk-constants` and commit it"


def test_a_local_label_is_a_type_of_texts() -> None:
    assert "| `home-${string}`" in sdk_constants.constants()


def test_checks_are_those_that_an_error_carries() -> None:
    text = sdk_constants.constants()
    assert '| "receipts.signature"' in text
    assert '"codec.canonical"' not in text, "a mark whose error has no name"
