"""The page of a report: charts that compare nobody, and sentences that press nobody."""

from __future__ import annotations

import re
from datetime import date, timedelta

from duolog.client.looking import page
from duolog.client.looking.page import render
from duolog.client.looking.report import NOT_HERE, SECTIONS, Report, SliderAnswer
from tests.client.test_report import Read


def test_charts_have_points_and_a_table_and_no_line_between_points() -> None:
    day, at = date(2026, 11, 1), 1_793_600_000
    answers = tuple(
        SliderAnswer(name, at + number * 86_400, {"closeness": value, "stress": 10 - value})
        for number, value in enumerate((0, 5, 10))
        for name in ("Ada (you)", "Sam")
    )
    data = render(Report(("Ada (you)", "Sam"), day, day + timedelta(days=20), at, (), answers)).decode()
    assert data.count("<svg") == 4  # one for each person and question, never two people in one
    assert data.count("<table") == 2
    assert data.count("<circle") == 12
    for line in re.findall(r'<line [^>]*class="stem"[^>]*>', data):  # each stands upright under its own point
        assert len(set(re.findall(r'x[12]="([^"]*)"', line))) == 1
    assert not re.search(r"<(polyline|path)", data)
    said = Read(data.encode()).text.lower()
    assert not re.search(r"\b(average|trend|mean|more than|less than|better|worse|total|streak|times)\b", said)


def test_no_sentence_of_the_page_counts_compares_or_presses() -> None:
    said = " ".join([*SECTIONS.values(), page._KEEP, page._NOTHING, page._POINTS, NOT_HERE]).lower()
    assert not re.search(
        r"\b(still|yet|overdue|missed|broken|late|average|rate|score|streak|times|days since|more than|has not)\b", said
    )
