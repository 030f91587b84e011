"""The recovery sheet as a page: all of it on one page, with nothing that a browser would have to load."""

import re

from duolog.client.account.recovery_sheet import make_sheet
from duolog.seal.words import encode_words

WORDS = encode_words(bytes(range(32)))
PAGE = make_sheet(WORDS, ("abandon",) * 8, "https://journal.example", "Monday 23 November 2026")


def test_every_word_stands_under_its_number() -> None:
    assert re.findall(r"<span>(\d+)</span>(\w+)</div>", PAGE) == [
        (str(number), word) for number, word in enumerate(WORDS, 1)
    ]


def test_nothing_is_loaded_from_anywhere() -> None:
    assert not re.search(r"(src|href)=|@import|url\(|<script|<link", PAGE)
    assert "default-src 'none'" in PAGE
    assert PAGE.count("<svg") == 1


def test_what_others_chose_can_not_add_markup() -> None:
    page = make_sheet(WORDS, ("<b>",) * 8, "https://a.example/<i>", "<u>")
    assert not re.search(r"<b>|<i>|<u>", page)
