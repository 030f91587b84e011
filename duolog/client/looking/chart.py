"""A small chart of what one person said of one thing, in opened check-ins: points on a scale from 0 to 10.

There is no line between the points, no average, and never two people in one chart. Every chart has a table beside it.
"""

from collections.abc import Sequence
from datetime import date
from xml.etree.ElementTree import Element, SubElement

from duolog.documents import dates

TOP = 10  # the largest answer
_WIDTH, _HEIGHT = 480, 170
_LEFT, _RIGHT, _ABOVE, _BELOW = 34, 10, 28, 30
_VALUES_SHOWN = 16  # points, up to which each has its number beside it

Point = tuple[date, int]


def draw(points: Sequence[Point], since: date, until: date, label: str) -> Element:
    """An SVG of these points. `label`: what it shows, for those who don't see it."""
    svg = Element("svg", {"viewBox": f"0 0 {_WIDTH} {_HEIGHT}", "role": "img", "aria-label": label, "class": "chart"})
    for value in (0, 5, TOP):
        y = _y(value)
        SubElement(svg, "line", _at(x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y) | {"class": "grid"})
        _text(svg, str(value), _LEFT - 8, y + 4, "end")
    days = max((until - since).days, 1)
    for when, value in points:
        x = _LEFT + 8 + (_WIDTH - _LEFT - _RIGHT - 16) * (when - since).days / days
        SubElement(svg, "line", _at(x1=x, x2=x, y1=_y(0), y2=_y(value)) | {"class": "stem"})
        SubElement(svg, "circle", _at(cx=x, cy=_y(value), r=4.5) | {"class": "point"})
        if len(points) <= _VALUES_SHOWN:
            _text(svg, str(value), x, _y(value) - 10, "middle")
    _text(svg, dates.iso_day(since), _LEFT, _HEIGHT - 6, "start")
    _text(svg, dates.iso_day(until), _WIDTH - _RIGHT, _HEIGHT - 6, "end")
    return svg


def _y(value: int) -> float:
    return _ABOVE + (_HEIGHT - _ABOVE - _BELOW) * (TOP - value) / TOP


def _at(**numbers: float) -> dict[str, str]:
    return {name: f"{number:.1f}".removesuffix(".0") for name, number in numbers.items()}


def _text(svg: Element, text: str, x: float, y: float, anchor: str) -> None:
    SubElement(svg, "text", _at(x=x, y=y) | {"text-anchor": anchor}).text = text
