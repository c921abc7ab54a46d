r"""Patterns that several constructs share: where a block may end, and how names and attribute lists look.

kramdown's grammar counts only ASCII letters as ``\w`` and only ASCII blanks as ``\s``, so patterns are compiled
with ``re.ASCII``; where it does mean Unicode, the pattern says ``(?u:…)``. A pattern is matched at a cursor and
therefore has no ``^`` of its own.
"""

from __future__ import annotations

import re

from catvis.kramdown.html_names import NAME, SPAN_ELEMENTS


def pattern(text: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Compile one of the dialect's patterns."""
    return re.compile(text, flags | re.ASCII | re.MULTILINE)


BLANKS = " \t\n\r\f\v"
BLANK_SIGNS = frozenset(BLANKS)
MARGIN = r" {0,3}"
INDENT = r"(?:\t| {4})"
BLANK_LINES = r"(?:[ \t\r\f\v]*+\n)++"
END_OF_BLOCK = r"\^[ \t\r\f\v]*\n"

LIST_NAME = r"\w[\w-]*"

# What stands in an attribute list. Its length is bounded so that a thousand unclosed braces stay cheap.
LISTED = r"(?:\\\}|[^\}]){1,1000}"
BLOCK_LIST = rf"\{{:(?!:|/)({LISTED})\}}\s*?\n"

# Elements of running text (and scripts) do not interrupt a paragraph that goes on, all others do.
_UNINTERRUPTING = "|".join([*sorted(SPAN_ELEMENTS), "script"])
HTML_OPENS = rf"<(?!(?:{_UNINTERRUPTING})(?u:\b))(?>{NAME})"
HTML_CLOSES = rf"</(?!(?:{_UNINTERRUPTING})(?u:\b)){NAME}\s*>"

_INTERRUPTIONS = rf"{MARGIN}{BLOCK_LIST}|{END_OF_BLOCK}|{MARGIN}{HTML_CLOSES}|{MARGIN}{HTML_OPENS}"
CODE_LINES = rf"(?:(?:{BLANK_LINES})?(?:{INDENT}[ \t]*\S.*\n)++(?:(?!{_INTERRUPTIONS})[ \t]*\S.*\n)*+)*+"
LAZY_END = rf"{BLANK_LINES}|{_INTERRUPTIONS}|\Z"

LINE = pattern(r".*\n")
BLANK = pattern(BLANK_LINES)
END_MARK = pattern(END_OF_BLOCK)
LAZY_STOP = pattern(LAZY_END)
BOUNDARY = pattern(rf"{BLANK_LINES}|{END_OF_BLOCK}|{MARGIN}{BLOCK_LIST}|\Z")
INDENT_AT_LINES = pattern(rf"^{INDENT}")

RULE = pattern(rf"{MARGIN}(\*|-|_)[ \t]*\1[ \t]*\1(?:\1|[ \t])*\n")
QUOTE_MARK = rf"{MARGIN}> ?"
MARKER_TAIL = r"[\t| ].*?\n"
BULLET = rf"({MARGIN}[+*-])({MARKER_TAIL})"
NUMBER = rf"({MARGIN}\d+\.)({MARKER_TAIL})"
DEFINITION_MARK = rf"({MARGIN}:)({MARKER_TAIL})"
ATX_MARK = r"(#{1,6})[\t ]+(.*)\n"
FENCE = rf"{MARGIN}[~`]{{3,}}"
PARAGRAPH_END = pattern(
    "|".join([LAZY_END, BULLET, NUMBER, ATX_MARK, DEFINITION_MARK, QUOTE_MARK, FENCE]),
)
