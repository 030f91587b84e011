"""Markdown as HTML, by a library. HTML in the text is escaped, and nothing of it makes a browser fetch anything."""

import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

# Where a link leads, by the address that the text gives; None takes the link away and leaves its words.
Resolve = Callable[[str], str | None]


def _nowhere(_: str) -> None:
    return None


class Renderer:
    """Renders the Markdown of one document, whose links `resolve` knows."""

    def __init__(self, resolve: Resolve = _nowhere) -> None:
        self._resolve = resolve
        self._parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
        self._parser.add_render_rule("heading_open", _heading)

    def blocks(self, text: str) -> str:
        """Paragraphs, lists and tables."""
        return self._render(self._parser.parse(text.strip()))

    def inline(self, text: str) -> str:
        """One line, without a paragraph around it."""
        return self._render(self._parser.parseInline(text.strip()))

    def _render(self, tokens: Sequence[Token]) -> str:
        for token in tokens:
            if token.children:
                token.children = self._resolved(token.children)
        html: str = self._parser.renderer.render(tokens, self._parser.options, {})
        return html

    def _resolved(self, tokens: Sequence[Token]) -> list[Token]:
        kept, opened = [], []
        for token in tokens:
            if token.type == "link_open":
                target = self._resolve(str(token.attrGet("href")))
                opened.append(target is not None)
                if target is None:
                    continue
                token.attrSet("href", target)
            elif token.type == "link_close" and not opened.pop():
                continue
            kept.append(token)
        return kept


def anchor(text: str) -> str:
    """The id of a heading."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _heading(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType, *_: Any
) -> str:
    tokens[index].attrSet("id", escape(anchor(tokens[index + 1].content)))
    return renderer.renderToken(tokens, index, options, env)
