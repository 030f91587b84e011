"""The page of rows is true."""

from tools import kind_docs


def test_every_row_of_every_kind_is_documented() -> None:
    assert kind_docs.PAGE.read_text() == kind_docs.kinds_page(), "run `make kind-docs`"
