"""The dialect against the real kramdown: the original post, and documents made of all constructs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, given, seed, settings

from catvis.kramdown.constructs import DIFFERENCES
from catvis.post.document import plain_body, read_document
from tests.kramdown.documents import documents
from tests.kramdown.dom import dom
from tests.kramdown.plain import plain
from tests.kramdown.real_kramdown import Kramdown, is_installed

RANDOM_WORD = re.compile("[a-z0-9]{100,}")
"""What kramdown 2.4 leaves in a footnote whose list is marked as the place of the footnotes."""

# Where changes are checked it is installed, and a skip is a failure.
needs_kramdown = pytest.mark.skipif(
    not is_installed(), reason="Ruby is no requirement of catvis, and there is no Debian's ruby-kramdown"
)


@pytest.fixture(scope="module")
def kramdown() -> Iterator[Kramdown]:
    """One Ruby process for all comparisons."""
    with Kramdown() as process:
        yield process


def test_the_original_post_is_written_byte_for_byte(shared: Path) -> None:
    document = read_document(shared / "seed" / "post.md")
    expected = (shared / "seed" / "post.kramdown.html").read_text(encoding="utf-8")
    assert plain_body(document) == expected
    assert dom(plain_body(document)) == dom(expected)
    assert document.warnings == ()


@needs_kramdown
@pytest.mark.slow
@seed(2015)
@settings(
    max_examples=500,
    phases=(Phase.generate,),  # to shrink takes longer than to read the example
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
@given(text=documents())
def test_documents_give_the_same_dom(kramdown: Kramdown, text: str) -> None:
    expected = kramdown.html(text)
    assume(not RANDOM_WORD.search(expected))
    assert dom(plain(text)) == dom(expected)


def test_a_list_in_a_footnote_is_no_place_for_the_footnotes() -> None:
    note = "y\n\n    * notes\n    {:footnotes}\n"
    one = plain(f"x[^1]\n\n[^1]: {note}")
    assert "<li>notes</li>" in one
    assert one.count('id="fn:1"') == 1
    two = plain(f"x[^1] [^2]\n\n* notes\n{{:footnotes}}\n\nz\n\n[^1]: {note}\n[^2]: {note}")
    assert two.count("<li>notes</li>") == 2
    assert two.index('id="fn:2"') < two.index("z")


@needs_kramdown
@pytest.mark.parametrize("separator", [" ", "\n"])
def test_the_original_post_in_pieces(kramdown: Kramdown, shared: Path, separator: str) -> None:
    """Headers, lists, figures and footnotes of the post, each by itself and run together."""
    text = (shared / "seed" / "post.md").read_text(encoding="utf-8").split("---\n", 2)[2]
    for piece in text.split("\n\n"):
        joined = separator.join(piece.split("\n"))
        assert dom(plain(joined)) == dom(kramdown.html(joined))


@needs_kramdown
@pytest.mark.parametrize("text", [text for text, _ in DIFFERENCES], ids=[reason for _, reason in DIFFERENCES])
def test_what_is_said_to_differ_does(kramdown: Kramdown, text: str) -> None:
    paragraph = text + "\n\nx" if text.startswith("{:.") else text
    assert dom(plain(paragraph)) != dom(kramdown.html(paragraph))
