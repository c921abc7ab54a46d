"""The two readers and the two shapes of a construct; which constructs there are, `constructs.py` alone knows.

`BlockReader` goes down a text line by line and asks each `BlockConstruct` in turn. `SpanReader` goes through
running text and asks each `SpanConstruct` where one might begin. Emphasis, links and HTML read ahead for their end
and go back when there is none. To keep hostile input linear, a text has only so much fuel for reading ahead; when
it is burnt, the rest is read as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from catvis.kramdown.cursor import Cursor
from catvis.kramdown.grammar import BOUNDARY, pattern
from catvis.kramdown.reading import Reading
from catvis.kramdown.tree import AttributeList, Element, Origin

MAX_DEPTH = 40
"""How deep constructs may nest; what lies deeper is read as plain text, so that no input overflows the stack."""

_REST_OF_LINE = pattern(r".*\n?")
_FUEL_PER_CHARACTER = 2
_FUEL_AT_LEAST = 10_000


class BlockConstruct(msgspec.Struct, frozen=True):
    """A construct of whole lines.

    ``run`` is called where ``start`` matches; it reads on from there and says whether it took anything.
    """

    start: re.Pattern[str]
    run: Callable[[BlockReader, re.Match[str]], bool]


class SpanConstruct(msgspec.Struct, frozen=True):
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


class BlockReader:
    """Reads blocks into one node.

    Attributes:
        reading: what belongs to the post as a whole.
        tree: the node that receives the blocks.
        cursor: where in the text we are; constructs move it.
        pending: an attribute list that stands before its block.
        stopped: set by the construct that found the end tag of ``tree``; reading stops there.
    """

    def __init__(self, reading: Reading, tree: Element, cursor: Cursor, depth: int = 0) -> None:
        self.reading = reading
        self.tree = tree
        self.cursor = cursor
        self.depth = depth
        self.pending: AttributeList | None = None
        self.stopped = False

    def read(self) -> bool:
        """Read to the end of the text, or behind the end tag of ``tree``; says whether that was found."""
        cursor = self.cursor
        while not cursor.at_end and not self.stopped:
            before = cursor.position
            if not self._read_one() or (cursor.position == before and not self.stopped):
                self.read_plain_line()
        return self.stopped

    def _read_one(self) -> bool:
        if self.depth > MAX_DEPTH:
            return False
        for construct in self.reading.blocks:
            match = self.cursor.check(construct.start)
            if match and construct.run(self, match):
                return True
        return False

    def read_plain_line(self) -> None:
        """Take a line as it is."""
        origin = self.cursor.origin()
        match = self.cursor.scan(_REST_OF_LINE)
        if match:
            self.tree.append_text(match[0], "raw_text")
            self.tree.children[-1].add_origins([origin])

    def read_inside(self, tree: Element, text: str, origins: list[Origin]) -> None:
        """Read blocks of a text of their own into a node: a quote's, a list item's, a footnote's."""
        BlockReader(self.reading, tree, Cursor(text, origins), self.depth + 1).read()

    def read_element(self, tree: Element, raw_depth: int) -> bool:
        """Read on here, into an HTML element, up to its end tag; says whether that was found.

        ``raw_depth`` tells how many elements stand around it whose content is raw, and therefore no block of ours.
        """
        return BlockReader(self.reading, tree, self.cursor, self.depth + raw_depth + 1).read()

    def make(self, kind: str, origin: Origin) -> Element:
        """A new block, with the attribute list that stood before it."""
        node = Element(kind, origin=origin)
        node.listed, self.pending = self.pending, None
        return node

    def add(self, kind: str, origin: Origin) -> Element:
        """Make a block and add it to the tree."""
        node = self.make(kind, origin)
        self.tree.children.append(node)
        return node

    def after_boundary(self) -> bool:
        """Whether a block may begin here that cannot interrupt a paragraph."""
        last = self.tree.last
        return (
            last is None
            or last.kind == "blank"
            or (last.kind == "eob" and not last.name)
            or self.pending is not None
        )

    def before_boundary(self) -> bool:
        """Whether a block that ends here is followed by a blank line, an end mark or an attribute list."""
        return self.cursor.check(BOUNDARY) is not None


class SpanReader:
    """Reads running text into a node.

    Attributes:
        reading: what belongs to the post as a whole.
        cursor: where in the text we are; constructs move it.
        tree: the node that receives the spans at this moment.
        outer: the nodes around it, outermost first.
    """

    def __init__(self, reading: Reading, cursor: Cursor, text_kind: str = "text") -> None:
        self.reading = reading
        self.cursor = cursor
        self.tree = Element("root")
        self.outer: list[Element] = []
        self.text_kind = text_kind
        self.fuel = _FUEL_PER_CHARACTER * len(cursor.text) + _FUEL_AT_LEAST

    @property
    def may_nest(self) -> bool:
        """Whether a construct may read ahead."""
        return self.fuel > 0 and len(self.outer) < MAX_DEPTH

    def inside(self, *kinds: str) -> bool:
        """Whether the text stands in a node of one of these kinds."""
        return self.tree.kind in kinds or any(node.kind in kinds for node in self.outer)

    def add_text(self, text: str) -> None:
        """Add text as it is."""
        self.tree.append_text(text, self.text_kind)

    def skip_character(self) -> None:
        """Take one character as text."""
        self.add_text(self.cursor.text[self.cursor.position])
        self.cursor.position += 1

    def read_all(self, node: Element, only: SpanTable | None = None) -> None:
        """Read the whole text into a node."""
        self.tree = node
        self._read(None, None, only or self.reading.spans)

    def read_until(
        self,
        node: Element,
        stop: re.Pattern[str],
        accept: Callable[[re.Match[str]], bool] | None = None,
        only: SpanTable | None = None,
    ) -> bool:
        """Read into a node up to where ``stop`` matches and ``accept``, if given, agrees; says whether it did.

        The cursor is left before what stopped it. When nothing does, the caller goes back or takes the rest.
        """
        self.outer.append(self.tree)
        self.tree = node
        found = self._read(stop, accept, only or self.reading.spans)
        self.tree = self.outer.pop()
        return found

    def _read(
        self,
        stop: re.Pattern[str] | None,
        accept: Callable[[re.Match[str]], bool] | None,
        spans: SpanTable,
    ) -> bool:
        cursor = self.cursor
        where = spans.where(stop)
        while not cursor.at_end:
            self.fuel -= 1
            if stop and self.fuel <= 0:
                return False
            found = where.search(cursor.text, cursor.position)
            if found is None:
                if stop is None:
                    self.add_text(cursor.rest)
                    cursor.position = len(cursor.text)
                return False
            self.add_text(cursor.text[cursor.position : found.start()])
            cursor.position = found.start()
            if stop:
                match = cursor.check(stop)
                if match and (accept is None or accept(match)):
                    return True
            if not cursor.at_end and not self._read_one(spans):
                self.skip_character()
        return False

    def _read_one(self, spans: SpanTable) -> bool:
        for span in spans.at(self.cursor.text[self.cursor.position]):
            match = self.cursor.check(span.start)
            if match:
                span.run(self, match)
                return True
        return False
