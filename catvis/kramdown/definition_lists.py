"""Definition lists: a paragraph of terms, then ``: definition``, once or several times."""

from __future__ import annotations

import re

import msgspec

from catvis.kramdown.grammar import BLANK, END_MARK
from catvis.kramdown.lists import Indentation, ItemText, first_line, listed_first, markers_of
from catvis.kramdown.readers import BlockConstruct, BlockReader
from catvis.kramdown.tree import Element
from catvis.kramdown.writer import Writer, tag_html

_MARKERS = markers_of(":")


class _Definition(msgspec.Struct, frozen=True):
    node: Element
    piece: ItemText
    indentation: Indentation
    as_paragraph: bool


def _list(blocks: BlockReader, _: re.Match[str]) -> bool:
    siblings = blocks.tree.children
    after_blank_line = len(siblings) > 1 and siblings[-1].kind == "blank" and siblings[-1].text == "\n"
    terms = siblings[-2] if after_blank_line else siblings[-1] if siblings else None
    if terms is None or terms.kind != "p":
        return False
    del siblings[-2 if after_blank_line else -1 :]
    made = blocks.make("dl", terms.origin)
    made.listed = terms.listed
    made.children = _terms(blocks, terms)
    definitions = _collect(blocks, as_paragraph=after_blank_line)
    trailing: Element | None = None
    for definition in definitions:
        node = definition.node
        blocks.read_inside(node, definition.piece.text, definition.piece.origins)
        made.children.append(node)
        if not node.children:
            continue
        trailing = node.children.pop() if node.children[-1].kind == "blank" else None
        if node.children and node.children[0].kind == "p" and not definition.as_paragraph:
            if len(node.children) > 1:
                node.children[0].children[0].text += "\n"
            node.children[0].transparent = True
    _add(siblings, made)
    if trailing:
        siblings.append(trailing)
    return True


def _terms(blocks: BlockReader, paragraph: Element) -> list[Element]:
    raw, terms = paragraph.children[0], []
    origins = raw.origins or [paragraph.origin]
    for row, line in enumerate(raw.text.rstrip("\n").split("\n")):
        origin = origins[min(row, len(origins) - 1)]
        term = Element("dt", origin=origin)
        text = listed_first(blocks.reading, line, term, origin)
        term.children = [Element("raw_text", text, origins=[origin.moved(len(line) - len(text))])]
        terms.append(term)
    return terms


def _collect(blocks: BlockReader, *, as_paragraph: bool) -> list[_Definition]:
    cursor, begins, after_blank = blocks.cursor, _MARKERS[3], False
    definitions: list[_Definition] = []
    while not cursor.at_end:
        origin = cursor.origin()
        if match := cursor.scan(begins):
            node = Element("dd", origin=origin)
            piece, indentation = first_line(blocks.reading, node, match[1], match[2])
            definitions.append(_Definition(node, piece, indentation, as_paragraph))
            begins = indentation.next_marker(_MARKERS)
            as_paragraph = after_blank = False
            continue
        if cursor.check(END_MARK):
            break
        last = definitions[-1]
        if line := last.indentation.scan(cursor, lazy=not after_blank):
            stripped, taken, _ = last.indentation.strip(line[0])
            last.piece.add(stripped, [origin.moved(taken)])
            as_paragraph = after_blank = False
        elif blank := cursor.scan(BLANK):
            last.piece.add(blank[0], cursor.origins(blank.start(), blank.end()))
            as_paragraph = after_blank = True
        else:
            break
    return definitions


def _add(siblings: list[Element], made: Element) -> None:
    """Add a definition list; it continues one that stands right before it."""
    if len(siblings) > 1 and siblings[-1].kind == "blank" and siblings[-2].kind == "dl":
        siblings.pop()
    if siblings and siblings[-1].kind == "dl":
        siblings[-1].children.extend(made.children)
    else:
        siblings.append(made)


DEFINITION_LIST = BlockConstruct(_MARKERS[3], _list)


def write_term(writer: Writer, node: Element, indent: int) -> str:
    """Write a term on a line."""
    return f"{' ' * indent}{tag_html(node.kind, node.attributes, writer.inner(node, indent))}\n"
