"""The dialect as an extension of Python-Markdown: ``markdown.Markdown(extensions=["catvis.kramdown"])``.

It takes the place of the parser, of the serializer and of the processors that belong to them, whatever the order of
the extensions. Others' preprocessors see the lines, tree processors an ElementTree, postprocessors the HTML; block
processors and inline patterns have nothing to do. HTML that no tree processor touches is the dialect's, byte for
byte, save that Python-Markdown strips the white space around it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree.ElementTree import Element, ElementTree

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import ETX, HTML_PLACEHOLDER_RE, STX
from msgspec.structs import asdict, replace

from catvis.kramdown.body import Body, read_body
from catvis.kramdown.element_tree import PLACE, to_html, to_tree
from catvis.kramdown.extensions import OPTIONS
from catvis.kramdown.footnotes import NOTE_ROLE, REFERENCE_ROLE
from catvis.kramdown.reading import DialectOptions
from catvis.kramdown.template import (
    AS_WRITTEN,
    Choice,
    EndOfText,
    Form,
    Header,
    ImageHole,
    Marks,
    Paragraph,
    Piece,
    Raw,
    Template,
    fill,
)
from catvis.kramdown.writer import REACH

_LOG = logging.getLogger(__name__)
_PARAGRAPH = re.compile(r"<p((?: [^>]*)?)>((?:(?!</?p[ >]).)*)</p>", re.DOTALL)
_REACHED = re.compile(r"<(?:pre|table)(?=[ >])(?![^<>]* tabindex=)")
_HEADING = re.compile(r"h[1-6]")
_FORMS: dict[str, Form] = {"mathml": "math", "highlight": "code", "accessible": "access"}
_END_OF_PARAGRAPH = Raw("")
_MOST_CONTENTS = 10
_STANDARD_TREE_PROCESSORS = ("inline", "prettify", "unescape")


class KramdownExtension(Extension):
    """The dialect in Python-Markdown.

    Its options are those of ``{::options … /}``, and three more: ``mathml`` for MathML in the place of TeX,
    ``highlight`` for code in the colours of Pygments, ``accessible`` for what today's ARIA and the keyboard want.

    Attributes:
        body: the text that was read last; None since a reset.
        first_line: where a text begins in its file.
        marks: what marks the open places where they stay open; None where they are filled.
    """

    def __init__(self, **options: Any) -> None:
        defaults = asdict(DialectOptions()) | {"toc_levels": "1..6"}
        self.config = {name: [defaults[name], right] for name, (_, right) in OPTIONS.items()}
        self.config |= {name: [False, "true or false"] for name in _FORMS}
        super().__init__(**options)
        self.body: Body | None = None
        self.first_line = 1
        self.marks: Marks | None = None
        self._options = DialectOptions(**{name: _read(name, self.getConfig(name)) for name in OPTIONS})
        forms = frozenset(form for name, form in _FORMS.items() if self.getConfig(name))
        self._filling = replace(AS_WRITTEN, rich=forms)
        self._stored: set[int] = set()
        self._ends: set[int] = set()

    def extendMarkdown(self, md: Markdown) -> None:
        """Wait for the first reset, when all other extensions are there."""
        self._md = md
        md.registerExtension(self)

    def reset(self) -> None:
        """Take the standard parts' places, and forget what was read."""
        md, self.body = self._md, None
        md.preprocessors.register(_PlainLines(md), "normalize_whitespace", 30)
        md.preprocessors.deregister("html_block", strict=False)
        for name in _STANDARD_TREE_PROCESSORS:
            md.treeprocessors.deregister(name, strict=False)
        md.parser = _Parser(self, md)
        md.serializer = self._serialize

    def parse(self, text: str) -> Element:
        """Read a text into the tree that tree processors work on; without any, it is a placeholder for the HTML."""
        self._stored.clear()
        self._ends.clear()
        self.body = read_body(text, self.first_line, self._options)
        if self.marks is None:
            for origin, message in self.body.warnings:
                _LOG.warning("line %d, column %d: %s", origin.line, origin.column, message)
        if len(self._md.treeprocessors) or self.marks is not None:
            return to_tree(self._placed(self.body.template), self._md.doc_tag, self._store)
        root = Element(self._md.doc_tag)
        root.text = self._store(fill(self.body.template, self._filling))
        return root

    def _placed(self, template: Template) -> str:
        return "".join(self._place(piece) for piece in template)

    def _place(self, piece: Piece) -> str:
        """What stands for a piece: elements where it is made of them, else a placeholder."""
        match piece:
            case str():
                return piece
            case Paragraph():
                end = "" if self.marks is None else self._place_of(self.marks.mark(_END_OF_PARAGRAPH))
                return f"<p{piece.attributes}>{self._placed(piece.inside)}{end}</p>"
            case Choice("access"):
                return self._placed(piece.rich if "access" in self._filling.rich else piece.plain)
            case Header() if self.marks is not None:
                self._ends.add(self._md.htmlStash.html_counter)
                return self._place_of(self.marks.mark(piece))
            case _ if self.marks is not None:
                return self._place_of(self.marks.mark(piece))
            case ImageHole():
                return piece.written
            case Choice("code") if "code" not in self._filling.rich:
                return self._placed(piece.plain)
            case _:
                return self._place_of(fill((piece,), self._filling))

    def _place_of(self, html: str) -> str:
        return f"<{PLACE}>{self._store(html)}</{PLACE}>" if html else ""

    def _store(self, html: str) -> str:
        self._stored.add(self._md.htmlStash.html_counter)
        return self._md.htmlStash.store(html)

    def _serialize(self, node: Element) -> str:
        """Write an element; a heading by itself, as tables of contents ask for it, is not open at its end."""
        html = to_html(node)
        if _HEADING.fullmatch(str(node.tag)):
            html = HTML_PLACEHOLDER_RE.sub(
                lambda match: "" if int(match[1]) in self._ends else match[0], html
            )
        return self._restored(html)

    def _restored(self, html: str) -> str:
        """Put back what was stored here; Python-Markdown does so with the rest, but takes paragraphs away."""

        def restored(match: re.Match[str]) -> str:
            index = int(match[1])
            if index not in self._stored:
                return match[0]
            return self._restored(str(self._md.htmlStash.rawHtmlBlocks[index]))

        return HTML_PLACEHOLDER_RE.sub(restored, html)


class _Parser(BlockParser):
    """Reads a document by the dialect; others may still read pieces with the block processors that they know."""

    def __init__(self, extension: KramdownExtension, md: Markdown) -> None:
        super().__init__(md)
        self.blockprocessors = md.parser.blockprocessors
        self._extension = extension

    def parseDocument(self, lines: Iterable[str]) -> ElementTree:
        self.root = self._extension.parse("\n".join(lines))
        return ElementTree(self.root)


class _FewContents(Treeprocessor):
    """Bounds how long a table of contents for every mark can make a text; the extension itself does not."""

    def run(self, root: Element) -> None:
        if "".join(root.itertext()).count("[TOC]") > _MOST_CONTENTS:
            raise ValueError(f"[TOC] stands there more than {_MOST_CONTENTS} times")


class _PlainLines(Preprocessor):
    """Takes the characters that placeholders are made of out of a text, and leaves its blanks to the dialect."""

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines).replace(STX, "").replace(ETX, "")
        return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _read(name: str, value: object) -> Any:
    """Read one option.

    Raises:
        ValueError: the value does not fit.
    """
    read, right = OPTIONS[name]
    try:
        return read(str(value))
    except ValueError:
        raise ValueError(f"the option {name} cannot be {value!r}; write {right}") from None


def read_body_with(extensions: Sequence[str], text: str, first_line: int = 1) -> Body:
    """Read a post's text as `read_body` does, with Python-Markdown's own extensions; its places stay open.

    Args:
        extensions: their names in ``markdown.extensions``; whether they are to be trusted, the caller knows.
        text: the text.
        first_line: where it begins in its file.

    Raises:
        ValueError: an extension cannot read the text, or would make it far too long.
    """
    extension, marks = KramdownExtension(), Marks()
    extension.first_line, extension.marks = first_line, marks
    named = [f"markdown.extensions.{name}" for name in extensions]
    md = Markdown(extensions=[extension, *named])
    md.treeprocessors.register(_FewContents(md), "few_contents", 100)
    html = md.convert(text)
    if extension.body is None:
        return read_body(text, first_line)
    for role in (REFERENCE_ROLE, NOTE_ROLE):
        html = html.replace(fill(role.plain, AS_WRITTEN), marks.mark(role))
    html = _REACHED.sub(lambda match: match[0] + marks.mark(REACH), html)

    def reopened(match: re.Match[str]) -> str:
        inside = marks.take_apart(match[2])
        is_open = inside and inside[-1] == _END_OF_PARAGRAPH
        return marks.mark(Paragraph(match[1], inside[:-1])) if is_open else match[0]

    template = marks.take_apart(_PARAGRAPH.sub(reopened, html))
    return replace(extension.body, template=template if template[-1] == EndOfText() else (*template, "\n"))
