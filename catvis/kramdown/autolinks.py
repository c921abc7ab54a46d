"""Links that name themselves: ``<https://example.org>``, ``<somebody@example.org>``."""

from __future__ import annotations

import re

from catvis.kramdown.grammar import pattern
from catvis.kramdown.reading import SpanConstruct
from catvis.kramdown.spans import SpanReader
from catvis.kramdown.tree import Element

_ADDRESS = r"(?u:[^\W_]|[-_.])"


def _run(spans: SpanReader, match: re.Match[str]) -> None:
    target = match[1] if match[2] else f"mailto:{match[1]}"
    link = Element("a", attributes={"href": target}, origin=spans.cursor.origin())
    link.append_text(match[1].removeprefix("mailto:"))
    spans.tree.children.append(link)
    spans.cursor.position = match.end()


AUTOLINK = SpanConstruct(
    "<", "<", pattern(rf"<((mailto|https?|ftps?):.{{1,2000}}?|{_ADDRESS}+?@{_ADDRESS}+?)>"), _run
)
