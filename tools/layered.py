"""Boxes in rows with arrows that go down, as SVG: whole numbers alone, so every machine draws the same bytes."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH = 960
WIDE = 600  # from here on a caption stands beside the name
EDGE, GAP, BETWEEN, LANE = 24, 12, 32, 24  # the margin; between boxes; between rows; a lane for an arrow that passes
PAD, LINE, UNDER, CHIP, APART = 16, 18, 20, 22, 4
LETTER, LETTER_OF_NAME = 14, 20  # half pixels for a letter: rather too many, since fonts differ

_STYLE = """
    .ground { fill: #fbfaf7 } .title, .name, .chip text { fill: #22333d } .caption, .legend { fill: #4b5257 }
    .law { fill: #8a3b2e } .arrow { fill: none; stroke: #3d5a6c; stroke-width: 1.6 } .head { fill: #3d5a6c }
    .box rect { fill: #ffffff; stroke: #3d5a6c; stroke-width: 2 } .secret rect { fill: #e6f1e6 }
    .server rect { fill: #e9ecee; stroke: #7a7f83 } .liar rect { fill: #f8ebe4; stroke: #a2604c; stroke-dasharray: 6 4 }
    .box .chip rect { fill: #fbfaf7; stroke: #a9b4bb; stroke-width: 1 }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #161b1f } .title, .name, .chip text { fill: #e8edf0 } .caption, .legend { fill: #b4bec5 }
      .law { fill: #eba792 } .arrow { stroke: #8fb0c4 } .head { fill: #8fb0c4 }
      .box rect { fill: #1f272d; stroke: #6f93a8 } .secret rect { fill: #1e3226 }
      .server rect { fill: #2a2f33; stroke: #868d92 } .liar rect { fill: #35251f; stroke: #c07f6a }
      .box .chip rect { fill: #161b1f; stroke: #56636c }
    }
"""


@dataclass(frozen=True)
class Box:
    """One room: its name, a sentence, the names of rooms inside it by rows, and a law that it stands under."""

    name: str
    caption: str
    look: str = ""  # a class of the style
    width: int = 0  # 0 is an equal share of what the row has left
    inside: tuple[tuple[str, ...], ...] = ()
    law: str = ""


@dataclass(frozen=True)
class Lane:
    """The place in a row through which an arrow passes by."""

    source: str
    target: str


Item = str | Lane
Edge = tuple[str, str]
Step = tuple[Item, Item]  # the piece of an arrow between two rows that follow
Span = tuple[int, int]


@dataclass(frozen=True)
class Drawing:
    """Boxes by name, rows of their names from above to below, and arrows, each to a lower row."""

    title: str
    legend: str
    boxes: dict[str, Box]
    rows: Sequence[Sequence[str]]
    edges: frozenset[Edge]

    def svg(self) -> str:
        """The whole file."""
        with_lanes, steps = _with_lanes(self.rows, self.edges)
        rows = self._untangled(with_lanes, steps)
        spans = self._spans(rows)
        tops, bottoms, below = [], [], EDGE + 40
        for row in rows:
            tops.append(below)
            bottoms.append(below + max(self._height(item, spans[item]) for item in row if isinstance(item, str)))
            below = bottoms[-1] + BETWEEN
        legend = _wrapped(self.legend, WIDTH - 2 * EDGE)
        height = bottoms[-1] + 12 + LINE * len(legend) + EDGE
        body = [f'<text class="title" x="{EDGE}" y="{EDGE + 16}" font-size="18">{escape(self.title)}</text>']
        for number, row in enumerate(rows):
            body += self._arrows(number, rows, steps, spans, (tops, bottoms))
            for item in row:
                if isinstance(item, str):
                    body += self._box(item, spans[item], tops[number], bottoms[number])
                else:
                    x = _middle(spans[item])
                    body.append(f'<path class="arrow" d="M{x} {tops[number]}V{bottoms[number]}"/>')
        body += _lines("legend", legend, EDGE, bottoms[-1] + 12 + LINE)
        return _file(self.title, self.described(), height, body)

    def described(self) -> str:
        """Every arrow in words."""
        found = []
        for name in (name for row in self.rows for name in row):
            targets = sorted(self.boxes[target].name for source, target in self.edges if source == name)
            found.append(f"{self.boxes[name].name} imports {_listed(targets)}.")
        return " ".join(found) + " " + self.legend

    def _untangled(self, rows: list[list[Item]], steps: list[Step]) -> Sequence[Sequence[Item]]:
        """The rows in an order in which few arrows cross and those that bend go a short way.

        Two items of a row change places as long as that helps.
        """

        def cost(tried: Sequence[Sequence[Item]]) -> tuple[int, int]:
            spans = self._spans(tried)
            ends = [(_point(upper, spans), _point(lower, spans)) for upper, lower in steps]
            return _crossings(tried, steps), sum(max(0, a[0] - b[1], b[0] - a[1]) for a, b in ends)

        best, least, before = rows, cost(rows), None
        while before != least:
            before = least
            for number, row in enumerate(rows):
                for one, other in itertools.combinations(range(len(row)), 2):
                    tried = [list(line) for line in best]
                    tried[number][one], tried[number][other] = tried[number][other], tried[number][one]
                    if (found := cost(tried)) < least:
                        best, least = tried, found
        return best

    def _spans(self, rows: Sequence[Sequence[Item]]) -> dict[Item, Span]:
        """From where to where each box and lane of the rows is wide."""
        spans = {}
        for row in rows:
            fixed = [LANE if isinstance(item, Lane) else self.boxes[item].width for item in row]
            free = WIDTH - 2 * EDGE - GAP * (len(row) - 1) - sum(fixed)
            x = EDGE
            for item, width in zip(row, fixed, strict=True):
                spans[item] = (x, x + (width or free // fixed.count(0)))
                x = spans[item][1] + GAP
        return spans

    def _text(self, name: str, span: Span) -> tuple[int, list[str]]:
        """Where the caption begins, right of the name in a wide box that holds no rooms, and its lines."""
        box, (left, right) = self.boxes[name], span
        longest = max(len(box.name) for box in self.boxes.values())
        beside = 0 if box.inside or right - left < WIDE else longest * LETTER_OF_NAME // 2 + PAD
        return beside, _wrapped(box.caption, right - left - 2 * PAD - beside)

    def _height(self, name: str, span: Span) -> int:
        box, (beside, lines) = self.boxes[name], self._text(name, span)
        law = _wrapped(box.law, span[1] - span[0] - 2 * PAD)
        inside = len(box.inside) * (CHIP + APART) + 10 if box.inside else 0
        return 20 + (0 if beside else UNDER) + LINE * (len(lines) + len(law)) + inside + (6 if law else 0)

    def _box(self, name: str, span: Span, top: int, bottom: int) -> Iterator[str]:
        box, (left, right), (beside, lines) = self.boxes[name], span, self._text(name, span)
        look = f"box {box.look}".strip()
        yield f'<g class="{look}"><rect x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" rx="8"/>'
        # In a box that is higher than it need be, text stands in the middle, and rooms inside are higher too.
        spare = bottom - top - self._height(name, span)
        first = top + 24 + (0 if box.inside else spare // 2)
        down = 0 if not beside else LINE * (len(lines) - 1) // 2
        yield f'<text class="name" x="{left + PAD}" y="{first + down}" font-size="16">{escape(box.name)}</text>'
        yield from _lines("caption", lines, left + PAD + beside, first + (0 if beside else UNDER))
        y = first + UNDER + LINE * (len(lines) - 1) + 12
        for row in box.inside:
            tall = CHIP + spare // len(box.inside)
            yield from _chips(row, (left + PAD, right - PAD), y, tall)
            y += tall + APART
        yield from _lines("law", _wrapped(box.law, right - left - 2 * PAD), left + PAD, y + LINE)
        yield "</g>"

    def _arrows(
        self,
        number: int,
        rows: Sequence[Sequence[Item]],
        steps: Sequence[Step],
        spans: dict[Item, Span],
        heights: tuple[list[int], list[int]],
    ) -> Iterator[str]:
        """The pieces of arrows from this row to the next: straight where one box is above the other, else bent."""
        here = [(upper, lower) for upper, lower in steps if upper in rows[number]]
        if not here:
            return
        start, end = heights[1][number], heights[0][number + 1]
        bent = [step for step in here if _common(*(_point(item, spans) for item in step)) is None]
        for upper, lower in here:
            head = "" if isinstance(lower, Lane) else ' marker-end="url(#head)"'
            stop = end if isinstance(lower, Lane) else end - 2
            x = _common(_point(upper, spans), _point(lower, spans))
            if x is not None:
                path = f"M{x} {start}V{stop}"
            else:
                turn = start + BETWEEN * (bent.index((upper, lower)) + 1) // (len(bent) + 1) - 2
                path = _bend(_point(upper, spans), _point(lower, spans), (start, turn, stop))
            yield f'<path class="arrow"{head} d="{path}"/>'


def reduced(edges: frozenset[Edge]) -> frozenset[Edge]:
    """The edges without those that follow from others, in a graph without circles."""

    def reaches(source: str, target: str) -> bool:
        return any(here == source and (there == target or reaches(there, target)) for here, there in edges)

    return frozenset(
        (source, target)
        for source, target in edges
        if not any(here == source and there != target and reaches(there, target) for here, there in edges)
    )


def _with_lanes(rows: Sequence[Sequence[str]], edges: frozenset[Edge]) -> tuple[list[list[Item]], list[Step]]:
    """Rows with a lane wherever an arrow passes, and the arrows' pieces from each row to the next."""
    place = {name: number for number, row in enumerate(rows) for name in row}
    full: list[list[Item]] = [list(row) for row in rows]
    steps: list[Step] = []
    for source, target in sorted(edges):
        if place[target] <= place[source]:
            raise ValueError(f"{source} imports {target}, which is not below it")
        passing = [Lane(source, f"{target} {number}") for number in range(place[source] + 1, place[target])]
        for number, lane in enumerate(passing, place[source] + 1):
            full[number].insert(0, lane)
        steps += itertools.pairwise([source, *passing, target])
    return full, steps


def _crossings(rows: Sequence[Sequence[Item]], steps: list[Step]) -> int:
    place = {item: (number, column) for number, row in enumerate(rows) for column, item in enumerate(row)}
    ends = [(*place[upper], place[lower][1]) for upper, lower in steps]
    return sum(a[0] == b[0] and (a[1] - b[1]) * (a[2] - b[2]) < 0 for a, b in itertools.combinations(ends, 2))


def _middle(span: Span) -> int:
    return (span[0] + span[1]) // 2


def _point(item: Item, spans: dict[Item, Span]) -> tuple[int, int]:
    """Where an arrow may touch: along a box, short of its corners, or in the middle of a lane."""
    left, right = spans[item]
    return (_middle((left, right)),) * 2 if isinstance(item, Lane) else (left + GAP, right - GAP)


def _common(upper: tuple[int, int], lower: tuple[int, int]) -> int | None:
    left, right = max(upper[0], lower[0]), min(upper[1], lower[1])
    return _middle((left, right)) if left <= right else None


def _bend(upper: tuple[int, int], lower: tuple[int, int], heights: tuple[int, int, int]) -> str:
    """Down, across and down again, with round corners, between the ends that are nearest to each other."""
    start, turn, stop = heights
    rightwards = upper[1] < lower[0]
    x, to = (upper[1], lower[0]) if rightwards else (upper[0], lower[1])
    side = min(6, abs(to - x) // 2) * (1 if rightwards else -1)
    return f"M{x} {start}V{turn - 6}Q{x} {turn} {x + side} {turn}H{to - side}Q{to} {turn} {to} {turn + 6}V{stop}"


def _wrapped(text: str, width: int) -> list[str]:
    """As few lines as hold it, of about one length."""
    room = width * 2 // LETTER
    fewest = len(textwrap.wrap(text, room))
    narrowest = next(narrow for narrow in range(1, room + 1) if len(textwrap.wrap(text, narrow)) <= fewest)
    return textwrap.wrap(text, narrowest, break_long_words=False)


def _lines(look: str, lines: list[str], x: int, y: int) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f'<text class="{look}" x="{x}" y="{y + LINE * number}">{escape(line)}</text>'


def _chips(names: tuple[str, ...], span: Span, top: int, tall: int) -> Iterator[str]:
    """Small boxes side by side: of one width where the longest name has room in it, else each as its name asks for."""
    (left, right), longest = span, max(map(len, names)) + 2
    free = right - left - APART * (len(names) - 1)
    even = longest * LETTER // 2 * len(names) <= free
    shares = [1 if even else len(name) + 2 for name in names]
    yield '<g class="chip" text-anchor="middle">'
    for number, name in enumerate(names):
        x, end = (left + free * sum(shares[:n]) // sum(shares) + APART * number for n in (number, number + 1))
        yield f'<rect x="{x}" y="{top}" width="{end - x}" height="{tall}" rx="4"/>'
        yield f'<text x="{_middle((x, end))}" y="{top + tall // 2 + 5}">{escape(name)}</text>'
    yield "</g>"


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:]))) or "nothing of the others"


def _file(title: str, described: str, height: int, body: list[str]) -> str:
    inner = "\n".join(f"  {line}" for line in body)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="system-ui, sans-serif" \
font-size="13" role="img" aria-labelledby="t d">
  <title id="t">{escape(title)}</title>
  <desc id="d">{escape(described)}</desc>
  <style>{_STYLE}    .title, .name {{ font-weight: 600 }}
  </style>
  <defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" \
markerUnits="userSpaceOnUse" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>
  <rect class="ground" width="{WIDTH}" height="{height}" rx="10"/>
{inner}
</svg>
"""
