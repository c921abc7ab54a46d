"""The dialect, in order: the first construct that takes the text at hand has it.

The order is kramdown's, with GFM input. Adding a construct is a file and a line here.
"""

from __future__ import annotations

from catvis.kramdown.abbreviations import ABBREVIATION_DEFINITION
from catvis.kramdown.attribute_lists import BLOCK_ATTRIBUTE_LIST, SPAN_ATTRIBUTE_LIST
from catvis.kramdown.autolinks import AUTOLINK
from catvis.kramdown.boundaries import BLANK_LINE, END_OF_BLOCK
from catvis.kramdown.code_blocks import FENCED_CODE, INDENTED_CODE
from catvis.kramdown.code_spans import CODE_SPAN
from catvis.kramdown.definition_lists import DEFINITION_LIST
from catvis.kramdown.emphasis import EMPHASIS
from catvis.kramdown.entities import ENTITY
from catvis.kramdown.escapes import ESCAPE
from catvis.kramdown.extensions import BLOCK_EXTENSION, SPAN_EXTENSION
from catvis.kramdown.footnotes import FOOTNOTE_DEFINITION, FOOTNOTE_REFERENCE
from catvis.kramdown.headers import ATX_HEADER, SETEXT_HEADER
from catvis.kramdown.horizontal_rules import HORIZONTAL_RULE
from catvis.kramdown.html_blocks import HTML_BLOCK
from catvis.kramdown.html_spans import HTML_SPAN
from catvis.kramdown.line_breaks import LINE_BREAK
from catvis.kramdown.links import LINK, LINK_DEFINITION
from catvis.kramdown.lists import LIST
from catvis.kramdown.math import MATH_BLOCK, MATH_SPAN
from catvis.kramdown.paragraphs import PARAGRAPH
from catvis.kramdown.quotes import BLOCK_QUOTE
from catvis.kramdown.reading import BlockConstruct, SpanTable
from catvis.kramdown.strikethrough import STRIKETHROUGH
from catvis.kramdown.tables import TABLE
from catvis.kramdown.typography import SMART_QUOTES, SYMBOLS

BLOCKS: tuple[BlockConstruct, ...] = (
    BLANK_LINE,
    INDENTED_CODE,
    FENCED_CODE,
    BLOCK_QUOTE,
    ATX_HEADER,
    HORIZONTAL_RULE,
    LIST,
    DEFINITION_LIST,
    HTML_BLOCK,
    SETEXT_HEADER,
    MATH_BLOCK,
    TABLE,
    FOOTNOTE_DEFINITION,
    LINK_DEFINITION,
    ABBREVIATION_DEFINITION,
    BLOCK_EXTENSION,
    BLOCK_ATTRIBUTE_LIST,
    END_OF_BLOCK,
    PARAGRAPH,
)

SPANS = SpanTable(
    (
        EMPHASIS,
        CODE_SPAN,
        AUTOLINK,
        HTML_SPAN,
        FOOTNOTE_REFERENCE,
        LINK,
        SMART_QUOTES,
        MATH_SPAN,
        SPAN_EXTENSION,
        SPAN_ATTRIBUTE_LIST,
        ENTITY,
        SYMBOLS,
        LINE_BREAK,
        ESCAPE,
        STRIKETHROUGH,
    )
)

DIFFERENCES: tuple[tuple[str, str], ...] = (
    ("&lceil; &rceil; &lang; &rang;", "kramdown 2.4 takes the left signs for the right ones and vice versa"),
    ("> " * 50 + "deep", "blocks nested more than forty deep are text, so that no input exhausts the stack"),
    ("[x " * 200 + "[a](b)", "signs that never close are text once reading ahead costs too much"),
    (
        "{:." + "a" * 1001 + "}",
        "attribute lists and titles of more than a thousand characters are text, likewise",
    ),
    (
        "x[^1]\n\n[^1]: y\n\n    * notes\n    {:footnotes}",
        "kramdown 2.4 leaves a random word in a footnote whose list is marked as the place of the footnotes",
    ),
)
"""Texts that we knowingly read otherwise than kramdown 2.4, each with the reason.

Beside them, ``{::value … /}`` is ours alone, and Jekyll's highlighter writes what kramdown alone does not: code
blocks are marked by Pygments in the same elements and classes, and code in a line goes without the class
``language-plaintext``, which says nothing.
"""
