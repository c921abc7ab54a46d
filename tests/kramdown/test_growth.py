"""Reading and writing a post takes work in proportion to its length, counted in calls so that no clock matters."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.kramdown.plain import plain

TIMES = 10

TEXTS = {
    "paragraphs": 'Some "quoted" *text* with [a link](/x) -- and `code`.\nA second line.\n\n',
    "lists": "* one\n  * two\n\n    more\n* three\n\n",
    "headers and notes": "# Title\n\nText[^a] and $$x$$.\n\n[^a]: Note\n\n",
    "tables": "| a | b |\n|---|---|\n| c | d |\n\n",
    "html": '<figure markdown="1">\n![a](imgs/a.png){:.c}\n</figure>\n{:.d}\n\n',
    "unclosed signs": "[a *b _c `d <e {:.f $$g ~~h (i\n\n",
    "quotes": "> a\n> > b\n> > > c\n\n",
}


def calls(text: str) -> int:
    """How many functions are called to write a text."""
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    plain(text)
    sys.setprofile(note)
    try:
        plain(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_ten_times_the_text_takes_ten_times_the_work(text: str) -> None:
    assert calls(text * 20 * TIMES) <= 1.05 * TIMES * calls(text * 20)


@pytest.mark.slow
def test_the_original_post_ten_times(shared: Path) -> None:
    text = (shared / "seed" / "post.md").read_text(encoding="utf-8").split("---\n", 2)[2] + "\n\n"
    assert calls(text * TIMES) <= 1.05 * TIMES * calls(text)
