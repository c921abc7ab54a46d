"""Every construct by example: files with a title, a text and its HTML, as the real kramdown makes it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import CodeType, FrameType

import pytest

from catvis.kramdown import constructs
from catvis.kramdown.constructs import BLOCKS, SPANS
from catvis.kramdown.readers import BlockConstruct, SpanConstruct
from tests.kramdown.plain import plain

FIXTURES = Path(__file__).with_name("fixtures")
NAMES = {
    value: name
    for name, value in vars(constructs).items()
    if isinstance(value, BlockConstruct | SpanConstruct)
}


def cases() -> list[tuple[str, str, str]]:
    """All cases: name of the file and title, text, HTML."""
    found: list[tuple[str, str, str]] = []
    for path in sorted(FIXTURES.glob("*.txt")):
        parts = ("\n" + path.read_text(encoding="utf-8")).split("\n.\n")
        for title, text, html in zip(parts[0::3], parts[1::3], parts[2::3], strict=False):
            found.append((f"{path.stem}: {title.strip()}", text, html))
    return found


@pytest.mark.parametrize(
    ("text", "html"), [pytest.param(text, html, id=name) for name, text, html in cases()]
)
def test_a_construct_is_written_as_kramdown_writes_it(text: str, html: str) -> None:
    assert plain(text).strip("\n") == html


@pytest.fixture(scope="module")
def takers() -> set[CodeType]:
    """The constructs, by their code, that take something of a fixture's text."""
    found: set[CodeType] = set()

    def note(frame: FrameType, event: str, result: object) -> None:
        if event == "return" and result is not False:
            found.add(frame.f_code)

    sys.setprofile(note)
    try:
        for _, text, _ in cases():
            plain(text)
    finally:
        sys.setprofile(None)
    return found


@pytest.mark.parametrize("construct", [*BLOCKS, *SPANS], ids=lambda construct: NAMES[construct])
def test_every_construct_takes_something_in_a_fixture(
    takers: set[CodeType], construct: BlockConstruct | SpanConstruct
) -> None:
    assert construct.run.__code__ in takers
