"""HTML of a diary entry as Markdown. Scripts, styles and everything that loads or runs are left out.

A `<` of the text that could begin a tag is escaped, so the result has no HTML in it. Links keep web and mail addresses
alone.
"""

import html
import re
from collections.abc import Iterator

_DROPPED = frozenset(
    {"script", "style", "head", "title", "iframe", "object", "svg", "math", "template", "noscript", "textarea"}
)
_RAW = frozenset({"script", "style", "textarea", "title", "iframe"})  # a tag inside these is text
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "s": "~~", "del": "~~", "strike": "~~", "code": "`"}
_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_LISTS = frozenset({"ul", "ol"})
_BLOCKS = frozenset({"p", "div", "section", "article", "table", "tr", "pre", "figure", "blockquote", *_LISTS})
_ALONE = {"br": "\n", "hr": "\n\n---\n\n"}
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>()\x00-\x1f]{1,2000}", re.IGNORECASE)
_LOOKS_LIKE_HTML = re.compile(r"\s*<(?:!doctype html|/?(?:p|div|html|body|h[1-6]|ul|ol|br|span|b|i|strong|em)\b)", re.I)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,15})(?![A-Za-z0-9])([^<>]{0,4000})>")
_HREF = re.compile(r"(?:^|\s)href\s{0,8}=\s{0,8}(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"']++))", re.IGNORECASE)
_TAG_BEGINS = re.compile(r"<(?=[A-Za-z/!?])")
_HUGE_NUMBER = re.compile(r"&#[0-9]{9,}+;?|&#[xX][0-9a-fA-F]{9,}+;?")
_DECLARATION = re.compile(r"<[!?][^<>]{0,1000}>")
_MOST_LISTS = 8  # deeper lists are shown at this depth


def looks_like_html(text: str) -> bool:
    """Whether a text begins as HTML."""
    return _LOOKS_LIKE_HTML.match(text[:200]) is not None


def html_as_markdown(text: str) -> str:
    """The Markdown of an HTML text, in a time that grows as the text does."""
    reader, end = _Reader(), 0
    text = _DECLARATION.sub("", "".join(_without_comments(text)))
    for tag in _TAG.finditer(text):
        reader.text(text[end : tag.start()])
        (reader.ends if tag[1] else reader.begins)(tag[2].lower(), tag[3])
        end = tag.end()
    reader.text(text[end:])
    lines = "".join(reader.parts).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _without_comments(text: str) -> Iterator[str]:
    """The text between comments. A comment without an end goes to the end of the text."""
    end = 0
    while (begins := text.find("<!--", end)) >= 0:
        yield text[end:begins]
        closes = text.find("-->", begins + 4)
        if closes < 0:
            return
        end = closes + 3
    yield text[end:]


class _Reader:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self._dropped, self._depth = "", 0
        self._lists: list[int] = []  # the next number of each open list; 0: no numbers
        self._links: list[str | None] = []

    def begins(self, tag: str, rest: str) -> None:
        if self._dropped:
            self._depth += tag == self._dropped and tag not in _RAW and not rest.endswith("/")
        elif tag in _DROPPED:
            self._dropped, self._depth = ("", 0) if rest.endswith("/") else (tag, 1)
        elif tag == "li":
            self.parts.append(self._item())
        elif tag == "a":
            found = _HREF.search(rest)
            address = html.unescape(next(filter(None, found.groups()), "")) if found else ""
            self._links.append(address if _ADDRESS.fullmatch(address) else None)
            self.parts.append("[" if self._links[-1] else "")
        elif tag in _BLOCKS:
            self.parts.append("\n\n" + ("> " if tag == "blockquote" else ""))
            if tag in _LISTS:
                self._lists.append(int(tag == "ol"))
        else:
            self.parts.append(
                _ALONE.get(tag) or _MARKS.get(tag) or ("\n\n" + _HEADINGS[tag] if tag in _HEADINGS else "")
            )

    def ends(self, tag: str, _rest: str) -> None:
        if self._dropped:
            self._depth -= tag == self._dropped
            self._dropped = self._dropped if self._depth else ""
        elif tag in _MARKS:
            self.parts.append(_MARKS[tag])
        elif tag == "a" and self._links:
            address = self._links.pop()
            self.parts.append(f"]({address})" if address else "")
        elif tag in _BLOCKS or tag in _HEADINGS:
            self.parts.append("\n\n")
            if tag in _LISTS and self._lists:
                self._lists.pop()

    def text(self, given: str) -> None:
        if not self._dropped:
            plain = html.unescape(_HUGE_NUMBER.sub("\ufffd", given)).replace("\n", " ").replace("\r", " ")
            self.parts.append(_TAG_BEGINS.sub(r"\\<", plain if plain.strip() else plain[:1]))

    def _item(self) -> str:
        number = self._lists[-1] if self._lists else 0
        if number:
            self._lists[-1] += 1
        indent = "  " * (min(max(len(self._lists), 1), _MOST_LISTS) - 1)
        return f"\n{indent}{number}. " if number else f"\n{indent}- "
