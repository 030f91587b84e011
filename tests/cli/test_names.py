"""A confidant sees names, and sets their own where they may write."""

import pytest

from tests.cli.people import Person, in_one_line, words_of


@pytest.mark.parametrize("rights", ["--may-write", "--may-read"])
def test_a_confidant_sees_the_name_from_before_they_came(ada: Person, sam: Person, rights: str) -> None:
    ada.ok("journal", "create")
    said = ada.say("profile", reads="Ada\n")
    assert "joins later" not in said.text
    sam.ok("join", reads=ada.link("confidant", "invite", "--days", "30", rights))
    ada.ok("sync")
    sam.ok("sync")
    words = words_of(sam)
    ada.ok("confidant", "verify", reads=words)
    sam.ok("verify", reads=words)
    ada.ok("sync")
    assert "you and Ada" in sam.ok("journal", "list")
    assert "Ada goes by Ada" in sam.ok("timeline")

    named = sam.say("profile", reads="Okoro\n")
    if rights == "--may-write":
        assert named.exit_code == 0, named.text
        assert "Okoro" in ada.ok("confidant", "list")
    else:
        assert (named.exit_code, "a name is written" in in_one_line(named.err)) == (1, True), named.text
    assert ada.ok("timeline").count("goes by Ada") == 2
