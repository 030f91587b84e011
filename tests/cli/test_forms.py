"""What people type into a form is what becomes the document."""

import pytest

from duolog.cli import forms
from duolog.cli.failures import Usage
from duolog.documents.kinds.boundary_texts import Wording

FULL = """Topic: social media
Binds: me
Review: 2027-03-01

I don't post about us.

Not even in jest.

## Why
It is ours.

## What is fine
Holiday pictures.

## What isn't
Arguments.

## If it is compromised
I tell you the same day.
"""


def test_every_field_of_a_boundary_can_be_written() -> None:
    assert forms.parse_boundary(FULL) == {
        "topic": "social_media",
        "binds": "me",
        "review": "2027-03-01",
        "text": "I don't post about us.\n\nNot even in jest.",
        "why": "It is ours.",
        "fine": "Holiday pictures.",
        "not_fine": "Arguments.",
        "if_compromised": "I tell you the same day.",
    }


def test_a_boundary_put_into_a_form_comes_back_the_same() -> None:
    wording = Wording.model_validate_json(
        '{"topic": "money", "binds": "both", "text": "Over 200 we ask.", "why": "Peace."}'
    )
    assert Wording.model_validate(forms.parse_boundary(forms.boundary_form(wording))) == wording


def test_plain_text_is_a_boundary_that_binds_both() -> None:
    assert forms.parse_boundary("We eat together on Sundays.") == {
        "topic": "other",
        "binds": "both",
        "text": "We eat together on Sundays.",
    }


def test_an_untouched_form_is_nothing() -> None:
    assert forms.parse_boundary(forms.boundary_form()) == {}
    assert forms.parse_note(forms.note_form()) == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Topic: weather\n\nNo rain.", "weather"),
        ("Binds: everyone\n\nNo rain.", "everyone"),
        ("Review: soon\n\nNo rain.", "soon"),
        ("## Why\nBecause.", "The boundary itself is missing"),
    ],
)
def test_a_field_that_is_not_known_is_named(text: str, names: str) -> None:
    with pytest.raises(Usage, match=names):
        forms.parse_boundary(text)


def test_a_line_of_the_top_below_other_words_is_named_where_it_would_be_sealed_as_words() -> None:
    lines = ("feelings", "trust")
    with pytest.raises(Usage, match="`Trust:` stands below other words"):
        forms.require_no_line(["Appreciation: You told me.\nTrust: 4", ""], lines)
    forms.require_no_line(["I trust you: more than before.", "Trust"], lines)


def test_a_note_keeps_its_headings_and_takes_feelings_and_tags() -> None:
    assert forms.parse_note("Feelings: tired, glad\nTags:\n\n# A heading\nText: with a colon\n") == {
        "text": "# A heading\nText: with a colon",
        "feelings": ["tired", "glad"],
    }
