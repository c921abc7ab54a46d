"""From ``post.md`` to a `Document`: front matter, and the body's HTML with open places for figures and values.

`read_document` reads and checks; `render` fills the open places. Everything else of the project sees only this
module of what Markdown is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from catvis.errors import ContentError, Place
from catvis.frozen import Frozen
from catvis.kramdown import (
    AS_WRITTEN,
    Body,
    Filling,
    Form,
    Header,
    ImageHole,
    Origin,
    Plain,
    Template,
    ValueHole,
    fill,
    images,
    line_with_values,
    read_body,
    values,
)
from catvis.post.front_matter import FrontMatter, split_front_matter
from catvis.written.located import located
from catvis.written.named_files import MARKDOWN, named_file

_FIGURE = re.compile(r"(?:\./)?imgs/(?P<name>[^/\\]+)\.[A-Za-z0-9]+")
_LIQUID = re.compile(r"\{[{%]")


class FigureSlot(Frozen):
    """An image of the Markdown that a figure may take the place of.

    Attributes:
        name: the figure's name: ``conv1`` for ``imgs/conv1.png``.
        source: the image's address as it was written.
        alt: the image's text.
        attributes: what else the author gave it: ``class``, ``style``, ``title``, ``id`` …
        place: where the image stands.
        captioned: whether the author wrote a caption beside it, in the same ``<figure>``.
    """

    name: str
    source: str
    alt: str
    attributes: Mapping[str, str]
    place: Place
    captioned: bool


class ValueSlot(Frozen):
    """A computed value that the prose asks for: ``{::value top.label /}``."""

    expression: str
    place: Place


Words = tuple[str | ValueSlot, ...]
"""Plain text in which computed values have yet to be filled in; `said` does it."""


class Heading(Frozen):
    """A heading.

    Attributes:
        level: 1 … 6.
        id: its anchor; "" if it has none.
        words: what it says, without footnotes.
        listed: whether a table of contents has it: it has an anchor, and no ``{:.no_toc}`` hides it.
    """

    level: int
    id: str
    words: Words
    listed: bool


class Document(Frozen):
    """A post as it was read.

    Attributes:
        path: the file.
        front: its front matter.
        title: what the front matter says that it is called.
        template: the body's HTML with open places.
        slots: images in ``imgs/``, in the order of the text.
        values: computed values that the title and the prose ask for, in the order of the text.
        headings: all headings, in the order of the text.
        warnings: what the author should look at, each with file, line and column.
        excerpt: what the first paragraph says that says something.
    """

    path: Path
    front: FrontMatter
    title: Words
    template: Template
    slots: tuple[FigureSlot, ...]
    values: tuple[ValueSlot, ...]
    headings: tuple[Heading, ...]
    warnings: tuple[str, ...]
    excerpt: Words


def read_front_matter(path: Path, home: Path | None = None) -> FrontMatter:
    """Read what stands above a post's text, and no more.

    Args:
        path: the file.
        home: the folder out of which no link may lead; the file's own where it is not given.

    Raises:
        ContentError: the file cannot be read, is no UTF-8, or its front matter is broken.
    """
    return split_front_matter(path, _source(path, home))[0]


def read_document(path: Path, extensions: Sequence[str] = (), home: Path | None = None) -> Document:
    """Read a post.

    Args:
        path: the file.
        extensions: Python-Markdown's own that its body is read with.
        home: the folder out of which no link may lead; the file's own where it is not given.

    Raises:
        ContentError: the file cannot be read, is no UTF-8, its front matter is broken, or an extension fails.
    """
    front, text, first_line = split_front_matter(path, _source(path, home))
    body = _body(path, text, first_line, extensions)
    slots = (_slot(path, image) for image in dict.fromkeys(images(body.template)))
    title = line_with_values(front.title, lambda written: Origin(*front.place_in_title(written)))
    holes = (*(part for part in title if isinstance(part, ValueHole)), *values(body.template))
    return Document(
        path,
        front,
        _words(path, title),
        body.template,
        tuple(slot for slot in slots if slot),
        tuple(_value(path, hole) for hole in dict.fromkeys(holes)),
        tuple(_heading(path, header) for header in body.headers),
        tuple(f"{_place(path, origin)}: {message}" for origin, message in body.warnings),
        _words(path, body.excerpt),
    )


def render(
    document: Document,
    *,
    figure: Callable[[FigureSlot], str],
    value: Callable[[ValueSlot], str],
    math: Literal["mathml", "kramdown"],
    heading_end: Callable[[Heading], str] = lambda _: "",
    end_of_text: Callable[[], str] = lambda: "",
    accessible: bool = False,
) -> str:
    r"""Write the body's HTML. All functions are called in the order of the text.

    Args:
        document: the post.
        figure: the HTML that stands in the place of an image in ``imgs/``. It may be a block: a paragraph around
            it then becomes a ``<div>`` with the paragraph's attributes, or vanishes if it has no attributes and
            nothing else in it. An author's own ``<figure>`` and ``<figcaption>`` stay.
        value: the HTML of a computed value.
        math: MathML, or TeX between ``\(…\)`` and ``\[…\]`` as kramdown prints it, for a script to show.
        heading_end: the HTML that stands at the end of a heading, inside it.
        end_of_text: the HTML that stands before the footnotes.
        accessible: whether footnotes have their roles where today's ARIA has them, and whatever scrolls sideways
            is in reach of the keyboard.
    """

    def fill_image(image: ImageHole) -> str:
        slot = _slot(document.path, image)
        return image.written if slot is None else figure(slot)

    def fill_value(piece: ValueHole) -> str:
        return value(_value(document.path, piece))

    def fill_header_end(header: Header) -> str:
        return heading_end(_heading(document.path, header))

    rich: dict[Form, bool] = {"code": True, "math": math == "mathml", "access": accessible}
    forms = frozenset(form for form, wanted in rich.items() if wanted)
    return fill(document.template, Filling(fill_image, fill_value, forms, fill_header_end, end_of_text))


def said(words: Words, value: Callable[[ValueSlot], str]) -> str:
    """Words as one line of plain text, with the values that are asked for, themselves plain text."""
    return " ".join("".join(part if isinstance(part, str) else value(part) for part in words).split())


def plain_body(document: Document) -> str:
    """The body's HTML as kramdown prints it: math as TeX, figures as images, code without colours."""
    return fill(document.template, AS_WRITTEN)


def escape_liquid(html: str) -> str:
    """Write HTML so that Liquid gives back the same bytes; text without ``{{`` and ``{%`` stays as it is."""
    return _LIQUID.sub(lambda match: f'{{{{ "{match[0]}" }}}}', html)


def _body(path: Path, text: str, first_line: int, extensions: Sequence[str]) -> Body:
    if not extensions:
        return read_body(text, first_line)
    from catvis.kramdown.python_markdown import read_body_with  # Python-Markdown is seldom asked for

    try:
        return read_body_with(extensions, text, first_line)
    except ValueError as error:
        hint = f"it is read with markdown_extensions: [{', '.join(extensions)}], as site.yaml says"
        raise ContentError(f"the post cannot be read: {error}", where=Place(path), hint=hint) from None


def _source(path: Path, home: Path | None) -> str:
    try:
        with located(Place(path)):
            data = named_file(path, home or path.parent, MARKDOWN).read_bytes()
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
    place = _place(path, image.origin)
    return FigureSlot(match["name"], image.source, image.alt, attributes, place, image.captioned)


def _value(path: Path, value: ValueHole) -> ValueSlot:
    return ValueSlot(value.expression, _place(path, value.origin))


def _words(path: Path, plain: Plain) -> Words:
    return tuple(_value(path, piece) if isinstance(piece, ValueHole) else piece for piece in plain)


def _heading(path: Path, header: Header) -> Heading:
    identifier = header.id.strip()
    return Heading(header.level, identifier, _words(path, header.words), header.listed and bool(identifier))


def _place(path: Path, origin: Origin) -> Place:
    return Place(path, origin.line, origin.column)
