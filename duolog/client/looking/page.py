"""A report as one HTML page that needs nothing else: no script, no address of elsewhere, and a policy that allows none.

Rules
- The page is built as a tree, and all text enters it as text: nothing that anybody wrote can become a tag.
- Every text is cleaned before, as on any screen. Somebody's own words stand in quotation blocks; Duolog's words don't.
- Colour repeats what the words say. Each chart has its numbers in a table.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from duolog.client.looking import chart
from duolog.client.looking.report import Report, ReportSection, ReportStep, ReportThing, SliderAnswer
from duolog.client.looking.style import STYLE
from duolog.documents import dates
from duolog.documents.safe_text import clean

_KEEP = (
    "Whoever has this page can read it: keep it where only you look. It was made from what one computer could read, "
    "and can't be checked. A copy that can be checked is made by "
)
_NOTHING = "Nothing that belongs into a report was written in this time."
_POINTS = "What each of you answered, in check-ins that both of you opened. 0 is the least, 10 the most."


def render(report: Report) -> bytes:
    """The page, UTF-8."""
    html = Element("html", {"lang": "en"})
    _head(SubElement(html, "head"), "Looking back")
    body = SubElement(html, "body")
    _top(SubElement(body, "header"), report)
    main = SubElement(body, "main")
    for number, section in enumerate(report.sections):
        _section(main, section, f"part-{number}")
    _answers(main, report)
    if not len(main):
        _p(main, _NOTHING)
    return _page(html)


def render_days(title: str, people: Sequence[str], days: Sequence[tuple[str, Sequence[ReportStep]]]) -> bytes:
    """A page of everything in a journal, UTF-8. `days`: what was written on each, in order."""
    html = Element("html", {"lang": "en"})
    _head(SubElement(html, "head"), title)
    body = SubElement(html, "body")
    header = SubElement(body, "header")
    SubElement(header, "h1").text = title
    _p(header, " and ".join(people), {"dir": "auto"})
    main = SubElement(body, "main")
    for day, steps in days:
        SubElement(main, "h2").text = clean(day)
        _steps(main, steps)
    return _page(html)


def _page(html: Element) -> bytes:
    return b"<!DOCTYPE html>\n" + tostring(html, encoding="unicode", method="html").encode() + b"\n"


def policy() -> str:
    """The content security policy of the page: its own style, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _head(head: Element, title: str) -> None:
    SubElement(head, "meta", {"charset": "utf-8"})
    SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": policy()})
    for name, content in (
        ("viewport", "width=device-width, initial-scale=1"),
        ("color-scheme", "light dark"),
        ("referrer", "no-referrer"),
        ("robots", "noindex"),
    ):
        SubElement(head, "meta", {"name": name, "content": content})
    SubElement(head, "title").text = title
    SubElement(head, "style").text = STYLE


def _top(header: Element, report: Report) -> None:
    SubElement(header, "h1").text = "Looking back"
    _p(header, f"{dates.day_of(report.since)} to {dates.day_of(report.until)}")
    _p(header, " and ".join(report.people), {"dir": "auto"})
    note = SubElement(header, "p", {"class": "note quiet"})
    note.text = f"Made on {dates.moment(report.made_at)}. {_KEEP}"
    command = SubElement(note, "code")
    command.text, command.tail = "duolog export", "."
    headings = [section.heading for section in report.sections] + (["How it was"] if report.answers else [])
    if len(headings) > 1:
        entries = SubElement(SubElement(header, "nav", {"aria-label": "Parts of this page"}), "ul")
        for number, heading in enumerate(headings):
            SubElement(SubElement(entries, "li"), "a", {"href": f"#part-{number}"}).text = heading


def _section(main: Element, section: ReportSection, name: str) -> None:
    part = SubElement(main, "section", {"id": name, "aria-labelledby": f"{name}-title"})
    SubElement(part, "h2", {"id": f"{name}-title"}).text = section.heading
    for thing in section.things:
        _thing(SubElement(part, "article"), thing)
    if section.texts:
        _steps(part, section.texts)


def _thing(article: Element, thing: ReportThing) -> None:
    SubElement(article, "h3", {"dir": "auto"}).text = clean(thing.title)
    if thing.now and not (thing.steps and thing.steps[-1].lines == thing.now):  # else the step says the same
        SubElement(article, "h4").text = "As it stands now"
        _lines(article, thing.now)
    if thing.sides:
        sides = SubElement(article, "div", {"class": "sides"})
        for lines in thing.sides:
            _lines(SubElement(sides, "div"), lines)
    if thing.steps:
        SubElement(article, "h4").text = "What was written in this time"
        _steps(article, thing.steps)
    if thing.grew:
        SubElement(article, "h4").text = "What grew from it"
        for title in thing.grew:
            _p(article, f"“{clean(title)}”", {"dir": "auto"})


def _steps(parent: Element, steps: Sequence[ReportStep]) -> None:
    entries = SubElement(parent, "ol", {"class": "steps"})
    for step in steps:
        entry = SubElement(entries, "li", {"class": "mine"} if step.mine else {})
        _p(entry, step.when, {"class": "quiet"})
        _lines(entry, step.lines)
        _lines(entry, step.words)
        for name, address in step.files:
            link = SubElement(SubElement(entry, "p", {"class": "quiet", "dir": "auto"}), "a", {"href": address})
            link.text = clean(name)


def _lines(parent: Element, lines: Iterable[str]) -> None:
    """Lines by their indentation: Duolog's own, their details with what goes on below them, and somebody's words."""
    place, words = parent, False
    for line in (line for text in lines for line in clean(text).split("\n")):
        if line.startswith("    "):
            if place is parent:
                place, words = SubElement(parent, "blockquote", {"dir": "auto"}), True
            _p(place, line[4:])
        elif line.startswith("  "):
            if place is parent or words:
                place, words = SubElement(parent, "div", {"class": "details"}), False
            _p(place, line[2:], {"dir": "auto"})
        else:
            place = parent
            _p(parent, line)


def _answers(main: Element, report: Report) -> None:
    """The sliders of opened check-ins: a chart for each person and question, and its numbers."""
    if not report.answers:
        return
    name = f"part-{len(report.sections)}"
    part = SubElement(main, "section", {"id": name, "aria-labelledby": f"{name}-title"})
    SubElement(part, "h2", {"id": f"{name}-title"}).text = "How it was"
    _p(part, _POINTS, {"class": "quiet"})
    for person in dict.fromkeys(answer.name for answer in report.answers):
        article = SubElement(part, "article")
        SubElement(article, "h3", {"dir": "auto"}).text = clean(person)
        own = [answer for answer in report.answers if answer.name == person]
        sliders = tuple(dict.fromkeys(slider for answer in own for slider in answer.values))
        for slider in sliders:
            _figure(article, report, slider, own)
        _table(article, sliders, own)


def _figure(article: Element, report: Report, slider: str, answers: Sequence[SliderAnswer]) -> None:
    points = [
        (day, answer.values[slider])
        for answer in answers
        if slider in answer.values and (day := dates.on_day(answer.at)) is not None
    ]
    figure, title = SubElement(article, "figure"), _named(slider)
    SubElement(figure, "figcaption").text = title
    figure.append(chart.draw(points, report.since, report.until, f"{title}: the numbers stand in the table below"))


def _table(article: Element, sliders: Sequence[str], answers: Sequence[SliderAnswer]) -> None:
    table = SubElement(article, "table")
    SubElement(table, "caption").text = f"The same in numbers, from 0 to {chart.TOP}"
    top = SubElement(SubElement(table, "thead"), "tr")
    for heading in ("Day", *map(_named, sliders)):
        SubElement(top, "th", {"scope": "col"}).text = heading
    rows = SubElement(table, "tbody")
    for answer in answers:
        row, day = SubElement(rows, "tr"), dates.on_day(answer.at)
        SubElement(row, "th", {"scope": "row"}).text = dates.IMPOSSIBLE if day is None else dates.iso_day(day)
        for slider in sliders:
            SubElement(row, "td").text = str(answer.values.get(slider, ""))


def _named(slider: str) -> str:
    return clean(slider).replace("_", " ").capitalize()


def _p(parent: Element, text: str, attributes: dict[str, str] | None = None) -> None:
    SubElement(parent, "p", attributes or {}).text = clean(text)
