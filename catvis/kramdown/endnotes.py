"""The footnotes at the end, in the order in which the text refers to them, each with its way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catvis.kramdown.html_text import escape_text
from catvis.kramdown.tree import Element

if TYPE_CHECKING:
    from catvis.kramdown.writer import Writer

_NBSP = "\N{NO-BREAK SPACE}"


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
    item = Element("li", attributes={"id": f"fn:{identifier}", "role": "doc-endnote"})
    item.children = writer.reading.footnotes[name].content.clone().children
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
    return writer.one(item, 4)


def _last_paragraph(item: Element, *, inline: bool) -> Element | None:
    """The paragraph that the way back can stand in, if the footnote ends with one."""
    last = item.last
    if last is None or not (last.kind == "p" or inline):
        return None
    while last and last.kind not in ("p", "header"):
        last = last.last
    return last


def _back(target: str, sign: str, space: str) -> Element:
    link = f'{space}<a href="#fnref:{target}" class="reversefootnote" role="doc-backlink">{sign}</a>'
    return Element("raw", link, span=True)
