"""The table of contents: ``{:toc}`` on a list makes it one, ``{:.no_toc}`` leaves a header out of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catvis.kramdown.tree import Element

if TYPE_CHECKING:
    from catvis.kramdown.writer import Writer

_NO_TOC = re.compile(r"\bno_toc\b")


@dataclass(frozen=True)
class WrittenHeader:
    """A header as it was written; ``listed`` says whether a table of contents has it."""

    node: Element
    id: str
    listed: bool


def note_header(writer: Writer, header: Element, identifier: str) -> None:
    """Remember a header for the table of contents."""
    levels = writer.reading.options.toc_levels
    listed = header.level in levels and not _NO_TOC.search(header.attributes.get("class", ""))
    writer.headers.append(WrittenHeader(header, identifier, listed))


def contents_html(writer: Writer, place: Element) -> str:
    """The list of all listed headers, nested by level, in place of the list ``place``."""
    root = Element(place.kind, attributes=dict(place.attributes))
    root.attributes.setdefault("id", "markdown-toc")
    open_items: list[tuple[int, Element]] = []
    for header in writer.headers:
        if not header.listed:
            continue
        while open_items and open_items[-1][0] >= header.node.level:
            open_items.pop()
        item = _item(header, root.attributes["id"])
        if open_items:
            parent = open_items[-1][1]
            if parent.children[-1].kind != place.kind:
                parent.children.append(Element(place.kind))
            parent.children[-1].children.append(item)
        else:
            root.children.append(item)
        open_items.append((header.node.level, item))
    return writer.one(root, 0) if root.children else ""


def _item(header: WrittenHeader, prefix: str) -> Element:
    link = Element("a", attributes={"href": f"#{header.id}", "id": f"{prefix}-{header.id}"})
    link.children = entry(header.node)
    return Element("li", children=[Element("p", transparent=True, children=[link])])


def entry(header: Element) -> list[Element]:
    """What a header says, as an entry of a list of links: without footnotes, without links of its own."""
    children: list[Element] = []
    for child in header.children:
        if child.kind == "footnote":
            continue
        twin = child.clone()
        twin.children = entry(child)
        children.extend(twin.children if child.kind == "a" else [twin])
    return children
