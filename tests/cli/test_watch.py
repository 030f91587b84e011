"""`duolog watch` says what comes while it comes, and Ctrl-C ends it."""

import json
from pathlib import Path

import pytest

from duolog.client.blocking_faces import Watch
from tests.cli.people import Person, paired
from tests.cli.transcript import Said, run

STEPS = Watch.__next__


def watched(home: Path, partner: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> Said:
    """What `duolog watch` says while the partner writes a note and thanks; then its reader presses Ctrl-C."""
    writing = [["write"], ["thank"]]

    def step(watch: Watch) -> object:
        if not writing:
            raise KeyboardInterrupt
        said = run(partner, writing.pop(0), reads="Something\n")
        assert said.exit_code == 0, said.text
        return STEPS(watch)

    monkeypatch.setattr(Watch, "__next__", step)
    return run(home, ["watch", *options])


def test_what_comes_is_said_by_kind_and_person(ada: Person, sam: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    paired(ada, sam)
    said = watched(ada.home, sam.home, monkeypatch)
    assert said.exit_code == 0, said.text
    assert "Watching. Ctrl-C ends it." in said.err
    assert "a note" in said.out


def test_scripts_get_an_object_a_line(ada: Person, sam: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    paired(ada, sam)
    said = watched(ada.home, sam.home, monkeypatch, "--json")
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [kinds for line in lines for one in line["came"] for kinds in one["kinds"]] == ["note", "appreciation"]
