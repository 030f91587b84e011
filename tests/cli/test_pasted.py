"""A link that is pasted with everything that a mail put around it, on standard input and at a terminal."""

import os
import pty
import sys
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from duolog.cli.asking import _more_waits, ask_line, ask_pasted
from duolog.cli.pairing import is_link
from duolog.seal.links import Link
from tests.cli.people import Person

LINK = Link("https://journal.example", bytes(range(16)))
MAIL = "Love,\n\n> here it is: <{}\n> {}>.\n\nSleep well!\n"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """What a person pastes at a terminal."""
    master, slave = pty.openpty()
    with os.fdopen(slave, "r", buffering=1) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield lambda text: (os.write(master, text.encode()), None)[1]
    os.close(master)


def test_a_link_in_a_mail_is_taken_and_one_that_is_torn_uses_nothing_up(ada: Person, sam: Person) -> None:
    link = ada.link("invite")
    torn = sam.say("join", reads=f"Look: {link[:-4]}\nSleep well, love.\n")
    assert (torn.exit_code, "of 24 characters" in " ".join(torn.text.split())) == (2, True), torn.text
    redirect = f"https://safelinks.example/?url={quote(link, safe='')}&data=05"
    two = sam.say("join", reads=f"{redirect} {LINK.url}\n")
    assert (two.exit_code, "more than one" in " ".join(two.text.split())) == (2, True), two.text
    sam.ok("join", reads=f"Love, open this:\n\n  {redirect[:60]}\n  {redirect[60:]}\n")


def test_a_pasted_mail_is_taken_whole_at_a_terminal(typed: Callable[[str], None]) -> None:
    typed(MAIL.format(LINK.url[:40], LINK.url[40:]))
    assert is_link(ask_pasted("The link:", is_link))
    assert not _more_waits(), "no later question and no shell reads the rest"


def test_a_pasted_mail_without_a_link_leaves_nothing_behind(typed: Callable[[str], None]) -> None:
    typed("Love,\nI have lost it.\nrm -rf everything\n")
    assert not is_link(ask_pasted("The link:", is_link))
    assert not _more_waits()
    typed("yes\n")
    assert ask_line("Again?") == "yes"
