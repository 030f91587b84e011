"""Prompts, feelings, topics and the page of help: the same in each language, bounded, and pressing nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from duolog.catalogues import languages
from duolog.catalogues.help_page import HelpPage, load_help
from duolog.catalogues.languages import ENGLISH, LANGUAGES, MAX_FILE, MAX_TEXT, language_of, parse_toml, read_file
from duolog.catalogues.prompts import FORMS, Catalogue, Practice, load_catalogue
from duolog.documents import dates
from duolog.documents.kinds.boundary_texts import Topic
from duolog.errors import MalformedData

EACH = pytest.mark.parametrize("language", LANGUAGES)
# What no view and no prompt says of a person: omissions, time since, counts, scores (docs/writing.md, rule 8).
FORBIDDEN = {
    "en": r"has not|hasn't|have not|haven't|did not|didn't|still|yet|since when|overdue|missed|broken|late|streak|score"
    r"|rate|average|how often|how many|how long|days since|always|never",
    "de": r"nicht (?:getan|gemacht|geschafft)|noch nicht|immer noch|seit wann|überfällig|verpasst|versäumt|gebrochen"
    r"|zu spät|verspätet|Serie|Punkte|Quote|Durchschnitt|wie oft|wie viele|wie lange|immer|nie",
}


def texts(value: object) -> Iterator[str]:
    """Every text of a catalogue, without its keys."""
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)


def keys(value: object) -> object:
    """The keys of a catalogue at every depth, without its texts."""
    if isinstance(value, BaseModel):
        value = value.model_dump()
    return {key: keys(inner) for key, inner in value.items()} if isinstance(value, dict) else None


# --- the languages ---------------------------------------------------------------------------------------------------


@EACH
def test_every_language_has_the_same_keys_and_its_own_texts(language: str) -> None:
    catalogue, english = load_catalogue(language), load_catalogue(ENGLISH)
    assert keys(catalogue) == keys(english)
    assert [section.id for section in load_help(language).sections] == [one.id for one in load_help(ENGLISH).sections]
    if language != ENGLISH:
        same = set(texts(catalogue.prompts)) & set(texts(english.prompts))
        assert not same, f"not translated: {same}"
        assert load_help(language).first_disclosure != load_help(ENGLISH).first_disclosure


def test_there_is_a_file_for_each_language_and_no_other() -> None:
    found = {item.name for item in files("duolog.catalogues").iterdir() if item.name.endswith(".toml")}
    assert found == {f"{prefix}{language}.toml" for prefix in ("", "help_") for language in LANGUAGES}
    assert LANGUAGES == (ENGLISH, "de")
    assert FORBIDDEN.keys() == set(LANGUAGES)


@EACH
def test_no_text_is_empty_blank_or_untidy(language: str) -> None:
    for value in (load_catalogue(language), load_help(language)):
        for text in texts(value):
            assert text.strip() == text != ""
            assert len(text) <= MAX_TEXT
            assert "  " not in text


@EACH
def test_no_prompt_counts_compares_or_presses(language: str) -> None:
    catalogue = load_catalogue(language)
    forbidden = re.compile(rf"\b(?:{FORBIDDEN[language]})\b|[0-9{{}}%]", re.IGNORECASE)
    for value in (catalogue.prompts, catalogue.feelings, catalogue.topics, catalogue.practices):
        for text in texts(value):
            found = forbidden.search(text)
            assert found is None, f"{text!r} says {found}"


def test_the_forbidden_words_are_found() -> None:
    for language, text in (("en", "You have not answered yet."), ("de", "Wie oft hast du noch nicht geantwortet?")):
        assert re.search(rf"\b(?:{FORBIDDEN[language]})\b", text, re.IGNORECASE)


@EACH
def test_each_feeling_stands_once_and_there_are_enough_of_them(language: str) -> None:
    catalogue = load_catalogue(language)
    words = [word for group in catalogue.feelings.values() for word in group.words.values()]
    assert 50 <= len(words) <= 80
    assert len(words) == len(set(words))
    assert catalogue.feeling("at_ease") == {"en": "at ease", "de": "gelöst"}[language]
    assert catalogue.feeling("bored") is None


def test_the_topics_are_those_of_a_boundary() -> None:
    assert tuple(load_catalogue(ENGLISH).topics) == get_args(Topic)


def test_the_forms_have_the_fields_of_their_documents() -> None:
    prompts = load_catalogue(ENGLISH).prompts
    assert list(prompts["week"]) == [
        *(
            "appreciation",
            "went_well",
            "issue",
            "need",
            "ownership",
            "struggle",
            "feelings",
            "closeness",
            "trust",
            "stress",
        )
    ]
    assert list(prompts["review"]) == ["summary", "keep", "change"]
    assert list(prompts["plan"]) == ["triggers", "early_signs", "first_step", "calls", "tell_when"]
    assert set(FORMS) <= prompts.keys() == set(get_args(Practice))


def test_every_group_says_which_practice_it_is_from() -> None:
    text = (files("duolog.catalogues") / "en.toml").read_text(encoding="utf-8")
    headings = re.findall(r"^\[prompts\.(\w+)\]$", text, re.MULTILINE)
    grounded = re.findall(r"^# From: .*\[[A-Z][0-9].*\]\.\n\[prompts\.(\w+)\]$", text, re.MULTILINE)
    assert grounded == headings == list(get_args(Practice))
    page = (Path(__file__).parents[2] / "docs" / "prompts.md").read_text()
    for letter in re.findall(r"\[([A-Z][0-9](?:, [A-Z][0-9])*)\]", text):
        assert all(f"[{one}]" in page for one in letter.split(", ")), letter


# --- the choice of a day ---------------------------------------------------------------------------------------------


def test_the_prompt_of_a_day_is_the_same_in_every_language_and_another_one_the_day_after() -> None:
    for practice in get_args(Practice):
        chosen = [load_catalogue(ENGLISH).prompt_of(practice, day).id for day in range(700_000, 700_040)]
        assert chosen == [load_catalogue("de").prompt_of(practice, day).id for day in range(700_000, 700_040)]
        assert set(chosen) == set(load_catalogue(ENGLISH).prompts[practice])
        assert all(one != other for one, other in pairwise(chosen))
    one = load_catalogue(ENGLISH).prompt_of("note", -3)
    assert load_catalogue(ENGLISH).prompts["note"][one.id] == one.text


def test_a_day_has_one_number() -> None:
    assert dates.day_number(1_795_600_000) == dates.day_number(1_795_600_000 + 86_400) - 1
    assert dates.day_number(2**62) == 0


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "de"}, "de"),
        ({"LANG": "DE@euro"}, "de"),
        ({"LC_ALL": "de_DE.UTF-8", "LANG": "en_GB.UTF-8"}, "de"),
        ({"LC_ALL": "en_GB", "LC_MESSAGES": "de_DE", "LANG": "de_DE"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "de_DE", "LANG": "en_GB"}, "de"),
        ({"LC_ALL": "C.UTF-8", "LANG": "de_DE"}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "en"),
        ({"LANG": "../../etc/passwd"}, "en"),
    ],
)
def test_the_language_is_that_of_the_computer_or_english(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


# --- the loader ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"not toml",
        b"\xff\xfe",
        b"",
        b'[language]\nname = "English"\n',
        b"a = " + b"[" * 10_000,
    ],
)
@pytest.mark.parametrize("model", [Catalogue, HelpPage])
def test_a_file_that_is_no_catalogue_is_refused(model: type[Catalogue | HelpPage], data: bytes) -> None:
    with pytest.raises(MalformedData, match="can't be read"):
        parse_toml(model, data)


def changed(before: str, after: str, name: str = "en.toml") -> bytes:
    text = read_file(name).decode()
    assert text.count(before) == 1
    return text.replace(before, after).encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('name = "English"', 'name = ""'),
        ('name = "English"', 'name = " English"'),
        ('name = "English"', 'name = "two\\nlines"'),
        ('name = "English"', f'name = "{"x" * (MAX_TEXT + 1)}"'),
        ('name = "English"', "name = 2026-11-23\nmore = 1"),
        ("[prompts.plan]", "[prompts.verse]"),
        ("[prompts.plan]", "[more]"),
        ('note = "A note"\n', ""),
        ("triggers =", "Triggers ="),
        ("[topics]", "[topics]\n" + "\n".join(f'a{"b" * n} = "x"' for n in range(1, 40))),
        ('content = "content"', 'glad = "content"'),
    ],
)
def test_a_catalogue_that_is_not_as_the_model_says_is_refused(before: str, after: str) -> None:
    with pytest.raises(MalformedData, match="can't be read"):
        parse_toml(Catalogue, changed(before, after))


def test_a_page_of_help_with_a_number_that_is_none_is_refused() -> None:
    for number in ("call us", "1", "112\n", "+49 30", "0" * 40):
        with pytest.raises(MalformedData, match="can't be read"):
            parse_toml(HelpPage, changed('call = "112"', f"call = {number!r}".replace("'", '"'), "help_en.toml"))


def test_a_file_that_is_missing_or_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MalformedData, match="is missing"):
        read_file("xx.toml")
    assert len(read_file("en.toml")) <= MAX_FILE
    monkeypatch.setattr(languages, "MAX_FILE", 100)
    with pytest.raises(MalformedData, match="larger"):
        read_file("en.toml")


# --- the page of help ------------------------------------------------------------------------------------------------


@EACH
def test_the_page_promises_no_safety_and_says_to_check_each_number(language: str) -> None:
    page = load_help(language)
    assert page.opening[0].startswith(
        {"en": "Duolog never claims to keep anyone safe.", "de": "Duolog behauptet nie"}[language]
    )
    check = {"en": "locally", "de": "für deinen Ort"}[language]
    called = [section for section in page.sections if section.lines]
    assert called
    assert all(any(check in paragraph for paragraph in section.paragraphs) for section in called)
    assert "find-help" in page.first_disclosure
