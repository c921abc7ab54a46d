"""What one reading of a post has learnt: definitions, options and warnings, shared by all constructs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from catvis.kramdown.tree import AttributeList, Element, Origin, merge_attribute

if TYPE_CHECKING:
    from catvis.kramdown.readers import BlockConstruct, SpanTable


class DialectOptions(msgspec.Struct):
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


class Footnote(msgspec.Struct):
    """A footnote's content, and whether the text refers to it."""

    content: Element
    referenced: bool = False


class LinkTarget(msgspec.Struct):
    """What ``[name]: url "title"`` defines, and the node that stands there."""

    url: str
    title: str | None
    mark: Element


class Abbreviation(msgspec.Struct):
    """What ``*[HTML]: …`` defines, and the node that stands there."""

    title: str
    mark: Element


class Reading(msgspec.Struct):
    """Everything that belongs to the post as a whole."""

    blocks: tuple[BlockConstruct, ...]
    spans: SpanTable
    options: DialectOptions = msgspec.field(default_factory=DialectOptions)
    lists: dict[str, AttributeList] = msgspec.field(default_factory=dict)
    footnotes: dict[str, Footnote] = msgspec.field(default_factory=dict)
    links: dict[str, LinkTarget] = msgspec.field(default_factory=dict)
    abbreviations: dict[str, Abbreviation] = msgspec.field(default_factory=dict)
    warnings: list[tuple[Origin, str]] = msgspec.field(default_factory=list)

    def warn(self, origin: Origin, message: str) -> None:
        """Note something that an author should look at."""
        self.warnings.append((origin, message))

    def apply(self, attributes: dict[str, str], listed: AttributeList) -> None:
        """Set what an attribute list says, first what it refers to."""
        for name in listed.references:
            self._apply_named(attributes, name)
        for key, value in listed.attributes.items():
            merge_attribute(attributes, key, value)

    def _apply_named(self, attributes: dict[str, str], name: str) -> None:
        """Set what a defined list says, first what it refers to; lists that refer to each other are read once."""
        seen: set[str] = set()
        waiting = [(name, False)]
        while waiting:
            name, referred_first = waiting.pop()
            if referred_first:
                for key, value in self.lists[name].attributes.items():
                    merge_attribute(attributes, key, value)
            elif name in self.lists and name not in seen:
                seen.add(name)
                waiting.append((name, True))
                waiting += [(other, False) for other in reversed(self.lists[name].references)]
