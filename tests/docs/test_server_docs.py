"""What the documents say about the server is true."""

from tools import server_docs


def test_every_setting_is_documented_with_its_default() -> None:
    assert server_docs.SETTINGS.read_text() == server_docs.settings_page(), "run `make server-docs`"


def test_every_problem_code_is_documented() -> None:
    assert server_docs.PROBLEMS.read_text() == server_docs.problems_page(), "run `make server-docs`"
