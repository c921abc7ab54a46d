"""Bulleted and numbered lists, with lazy lines, nested lists, and GFM's task lists.

How far an item's lines are indented, and which of them still belong to it, counts for definitions too. An item
whose text stands close to its neighbours has no paragraph around it (the paragraph is *transparent*).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from catvis.kramdown.attribute_lists import parse_list
from catvis.kramdown.cursor import Cursor
from catvis.kramdown.grammar import (
    BLANK,
    BLANKS,
    BLOCK_LIST,
    BULLET,
    END_MARK,
    HTML_CLOSES,
    HTML_OPENS,
    INDENT,
    LIST_NAME,
    LISTED,
    MARKER_TAIL,
    NUMBER,
    RULE,
    pattern,
)
from catvis.kramdown.readers import BlockConstruct, BlockReader
from catvis.kramdown.reading import Reading
from catvis.kramdown.tree import Element, Origin
from catvis.kramdown.writer import Writer, tag_html, write_container

_OWN_LIST = rf"\s*(?:\{{:(?!(?:{LIST_NAME})?:|/)({LISTED})\}})\s*"
_ATTRIBUTES = pattern(_OWN_LIST)
_NOTHING_ELSE = pattern(rf"(?:{_OWN_LIST})?\s*\n")
_TABS_IN_MARGIN = re.compile(r"( *)(\t+)")
_LEADING_TABS = re.compile(r"\t+")
_ANY_ITEM = pattern(rf"{BULLET}|{NUMBER}")
_UNCHECKED = re.compile(r"\A\s*\[ \]\s+", re.ASCII)
_CHECKED = re.compile(r"\A\s*\[[xX]\]\s+", re.ASCII)
_BOX = '<input type="checkbox" class="task-list-item-checkbox" disabled="disabled" />'
_CHECKED_BOX = (
    '<input type="checkbox" class="task-list-item-checkbox" disabled="disabled" checked="checked" />'
)


class ItemText(msgspec.Struct):
    """A text that is read by itself, with the origins of its lines."""

    text: str = ""
    origins: list[Origin] = msgspec.field(default_factory=list)

    def add(self, text: str, origins: list[Origin]) -> None:
        """Add lines."""
        self.text += text
        self.origins.extend(origins)


class Indentation(msgspec.Struct, frozen=True):
    """What lines of an item look like that is indented by ``width``: its own ones, and lazy ones."""

    width: int
    content: re.Pattern[str]
    lazy: re.Pattern[str]

    def strip(self, line: str) -> tuple[str, int, bool]:
        """Take the indentation off a line.

        Returns:
            the line with leading tabs spelled out, how many of its characters went, and whether it was indented.
        """
        tabs = _LEADING_TABS.match(line)
        spelled = " " * 4 * tabs.end() + line[tabs.end() :] if tabs else line
        if not spelled.startswith(" " * self.width):
            return spelled, 0, False
        taken = min(tabs.end(), -(-self.width // 4)) if tabs else self.width
        return spelled[self.width :], taken, True

    def scan(self, cursor: Cursor, *, lazy: bool) -> re.Match[str] | None:
        """Move behind a line that belongs to the item, if here is one."""
        return cursor.scan(self.content) or (cursor.scan(self.lazy) if lazy else None)

    def next_marker(self, markers: Sequence[re.Pattern[str]]) -> re.Pattern[str]:
        """What begins the next item: a marker that stands before the item's own text."""
        return markers[max(0, min(self.width - 1, 3))]


@lru_cache(maxsize=256)
def _indentation(width: int) -> Indentation:
    steps, rest = divmod(width, 4)
    own = rf"(?:{INDENT}{{{steps}}} {{{rest}}}|{INDENT}{{{steps + 1}}}).*\S.*\n"
    margin = rf" {{0,{min(width, 3)}}}"
    lazy = rf"(?!{margin}(?:{BLOCK_LIST}|{HTML_CLOSES}|{HTML_OPENS})).*\S.*\n"
    return Indentation(width, pattern(own), pattern(lazy))


def markers_of(sign: str) -> tuple[re.Pattern[str], ...]:
    """What begins an item, by how many spaces may stand before its sign."""
    return tuple(pattern(rf"( {{0,{margin}}}{sign})({MARKER_TAIL})") for margin in range(4))


def first_line(reading: Reading, item: Element, marker: str, content: str) -> tuple[ItemText, Indentation]:
    """Read what follows an item's marker; an attribute list that stands first is the item's own."""
    width, written, origin = len(marker), content, item.origin.moved(len(marker))
    if _NOTHING_ELSE.match(content):
        width = 4
    else:
        while tabs := _TABS_IN_MARGIN.match(content):
            column = tabs.end(1) + len(marker)
            spaces = 4 - column % 4 + (len(tabs[2]) - 1) * 4
            content = tabs[1] + " " * spaces + content[tabs.end() :]
        width += len(content) - len(content.lstrip(" "))
    content = listed_first(reading, content.lstrip(BLANKS), item, origin)
    taken = len(written) - len(content) if written.endswith(content) else 0
    return ItemText(content, [origin.moved(taken)]), _indentation(width)


def listed_first(reading: Reading, text: str, into: Element, origin: Origin) -> str:
    """Take an attribute list off the beginning of a text."""
    match = _ATTRIBUTES.match(text)
    if match is None:
        return text
    parse_list(reading, match[1], into.list_attributes(), origin)
    return text[match.end() :]


_MARKERS = {"ul": markers_of(r"[+*-]"), "ol": markers_of(r"\d+\.")}


class _Item:
    """One item while its lines are collected; a nested list begins a piece of its own."""

    def __init__(self, node: Element, first: ItemText, indentation: Indentation) -> None:
        self.node = node
        self.pieces = [first]
        self.indentation = indentation
        self.nested = _ANY_ITEM.match(first.text) is not None

    def add(self, line: str, origin: Origin) -> None:
        text, taken, is_indented = self.indentation.strip(line)
        begins_item = _ANY_ITEM.match(text) is not None
        if begins_item and is_indented and not self.nested:
            self.pieces.append(ItemText())
            self.nested = True
        elif begins_item and self.nested and not is_indented:
            text = " " * (self.indentation.width + 4) + text
        self.pieces[-1].add(text, [origin.moved(taken)])


def _list(blocks: BlockReader, _: re.Match[str]) -> bool:
    origin = blocks.cursor.origin()
    kind = "ul" if blocks.cursor.check(_MARKERS["ul"][3]) else "ol"
    made = blocks.make(kind, origin)
    items, ended = _collect(blocks, kind)
    blocks.tree.children.append(made)
    made.children = [item.node for item in items]
    trailing: Element | None = None
    for item in items:
        for piece in item.pieces:
            blocks.read_inside(item.node, piece.text, piece.origins)
        if item.node.children:
            trailing = _settle(made, item.node, ended=ended)
    if trailing and not ended:
        blocks.tree.children.append(trailing)
    _check_boxes(made)
    return True


def _collect(blocks: BlockReader, kind: str) -> tuple[list[_Item], bool]:
    """Read the lines of all items; says whether an end mark closed the list."""
    cursor, begins, after_blank = blocks.cursor, _MARKERS[kind][3], False
    items: list[_Item] = []
    while not cursor.at_end:
        origin = cursor.origin()
        if after_blank and cursor.check(RULE):
            break
        if cursor.scan(END_MARK):
            return items, True
        if match := cursor.scan(begins):
            node = Element("li", origin=origin)
            items.append(_Item(node, *first_line(blocks.reading, node, match[1], match[2])))
            begins = items[-1].indentation.next_marker(_MARKERS[kind])
            after_blank = False
            continue
        item = items[-1]
        if line := item.indentation.scan(cursor, lazy=not after_blank):
            item.add(line[0], origin)
            after_blank = False
        elif blank := cursor.scan(BLANK):
            item.pieces[-1].add(blank[0], cursor.origins(blank.start(), blank.end()))
            item.nested = after_blank = True
        else:
            break
    return items, False


def _settle(made: Element, item: Element, *, ended: bool) -> Element | None:
    """Decide whether an item's text is a paragraph; returns the blank line behind the item, taken out of it."""
    inside, is_last = item.children, item is made.children[-1]
    first = inside[0]
    if first.kind == "p" and len(inside) > 1 and inside[1].kind == "eob" and first.listed:
        del inside[1]
    close = len(inside) < 2 or inside[1].kind != "blank" or (is_last and len(inside) == 2 and not ended)
    alone = len(made.children) == 1
    if first.kind == "p" and close and (not is_last or alone or not _all_paragraphs(made.children[:-1])):
        if len(inside) > 1 and inside[1].kind != "blank":
            first.children[0].text += "\n"
        first.transparent = True
    return inside.pop() if inside[-1].kind == "blank" else None


def _all_paragraphs(items: list[Element]) -> bool:
    firsts = (item.children[0] if item.children else None for item in items)
    return all(first is not None and first.kind == "p" and not first.transparent for first in firsts)


def _check_boxes(made: Element) -> None:
    is_task_list = False
    for item in made.children:
        if item.children and item.children[0].kind == "p":
            raw = item.children[0].children[0]
            raw.text, unchecked = _UNCHECKED.subn(_BOX, raw.text)
            raw.text, checked = _CHECKED.subn(_CHECKED_BOX, raw.text)
            is_task_list = is_task_list or bool(unchecked or checked)
            if is_task_list:
                item.attributes["class"] = "task-list-item"
    if is_task_list:
        made.attributes["class"] = "task-list"


LIST = BlockConstruct(_ANY_ITEM, _list)


def write_list(writer: Writer, node: Element, indent: int) -> str:
    """Write a list, or leave its place to the table of contents or to the footnotes."""
    if "toc" in node.references and writer.contents is None:
        writer.contents = node, writer.marks.mark("")
        return writer.contents[1]
    if "footnotes" in node.references and writer.endnotes_mark is None:
        writer.endnotes_mark = writer.marks.mark("")
        return writer.endnotes_mark
    return write_container(writer, node, indent)


def write_item(writer: Writer, node: Element, indent: int) -> str:
    """Write an item or a definition."""
    return f"{' ' * indent}{tag_html(node.kind, node.attributes, item_inside(writer, node, indent))}\n"


def item_inside(writer: Writer, node: Element, indent: int) -> str:
    """What stands in an item; a paragraph of its own stands on lines of its own."""
    margin, inside = " " * indent, writer.inner(node, indent)
    first = node.children[0] if node.children else None
    if first is None or (first.kind == "p" and first.transparent):
        return inside + margin if inside.endswith("\n") else inside
    return f"\n{inside}{margin}"
