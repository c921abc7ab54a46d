"""Links that name themselves: ``<https://example.org>``, ``<somebody@example.org>``."""

from __future__ import annotations

import re

from catvis.kramdown.grammar import pattern
from catvis.kramdown.reading import Span
from catvis.kramdown.spans import Spans
from catvis.kramdown.tree import Node

_ADDRESS = r"(?u:[^\W_]|[-_.])"


def _run(spans: Spans, match: re.Match[str]) -> None:
    target = match[1] if match[2] else f"mailto:{match[1]}"
    link = Node("a", attributes={"href": target}, origin=spans.cursor.origin())
    link.append_text(match[1].removeprefix("mailto:"))
    spans.tree.children.append(link)
    spans.cursor.position = match.end()


AUTOLINK = Span("<", "<", pattern(rf"<((mailto|https?|ftps?):.{{1,2000}}?|{_ADDRESS}+?@{_ADDRESS}+?)>"), _run)
