"""What a page does to a post's finished HTML: links on headings, a table of contents, examples before the notes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape

_HEADING = re.compile(
    r'<h(?P<level>[1-6]) id="(?P<id>[^"]+)"(?P<more>[^>]*)>(?P<inside>.*?)</h(?P=level)>', re.S
)
_TAG = re.compile(r"<[^>]+>")
_SUPERSCRIPT = re.compile(r"<sup\b.*?</sup>", re.S)
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.S)
_SCROLLS = re.compile(r"<(?P<tag>pre|table)(?=[ >])(?![^>]*\btabindex=)")
_FORMULA = re.compile(r'^<math\b[^>]*\bdisplay="block".*?</math>', re.M | re.S)
_FIGURE = '<div class="catvis'
_NOTES = '<div class="footnotes"'
_DESCRIPTION = 160


@dataclass(frozen=True)
class Heading:
    """A heading that has an anchor.

    Attributes:
        level: 1 … 6.
        id: its anchor.
        text: plain text.
    """

    level: int
    id: str
    text: str


def headings(body: str) -> tuple[Heading, ...]:
    """Every heading with an anchor, in the order of the text."""
    return tuple(
        Heading(int(match["level"]), unescape(match["id"]), plain(match["inside"]))
        for match in _HEADING.finditer(body)
    )


def with_anchors(body: str) -> str:
    """The body with a link on each heading below the first level."""

    def linked(match: re.Match[str]) -> str:
        if match["level"] == "1":
            return match[0]
        label = escape(f"Link to “{plain(match['inside'])}”")
        link = f'<a class="anchor" href="#{match["id"]}" aria-label="{label}">#</a>'
        return f'<h{match["level"]} id="{match["id"]}"{match["more"]}>{match["inside"]}{link}</h{match["level"]}>'

    return _HEADING.sub(linked, body)


def with_roles(body: str) -> str:
    """The body with the roles of footnotes where today's ARIA has them: on the link, and not on the note.

    The Markdown's own HTML is kramdown's, byte for byte, which puts them on ``<sup>`` and ``<li>``.
    """
    linked = body.replace(' role="doc-noteref"><a ', '><a role="doc-noteref" ')
    return linked.replace(' role="doc-endnote">', ">")


def with_focus(body: str) -> str:
    """The body with whatever scrolls sideways where it is too wide in reach of the keyboard."""
    reached = _SCROLLS.sub(r'<\g<tag> tabindex="0"', body)
    return _FORMULA.sub(r'<div class="formula" tabindex="0">\g<0></div>', reached)


def with_style_sheet(body: str, address: str) -> str:
    """The body with the figures' style sheet just before the first of them; none where there is no figure.

    What stands above it is painted without waiting. The empty script waits for the sheet and lets nobody,
    whatever the browser, see a figure without it.
    """
    sheet = f'<link rel="stylesheet" href="{escape(address)}"><script></script>\n'
    return body.replace(_FIGURE, sheet + _FIGURE, 1)


def with_examples(body: str, examples: tuple[str, ...]) -> str:
    """The body with figures that it does not name under a heading of their own, before the footnotes."""
    if not examples:
        return body
    section = '<h2 id="more-examples">More examples</h2>\n' + "\n".join(examples) + "\n"
    text, mark, notes = body.rpartition(_NOTES)
    return f"{text}{section}{mark}{notes}" if mark else f"{body}{section}"


def has_title(body: str) -> bool:
    """Whether the text brings its own heading of the first level."""
    return re.search(r"<h1\b", body) is not None


def first_words(body: str) -> str:
    """A description made of the first paragraph with words in it, cut at a word."""
    for match in _PARAGRAPH.finditer(body):
        words = " ".join(plain(match[1]).split())
        if words:
            if len(words) <= _DESCRIPTION:
                return words
            return words[: _DESCRIPTION - 1].rsplit(" ", 1)[0].rstrip(",;:–-") + "…"
    return ""


def plain(html: str) -> str:
    """HTML without its tags and footnote marks."""
    return unescape(_TAG.sub("", _SUPERSCRIPT.sub("", html))).strip()
