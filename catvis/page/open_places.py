"""What a page puts into the open places of a post's text: links at headings, examples, the figures' style sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import chain, repeat

from catvis.page.facts import ContentsEntry

STYLE_SHEET = "catvis.css"
EXAMPLES = ContentsEntry(2, "more-examples", "More examples")


def heading_link(heading: ContentsEntry) -> str:
    """A heading's link to itself; the first level's is the page's own address."""
    if heading.level == 1 or not heading.id:
        return ""
    label = escape(f"Link to “{heading.text}”")
    return f'<a class="anchor" href="#{escape(heading.id)}" aria-label="{label}">#</a>'


def style_sheet_once() -> Iterator[str]:
    """What stands before each figure: before the first, their style sheet.

    What stands above it is painted without waiting. The empty script waits for the sheet and lets nobody,
    whatever the browser, see a figure without it.
    """
    return chain([f'<link rel="stylesheet" href="{STYLE_SHEET}"><script></script>\n'], repeat(""))


def examples_section(figures: Iterable[str], link: str = "") -> str:
    """Figures that the text does not name, under a heading of their own; "" if there are none."""
    shown = "\n".join(figures)
    return f'<h2 id="{EXAMPLES.id}">{EXAMPLES.text}{link}</h2>\n{shown}\n' if shown else ""
