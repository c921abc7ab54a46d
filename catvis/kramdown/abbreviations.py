"""Abbreviations: ``*[HTML]: Hypertext Markup Language``, then marked wherever the word stands."""

from __future__ import annotations

import re

from catvis.kramdown.grammar import BLANKS, MARGIN, pattern
from catvis.kramdown.readers import BlockConstruct, BlockReader
from catvis.kramdown.reading import Abbreviation, Reading
from catvis.kramdown.tree import Element
from catvis.kramdown.writer import Writer, tag_html

_MARKUP = re.compile(r"[<>&]")


def _definition(blocks: BlockReader, match: re.Match[str]) -> bool:
    reading, origin, short = blocks.reading, blocks.cursor.origin(), match[1]
    if short in reading.abbreviations:
        reading.warn(origin, f"the abbreviation {short} is defined twice; the last one counts")
    mark = blocks.add("eob", origin)
    mark.name = "abbreviation_definition"
    reading.abbreviations[short] = Abbreviation(match[2].strip(BLANKS), mark)
    blocks.cursor.position = match.end()
    return True


def mark_abbreviations(reading: Reading, tree: Element) -> None:
    """Replace defined words in all text below a node that is not raw; longer ones first."""
    if not reading.abbreviations:
        return
    words = "|".join(re.escape(word) for word in sorted(reading.abbreviations, key=len, reverse=True))
    known = pattern(rf"(?<!\w)(?:{words})(?!\w)")
    for node in list(tree.walk()):
        if node.kind == "html" and node.content == "raw":
            continue
        children: list[Element] = []
        for child in node.children:
            children.extend(_split(known, child) if child.kind == "text" else [child])
        node.children = children


def _split(known: re.Pattern[str], text: Element) -> list[Element]:
    pieces: list[Element] = []
    end = 0
    for match in known.finditer(text.text):
        pieces += [Element("text", text.text[end : match.start()]), Element("abbreviation", name=match[0])]
        end = match.end()
    return [*pieces, Element("text", text.text[end:])] if pieces else [text]


ABBREVIATION_DEFINITION = BlockConstruct(pattern(rf"{MARGIN}\*\[(.+?)\]:(.*?)\n"), _definition)


def write_abbreviation(writer: Writer, node: Element, _: int) -> str:
    """Write an abbreviation with what it stands for; kramdown does not escape it."""
    abbreviation = writer.reading.abbreviations[node.name]
    attributes = dict(abbreviation.mark.attributes)
    if abbreviation.title:
        attributes["title"] = abbreviation.title
    name = writer.marks.raw(node.name) if _MARKUP.search(node.name) else node.name
    return tag_html("abbr", attributes, name)
