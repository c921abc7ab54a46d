"""Footnotes: ``[^name]`` in the text, ``[^name]: …`` with as many blocks as are indented below it.

They stand at the end, in the order in which the text refers to them, each with its way back.
"""

from __future__ import annotations

import re

from catvis.kramdown.grammar import CODE_LINES, INDENT, LIST_NAME, MARGIN, pattern
from catvis.kramdown.lists import item_inside
from catvis.kramdown.readers import BlockConstruct, BlockReader, SpanConstruct, SpanReader
from catvis.kramdown.reading import Footnote
from catvis.kramdown.template import Choice
from catvis.kramdown.tree import Element
from catvis.kramdown.writer import Writer, attributes_html, escape_text

_INDENT = pattern(INDENT)
_NBSP = "\N{NO-BREAK SPACE}"

REFERENCE_ROLE = Choice("access", (' role="doc-noteref"><a',), ('><a role="doc-noteref"',))
NOTE_ROLE = Choice("access", (' role="doc-endnote">',), (">",))
"""The roles of a footnote's number and of the footnote, with the ends of their tags."""


def _definition(blocks: BlockReader, match: re.Match[str]) -> bool:
    cursor, reading, origin, name = blocks.cursor, blocks.reading, blocks.cursor.origin(), match[1]
    content = Element("footnote_definition", origin=origin)
    blocks.read_inside(content, *cursor.without(_INDENT, match.start(2), match.end()))
    if name in reading.footnotes:
        reading.warn(origin, f"the footnote {name} is defined twice; the last one counts")
    blocks.add("eob", origin).name = "footnote_definition"
    reading.footnotes[name] = Footnote(content)
    cursor.position = match.end()
    return True


def _reference(spans: SpanReader, match: re.Match[str]) -> None:
    name, origin = match[1], spans.cursor.origin()
    footnote = spans.reading.footnotes.get(name)
    spans.cursor.position = match.end()
    if footnote is None:
        spans.reading.warn(origin, f"the footnote {name} is not defined")
        spans.add_text(match[0])
        return
    footnote.referenced = True
    spans.tree.children.append(Element("footnote", name=name, origin=origin))


FOOTNOTE_DEFINITION = BlockConstruct(
    pattern(rf"{MARGIN}\[\^({LIST_NAME})\]:[ \t\r\f\v]*?(.*?\n{CODE_LINES})"),
    _definition,
)
FOOTNOTE_REFERENCE = SpanConstruct(r"\[", "[", pattern(rf"\[\^({LIST_NAME})\]"), _reference)


def write_reference(writer: Writer, node: Element, _: int) -> str:
    """Write the number of a footnote, which leads to it."""
    name = node.name
    identifier = writer.reading.options.footnote_prefix + name
    if name in writer.footnotes:
        writer.footnotes[name] += 1
        repeat = f":{writer.footnotes[name]}"
    else:
        writer.footnotes[name] = 0
        repeat = ""
    number = writer.reading.options.footnote_nr + list(writer.footnotes).index(name)
    return (
        f'<sup id="fnref:{identifier}{repeat}"{writer.marks.mark(REFERENCE_ROLE)} href="#fn:{identifier}" '
        f'class="footnote" rel="footnote">{number}</a></sup>'
    )


def endnotes_html(writer: Writer) -> str:
    """All footnotes that were referred to; one that another footnote refers to comes behind."""
    items: list[str] = []
    while len(items) < len(writer.footnotes):
        items.append(_item(writer, list(writer.footnotes)[len(items)]))
    if not items:
        return ""
    start = writer.reading.options.footnote_nr
    number = f' start="{start}"' if start != 1 else ""
    listed = "".join(items)
    return f'<div class="footnotes" role="doc-endnotes">\n  <ol{number}>\n{listed}  </ol>\n</div>\n'


def _item(writer: Writer, name: str) -> str:
    options = writer.reading.options
    identifier = options.footnote_prefix + name
    item = Element("li", children=writer.reading.footnotes[name].content.clone().children)
    paragraph = _last_paragraph(item, inline=options.footnote_backlink_inline)
    space = _NBSP
    if paragraph is None:
        paragraph, space = Element("p"), ""
        item.children.append(paragraph)
    if options.footnote_backlink:
        sign = escape_text(options.footnote_backlink)
        paragraph.children.append(_back(identifier, sign, space))
        for index in range(1, writer.footnotes[name] + 1):
            repeated = f"{sign}<sup>{index + 1}</sup>"
            paragraph.children.append(_back(f"{identifier}:{index}", repeated, _NBSP))
    start = f"<li{attributes_html({'id': f'fn:{identifier}'})}{writer.marks.mark(NOTE_ROLE)}"
    return f"    {start}{item_inside(writer, item, 4)}</li>\n"


def _last_paragraph(item: Element, *, inline: bool) -> Element | None:
    """The paragraph that the way back can stand in, if the footnote ends with one."""
    last = item.last
    if last is None or not (last.kind == "p" or inline):
        return None
    while last and last.kind not in ("p", "header"):
        last = last.last
    return last


def _back(target: str, sign: str, space: str) -> Element:
    """The way back from a footnote to where the text refers to it."""
    link = f'{space}<a href="#fnref:{target}" class="reversefootnote" role="doc-backlink">{sign}</a>'
    return Element("raw", link, span=True, content="span")
