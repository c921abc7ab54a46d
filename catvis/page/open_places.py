"""What a page puts into a post's open places: links at headings, the figures' style sheet, examples, a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import chain, repeat

from catvis.page.facts import ContentsEntry
from catvis.page.templates import environment

STYLE_SHEET = "catvis.css"
TRUTH = ContentsEntry(2, "how-far-to-trust-the-figures", "How far to trust the figures")
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


def truth_section(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]], link: str = "") -> str:
    """A table of what was measured of figures, under a heading of its own; "" if there are no rows.

    Args:
        columns: what each is called, and what stands in it.
        rows: a cell for each column.
        link: what stands in the heading, after its words.
    """
    if not rows:
        return ""
    table = environment().get_template("truth.html").render(columns=columns, rows=rows)
    return f'<h2 id="{TRUTH.id}">{TRUTH.text}{link}</h2>\n{table}'
