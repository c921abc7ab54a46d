"""What one reading of a post has learnt: definitions, options and warnings, shared by all constructs.

Also the two shapes of a construct. A table of `BlockConstruct` and one of `SpanConstruct` (`constructs.py`) make up
the whole dialect; the readers (`blocks.py`, `spans.py`) know no construct by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from catvis.kramdown.tree import AttributeList, Element, Origin, merge_attribute

if TYPE_CHECKING:
    from catvis.kramdown.blocks import BlockReader
    from catvis.kramdown.spans import SpanReader

MAX_DEPTH = 40
"""How deep constructs may nest; what lies deeper is read as plain text, so that no input overflows the stack."""


@dataclass(frozen=True)
class BlockConstruct:
    """A construct of whole lines.

    ``run`` is called where ``start`` matches; it reads on from there and says whether it took anything.
    """

    start: re.Pattern[str]
    run: Callable[[BlockReader, re.Match[str]], bool]


@dataclass(frozen=True)
class SpanConstruct:
    """A construct within running text.

    ``mark`` finds in a text where the construct might begin (a part of one big alternation), ``first`` says with
    which characters it can (None: any), and ``run`` is called where ``start`` matches; it always moves on.
    """

    mark: str
    first: str | None
    start: re.Pattern[str]
    run: Callable[[SpanReader, re.Match[str]], None]


class SpanTable:
    """Constructs of running text in their order, ready to be looked up at a character."""

    def __init__(self, spans: tuple[SpanConstruct, ...]) -> None:
        self._spans = spans
        self._marks = "|".join(span.mark for span in spans)
        self._anywhere = tuple(span for span in spans if span.first is None)
        characters = {character for span in spans for character in span.first or ""}
        self._at = {
            character: tuple(span for span in spans if span.first is None or character in span.first)
            for character in characters
        }
        self._where: dict[re.Pattern[str] | None, re.Pattern[str]] = {}

    def __iter__(self) -> Iterator[SpanConstruct]:
        return iter(self._spans)

    def at(self, character: str) -> tuple[SpanConstruct, ...]:
        """The constructs that may begin with a character."""
        return self._at.get(character, self._anywhere)

    def where(self, stop: re.Pattern[str] | None) -> re.Pattern[str]:
        """Finds the next place where a construct may begin, or where ``stop`` matches."""
        if stop not in self._where:
            marks = f"{stop.pattern}|{self._marks}" if stop else self._marks
            self._where[stop] = re.compile(marks, re.ASCII | re.MULTILINE)
        return self._where[stop]


@dataclass
class DialectOptions:
    """What ``{::options … /}`` can set, with Jekyll's defaults."""

    parse_block_html: bool = False
    parse_span_html: bool = True
    auto_ids: bool = True
    auto_id_prefix: str = ""
    toc_levels: frozenset[int] = frozenset(range(1, 7))
    header_offset: int = 0
    footnote_nr: int = 1
    footnote_prefix: str = ""
    footnote_backlink: str = "&#8617;"
    footnote_backlink_inline: bool = False


@dataclass
class Footnote:
    """A footnote's content, and whether the text refers to it."""

    content: Element
    referenced: bool = False


@dataclass
class LinkTarget:
    """What ``[name]: url "title"`` defines, and the node that stands there."""

    url: str
    title: str | None
    mark: Element


@dataclass
class Abbreviation:
    """What ``*[HTML]: …`` defines, and the node that stands there."""

    title: str
    mark: Element


@dataclass
class Reading:
    """Everything that belongs to the post as a whole."""

    blocks: tuple[BlockConstruct, ...]
    spans: SpanTable
    options: DialectOptions = field(default_factory=DialectOptions)
    lists: dict[str, AttributeList] = field(default_factory=dict)
    footnotes: dict[str, Footnote] = field(default_factory=dict)
    links: dict[str, LinkTarget] = field(default_factory=dict)
    abbreviations: dict[str, Abbreviation] = field(default_factory=dict)
    warnings: list[tuple[Origin, str]] = field(default_factory=list)

    def warn(self, origin: Origin, message: str) -> None:
        """Note something that an author should look at."""
        self.warnings.append((origin, message))

    def apply(self, attributes: dict[str, str], listed: AttributeList) -> None:
        """Set what an attribute list says, first what it refers to."""
        for name in listed.references:
            self._apply_named(attributes, name, set())
        for key, value in listed.attributes.items():
            merge_attribute(attributes, key, value)

    def _apply_named(self, attributes: dict[str, str], name: str, seen: set[str]) -> None:
        """Set what a defined list says; lists that refer to each other are each read once."""
        if name not in self.lists or name in seen:
            return
        seen.add(name)
        for other in self.lists[name].references:
            self._apply_named(attributes, other, seen)
        for key, value in self.lists[name].attributes.items():
            merge_attribute(attributes, key, value)
