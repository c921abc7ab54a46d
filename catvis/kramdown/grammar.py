r"""What several constructs share: where a block may end, how names look, and what HTML's elements hold.

kramdown's grammar counts only ASCII letters as ``\w`` and only ASCII blanks as ``\s``, so patterns are compiled
with ``re.ASCII``; where it does mean Unicode, the pattern says ``(?u:…)``. A pattern is matched at a cursor and
therefore has no ``^`` of its own.
"""

from __future__ import annotations

import re

from catvis.kramdown.tree import ContentModel


def pattern(text: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Compile one of the dialect's patterns."""
    return re.compile(text, flags | re.ASCII | re.MULTILINE)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


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

NAME = r"(?u:[^\W\d][-\w.]*(?::[^\W\d][-\w.]*)?)"
_HOLD_BLOCKS = _names("""
    address applet article aside blockquote body dd details div dl fieldset figure figcaption footer form header
    hgroup iframe li main map menu nav noscript object section summary td
""")
_HOLD_SPANS = _names("""
    a abbr acronym b bdo big button cite caption del dfn dt em h1 h2 h3 h4 h5 h6 i ins label legend optgroup p q
    rb rbc rp rt rtc ruby select small span strong sub sup th tt
""")
_HOLD_RAW = _names("script style math option textarea pre code kbd samp var")

SPAN_ELEMENTS = _names("""
    a abbr acronym b big bdo br button cite code del dfn em i img input ins kbd label mark option q rb rbc rp rt
    rtc ruby samp select small span strong sub sup tt u var
""")
BLOCK_ELEMENTS = _names("""
    address article aside applet body blockquote caption col colgroup dd div dl dt fieldset figcaption
    footer form h1 h2 h3 h4 h5 h6 header hgroup hr html head iframe legend menu li main map nav ol optgroup p pre
    section summary table tbody td th thead tfoot tr ul
""")
VOID_ELEMENTS = _names("area base br col command embed hr img input keygen link meta param source track wbr")
KNOWN_ELEMENTS = SPAN_ELEMENTS | BLOCK_ELEMENTS | VOID_ELEMENTS | _HOLD_BLOCKS | _HOLD_SPANS | _HOLD_RAW

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


def content_model(element: str) -> ContentModel:
    """What an element holds by its nature: blocks, text, or HTML that is passed on as it is."""
    if element in _HOLD_BLOCKS:
        return "block"
    return "span" if element in _HOLD_SPANS else "raw"
