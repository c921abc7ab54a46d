"""From ``post.md`` to a `Document`: front matter, and the body's HTML with open places for figures and values.

`read_document` reads and checks; `render` fills the open places. Everything else of the project sees only this
module of what Markdown is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from catvis.errors import ContentError, Place
from catvis.kramdown import (
    AS_WRITTEN,
    Filling,
    ImageHole,
    Origin,
    Template,
    ValueHole,
    fill,
    images,
    read_body,
    values,
)
from catvis.post.front_matter import FrontMatter, split_front_matter

_FIGURE = re.compile(r"(?:\./)?imgs/(?P<name>[^/\\]+)\.[A-Za-z0-9]+")
_LIQUID = re.compile(r"\{[{%]")
_LARGEST_FILE = 8 * 1024 * 1024


@dataclass(frozen=True)
class FigureSlot:
    """An image of the Markdown that a figure may take the place of.

    Attributes:
        name: the figure's name: ``conv1`` for ``imgs/conv1.png``.
        source: the image's address as it was written.
        alt: the image's text.
        attributes: what else the author gave it: ``class``, ``style``, ``title``, ``id`` …
        place: where the image stands.
    """

    name: str
    source: str
    alt: str
    attributes: Mapping[str, str]
    place: Place


@dataclass(frozen=True)
class ValueSlot:
    """A computed value that the prose asks for: ``{::value top.label /}``."""

    expression: str
    place: Place


@dataclass(frozen=True)
class Heading:
    """A heading: level from 1, id, HTML without links and footnotes, and whether ``{:.no_toc}`` hides it."""

    level: int
    id: str
    html: str
    no_toc: bool


@dataclass(frozen=True)
class Document:
    """A post as it was read.

    Attributes:
        path: the file.
        front: its front matter.
        template: the body's HTML with open places.
        slots: images in ``imgs/``, in the order of the text.
        values: computed values that the prose asks for, in the order of the text.
        headings: all headings, in the order of the text.
        warnings: what the author should look at, each with file, line and column.
        excerpt: the words of the first paragraph.
    """

    path: Path
    front: FrontMatter
    template: Template = field(repr=False)
    slots: tuple[FigureSlot, ...]
    values: tuple[ValueSlot, ...]
    headings: tuple[Heading, ...]
    warnings: tuple[str, ...]
    excerpt: str


def read_document(path: Path) -> Document:
    """Read a post.

    Raises:
        ContentError: the file cannot be read, is no UTF-8, or its front matter is broken.
    """
    front, text, first_line = split_front_matter(path, _source(path))
    body = read_body(text, first_line)
    slots = (_slot(path, image) for image in dict.fromkeys(images(body.template)))
    asked = (_value(path, value) for value in dict.fromkeys(values(body.template)))
    headings = tuple(
        Heading(header.level, header.id, fill(header.inside, AS_WRITTEN), not header.listed)
        for header in body.headers
        if header.id
    )
    return Document(
        path,
        front,
        body.template,
        tuple(slot for slot in slots if slot),
        tuple(asked),
        headings,
        tuple(f"{_place(path, origin)}: {message}" for origin, message in body.warnings),
        body.excerpt,
    )


def render(
    document: Document,
    *,
    figure: Callable[[FigureSlot], str],
    value: Callable[[ValueSlot], str],
    math: Literal["mathml", "kramdown"],
) -> str:
    r"""Write the body's HTML.

    Args:
        document: the post.
        figure: the HTML that stands in the place of an image in ``imgs/``. It may be a block: a paragraph around
            it then becomes a ``<div>`` with the paragraph's attributes, or vanishes if it has no attributes and
            nothing else in it. An author's own ``<figure>`` and ``<figcaption>`` stay.
        value: the HTML of a computed value.
        math: MathML, or TeX between ``\(…\)`` and ``\[…\]`` as kramdown prints it, for a script to show.
    """

    def fill_image(image: ImageHole) -> str:
        slot = _slot(document.path, image)
        return image.written if slot is None else figure(slot)

    def fill_value(piece: ValueHole) -> str:
        return value(_value(document.path, piece))

    rich: tuple[Literal["math", "code"], ...] = ("math", "code") if math == "mathml" else ("code",)
    return fill(document.template, Filling(fill_image, fill_value, frozenset(rich)))


def plain_body(document: Document) -> str:
    """The body's HTML as kramdown prints it: math as TeX, figures as images, code without colours."""
    return fill(document.template, AS_WRITTEN)


def escape_liquid(html: str) -> str:
    """Write HTML so that Liquid gives back the same bytes; text without ``{{`` and ``{%`` stays as it is."""
    return _LIQUID.sub(lambda match: f'{{{{ "{match[0]}" }}}}', html)


def _source(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ContentError(
                "the post is too large", where=Place(path), hint=f"at most {_LARGEST_FILE} bytes"
            )
        data = path.read_bytes()
    except OSError as error:
        raise ContentError(f"the post cannot be read: {error.strerror}", where=Place(path)) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        raise ContentError(
            "the post is not UTF-8 here",
            where=Place(path, before.count(b"\n") + 1, column),
            hint="save the file as UTF-8",
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _slot(path: Path, image: ImageHole) -> FigureSlot | None:
    match = _FIGURE.fullmatch(image.source)
    if match is None:
        return None
    attributes = MappingProxyType(dict(image.attributes))
    return FigureSlot(match["name"], image.source, image.alt, attributes, _place(path, image.origin))


def _value(path: Path, value: ValueHole) -> ValueSlot:
    return ValueSlot(value.expression, _place(path, value.origin))


def _place(path: Path, origin: Origin) -> Place:
    return Place(path, origin.line, origin.column)
