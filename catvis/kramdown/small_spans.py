"""Spans of a few signs: escapes, entities, hard line breaks, curly quotes, dashes and other signs of typography."""

from __future__ import annotations

import html
import re
from html.entities import name2codepoint

from catvis.kramdown.grammar import pattern
from catvis.kramdown.readers import SpanConstruct, SpanReader
from catvis.kramdown.tree import Element
from catvis.kramdown.writer import Writer

_ESCAPED = pattern(r"\\([\\.*_+`<>()\[\]{}#!:|\"'$=\-~])")
_NAMED = {name: chr(code) for name, code in name2codepoint.items()} | {"apos": "'", "vellip": "⋮"}
_LINE_BREAK = r"(?:  |\\\\)(?=\n)"

_OPENING = {"'": "‘", '"': "“"}
_CLOSING = {"'": "’", '"': "”"}
_PUNCTUATION = r"[!\"#$%'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"
_BEFORE_CLOSING = r"[^ \\\t\r\n\[{(-]"

# The first rule that matches counts: what it looks for, and which signs its quotes turn into. Text that a rule
# needs to see before its quotes is its group "before".
_RULES: tuple[tuple[re.Pattern[str], dict[str, str]], ...] = (
    (pattern(r"(?P<quotes>[\"'])(?=[_*]{1,2}\S)"), _OPENING),
    (pattern(rf"(?P<quotes>[\"'])(?={_PUNCTUATION}(?!\.\.)(?u:\B))"), _CLOSING),
    (pattern(r"(?P<before>\s?)(?P<quotes>\"'|'\")(?=\w)"), _OPENING),
    (pattern(r"(?P<before>\s?)(?P<quotes>')(?=\d\ds)"), _CLOSING),
    (pattern(r"(?P<before>\s)(?P<quotes>['\"])(?=\w)"), _OPENING),
    (pattern(rf"(?P<before>{_BEFORE_CLOSING})(?P<quotes>['\"])"), _CLOSING),
    (pattern(r"(?P<quotes>[\"'])(?=\s|s(?u:\b)|$)"), _CLOSING),
    (pattern(r"(?P<before>.?)(?P<quotes>')", re.DOTALL), _OPENING),
    (pattern(r"(?P<before>.?)(?P<quotes>\")", re.DOTALL), _OPENING),
)

_SYMBOLS = {
    "---": "—",
    "--": "–",
    "...": "…",
    "\\<<": "&lt;&lt;",
    "\\>>": "&gt;&gt;",
    "<< ": "«\N{NO-BREAK SPACE}",
    " >>": "\N{NO-BREAK SPACE}»",
    "<<": "«",
    ">>": "»",
}


def unescape(text: str) -> str:
    """Take the backslashes off escaped signs."""
    return _ESCAPED.sub(r"\1", text)


def _escape(spans: SpanReader, match: re.Match[str]) -> None:
    """A backslash before a sign that means something makes it plain text."""
    spans.add_text(match[1])
    spans.cursor.position = match.end()


def _entity(spans: SpanReader, match: re.Match[str]) -> None:
    """An entity is written as the character it means, unless HTML needs it escaped."""
    cursor = spans.cursor
    cursor.position = match.end()
    character = _NAMED.get(match[1]) if match[1] else html.unescape(match[0])
    if character is None:
        spans.tree.children.append(Element("entity", "&amp;", name="&"))
        spans.add_text(match[0][1:])
        return
    written = match[0] if character in "<>&" or not character.isprintable() else character
    if character in ("\N{NO-BREAK SPACE}", "\N{EN SPACE}", "\N{EM SPACE}", "\N{THIN SPACE}"):
        written = character
    spans.tree.children.append(Element("entity", written, name=character))


def _line_break(spans: SpanReader, match: re.Match[str]) -> None:
    spans.tree.children.append(Element("br"))
    spans.cursor.position = match.end()


def _quotes(spans: SpanReader, _: re.Match[str]) -> None:
    for rule, signs in _RULES:
        if match := spans.cursor.scan(rule):
            spans.add_text(match.groupdict().get("before") or "")
            for quote in match["quotes"]:
                spans.tree.children.append(Element("entity", signs[quote], name=signs[quote]))
            return


def _symbol(spans: SpanReader, match: re.Match[str]) -> None:
    symbol = _SYMBOLS[match[0]]
    spans.tree.children.append(Element("entity", symbol, name=symbol))
    spans.cursor.position = match.end()


ESCAPE = SpanConstruct(r"\\", "\\", _ESCAPED, _escape)
ENTITY = SpanConstruct("&", "&", pattern(r"&(?:([\w:][-\w.:]*)|#\d+|#x[0-9a-fA-F]+);"), _entity)
LINE_BREAK = SpanConstruct(_LINE_BREAK, " \\", pattern(_LINE_BREAK), _line_break)
SMART_QUOTES = SpanConstruct(r"[^\\]?[\"']", None, pattern(r"[^\\]?[\"']"), _quotes)
SYMBOLS = SpanConstruct(
    r"--|\.\.\.|(?:\\| )?(?:<<|>>)",
    "-.\\ <>",
    pattern("|".join(re.escape(symbol) for symbol in _SYMBOLS)),
    _symbol,
)


def write_break(_: Writer, __: Element, ___: int) -> str:
    """Write a hard line break."""
    return "<br />"


def write_entity(_: Writer, node: Element, __: int) -> str:
    """Write an entity, which knows its HTML."""
    return node.text
