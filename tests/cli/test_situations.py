"""Situations that a transcript can't show: a file that was changed, two links, a log with more than entries."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from duolog.cli.run import Run
from duolog.cli.screen import Screen
from duolog.cli.timeline import say_entries
from duolog.client import TimelineEntry
from tests.cli.people import Person, paired
from tools.local_server import LocalServer


def test_a_second_link_ends_the_first_and_leads_to_the_same_journal(ada: Person, sam: Person) -> None:
    first = ada.link("invite")
    ada.ok("profile", reads="Ada\n")
    second = ada.link("invite")
    assert len(json.loads(ada.ok("journal", "list", "--json"))["journals"]) == 1
    said = sam.say("join", reads=first)
    assert (said.exit_code, "another one was made since" in said.err) == (1, True), said.text
    sam.ok("join", reads=second)
    assert json.loads(ada.ok("verify", "--show", "--json"))["words"]


def test_looking_at_a_verified_pairing_is_no_refusal(ada: Person, sam: Person) -> None:
    paired(ada, sam)
    assert "The words were compared" in ada.ok("verify")


def test_a_name_is_shown_in_a_further_journal_too_and_only_here(ada: Person, sam: Person) -> None:
    paired(ada, sam)
    sam.ok("profile", reads="Sam\n")
    further = json.loads(ada.ok("journal", "create", "--json"))["short"]
    sam.ok("join", reads=ada.link("invite", "--journal", further))
    for one in (ada, sam, ada):
        one.ok("sync")
    assert "Journal 2: you and Sam" in ada.ok("journal", "list")
    assert "Sam" not in ada.ok("timeline", "--journal", further)


def test_the_newest_entries_are_shown_whatever_stands_behind_them(ada: Person) -> None:
    ada.ok("journal", "create")
    ada.ok("write", reads="The first.\n")
    ada.ok("write", reads="The second.\n")
    ada.ok("recovery", "replace", "--no-confirm", "--yes")  # statements, behind both
    ada.ok("sync")
    assert "The second." in ada.ok("timeline", "--last", "1")
    assert "The first." not in ada.ok("timeline", "--last", "1")
    assert "The first." in ada.ok("timeline", "--last", "2")


def test_copying_lists_the_other_journal_with_how_each_entry_begins(ada: Person) -> None:
    ada.ok("journal", "create")
    ada.ok("write", reads="About Sundays.\nAnd more.\n")
    target = json.loads(ada.ok("journal", "create", "--json"))["short"]
    assert "You wrote: About Sundays." in ada.ok("journal", "copy", "--to", target)
    ada.ok("journal", "copy", "2", "--to", target, "--yes")
    assert "About Sundays." in ada.ok("timeline", "--journal", target)


def test_a_changed_export_is_a_stop_that_says_what_to_do(ada: Person, tmp_path: Path) -> None:
    ada.ok("journal", "create")
    ada.ok("write", reads="As it was.\n")
    file = tmp_path / "mine.json"
    ada.ok("export", "--out", str(file))
    file.write_text(file.read_text().replace("As it was.", "As it is now."))
    said = ada.say("verify-export", str(file))
    assert said.exit_code == 5
    assert "Your journals aren't concerned." in said.err
    assert "duolog heads" not in said.text
    advice = json.loads(ada.say("verify-export", str(file), "--json").out)["error"]["next"]
    assert re.search(r"make a new one: `duolog export`", advice[-1])


def test_a_new_way_into_the_account_is_told_also_when_the_sync_fails(ada: Person) -> None:
    ada.ok("journal", "create")
    with closing(sqlite3.connect(ada.home / "log.sqlite")) as home, home:
        home.execute("UPDATE meta SET value = x'' WHERE name = 'known_keyholders'")
        home.execute("UPDATE journal SET seq = seq + 1")
    said = ada.say("sync")
    assert said.exit_code != 0
    assert "there is a new way into your account" in said.err, said.text


@pytest.mark.parametrize(("apart", "says"), [(3 * 86_400 + 5, "3 days ahead of"), (-90_000, "1 day behind")])
def test_a_clock_that_is_wrong_is_named_and_stops_nothing(
    ada: Person, monkeypatch: pytest.MonkeyPatch, apart: int, says: str
) -> None:
    ada.link("invite")
    assert json.loads(ada.ok("sync", "--json"))["clock_apart"] == 0
    monkeypatch.setattr("duolog.client.sync.clock_apart", lambda context: apart)
    said = ada.say("sync")
    assert said.exit_code == 0
    assert f"the server's clock is {says} this computer's" in said.err.replace("\n", " ")
    assert json.loads(ada.ok("sync", "--json"))["clock_apart"] == apart
    assert f"clock is {says}" in ada.say("timeline").err.replace("\n", " ")


def test_an_accepted_invitation_is_told_as_such(ada: Person, sam: Person) -> None:
    sam.ok("join", reads=ada.link("invite"))
    said = sam.say("write", reads="Hello.")
    assert (said.exit_code, "You have accepted an invitation." in said.err) == (2, True), said.text


def test_a_draft_is_kept_without_a_connection(ada: Person, server: LocalServer) -> None:
    ada.link("invite")
    server.stop()
    try:
        said = ada.say("habit", "--draft", reads="I plan the week.")
    finally:
        server.start()
    assert said.exit_code == 0, said.text
    assert "I plan the week." in ada.ok("draft", "list")


def test_entries_that_are_closed_for_one_reason_are_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    closed = "This was written before you joined, and stays closed to you."
    entries = [
        TimelineEntry(bytes(32), bytes([seq]) * 16, seq, bytes(32), None, mine=False, received=seq, unreadable=why)
        for seq, why in enumerate((closed, closed, closed, "Its author broke a rule."), 1)
    ]
    shell = Run(home=None, passphrase_fd=None, screen=Screen(as_json=False), ephemeral=None)
    say_entries(shell, entries, {}, numbers=False)
    said = " ".join(capsys.readouterr().out.split())
    assert (said.count(closed), said.count("so is what follows"), said.count("broke a rule")) == (1, 1, 1)
    say_entries(shell, entries, {}, numbers=True)
    assert " ".join(capsys.readouterr().out.split()).count(closed) == 3


def test_a_copied_step_is_shown_in_words(ada: Person, sam: Person) -> None:
    paired(ada, sam)
    for one in (ada, sam):
        one.ok("profile", reads=f"{one.home.name.capitalize()}\n")
    ada.ok("boundary", "propose", reads="Topic: other\n\nNo phones at dinner.")
    sam.ok("boundary", "accept", "--yes")
    target = json.loads(ada.ok("journal", "create", "--json"))["short"]
    listed = ada.ok("journal", "copy", "--to", target, "--journal", "1")
    number = next(line.split()[0] for line in listed.splitlines() if "Sam accepted" in line)
    ada.ok("journal", "copy", number, "--to", target, "--journal", "1", "--yes")
    shown = ada.ok("timeline", "--journal", target)
    assert "accepted the text of" in shown
    assert "Step:" not in shown


def test_a_reminder_shows_a_notification_with_its_title_and_nothing_else(
    ada: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.ok("reminder", "on", "--every", "day", "--at", "00:00", "--title", "--urgency=critical; $(id)")
    monkeypatch.setenv("PATH", str(tmp_path))
    said = ada.say("reminder", "due", "--notify")
    assert (said.exit_code, "This computer shows no notifications" in said.err) == (2, True), said.text
    shows = tmp_path / "notify-send"
    shows.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/shown\n')
    shows.chmod(0o700)
    assert ada.ok("reminder", "due", "--notify") == "--urgency=critical; $(id)\n"
    assert (tmp_path / "shown").read_text().splitlines() == ["--app-name=Duolog", "--", "--urgency=critical; $(id)"]
    ada.ok("reminder", "off")
    assert ada.ok("reminder", "due", "--notify") == ""
