"""The span reader: goes through running text and asks each construct of the table where one might begin.

Emphasis, links and HTML read ahead for their end and go back when there is none. To keep hostile input linear, a
text has only so much fuel for reading ahead; when it is burnt, the rest is read as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from catvis.kramdown.cursor import Cursor
from catvis.kramdown.reading import MAX_DEPTH, Reading, SpanTable
from catvis.kramdown.tree import Element

_FUEL_PER_CHARACTER = 2
_FUEL_AT_LEAST = 10_000


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
