"""Typography: curly quotes by what stands around them, dashes, ellipses, guillemets."""

from __future__ import annotations

import re

from catvis.kramdown.grammar import pattern
from catvis.kramdown.reading import SpanConstruct
from catvis.kramdown.spans import SpanReader
from catvis.kramdown.tree import Element

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


SMART_QUOTES = SpanConstruct(r"[^\\]?[\"']", None, pattern(r"[^\\]?[\"']"), _quotes)
SYMBOLS = SpanConstruct(
    r"--|\.\.\.|(?:\\| )?(?:<<|>>)",
    "-.\\ <>",
    pattern("|".join(re.escape(symbol) for symbol in _SYMBOLS)),
    _symbol,
)
