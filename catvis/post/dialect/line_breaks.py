"""Hard line breaks: two spaces or two backslashes before the end of a line."""

from __future__ import annotations

import re

from catvis.post.dialect.grammar import pattern
from catvis.post.dialect.reading import Span
from catvis.post.dialect.spans import Spans
from catvis.post.dialect.tree import Node


def _run(spans: Spans, match: re.Match[str]) -> None:
    spans.tree.children.append(Node("br"))
    spans.cursor.position = match.end()


LINE_BREAK = Span(r"(?:  |\\\\)(?=\n)", " \\", pattern(r"(?:  |\\\\)(?=\n)"), _run)
