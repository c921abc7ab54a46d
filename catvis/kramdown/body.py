"""The whole way from a post's text to a template of its HTML."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from msgspec.structs import replace

from catvis.kramdown.constructs import BLOCKS, SPANS, WRITERS
from catvis.kramdown.cursor import Cursor
from catvis.kramdown.footnotes import endnotes_html
from catvis.kramdown.headers import contents_html
from catvis.kramdown.readers import BlockReader
from catvis.kramdown.reading import DialectOptions, Reading
from catvis.kramdown.resolve import resolve
from catvis.kramdown.template import EndOfText, Header, Plain, Template, without_marks
from catvis.kramdown.tree import Element, Origin
from catvis.kramdown.writer import Writer, is_silent, words


class Body(msgspec.Struct, frozen=True):
    """A post's text as a template of HTML.

    Attributes:
        template: the HTML, with open places.
        headers: all headers in the order of the text.
        excerpt: the words of the first paragraph that stands by itself and says something.
        warnings: where and what an author should look at, in the order of the text.
    """

    template: Template
    headers: tuple[Header, ...]
    excerpt: Plain
    warnings: tuple[tuple[Origin, str], ...]


def read_body(text: str, first_line: int = 1, options: DialectOptions | None = None) -> Body:
    """Read a post's text.

    Args:
        text: the text.
        first_line: where it begins in its file (the front matter stands above).
        options: what holds until the text says otherwise.
    """
    with _collector_paused():
        return _read(text, first_line, replace(options or DialectOptions()))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from going through a growing tree again and again: no node is in a cycle."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read(text: str, first_line: int, options: DialectOptions) -> Body:
    reading = Reading(BLOCKS, SPANS, options)
    root = Element("root")
    lines = without_marks(text).replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n") + "\n"
    BlockReader(reading, root, Cursor(lines, first_line=first_line)).read()
    resolve(reading, root)
    writer = Writer(reading, WRITERS)
    template = writer.marks.take_apart(_written(writer, root))
    headers = tuple(header for _, header in writer.headers)
    return Body(template, headers, _excerpt(root), tuple(sorted(set(reading.warnings))))


def _written(writer: Writer, root: Element) -> str:
    """The whole body; the footnotes and the table of contents come last, when all that they tell of is known."""
    text = writer.inner(root, -2)
    place = writer.endnotes_mark = writer.endnotes_mark or ""  # a list in a footnote is no place any more
    end, endnotes = writer.marks.mark(EndOfText()), endnotes_html(writer)
    text = text.replace(place, end + endnotes) if place and endnotes else text + end + endnotes
    if writer.contents is not None:
        replaced, mark = writer.contents
        text = text.replace(mark, contents_html(writer, replaced))
    return text


def _excerpt(root: Element) -> Plain:
    paragraphs = (words(node) for node in root.children if node.kind == "p")
    return next((said for said in paragraphs if not is_silent(said)), ())
