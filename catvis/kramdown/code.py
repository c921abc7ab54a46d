"""Code: blocks indented by four spaces or a tab, blocks fenced by backticks or tildes, and spans.

Colours come from Pygments while the page is built, in the elements that Jekyll's themes style.
"""

from __future__ import annotations

import re

from catvis.kramdown.grammar import BLANK_SIGNS, BLANKS, CODE_LINES, FENCE, INDENT, INDENT_AT_LINES, pattern
from catvis.kramdown.readers import BlockConstruct, BlockReader, SpanConstruct, SpanReader
from catvis.kramdown.template import Choice
from catvis.kramdown.tree import Element
from catvis.kramdown.writer import Writer, attributes_html, escape_code, scrolling_html, tag_html

_LINES = pattern(CODE_LINES)
_LAZY_LINE = pattern(r"\n( {0,3}\S)")
_FENCED = pattern(
    r" {0,3}(([~`]){3,}+)[ \t\r\f\v]*+(([^\s?]++)(?:\?\S*+)?)?\s*?\n(.*?)^ {0,3}\1\2*\s*?\n", re.DOTALL
)
_LANGUAGE = re.compile(r"\blanguage-(\S+)", re.ASCII)
_OPTION_SIGN = "?"


def _indented(blocks: BlockReader, _: re.Match[str]) -> bool:
    origin, match = blocks.cursor.origin(), blocks.cursor.scan(_LINES)
    if not match or not match[0]:
        return False
    code = _LAZY_LINE.sub(r" \1", match[0])
    blocks.add("codeblock", origin).text = INDENT_AT_LINES.sub("", code)
    return True


def _fenced(blocks: BlockReader, _: re.Match[str]) -> bool:
    origin, match = blocks.cursor.origin(), blocks.cursor.scan(_FENCED)
    if not match:
        return False
    block = blocks.add("codeblock", origin)
    block.text = match[5]
    if (match[3] or "").strip(BLANKS):
        block.language = match[3].strip(BLANKS)
        block.attributes["class"] = f"language-{match[4]}"
    return True


def _span(spans: SpanReader, match: re.Match[str]) -> None:
    cursor, mark, start = spans.cursor, match[0], match.start()
    origin = cursor.origin()
    cursor.position = match.end()
    blank_before = start == 0 or cursor.text[start - 1] in BLANK_SIGNS
    lonely = mark == "`" and blank_before and cursor.text[match.end() : match.end() + 1] in BLANK_SIGNS
    end = -1 if lonely else cursor.text.find(mark, match.end())
    if end < 0:
        spans.add_text(mark)
        return
    code = cursor.text[match.end() : end]
    if len(mark) > 1:
        code = code.removeprefix(" ").removesuffix(" ")
    spans.tree.children.append(Element("codespan", code, origin=origin))
    cursor.position = end + len(mark)


INDENTED_CODE = BlockConstruct(pattern(INDENT), _indented)
FENCED_CODE = BlockConstruct(pattern(FENCE), _fenced)
CODE_SPAN = SpanConstruct("`", "`", pattern(r"`+"), _span)


def write_code_span(_: Writer, node: Element, __: int) -> str:
    """Write code in a line."""
    return tag_html("code", node.attributes, escape_code(node.text))


def write_code_block(writer: Writer, node: Element, indent: int) -> str:
    """Write a code block, plain and, if its language is known, in colour."""
    attributes, code_attributes = dict(node.attributes), {}
    language = _LANGUAGE.search(attributes.get("class", ""))
    if language:
        code_attributes["class"] = f"language-{language[1]}"
        attributes["class"] = _LANGUAGE.sub("", attributes["class"], count=1).strip()
        if not attributes["class"]:
            del attributes["class"]
    code = escape_code(node.text).removesuffix("\n")
    plain = scrolling_html(writer, "pre", attributes, tag_html("code", code_attributes, f"{code}\n"))
    rich = _in_colour(writer, node)
    if rich is None:
        return f"{' ' * indent}{plain}\n"
    marks = writer.marks
    return f"{' ' * indent}{marks.mark(Choice('code', marks.take_apart(plain), marks.take_apart(rich)))}\n"


def _in_colour(writer: Writer, node: Element) -> str | None:
    """The block in colour; None if it names no language that Pygments knows."""
    classes = node.attributes.get("class", "").split()
    named = next((name.removeprefix("language-") for name in classes if name.startswith("language-")), None)
    language = node.language.split(_OPTION_SIGN)[0] or named
    if not language:
        return None
    # Only where there is code.
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None
    code = highlight(node.text, lexer, HtmlFormatter(nowrap=True)).removesuffix("\n")
    attributes = node.attributes | {"class": " ".join([*classes, "highlighter-rouge"])}
    marked = scrolling_html(writer, "pre", {"class": "highlight"}, f"<code>{code}\n</code>")
    return f'<div{attributes_html(attributes)}><div class="highlight">{marked}</div></div>'
