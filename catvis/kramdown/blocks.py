"""The block reader: goes down a text line by line and asks each construct of the table in turn."""

from __future__ import annotations

from catvis.kramdown.cursor import Cursor
from catvis.kramdown.grammar import BOUNDARY, pattern
from catvis.kramdown.reading import MAX_DEPTH, Reading
from catvis.kramdown.tree import AttributeList, Element, Origin

_REST_OF_LINE = pattern(r".*\n?")


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
