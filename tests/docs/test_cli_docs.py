"""What the documents say about the command is true."""

import io
import re
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path

import pytest

from duolog.cli import failures
from duolog.cli.main import main
from duolog.cli.sections import HEADINGS
from tools import cli_docs

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted([ROOT / "README.md", *(page for page in (ROOT / "docs").rglob("*.md") if page.name != "template.md")])


@cache
def the_page() -> str:
    """The page as the command makes it now."""
    return cli_docs.document()


def test_the_page_of_the_command_is_the_commands_own_help() -> None:
    assert cli_docs.DOCUMENT.read_text() == the_page(), "run `make cli-docs`"


def test_every_command_shows_an_example() -> None:
    page = the_page()
    for name in cli_docs.names():
        part = page.split(f"## `{name}`\n")[1].split("\n## ")[0]
        if "COMMAND [ARGS]..." not in part:
            assert re.search(rf"Examples?:\n +{name}", part), name


def test_the_help_lists_every_command_once_under_a_heading() -> None:
    listed = [name for names in HEADINGS.values() for name in names]
    assert sorted(listed) == sorted(name.split()[1] for name in cli_docs.names() if name.count(" ") == 1)


@pytest.mark.parametrize("said", [[], ["-h"], ["--help"]], ids=str)
def test_the_help_is_whole_on_a_narrow_screen(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit):
        main(said)
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.endswith("...")] == [lines[0]]
    assert [line.strip(":") for line in lines if line.endswith(":") and line[0] != " "] == ["Options", *HEADINGS]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["letter", "set-aside", "2"], "There is no `duolog letter set-aside`. There is `duolog set-aside`."),
        (["accept", "1"], "There is no `duolog accept`. There is `duolog boundary accept`."),
        (["mark"], "There is no `duolog mark`. There is `duolog promise mark`."),
    ],
    ids=str,
)
def test_a_command_that_stands_elsewhere_is_named(
    typed: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(typed)
    assert ended.value.code == failures.USAGE
    assert said in " ".join(capsys.readouterr().err.split())


def test_every_exit_code_is_documented() -> None:
    codes = {value for name, value in vars(failures).items() if name.isupper() and isinstance(value, int)}
    assert codes == {int(code) for code in re.findall(r"^    (\d+) ", failures.__doc__ or "", re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    known = set(cli_docs.names())
    for words, options in re.findall(
        r"(?:^|`)(duolog(?: [a-z]+(?:-[a-z]+)*)*)((?: --[a-z-]+| \S+)*)", _code(page), re.MULTILINE
    ):
        name = _longest(words, known)
        assert name != "duolog" or words == "duolog", f"{page.name}: `{words}`"
        for option in re.findall(r"--[a-z-]+", options):
            assert option in the_page().split(f"## `{name}`\n")[1].split("\n## ")[0], f"{name} {option}"


def test_every_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        for target in re.findall(r"(?:^|`)make ([a-z][a-z-]*)", _code(page), re.MULTILINE):
            assert target in targets, f"{page.name}: make {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in link:
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def _code(page: Path) -> str:
    """The code of a page: its blocks for a shell, and what stands in backticks."""
    text = page.read_text()
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    blocks = [re.sub(r"#.*", "", re.sub(r"^ +", "", block, flags=re.MULTILINE)) for block in blocks]
    spans = re.findall(r"(`(?:duolog|make) [^`\n]*)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return "\n".join([*blocks, *spans])


def _longest(words: str, known: set[str]) -> str:
    parts = words.split()
    return next((" ".join(parts[:n]) for n in range(len(parts), 0, -1) if " ".join(parts[:n]) in known), "duolog")
