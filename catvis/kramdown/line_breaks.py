"""Hard line breaks: two spaces or two backslashes before the end of a line."""

from __future__ import annotations

import re

from catvis.kramdown.grammar import pattern
from catvis.kramdown.reading import SpanConstruct
from catvis.kramdown.spans import SpanReader
from catvis.kramdown.tree import Element


def _run(spans: SpanReader, match: re.Match[str]) -> None:
    spans.tree.children.append(Element("br"))
    spans.cursor.position = match.end()


LINE_BREAK = SpanConstruct(r"(?:  |\\\\)(?=\n)", " \\", pattern(r"(?:  |\\\\)(?=\n)"), _run)
