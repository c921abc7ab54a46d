"""Bulleted and numbered lists, with lazy lines, nested lists, and GFM's task lists.

An item whose text stands close to its neighbours has no paragraph around it (the paragraph is *transparent*).
"""

from __future__ import annotations

import re

from catvis.kramdown.blocks import BlockReader
from catvis.kramdown.cursor import indented
from catvis.kramdown.grammar import BLANK, BULLET, END_MARK, MARKER_TAIL, NUMBER, RULE, pattern
from catvis.kramdown.list_lines import Indentation, ItemText, first_line
from catvis.kramdown.reading import BlockConstruct
from catvis.kramdown.tree import Element, Origin

_ANY_ITEM = pattern(rf"{BULLET}|{NUMBER}")
_SIGNS = {"ul": r"[+*-]", "ol": r"\d+\."}
_ITEMS = {
    kind: [pattern(rf"( {{0,{margin}}}{sign})({MARKER_TAIL})") for margin in range(4)]
    for kind, sign in _SIGNS.items()
}
_UNCHECKED = re.compile(r"\A\s*\[ \]\s+", re.ASCII)
_CHECKED = re.compile(r"\A\s*\[[xX]\]\s+", re.ASCII)
_BOX = '<input type="checkbox" class="task-list-item-checkbox" disabled="disabled" />'
_CHECKED_BOX = (
    '<input type="checkbox" class="task-list-item-checkbox" disabled="disabled" checked="checked" />'
)


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
        self.pieces[-1].add(text, indented([origin], [taken]))


def _run(blocks: BlockReader, _: re.Match[str]) -> bool:
    origin = blocks.cursor.origin()
    kind = "ul" if blocks.cursor.check(_ITEMS["ul"][3]) else "ol"
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
    cursor, begins, after_blank = blocks.cursor, _ITEMS[kind][3], False
    items: list[_Item] = []
    while not cursor.at_end:
        origin = cursor.origin()
        if after_blank and cursor.check(RULE):
            break
        if cursor.scan(END_MARK):
            return items, True
        if match := cursor.scan(begins):
            node = Element("li", origin=origin)
            width = len(match[1])
            text = Origin(origin.line, origin.column + width)
            items.append(_Item(node, *first_line(blocks.reading, node, width, match[2], text)))
            begins = _ITEMS[kind][max(0, min(items[-1].indentation.width - 1, 3))]
            after_blank = False
            continue
        item = items[-1]
        line = cursor.scan(item.indentation.content)
        if line is None and not after_blank:
            line = cursor.scan(item.indentation.lazy)
        if line:
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


LIST = BlockConstruct(_ANY_ITEM, _run)
