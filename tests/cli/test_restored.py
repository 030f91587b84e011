"""The operator puts Monday's backup back: what both people see, command by command."""

import re
from pathlib import Path

from tests.cli.people import Person, in_one_line, paired
from tests.cli.transcript import Said
from tools.local_server import LocalServer

CALM = "The server has gone back to an older state, as after a restored backup. Nothing of yours is lost"


def calm(said: Said) -> str:
    """The calm sentences of an answer, without their date."""
    text = in_one_line(said.text)
    assert CALM in text, text
    return re.sub(r"That is on .*? at the latest", "", text[text.index(CALM) :])


def test_both_see_the_same_true_sentence_and_lose_nothing(elsewhere: LocalServer, homes: Path) -> None:
    ada, sam = Person(homes / "ada", elsewhere), Person(homes / "sam", elsewhere)
    paired(ada, sam)
    ada.ok("write", reads="Monday.")
    sam.ok("sync")
    backup = elsewhere.folder / "monday.backup"
    elsewhere.command("backup", str(backup))
    ada.ok("write", reads="Tuesday, from Ada.")
    sam.ok("write", reads="Wednesday, from Sam.")
    ada.ok("sync")
    elsewhere.stop()
    said = elsewhere.command("restore", str(backup))
    assert "clients log in again by themselves" in in_one_line(said)
    elsewhere.start()

    hers = ada.say("write", reads="Friday, from Ada.")
    assert "Saved here." in hers.text
    assert "at the latest" in hers.text
    assert CALM in in_one_line(ada.say("status").text)
    for day in ("Monday.", "Tuesday, from Ada.", "Wednesday, from Sam.", "Friday, from Ada."):
        assert day in ada.say("timeline").text
    assert calm(ada.say("sync")).startswith(calm(hers))

    his = sam.say("sync")  # the last one who was missing
    assert CALM not in his.text
    assert "Stop." not in his.text
    assert "sent 1" in in_one_line(ada.ok("sync"))
    assert CALM not in ada.say("status").text
    shown = sam.say("timeline").text
    for day in ("Monday.", "Tuesday, from Ada.", "Wednesday, from Sam.", "Friday, from Ada."):
        assert day in shown
