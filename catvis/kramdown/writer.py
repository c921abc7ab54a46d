"""From the resolved tree to HTML: the same bytes as kramdown's, indentation included, with open places in it.

`Writer` holds what only the writing finds out: footnotes in the order of their references, headers for a table of
contents, ids in use. How a kind of node is written stands in `write_blocks.py` and `write_spans.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catvis.kramdown.contents import WrittenHeader, contents_html
from catvis.kramdown.endnotes import endnotes_html
from catvis.kramdown.reading import Reading
from catvis.kramdown.template import Marks, Template
from catvis.kramdown.tree import Element

Write = Callable[["Writer", Element, int], str]
"""Writes one node at an indentation."""


@dataclass(frozen=True)
class Engines:
    """What writes math and highlights code, each with the node it writes; None where it cannot."""

    math: Callable[[Element], str | None]
    code: Callable[[Element], str | None]


class Writer:
    """Writes one post.

    Attributes:
        reading: what was read with the tree.
        marks: the open places.
        headers: all headers written so far.
        above: the nodes that contain the one being written, outermost first.
        footnotes: names of footnotes in the order of their first references, with how often each was repeated.
        ids: how often each made-up id was given.
        contents: the list that the table of contents replaces.
        endnotes_mark: where the footnotes stand, "" for the end; None while no list has asked for them.
    """

    def __init__(self, reading: Reading, table: Mapping[str, Write], engines: Engines) -> None:
        self.reading = reading
        self.engines = engines
        self.marks = Marks()
        self.headers: list[WrittenHeader] = []
        self.above: list[Element] = []
        self.footnotes: dict[str, int] = {}
        self.ids: dict[str, int] = {}
        self.contents: Element | None = None
        self.contents_mark = ""
        self.endnotes_mark: str | None = None
        self._table = table

    def write(self, root: Element) -> Template:
        """The whole body."""
        text = self.inner(root, -2)
        place = self.endnotes_mark = (
            self.endnotes_mark or ""
        )  # what is in a footnote does not decide any more
        endnotes = endnotes_html(self)
        text = text.replace(place, endnotes) if place else text + endnotes
        if self.contents is not None:
            text = text.replace(self.contents_mark, contents_html(self, self.contents))
        return self.marks.take_apart(text)

    def inner(self, node: Element, indent: int) -> str:
        """The HTML of a node's children; ``indent`` is the node's own."""
        self.above.append(node)
        text = "".join(self.one(child, indent + 2) for child in node.children)
        self.above.pop()
        return text

    def one(self, node: Element, indent: int) -> str:
        """The HTML of one node."""
        return self._table[node.kind](self, node, indent)
