"""Definition lists: a paragraph of terms, then ``: definition``, once or several times."""

from __future__ import annotations

import re

from catvis.kramdown.blocks import BlockReader
from catvis.kramdown.cursor import indented
from catvis.kramdown.grammar import BLANK, DEFINITION_MARK, END_MARK, MARKER_TAIL, pattern
from catvis.kramdown.list_lines import Indentation, ItemText, first_line, listed_first
from catvis.kramdown.reading import BlockConstruct
from catvis.kramdown.tree import Element, Origin

_START = pattern(DEFINITION_MARK)
_STARTS = [pattern(rf"( {{0,{margin}}}:)({MARKER_TAIL})") for margin in range(4)]


class _Definition:
    def __init__(
        self, node: Element, first: ItemText, indentation: Indentation, *, as_paragraph: bool
    ) -> None:
        self.node = node
        self.piece = first
        self.indentation = indentation
        self.as_paragraph = as_paragraph


def _run(blocks: BlockReader, _: re.Match[str]) -> bool:
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
        term.children = [
            Element("raw_text", text, origins=[Origin(origin.line, origin.column + len(line) - len(text))])
        ]
        terms.append(term)
    return terms


def _collect(blocks: BlockReader, *, as_paragraph: bool) -> list[_Definition]:
    cursor, begins, after_blank = blocks.cursor, _START, False
    definitions: list[_Definition] = []
    while not cursor.at_end:
        origin = cursor.origin()
        if match := cursor.scan(begins):
            node, width = Element("dd", origin=origin), len(match[1])
            text = Origin(origin.line, origin.column + width)
            piece, indentation = first_line(blocks.reading, node, width, match[2], text)
            definitions.append(_Definition(node, piece, indentation, as_paragraph=as_paragraph))
            begins = _STARTS[max(0, min(indentation.width - 1, 3))]
            as_paragraph = after_blank = False
            continue
        if cursor.check(END_MARK):
            break
        last = definitions[-1]
        line = cursor.scan(last.indentation.content)
        if line is None and not after_blank:
            line = cursor.scan(last.indentation.lazy)
        if line:
            stripped, taken, _ = last.indentation.strip(line[0])
            last.piece.add(stripped, indented([origin], [taken]))
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


DEFINITION_LIST = BlockConstruct(_START, _run)
