"""Every construct by example: files with a title, a text and its HTML, as the real kramdown makes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from catvis.kramdown.constructs import BLOCKS, SPANS
from catvis.kramdown.reading import BlockConstruct, SpanConstruct
from tests.kramdown.plain import plain

FIXTURES = Path(__file__).with_name("fixtures")


def cases() -> list[object]:
    """All cases: name of the file, title, text, HTML."""
    found: list[object] = []
    for path in sorted(FIXTURES.glob("*.txt")):
        parts = ("\n" + path.read_text(encoding="utf-8")).split("\n.\n")
        for title, text, html in zip(parts[0::3], parts[1::3], parts[2::3], strict=False):
            found.append(pytest.param(text, html, id=f"{path.stem}: {title.strip()}"))
    return found


@pytest.mark.parametrize(("text", "html"), cases())
def test_a_construct_is_written_as_kramdown_writes_it(text: str, html: str) -> None:
    assert plain(text).strip("\n") == html


@pytest.mark.parametrize("construct", [*BLOCKS, *SPANS], ids=lambda construct: construct.run.__module__)
def test_every_construct_has_fixtures(construct: BlockConstruct | SpanConstruct) -> None:
    module = construct.run.__module__.rsplit(".", 1)[1]
    assert list(FIXTURES.glob(f"{module}*.txt"))
