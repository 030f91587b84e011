"""Which form a page takes, by the `Accept` header."""

import pytest

from app.accept import MAX_RANGES, choose

JSON, BINARY = "application/json", "application/vnd.duolog.v1"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", JSON),
        ("  ", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (BINARY, BINARY),
        (BINARY.upper(), BINARY),
        (f"{JSON}, {BINARY}", JSON),
        (f"{BINARY}, {JSON};q=0.9", BINARY),
        (f"{BINARY};q=0.9, {JSON}", JSON),
        (f"{BINARY};q=0.001, text/html", BINARY),
        (f"{JSON};q=0, */*", BINARY),
        (f"{BINARY};q=0, */*", JSON),
        (f"*/*;q=0.1, {BINARY};q=0.2", BINARY),
        (f"{BINARY};q=0.1, */*;q=0.2", JSON),
        (f"application/*;q=0.5, {BINARY}", BINARY),
        (f"application/*;q=0, {BINARY};q=0.3", BINARY),
        (f"{BINARY}, application/problem+json", BINARY),
        (f"{JSON}, application/problem+json", JSON),
        (f"{BINARY} ; q=0.8 , {JSON} ;q=0.7", BINARY),
        (f"{JSON};charset=utf-8;q=0.2, {BINARY};q=0.3", BINARY),
        (f"{BINARY};q=1.000", BINARY),
        ("*/*;q=0", None),
        ("text/html", None),
        ("text/html, text/*;q=0.5", None),
        (f"{JSON};q=0, {BINARY};q=0", None),
        (f"{JSON};q=0.0", None),
        (f"{JSON};q=1.5", None),
        (f"{JSON};q=-1", None),
        (f"{JSON};q=abc", None),
        (f"{JSON};q=0.1234", None),
        ("json", None),
        ("*", None),
        (";;;,,,", None),
        ("text/html," * MAX_RANGES + JSON, None),
    ],
)
def test_the_heaviest_form_that_is_named_most_closely_is_chosen(accept: str, chosen: str | None) -> None:
    assert choose(accept, (JSON, BINARY)) == chosen
