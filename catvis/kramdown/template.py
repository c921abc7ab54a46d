"""HTML with open places: what the writer makes, and what is filled in when the page is made.

Open places are objects between strings, not marks within one, so nothing that an author writes can look like one.
While the writer puts strings together it does use marks, of two control characters that it takes out of the post
first; they are not those of Python-Markdown's placeholders, which pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from catvis.kramdown.grammar import BLOCK_ELEMENTS
from catvis.kramdown.tree import Origin

OPEN, CLOSE = "\x0e", "\x0f"
_MARK = re.compile(rf"{OPEN}(\d+){CLOSE}")
_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)")
_BLOCKS = BLOCK_ELEMENTS | {"figure", "details"}


class ImageHole(msgspec.Struct, frozen=True):
    """An image of the Markdown.

    Attributes:
        source: its address.
        alt: its text.
        attributes: what else the author gave it.
        origin: where it stands.
        written: its HTML if it stays an image.
        captioned: whether a caption that says something stands beside it in a ``<figure>``.
    """

    source: str
    alt: str
    attributes: tuple[tuple[str, str], ...]
    origin: Origin
    written: str
    captioned: bool


class ValueHole(msgspec.Struct, frozen=True):
    """A computed value that the prose asks for."""

    expression: str
    origin: Origin


Plain = tuple[str | ValueHole, ...]
"""Plain text with open places for values."""


class Header(msgspec.Struct, frozen=True):
    """A header; its place is open at its end.

    Attributes:
        level: 1 … 6, as it is written.
        id: its anchor; "" if it has none.
        words: what it says, without any markup and without footnotes.
        listed: whether a table of contents has it.
    """

    level: int
    id: str
    words: Plain
    listed: bool


class EndOfText(msgspec.Struct, frozen=True):
    """Where the text has ended and the footnotes have not yet begun."""


Form = Literal["math", "code", "access"]
"""What is written in two forms: math, code in colour, and what today's ARIA and the keyboard want."""


class Choice(msgspec.Struct, frozen=True):
    """HTML in two forms: as kramdown prints it, and as a page shows it that needs no JavaScript."""

    kind: Form
    plain: Template
    rich: Template


class Raw(msgspec.Struct, frozen=True):
    """HTML that nobody has read: no element of it is known to end."""

    html: str


class Paragraph(msgspec.Struct, frozen=True):
    """A paragraph with images in it: where one of them becomes a block, the paragraph may not stay a ``<p>``."""

    attributes: str
    inside: Template


Piece = str | Raw | ImageHole | ValueHole | Header | EndOfText | Choice | Paragraph
Template = tuple[Piece, ...]


class Filling(msgspec.Struct, frozen=True):
    """What goes into the open places."""

    image: Callable[[ImageHole], str]
    value: Callable[[ValueHole], str]
    rich: frozenset[Form] = frozenset()
    header_end: Callable[[Header], str] = lambda _: ""
    end_of_text: Callable[[], str] = lambda: ""


AS_WRITTEN = Filling(
    image=lambda image: image.written, value=lambda value: f"{{::value {value.expression} /}}"
)
"""What kramdown prints: math as TeX, images as images, code without colours, and values as they were asked for."""


def fill(template: Template, filling: Filling) -> str:
    """The HTML of a template; what fills its places is asked in the order of the text."""
    return "".join(_fill(piece, filling) for piece in template)


def _fill(piece: Piece, filling: Filling) -> str:
    match piece:
        case str():
            return piece
        case Raw():
            return piece.html
        case ImageHole():
            return filling.image(piece)
        case ValueHole():
            return filling.value(piece)
        case Header():
            return filling.header_end(piece)
        case EndOfText():
            return filling.end_of_text()
        case Choice():
            return fill(piece.rich if piece.kind in filling.rich else piece.plain, filling)
        case Paragraph():
            return _paragraph(piece, filling)


def _paragraph(paragraph: Paragraph, filling: Filling) -> str:
    inside = [_fill(piece, filling) for piece in paragraph.inside]
    became_block = any(
        isinstance(piece, ImageHole) and has_blocks(text)
        for piece, text in zip(paragraph.inside, inside, strict=True)
    )
    html = "".join(inside)
    if not became_block:
        return f"<p{paragraph.attributes}>{html}</p>"
    alone = not any(
        isinstance(piece, str | Raw) and text.strip()
        for piece, text in zip(paragraph.inside, inside, strict=True)
    )
    return html.strip() if alone and not paragraph.attributes else f"<div{paragraph.attributes}>{html}</div>"


def has_blocks(html: str) -> bool:
    """Whether HTML contains an element that may not stand in a paragraph."""
    return any(match[1].lower() in _BLOCKS for match in _TAG.finditer(html))


def images(template: Template) -> Iterator[ImageHole]:
    """All images, in the order of the text."""
    for piece in template:
        if isinstance(piece, ImageHole):
            yield piece
        elif isinstance(piece, Paragraph):
            yield from images(piece.inside)


def values(template: Template) -> Iterator[ValueHole]:
    """All computed values, in the order of the text."""
    for piece in template:
        if isinstance(piece, ValueHole):
            yield piece
        elif isinstance(piece, Paragraph):
            yield from values(piece.inside)


class Marks:
    """Stands marks for pieces into strings, and takes strings apart at them again."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []

    def mark(self, piece: Piece) -> str:
        """A mark that stands for a piece."""
        self._pieces.append(piece)
        return f"{OPEN}{len(self._pieces) - 1}{CLOSE}"

    def raw(self, html: str) -> str:
        """A mark that stands for HTML as it is; none where there is no HTML."""
        return self.mark(Raw(html)) if html else ""

    def take_apart(self, text: str) -> Template:
        """The template that a string with marks stands for."""
        pieces: list[Piece] = []
        for index, part in enumerate(_MARK.split(text)):
            if index % 2:
                pieces.append(self._pieces[int(part)])
            elif part:
                pieces.append(part)
        return tuple(pieces)


def without_marks(text: str) -> str:
    """A post's text without the control characters that marks are made of."""
    return text.replace(OPEN, "").replace(CLOSE, "")
