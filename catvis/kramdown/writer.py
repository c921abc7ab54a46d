"""From the resolved tree to HTML: the same bytes as kramdown's, indentation included, with open places in it.

`Writer` holds what only the writing finds out: footnotes in the order of their references, headers for a table of
contents, ids in use. How a kind of element is written stands beside the construct that makes it; here stands what
several of them share, and what text, attributes and code look like in HTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from catvis.kramdown.reading import Reading
from catvis.kramdown.template import Choice, Header, Marks, Plain, ValueHole
from catvis.kramdown.tree import Element

REFERENCE = r"&(?:[\w:][-\w.:]*|#\d+|#x[0-9a-fA-F]+);"
_IN_TEXT = re.compile(rf"{REFERENCE}|[<>&]", re.ASCII)
_IN_ATTRIBUTE = re.compile(rf"{REFERENCE}|[<>&\"]", re.ASCII)
_ESCAPES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;"}

REACH = Choice("access", (), (' tabindex="0"',))
"""What follows the name in a tag of what scrolls sideways."""

Write = Callable[["Writer", Element, int], str]
"""Writes one element at an indentation."""


class Writer:
    """Writes one post.

    Attributes:
        reading: what was read with the tree.
        marks: the open places.
        headers: all headers written so far, each with its node.
        above: the elements that contain the one being written, outermost first.
        captioned: whether the nearest figure around it has a caption that says something.
        footnotes: names of footnotes in the order of their first references, with how often each was repeated.
        ids: how often each made-up id was given.
        contents: the list that the table of contents replaces, and the mark that stands there.
        endnotes_mark: where the footnotes stand, "" for the end; None while no list has asked for them.
    """

    def __init__(self, reading: Reading, table: Mapping[str, Write]) -> None:
        self.reading = reading
        self.marks = Marks()
        self.headers: list[tuple[Element, Header]] = []
        self.above: list[Element] = []
        self.captioned = False
        self.footnotes: dict[str, int] = {}
        self.ids: dict[str, int] = {}
        self.contents: tuple[Element, str] | None = None
        self.endnotes_mark: str | None = None
        self._table = table

    def inner(self, node: Element, indent: int) -> str:
        """The HTML of an element's children; ``indent`` is the element's own."""
        self.above.append(node)
        text = "".join(self.one(child, indent + 2) for child in node.children)
        self.above.pop()
        return text

    def one(self, node: Element, indent: int) -> str:
        """The HTML of one element."""
        return self._table[node.kind](self, node, indent)

    @contextmanager
    def figure(self, *, captioned: bool) -> Iterator[None]:
        """What is written meanwhile stands in a figure."""
        around, self.captioned = self.captioned, captioned
        yield
        self.captioned = around

    def header_end(self, node: Element, header: Header) -> str:
        """Note a header, and leave its end open."""
        self.headers.append((node, header))
        return self.marks.mark(header)

    def reach(self, attributes: Mapping[str, str]) -> str:
        """An attribute for what scrolls sideways, so that the keyboard reaches it; its author may have given it."""
        return "" if "tabindex" in attributes else self.marks.mark(REACH)


def write_container(writer: Writer, node: Element, indent: int) -> str:
    """Write a block that holds blocks."""
    margin = " " * indent
    inside = f"\n{writer.inner(node, indent)}{margin}"
    return f"{margin}{tag_html(node.kind, node.attributes, inside)}\n"


def write_element(writer: Writer, node: Element, indent: int) -> str:
    """Write a span that holds spans."""
    return tag_html(node.kind, node.attributes, writer.inner(node, indent))


def write_text(_: Writer, node: Element, __: int) -> str:
    """Write text."""
    return escape_text(node.text)


def tag_html(name: str, attributes: Mapping[str, str], inside: str) -> str:
    """An element of HTML from its start tag to its end tag."""
    return f"<{name}{attributes_html(attributes)}>{inside}</{name}>"


def scrolling_html(writer: Writer, name: str, attributes: Mapping[str, str], inside: str) -> str:
    """An element of HTML that scrolls sideways where it is too wide."""
    return f"<{name}{writer.reach(attributes)}{attributes_html(attributes)}>{inside}</{name}>"


def words(node: Element) -> Plain:
    """What an element says, without any markup and without footnotes."""
    match node.kind:
        case "text" | "codespan" | "math":
            return (node.text,)
        case "entity" | "abbreviation":
            return (node.name,)
        case "value":
            return (ValueHole(node.text, node.origin),)
    inside = tuple(piece for child in node.children for piece in words(child))
    if node.kind == "html" and node.content == "raw":
        return tuple(html.unescape(piece) if isinstance(piece, str) else piece for piece in inside)
    return inside


def is_silent(said: Plain) -> bool:
    """Whether there is nothing but white space."""
    return all(isinstance(piece, str) and not piece.strip() for piece in said)


def escape_text(text: str) -> str:
    """Escape text; a reference such as ``&lt;`` stays what it is."""
    return _IN_TEXT.sub(lambda match: _ESCAPES.get(match[0], match[0]), text)


def escape_code(text: str) -> str:
    """Escape code, where a reference is no reference but text."""
    return html.escape(text, quote=False)


def attributes_html(attributes: Mapping[str, str]) -> str:
    """Attributes as they stand in a tag; an empty id is left out."""
    return "".join(
        f' {key}="{_escape_attribute(value)}"'
        for key, value in attributes.items()
        if key != "id" or value.strip()
    )


def _escape_attribute(text: str) -> str:
    return _IN_ATTRIBUTE.sub(lambda match: _ESCAPES.get(match[0], match[0]), text)
