"""Names: which are shown, which are not, and that no two people of a journal look alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duolog.documents.journal import describe, require_allowed
from duolog.documents.kinds.profile import Profile
from duolog.documents.names import RESERVED, called, looks_of, name_fault, named_by_account, shown_names
from duolog.errors import NotAllowed
from tests.documents.evening import ADA, BOTH, KIM, SAM, VOICE, Evening


@pytest.mark.parametrize(
    "name",
    [
        "Ada",
        "Zoë",
        "O’Brien",
        "Anne-Marie",
        "J. R.",
        "José María",
        "نامه‌",
        "अमित",
        "李",
        "Άννα",
        "Юлия",
        "😀",
        "II",
        "Al",
    ],
)
def test_real_names_are_shown(name: str) -> None:
    assert name_fault(name) is None
    assert shown_names({ADA: name}) == {ADA: name}


@pytest.mark.parametrize(
    "name",
    [
        *("You", " you ", "YOU", "ＹＯＵ", "y\u200bo\u200bu", "Y o u", "Yоu", "уοu", "🅈🅾🆄", "ⓨⓞⓤ", "Yöu", "You."),
        *("You\u2800", "You\U0001d159", "You\U00013441", "\U00013442You", "Y0U"),
        *(
            "I",
            "l",
            "1",
            "|",
            "Ⅰ",
            "Me",
            "Mᴇ",
            "Your partner",
            "Yоur  partner",
            "A confidant",
            "Somebody else",
            "Duolog",
        ),
    ],
)
def test_a_word_of_duologs_own_is_no_name_however_it_is_written(name: str) -> None:
    assert "Duolog itself" in (name_fault(name) or "")
    assert shown_names({ADA: name}) == {}


@pytest.mark.parametrize(
    "name",
    [
        *("You just", "You yourself", "you too", "Ada, you", "Ada,you", "Duolog says", "Yourself again", "Ada & YOU"),
        *(
            "Yоu just",
            "ＹＯＵ too",
            "Y\u200bou just",
            "You\u2800just",
            "🅈🅾🆄 just",
            "Y-o-u just",
            "Ada–you",
            "DU0L0G SAYS",
        ),
        *("Yöu too", "Your partner too", "you’re", "You+Ada", "\U00013441You just", "Ada's Duolog"),
    ],
)
def test_a_name_that_holds_a_word_of_ours_puts_no_words_into_a_mouth(name: str) -> None:
    assert "Duolog itself says" in (name_fault(name) or "")
    assert shown_names({ADA: name}) == {}


@pytest.mark.parametrize("name", ["Youssef", "Youri", "Yousra Ada", "Young", "Bayou", "Joyous", "Yourke"])
def test_a_name_that_only_begins_like_a_word_of_ours_is_shown(name: str) -> None:
    assert name_fault(name) is None


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("\u3164", "can be seen"),
        ("\u200b\u2060", "can be seen"),
        ("\u2800", "can be seen"),
        ("\U0001d159", "can be seen"),
        ("\U00013441", "can be seen"),
        ("\U00013442\u2800", "can be seen"),
        ("...", "can be seen"),
        ("\ufffc", "one line"),
        ("Ada\ufffc", "one line"),
        ("Ada\nYou", "one line"),
        ("Ada\u2028You", "one line"),
        ("Ada\u202e", "one line"),
        ("Ada (you)", "Brackets"),
        ("Ada（you）", "Brackets"),
        ("* Ada", "Brackets"),
        ("Ada wrote: yes", "Brackets"),
        ("A" * 81, "at most 80"),
    ],
)
def test_a_name_that_hides_or_passes_for_something_has_no_effect(name: str, why: str) -> None:
    assert why in (name_fault(name) or "")
    assert shown_names({ADA: name, SAM: "Sam"}) == {SAM: "Sam"}


def test_names_that_look_alike_are_told_apart_by_their_accounts() -> None:
    one, other = b"\x5e\x1f\x0a\x2b" + bytes(28), b"\x5e\x1f\x0a\x2b" + b"\x01" + bytes(27)
    assert shown_names({one: "Sam", other: "Ѕаm", KIM: "Kim"}) == {
        one: "Sam (5e1f0a2b0000)",
        other: "Ѕаm (5e1f0a2b0100)",
        KIM: "Kim",
    }
    assert shown_names({ADA: "rn", SAM: "m"}) == {ADA: "rn (61616161)", SAM: "m (73737373)"}
    for blank in ("\u2800", "\U0001d159", "\U00013441", "\U00013442"):
        assert shown_names({ADA: "Ada", SAM: f"Ada{blank}"}) == {ADA: "Ada (61616161)", SAM: f"Ada{blank} (73737373)"}
    assert shown_names({ADA: "Zoë", SAM: "zoe"}) == {ADA: "Zoë (61616161)", SAM: "zoe (73737373)"}


def test_every_word_for_a_person_is_reserved() -> None:
    words = {
        called(None, me=me, role=role, by_partner=by)
        for me in (True, False)
        for role in (None, "partner", "confidant")
        for by in (True, False)
    }
    assert words <= {word for words in RESERVED.values() for word in words}
    assert called("Ada", me=True, role="partner", by_partner=True) == "Ada (you)"


@given(st.dictionaries(st.binary(min_size=32, max_size=32), st.text(max_size=90), max_size=4))
def test_no_two_shown_names_look_alike_and_none_passes_for_a_word_of_ours(given_names: dict[bytes, str]) -> None:
    shown = shown_names(given_names)
    assert shown == shown_names(given_names)
    for account, name in shown.items():
        assert "\n" not in name
        assert not any(looks_of(name) & looks_of(word) for words in RESERVED.values() for word in words)
        assert all(shown[other] != name for other in shown if other != account)
        assert account.hex()[:8] in named_by_account(name, account)


def test_a_writer_is_told_and_a_reader_is_shown_why() -> None:
    evening = Evening()
    with pytest.raises(NotAllowed, match="Choose another"):
        require_allowed(evening.state, evening.document("profile", Profile(display_name="You")), ADA, BOTH)
    item = evening.forge(SAM, Profile(display_name="You"), "profile")
    assert item.skipped is None  # reducers ask no table that moves
    assert describe(evening.state, item, VOICE).startswith("Sam chose a name that isn't shown. Duolog itself uses")
