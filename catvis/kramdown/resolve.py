"""Between reading blocks and writing: running text is read, attribute lists are applied, headers get their ids.

Running text waits until all blocks are known because it may refer to links, footnotes and abbreviations that
are defined further down.
"""

from __future__ import annotations

from catvis.kramdown.abbreviations import mark_abbreviations
from catvis.kramdown.cursor import Cursor
from catvis.kramdown.headers import header_id
from catvis.kramdown.readers import SpanReader
from catvis.kramdown.reading import Reading
from catvis.kramdown.tree import Element

_BLOCKS_OF_TEXT = frozenset({"p", "header", "dt", "td", "li", "dd"})
_HARD_BREAK = "\\\n"


def resolve(reading: Reading, root: Element) -> None:
    """Turn the tree of blocks into the tree that is written."""
    _read_running_text(reading, root)
    mark_abbreviations(reading, root)
    for footnote in list(reading.footnotes.values()):
        _read_running_text(reading, footnote.content)
        mark_abbreviations(reading, footnote.content)
    for name, footnote in reading.footnotes.items():
        if not footnote.referenced:
            reading.warn(footnote.content.origin, f"nothing refers to the footnote {name}")
    _finish(reading, root, {})


def _read_running_text(reading: Reading, node: Element) -> None:
    children: list[Element] = []
    for child in node.children:
        if child.kind == "raw_text":
            SpanReader(reading, Cursor(child.text, child.origins)).read_all(child)
            children.extend(child.children)
            continue
        if child.kind == "blank" and children and children[-1].kind == "blank":
            children[-1].text += child.text
            continue
        _read_running_text(reading, child)
        if child.listed and child.kind != "text":
            reading.apply(child.attributes, child.listed)
        if child.kind in ("header", "dt"):
            child.text = plain_text(child)
        if child.kind != "eob":
            children.append(child)
    node.children = children


def plain_text(node: Element) -> str:
    """The words that kramdown makes ids of: without markup, and what is HTML as it is written."""
    if node.kind in ("text", "codespan", "math"):
        return node.text
    if node.kind in ("entity", "abbreviation"):
        return node.name
    return "".join(plain_text(child) for child in node.children)


def _finish(reading: Reading, node: Element, given: dict[str, int]) -> None:
    """GFM's part: ids of headers, and a backslash at the end of a line as a hard break; not inside HTML."""
    children: list[Element] = []
    for child in node.children:
        if child.kind == "text" and _HARD_BREAK in child.text:
            children.extend(_broken(child.text, last_in_block=child is node.children[-1] and _is_block(node)))
            continue
        if child.kind == "header" and reading.options.auto_ids and "id" not in child.attributes:
            child.attributes["id"] = reading.options.auto_id_prefix + header_id(child.text, given)
        elif child.kind != "html":
            _finish(reading, child, given)
        children.append(child)
    node.children = children


def _is_block(node: Element) -> bool:
    return node.kind in _BLOCKS_OF_TEXT


def _broken(text: str, *, last_in_block: bool) -> list[Element]:
    lines = text.split(_HARD_BREAK)
    nodes: list[Element] = []
    for row, line in enumerate(lines):
        nodes.append(Element("text", f"\n{line}" if row else line))
        if row < len(lines) - 2 or (row == len(lines) - 2 and not (last_in_block and not lines[-1])):
            nodes.append(Element("br"))
    return nodes
