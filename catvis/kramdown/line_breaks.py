"""Hard line breaks: two spaces or two backslashes before the end of a line."""

from __future__ import annotations

import re

from catvis.kramdown.grammar import pattern
from catvis.kramdown.reading import Span
from catvis.kramdown.spans import Spans
from catvis.kramdown.tree import Node


def _run(spans: Spans, match: re.Match[str]) -> None:
    spans.tree.children.append(Node("br"))
    spans.cursor.position = match.end()


LINE_BREAK = Span(r"(?:  |\\\\)(?=\n)", " \\", pattern(r"(?:  |\\\\)(?=\n)"), _run)
