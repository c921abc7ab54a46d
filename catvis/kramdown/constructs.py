"""The dialect, in order: the first construct that takes the text at hand has it.

The order is kramdown's, with GFM input.
"""

from __future__ import annotations

from catvis.kramdown.abbreviations import ABBREVIATION_DEFINITION, write_abbreviation
from catvis.kramdown.attribute_lists import BLOCK_ATTRIBUTE_LIST, SPAN_ATTRIBUTE_LIST
from catvis.kramdown.code import CODE_SPAN, FENCED_CODE, INDENTED_CODE, write_code_block, write_code_span
from catvis.kramdown.definition_lists import DEFINITION_LIST, write_term
from catvis.kramdown.emphasis import EMPHASIS, STRIKETHROUGH
from catvis.kramdown.extensions import BLOCK_EXTENSION, SPAN_EXTENSION, write_comment, write_raw, write_value
from catvis.kramdown.footnotes import FOOTNOTE_DEFINITION, FOOTNOTE_REFERENCE, write_reference
from catvis.kramdown.headers import ATX_HEADER, SETEXT_HEADER, write_header
from catvis.kramdown.html_elements import HTML_BLOCK, HTML_SPAN, write_html, write_html_comment
from catvis.kramdown.links import AUTOLINK, LINK, LINK_DEFINITION, write_image
from catvis.kramdown.lists import LIST, write_item, write_list
from catvis.kramdown.math import MATH_BLOCK, MATH_SPAN, write_math
from catvis.kramdown.readers import BlockConstruct, SpanTable
from catvis.kramdown.simple_blocks import (
    BLANK_LINE,
    BLOCK_QUOTE,
    END_OF_BLOCK,
    HORIZONTAL_RULE,
    PARAGRAPH,
    write_blank,
    write_paragraph,
    write_rule,
)
from catvis.kramdown.small_spans import (
    ENTITY,
    ESCAPE,
    LINE_BREAK,
    SMART_QUOTES,
    SYMBOLS,
    write_break,
    write_entity,
)
from catvis.kramdown.tables import TABLE, write_cell, write_table
from catvis.kramdown.writer import Write, write_container, write_element, write_text

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

WRITERS: dict[str, Write] = {
    "abbreviation": write_abbreviation,
    "a": write_element,
    "blank": write_blank,
    "blockquote": write_container,
    "br": write_break,
    "codeblock": write_code_block,
    "codespan": write_code_span,
    "comment": write_comment,
    "dd": write_item,
    "dl": write_container,
    "dt": write_term,
    "em": write_element,
    "entity": write_entity,
    "footnote": write_reference,
    "header": write_header,
    "hr": write_rule,
    "html": write_html,
    "img": write_image,
    "li": write_item,
    "math": write_math,
    "ol": write_list,
    "p": write_paragraph,
    "raw": write_raw,
    "raw_text": write_text,
    "strong": write_element,
    "table": write_table,
    "tbody": write_container,
    "td": write_cell,
    "text": write_text,
    "tfoot": write_container,
    "thead": write_container,
    "tr": write_container,
    "ul": write_list,
    "value": write_value,
    "xml_comment": write_html_comment,
}
"""How each kind of element is written."""

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
