"""Whatever is typed, pasted or made to hurt: no exception, and no text takes longer than two seconds."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kramdown.plain import plain

LIMIT = 2
MANY = 10_000

REPEATED = [
    *"[]*_>`~<({|\"'$!\\&#-:^=+.",
    "**", "a*", "*a", "![", "[a](", "[a][", "[^a]", "<div>", "<b>", "<!--", "{::comment}", "{:.a", "*a*{:.b}",
    "$$", "$$a", "~~a", "<a href=\"", "> ", "* ", "1. ", "```\n", ">\n", "* a\n", "<pre>\n", "a  \n", "|a|\n",
    "<http:", "&#x", "\"a 'b ", "[a](b \"", "{:/}", "<p>\n", "^\n", "\t", "\u00a0\n", "\u2028", "*_`[<\"",
]  # fmt: skip

NESTED = {
    "quotes": "> " * 2_000 + "deep",
    "bullets": "* " * 2_000 + "deep",
    "lists by indentation": "\n".join("  " * level + "* a" for level in range(300)),
    "elements": '<div markdown="1">\n' * 2_000 + "deep",
    "raw elements": "<table><tr><td markdown='1'>\n" * 500 + "deep",
    "spans": "<b><i>" * 2_000 + "deep",
    "blocks and spans": "* " * 39 + "<b><i>" * 40 + "*a* deep",
    "raw elements around blocks": ("<table>" * 38 + "<div markdown='1'>\n") * 40 + "deep",
    "elements of many names": "".join(f"<x{number}>" for number in range(2_000)),
    "a header in blocks": "> " * 38 + "# " + "<b><i>" * 40 + "deep[^a]\n\n* a\n{:toc}\n\n[^a]: b",
    "too many levels": '{::options toc_levels="0..99999999999" /}',
    "links": "[" * MANY + "a" + "]" * MANY,
    "notes in notes": "\n\n".join(f"[^a{row}]: [^a{row + 1}]" for row in range(1_000)) + "\n\n[^a0]",
    "lists that refer to lists": "\n".join(f"{{:a{row}: a{row + 1} a{row + 1}}}" for row in range(60))
    + "\n\nx\n{:a0}",
    "lists that refer to themselves": "{:a: b}\n{:b: a .c}\n\nx\n{:a}",
    "math": "$$" + "{" * 4_000 + "$$",
}


@contextmanager
def within_limit() -> Iterator[None]:
    """Interrupts what uses more of the processor than allowed; what other programs use does not count."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"this takes more than {LIMIT} s")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("sign", REPEATED, ids=repr)
def test_ten_thousand_signs(sign: str) -> None:
    with within_limit():
        plain(sign * (MANY // len(sign)))
    with within_limit():
        plain(sign * (MANY // len(sign)) + "\n\nand text")


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED.keys())
def test_deep_nesting(text: str) -> None:
    with within_limit():
        plain(text)


@pytest.mark.parametrize("number", range(20))
def test_random_bytes(number: int) -> None:
    source = random.Random(number)
    with within_limit():
        plain(bytes(source.randrange(256) for _ in range(10_000)).decode("utf-8", "replace"))


@pytest.mark.parametrize("number", range(20))
def test_random_signs(number: int) -> None:
    source = random.Random(number)
    with within_limit():
        plain("".join(source.choice("*_`<>[](){}:\"'\\|#-=+~^$&! \n\t1.a") for _ in range(10_000)))


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    plain(text)


def test_no_text_can_stand_for_an_open_place() -> None:
    assert plain("\x0e0\x0f and &#14;0&#15; ![a](imgs/a.png)") == (
        '<p>0 and &#14;0&#15; <img src="imgs/a.png" alt="a" /></p>\n'
    )
