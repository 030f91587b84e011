"""The cleaner: what it takes out of anybody's text, and the writing that it leaves alone."""

from __future__ import annotations

import json
import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from duolog.documents.safe_text import MAX_MARKS, clean, clean_line, escape_json, hidden_in, lines

NASTY = "\x00\x07\x1b\x85\x9b\xad\u034f\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u202a\u202e\u2028\u2029\u2060\u2066"
NASTIER = "\u3164\ue000\ufe0f\ufeff\ufff9\ufffb\uffff\U000e0041\U000e007f\U000e0100\U000f0000\u0378\ud800"
anything = st.text(st.characters() | st.sampled_from(NASTY + NASTIER + "a\n\tب्क😀\u0301"), max_size=60)
proper = anything.filter(lambda text: not any("\ud800" <= one <= "\udfff" for one in text))


@pytest.mark.parametrize(
    "text",
    [
        "نامه‌ای می‌خواهم بنویسم",
        "क्‍ष, র‍্যাব, ශ්‍රී ලංකා, മലയാളം",
        "👨‍👩‍👧‍👦 ❤️‍🔥 👍🏽 👩🏽‍🚀 🏳️‍🌈 1️⃣ ☎︎",
        "שלום, שָׁלוֹם; السَّلَامُ عَلَيْكُم",
        "Tiếng Việt, e\u0302\u0301, ကျွန်ုပ်, བསྒྲུབས",
        "葛\U000e0100城, ᠠ\u180b",
        "a\tb\nc",
    ],
)
def test_real_writing_survives(text: str) -> None:
    assert clean(text) == text
    assert hidden_in(text) == ()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", "a\ufffd[2Jb"),
        ("a\u202eb\u2066c", "a\ufffdb\ufffdc"),
        ("a\u061cb\u200ec\u200bd\u2060e\ufefff", "abcdef"),
        ("a\U000e0068\U000e0069b", "ab"),
        ("a\ufe0fb\U000e0100", "ab"),
        ("a\u2028b\u2029c\x85d", "a\ufffdb\ufffdc\ufffdd"),
        ("\ufff9a\ufffab\ufffb", "\ufffda\ufffdb\ufffd"),
        ("\ue000\u0378\uffff!", "\ufffd!"),
        ("a\u200cb, a\u200db", "ab, ab"),
        ("one\r\ntwo\rthree", "one\ntwo\ufffdthree"),
    ],
)
def test_what_steers_is_marked_and_what_hides_is_left_out(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(proper)
def test_what_the_cleaner_changes_is_what_is_hidden(text: str) -> None:
    text = text.replace("\r", "")
    assert bool(hidden_in(text)) == (clean(text) != text)


def test_what_is_hidden_is_named_once() -> None:
    assert hidden_in("a\r\nb\u200bc\u200b\U000e0041" + "\u0301" * 9) == ("\u200b", "\U000e0041", "\u0301")
    assert hidden_in("a\rb\u0301") == ()


def test_a_stack_of_marks_is_bounded() -> None:
    assert clean("e" + "\u0301" * 1000 + "f") == "e" + "\u0301" * MAX_MARKS + "f"
    assert len(clean("\u094d\u200d" * 1000)) <= 2 * MAX_MARKS


@given(anything)
def test_whatever_is_shown_is_safe_and_stays_so(text: str) -> None:
    shown = clean(text)
    assert clean(shown) == shown
    assert not regex.search(r"[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]", shown.replace("\n", "").replace("\t", ""))
    assert not regex.search(r"[\u202a-\u202e\u2066-\u2069\u061c\u200b\u200e\u200f\U000e0000-\U000e007f]", shown)
    assert not regex.search(rf"\p{{M}}{{{MAX_MARKS + 1}}}", shown)
    assert "\n" not in clean_line(text)
    assert all(len(line.splitlines()) <= 1 for line in lines(text))


@given(st.recursive(proper, lambda inner: st.lists(inner) | st.dictionaries(proper, inner)))
def test_json_for_a_file_holds_the_same_and_nothing_that_hides(value: object) -> None:
    data = escape_json(json.dumps(value, ensure_ascii=False).encode())
    assert json.loads(data) == value
    assert not regex.search(r"[\p{Bidi_Control}\p{Cc}\p{Co}\p{Zl}\p{Zp}\U000e0000-\U000e007f]", data.decode())


def test_the_tables_are_at_least_as_new_as_pythons() -> None:
    newest = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code))[0] in "LNS"]
    assert clean("".join(newest).replace("\u3164", "")).count("\ufffd") <= 1  # U+FFFD itself is a symbol
