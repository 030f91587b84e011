"""From the accepted invitation to the compared words: who has to do what next is told, and what is open."""

import json
from pathlib import Path

import pytest

from duolog.client import Unlock
from duolog.client.blocking import Duolog
from duolog.protocol.codec import parse_b64
from tests.cli.people import Person, in_one_line, words_of
from tests.cli.terminal import Terminal
from tests.cli.transcript import PASSPHRASE
from tools.local_server import LocalServer

pytestmark = pytest.mark.slow

NEXT = "You have accepted an invitation. Next, the one who invited you runs `duolog verify`: ask them."
OPEN = "the eight words were not compared"


@pytest.mark.parametrize(
    ("command", "exit_code"),
    [
        (("write",), 2),
        (("profile",), 2),
        (("boundary", "propose"), 2),
        (("timeline", "--offline"), 2),
        (("today", "--offline"), 0),
        (("news", "--offline"), 0),
        (("status",), 0),
        (("journal", "list", "--offline"), 0),
    ],
)
def test_after_joining_each_command_says_who_is_next(
    ada: Person, sam: Person, command: tuple[str, ...], exit_code: int
) -> None:
    sam.ok("join", reads=ada.link("invite"))
    said = sam.say(*command, reads="Hello.")
    assert (said.exit_code, NEXT in in_one_line(said.text)) == (exit_code, True), said.text
    assert "no journal yet" not in said.text.lower()


def test_what_is_waited_for_is_told_without_a_server_too(ada: Person, sam: Person, server: LocalServer) -> None:
    sam.ok("join", reads=ada.link("invite"))
    server.stop()
    try:
        said = sam.say("write", reads="Hello.")
    finally:
        server.start()
    assert (said.exit_code, NEXT in in_one_line(said.text)) == (2, True), said.text


def test_a_journal_that_opened_meanwhile_is_found_by_write(ada: Person, sam: Person) -> None:
    sam.ok("join", reads=ada.link("invite"))
    ada.ok("sync")
    assert "Written and sent." in sam.ok("write", reads="Hello.")


def test_a_confidant_is_told_what_is_next(ada: Person, sam: Person) -> None:
    ada.ok("journal", "create")
    sam.ok("join", reads=ada.link("confidant", "invite", "--days", "30"))
    assert "runs `duolog confidant verify`: ask them." in in_one_line(sam.say("timeline").err)
    ada.ok("confidant", "verify", "--show")
    sam.ok("sync")
    assert "Next, compare the eight words with those who invited you" in in_one_line(sam.say("timeline").err)
    sam.ok("verify", reads=words_of(sam))
    assert "Next, those who invited you let you in: ask them." in in_one_line(sam.say("timeline").err)


def test_an_invitation_that_is_over_is_no_reason_to_wait(ada: Person, sam: Person) -> None:
    made = json.loads(ada.ok("invite", "--json"))
    sam.ok("join", reads=made["link"])
    with Duolog.open(home=ada.home, unlock=Unlock(lambda new: PASSPHRASE.encode(), keyring=False)) as duolog:
        duolog.revoke_invitation(parse_b64(made["journal"]), parse_b64(made["invitation"]))
    sam.say("sync")
    said = sam.say("write", reads="Hello.")
    assert (said.exit_code, "ask for a new link" in in_one_line(said.err)) == (2, True), said.text
    assert "accepted an invitation" not in sam.ok("status")


@pytest.mark.parametrize(
    ("command", "reads"),
    [
        (("write",), "Hello"),
        (("thank",), "For tonight"),
        (("boundary", "propose"), "Topic: other\n\nNo phones at dinner"),
        (("profile",), "Sam"),
    ],
)
def test_writing_before_the_words_were_compared_warns_and_goes_on(
    ada: Person, sam: Person, command: tuple[str, ...], reads: str
) -> None:
    sam.ok("join", reads=ada.link("invite"))
    words = words_of(ada)
    for one, ends in ((ada, "."), (sam, "!")):
        said = one.say(*command, reads=reads + ends)
        assert (said.exit_code, OPEN in in_one_line(said.err)) == (0, True), said.text
    ada.ok("verify", reads=words)
    assert "Next, your partner does the same" in ada.say("write", reads="Hello again.").err
    sam.ok("verify", reads=words)
    assert OPEN not in sam.say("write", reads="Hello again.").err


def test_an_account_alone_is_not_warned(ada: Person) -> None:
    ada.ok("journal", "create")
    assert OPEN not in ada.say("write", reads="For myself.").err


def test_at_a_terminal_the_warning_comes_before_the_editor(ada: Person, sam: Person, tmp_path: Path) -> None:
    sam.ok("join", reads=ada.link("invite"))
    ada.ok("verify", "--show")
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "the editor is open"\nsleep 0.2\necho Hello. > "$1"\n')
    editor.chmod(0o700)
    with Terminal(["write"], ada.home, EDITOR=str(editor)) as screen:
        screen.wait("Passphrase:")
        screen.type("a quiet passphrase")
        before = screen.wait("the editor is open")
        assert OPEN in in_one_line(before)
        assert screen.ended() == 0


def test_a_draft_is_written_without_a_warning(ada: Person, sam: Person) -> None:
    sam.ok("join", reads=ada.link("invite"))
    ada.ok("verify", "--show")
    assert OPEN not in ada.say("draft", "keep", reads="For later.").err
    said = ada.say("draft", "send", "1", "--yes")
    assert (said.exit_code, OPEN in in_one_line(said.err)) == (0, True), said.text
    assert json.loads(ada.ok("draft", "list", "--json"))["drafts"] == []


WRONG = "abandon ability able about above absent absorb abstract"
DIFFER = "Your partner found that the eight words of journal 1 differ"


@pytest.mark.parametrize("founder_says_no", [True, False])
def test_a_no_is_told_to_the_other_at_the_next_sync(ada: Person, sam: Person, founder_says_no: bool) -> None:
    sam.ok("join", reads=ada.link("invite"))
    words = words_of(ada)
    sam.ok("sync")
    one, other = (ada, sam) if founder_says_no else (sam, ada)
    said = one.say("verify", reads=WRONG)
    assert (said.exit_code, "Your partner is told at their next sync" in in_one_line(said.err)) == (5, True), said.text
    told = other.say("sync")
    assert (told.exit_code, DIFFER in in_one_line(told.err)) == (0, True), told.text
    assert "Don't write there." in in_one_line(told.err)
    assert DIFFER in in_one_line(other.say("write", reads="Hello.").err)
    assert DIFFER in in_one_line(other.say("timeline", "--offline").err)
    assert "You found that the eight words" in in_one_line(one.say("write", reads="Hello.").err)
    assert json.loads(other.ok("journal", "list", "--json"))["journals"][0]["provisional"] is True

    again = one.say("verify", reads=WRONG)
    assert (again.exit_code, "is told" in in_one_line(again.err)) == (5, False), "said twice"
    assert other.ok("timeline").count("found that the eight words differ") == 1

    seen = other.say("verify", reads=words)
    assert DIFFER in in_one_line(seen.err)
    one.ok("verify", reads=words)
    other.ok("sync")
    assert "differ" not in other.say("write", reads="It was a typing error.").err


def test_a_no_at_the_terminal_is_told_too(ada: Person, sam: Person) -> None:
    sam.ok("join", reads=ada.link("invite"))
    ada.ok("verify", "--show")
    with Terminal(["verify"], sam.home) as screen:
        screen.wait("Passphrase:")
        screen.type("a quiet passphrase")
        screen.wait("(yes, no, or later)")
        screen.type("no")
        assert screen.ended() == 5
    assert DIFFER in in_one_line(ada.say("sync").err)
