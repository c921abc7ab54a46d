"""A reading position in a text that remembers which line of the post each of its lines came from.

Constructs take lines out of their context (a quote's ``>``, a list's indentation) and read on in what is left;
the origins travel along, so that an image deep inside a list can still be named by line and column.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from catvis.kramdown.tree import Origin


class Cursor:
    """A text, a position in it, and the origin of each of its lines.

    Args:
        text: what is read.
        origins: where its lines come from; None for a text that is the post itself, from ``first_line`` on.
        first_line: see ``origins``.
    """

    def __init__(self, text: str, origins: list[Origin] | None = None, first_line: int = 1) -> None:
        self.text = text
        self.position = 0
        self._starts = [0]
        self._starts.extend(match.end() for match in re.finditer("\n", text))
        self._origins = origins
        self._first_line = first_line
        self._last: dict[str, int] = {}

    @property
    def at_end(self) -> bool:
        """Whether everything has been read."""
        return self.position >= len(self.text)

    @property
    def rest(self) -> str:
        """What has not been read."""
        return self.text[self.position :]

    def is_ahead(self, sign: str) -> bool:
        """Whether a sign still comes; costs nothing after it was asked once."""
        if sign not in self._last:
            self._last[sign] = self.text.rfind(sign)
        return self._last[sign] >= self.position

    def check(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match here without moving."""
        return pattern.match(self.text, self.position)

    def scan(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match here and move behind it."""
        match = pattern.match(self.text, self.position)
        if match:
            self.position = match.end()
        return match

    def row(self, position: int | None = None) -> int:
        """The index of the line, in this text, that holds a position (here, unless given)."""
        return bisect_right(self._starts, self.position if position is None else position) - 1

    def origin(self, position: int | None = None) -> Origin:
        """Where in the post a position (here, unless given) stands."""
        at = self.position if position is None else position
        row = self.row(at)
        return self._line_origin(row).moved(at - self._starts[row])

    def origins(self, start: int, stop: int) -> list[Origin]:
        """The origins of the lines between two positions; the first one's column is that of ``start``."""
        first, final = self.row(start), self.row(max(start, stop - 1))
        return [self.origin(start), *(self._line_origin(row) for row in range(first + 1, final + 1))]

    def without(self, mark: re.Pattern[str], start: int, stop: int) -> tuple[str, list[Origin]]:
        """The lines between two positions, each without the mark that it may begin with, and their origins."""
        lines = self.text[start:stop].removesuffix("\n").split("\n")  # Unicode's other separators end no line
        marks = [mark.match(line) for line in lines]
        widths = [match.end() if match else 0 for match in marks]
        text = "".join(line[width:] + "\n" for line, width in zip(lines, widths, strict=True))
        return text, [
            origin.moved(width) for origin, width in zip(self.origins(start, stop), widths, strict=False)
        ]

    def _line_origin(self, row: int) -> Origin:
        if self._origins is None:
            return Origin(self._first_line + row, 1)
        return self._origins[min(row, len(self._origins) - 1)]
