"""Parts of the pages in docs/ that are written from the code, between two marks."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def with_part(text: str, part: str, opening: str, closing: str) -> str:
    """A page with a part as it should be.

    Raises:
        ValueError: the marks are not there, once each and in order.
    """
    before, opened, rest = text.partition(opening)
    _, closed, after = rest.partition(closing)
    if not opened or not closed or opening in after or closing in after:
        raise ValueError(f"the page needs {opening} and {closing}, once each")
    return f"{before}{opening}\n{part}\n{closing}{after}"


def write(page: Path, text: str) -> None:
    """Write a page, and say so."""
    page.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{page.relative_to(ROOT)}\n")
