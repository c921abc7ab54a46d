"""What one reading of a post has learnt: definitions, options and warnings, shared by all constructs.

Also the two shapes of a construct. A table of `Block` and one of `Span` (`table.py`) make up the whole dialect;
the readers (`blocks.py`, `spans.py`) know no construct by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from catvis.post.dialect.tree import AttributeList, Node, Origin, merge_attribute

if TYPE_CHECKING:
    from catvis.post.dialect.blocks import Blocks
    from catvis.post.dialect.spans import Spans

MAX_DEPTH = 40
"""How deep constructs may nest; what lies deeper is read as plain text, so that no input overflows the stack."""


@dataclass(frozen=True)
class Block:
    """A construct of whole lines.

    ``run`` is called where ``start`` matches; it reads on from there and says whether it took anything.
    """

    name: str
    start: re.Pattern[str]
    run: Callable[[Blocks, re.Match[str]], bool]


@dataclass(frozen=True)
class Span:
    """A construct within running text.

    ``mark`` finds in a text where the construct might begin (a part of one big alternation), ``first`` says with
    which characters it can (None: any), and ``run`` is called where ``start`` matches; it always moves on.
    """

    name: str
    mark: str
    first: str | None
    start: re.Pattern[str]
    run: Callable[[Spans, re.Match[str]], None]


@dataclass
class Options:
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

    content: Node
    referenced: bool = False


@dataclass
class LinkTarget:
    """What ``[name]: url "title"`` defines, and the node that stands there."""

    url: str
    title: str | None
    mark: Node


@dataclass
class Abbreviation:
    """What ``*[HTML]: …`` defines, and the node that stands there."""

    title: str
    mark: Node


@dataclass
class Reading:
    """Everything that belongs to the post as a whole."""

    blocks: tuple[Block, ...]
    spans: tuple[Span, ...]
    options: Options = field(default_factory=Options)
    lists: dict[str, AttributeList] = field(default_factory=dict)
    footnotes: dict[str, Footnote] = field(default_factory=dict)
    links: dict[str, LinkTarget] = field(default_factory=dict)
    abbreviations: dict[str, Abbreviation] = field(default_factory=dict)
    warnings: list[tuple[Origin, str]] = field(default_factory=list)

    def warn(self, origin: Origin, message: str) -> None:
        """Note something that an author should look at."""
        self.warnings.append((origin, message))

    def apply(
        self, attributes: dict[str, str], listed: AttributeList, within: frozenset[str] = frozenset()
    ) -> None:
        """Set what an attribute list says, first what it refers to; a list that refers to itself is read once."""
        for name in listed.references:
            if name in self.lists and name not in within:
                self.apply(attributes, self.lists[name], within | {name})
        for key, value in listed.attributes.items():
            merge_attribute(attributes, key, value)
