"""The drawings of the house are true: drawn anew from the code, they come out as they are."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tools import house_drawing
from tools.layered import Box, Drawing, reduced

SVG = "{http://www.w3.org/2000/svg}"


def test_the_drawings_and_their_alt_texts_are_those_of_the_code() -> None:
    for path, text in house_drawing.files().items():
        assert path.read_text() == text, f"{path.name}: run `make house-drawing`"


@pytest.mark.parametrize("name", house_drawing.DRAWINGS)
def test_a_drawing_shows_every_room_within_its_frame(name: str) -> None:
    drawing = house_drawing.DRAWINGS[name]()
    image = ET.fromstring((house_drawing.IMAGES / name).read_text())
    texts = [text.text for text in image.iter(f"{SVG}text")]
    inside = [room for box in drawing.boxes.values() for row in box.inside for room in row]
    assert {box.name for box in drawing.boxes.values()} | set(inside) <= set(texts)
    _, _, width, height = map(int, image.attrib["viewBox"].split())
    for box in image.iter(f"{SVG}rect"):
        x, y = int(box.get("x", 0)), int(box.get("y", 0))
        assert 0 <= x < x + int(box.attrib["width"]) <= width
        assert 0 <= y < y + int(box.attrib["height"]) <= height


def test_every_feature_of_the_server_is_above_those_that_it_imports() -> None:
    rows = house_drawing.house().boxes["app"].inside
    place = {feature: number for number, row in enumerate(rows) for feature in row}
    edges = house_drawing._edges([f"app.{feature}" for feature in place])
    assert ("app.accounts", "app.chains") in edges
    for above, below in edges:
        assert place[above.removeprefix("app.")] < place[below.removeprefix("app.")]


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    edges = {("a", "b"), ("b", "c"), ("c", "d"), ("a", "d"), ("a", "c"), ("a", "e")}
    assert reduced(frozenset(edges)) == {("a", "b"), ("b", "c"), ("c", "d"), ("a", "e")}


def test_an_arrow_upwards_is_no_drawing() -> None:
    boxes = {name: Box(name, name) for name in "ab"}
    assert Drawing("", "", boxes, [["a"], ["b"]], frozenset({("a", "b")})).svg()
    with pytest.raises(ValueError, match="not below"):
        Drawing("", "", boxes, [["a"], ["b"]], frozenset({("b", "a")})).svg()


def test_arrows_cross_as_little_as_they_can() -> None:
    boxes = {name: Box(name, name) for name in "abcd"}
    edges = frozenset({("a", "d"), ("b", "c")})
    swapped = Drawing("", "", boxes, [["a", "b"], ["c", "d"]], edges).svg()
    assert swapped.index(">d<") < swapped.index(">c<") or swapped.index(">b<") < swapped.index(">a<")
    assert "Q" not in swapped  # none bends
