r"""Tables: rows of cells between ``|``, lines of dashes with alignment, a line of ``=`` before the footer.

Every line has a pipe that is neither escaped nor inside code; that is what makes it a table's line.
"""

from __future__ import annotations

import re

from catvis.kramdown.code import CODE_SPAN
from catvis.kramdown.cursor import Cursor
from catvis.kramdown.grammar import BLANKS, MARGIN, pattern
from catvis.kramdown.html_elements import HTML_SPAN
from catvis.kramdown.readers import BlockConstruct, BlockReader, SpanReader, SpanTable
from catvis.kramdown.reading import Reading
from catvis.kramdown.tree import Element, Origin
from catvis.kramdown.writer import Writer, scrolling_html

_PIPE = r"(?:\||.*?[^\\\n]\|)"
_HAS_PIPE = pattern(_PIPE)
_LINE = pattern(rf"{_PIPE}.*?\n")
_SEPARATOR = pattern(r"([+|: \t-]*?-[+|: \t-]*?)[ \t]*\n")
_FOOTER_SEPARATOR = pattern(r"[+|: \t=]*?=[+|: \t=]*?[ \t]*\n")
_COLUMN = pattern(r"[ \t]?(:?)-+(:?)[ \t]?")
_LEADING_PIPE = pattern(r"\s*\|")
_HTML_CODE = re.compile(r"(<code.*?>.*?</code>)")
_CODE = SpanTable((CODE_SPAN,))
_CODE_AND_HTML = SpanTable((CODE_SPAN, HTML_SPAN))
_CELL_END = re.compile(r"(?<!\\)\|")
_ALIGNMENT = {
    (True, True): "center",
    (True, False): "left",
    (False, True): "right",
    (False, False): "",
}


def _table(blocks: BlockReader, _: re.Match[str]) -> bool:
    cursor, start = blocks.cursor, blocks.cursor.position
    if not blocks.after_boundary():
        return False
    table = blocks.make("table", cursor.origin())
    columns, alignment = _rows(blocks, table)
    lines = cursor.text[start : cursor.position - 1]
    if not blocks.before_boundary() or not _every_line_has_a_pipe(blocks.reading, lines):
        cursor.position = start
        return False
    if not any(part.kind == "tbody" for part in table.children):
        blocks.reading.warn(table.origin, "a table without a body is read as text")
        cursor.position = start
        return False
    for part in table.children:
        for row in part.children:
            row.children.extend(Element("td") for _ in range(columns - len(row.children)))
            for cell, side in zip(row.children, alignment, strict=False):
                cell.name = side
    blocks.tree.children.append(table)
    return True


def _rows(blocks: BlockReader, table: Element) -> tuple[int, list[str]]:
    """Read all lines of a table; returns how many columns it has, and how the first of them are aligned."""
    cursor, columns, has_footer = blocks.cursor, 0, False
    rows: list[Element] = []
    alignment: list[str] = []
    leading = cursor.check(_LEADING_PIPE) is not None

    def close(kind: str) -> None:
        nonlocal rows
        table.children.append(Element(kind, children=rows))
        rows = []

    cursor.scan(_SEPARATOR)
    while not cursor.at_end and cursor.check(_LINE):
        origin = cursor.origin()
        if separator := cursor.scan(_SEPARATOR):
            if rows and not alignment and not has_footer:
                close("thead")
                alignment = [
                    _ALIGNMENT[bool(left), bool(right)] for left, right in _COLUMN.findall(separator[1])
                ]
            elif rows and not has_footer:
                close("tbody")
        elif cursor.scan(_FOOTER_SEPARATOR):
            if rows:
                close("tbody")
            has_footer = True
        else:
            end = cursor.text.index("\n", cursor.position)
            cells = _cells(blocks.reading, cursor.text[cursor.position : end].rstrip(" \t"), leading=leading)
            cursor.position = end + 1
            rows.append(Element("tr", children=[_cell(text, origin) for text in cells]))
            columns = max(columns, len(cells))
    if rows:
        close("tfoot" if has_footer else "tbody")
    return columns, alignment


def _cell(text: str, origin: Origin) -> Element:
    return Element("td", children=[Element("raw_text", text.strip(BLANKS), origins=[origin])])


def _cells(reading: Reading, line: str, *, leading: bool) -> list[str]:
    """Split a line at its pipes; those inside code stay."""
    cells = [""]
    for index, part in enumerate(_HTML_CODE.split(line)):
        if index % 2:
            cells[-1] += part
            continue
        for node in _code_and_text(reading, part, with_html=False):
            if node.kind == "codespan":
                longest = max(re.findall("`+", node.text), default="")
                mark, space = longest + "`", " " if longest else ""
                cells[-1] += f"{mark}{space}{node.text}{space}{mark}"
            else:
                first, *others = (cell.replace("\\|", "|") for cell in _CELL_END.split(node.text))
                cells[-1] += first
                cells.extend(others)
    if leading and not cells[0].strip(BLANKS):
        del cells[0]
    if cells and not cells[-1].strip(BLANKS):
        del cells[-1]
    return cells


def _code_and_text(reading: Reading, text: str, *, with_html: bool) -> list[Element]:
    root = Element("root")
    SpanReader(reading, Cursor(text), "raw_text").read_all(root, _CODE_AND_HTML if with_html else _CODE)
    return root.children


def _every_line_has_a_pipe(reading: Reading, text: str) -> bool:
    warned = len(reading.warnings)
    nodes = _code_and_text(reading, text, with_html=True)
    del reading.warnings[warned:]
    piped = False
    for node in nodes:
        lines = node.text.split("\n")
        while lines and not lines[-1]:
            lines.pop()
        if node.kind in ("codespan", "xml_comment"):
            if len(lines) > 2 or (len(lines) == 2 and not piped):
                break
            if len(lines) == 2:
                piped = False
        elif node.kind == "raw_text" and lines:
            if len(lines) > 1 and not piped and not _HAS_PIPE.match(lines[0]):
                break
            piped = (piped and len(lines) == 1) or _HAS_PIPE.match(lines[-1]) is not None
    return piped


TABLE = BlockConstruct(pattern(rf"{MARGIN}(?=\S){_PIPE}.*?\n"), _table)


def write_table(writer: Writer, node: Element, indent: int) -> str:
    """Write a table."""
    margin = " " * indent
    inside = f"\n{writer.inner(node, indent)}{margin}"
    return f"{margin}{scrolling_html(writer, 'table', node.attributes, inside)}\n"


def write_cell(writer: Writer, node: Element, indent: int) -> str:
    """Write a cell; an empty one holds a blank."""
    tag = "th" if writer.above[-2].kind == "thead" else "td"
    style = f' style="text-align: {node.name}"' if node.name else ""
    inside = writer.inner(node, indent) or "\N{NO-BREAK SPACE}"
    return f"{' ' * indent}<{tag}{style}>{inside}</{tag}>\n"
