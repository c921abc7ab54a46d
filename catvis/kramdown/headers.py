"""Headers, ATX (``## Title``) and setext (underlined), their ids, and the table of contents made of them.

``{#id}`` behind a header is its id; others get one of their words. ``{:toc}`` on a list makes it the table of
contents, ``{:.no_toc}`` leaves a header out of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from catvis.kramdown.grammar import ATX_MARK, BLANKS, MARGIN, pattern
from catvis.kramdown.readers import BlockConstruct, BlockReader
from catvis.kramdown.template import Header
from catvis.kramdown.tree import Element
from catvis.kramdown.writer import Writer, tag_html, words

_ID = re.compile(r"[\t ]\{#(?P<id>[^\W\d][-:.\w]*|:[-:.\w]*)\}\Z")
_CLOSING_MARKS = re.compile(r"[\t ]#+\Z")
_NOT_LETTERS_FIRST = re.compile(r"^[^a-zA-Z]+", re.MULTILINE)
_NOT_IN_ID = re.compile(r"[^a-zA-Z0-9 -]")
_NO_TOC = re.compile(r"\bno_toc\b")


def _add(blocks: BlockReader, level: int, text: str, end: int, *, closing_marks: bool) -> bool:
    text, chosen = text.rstrip(BLANKS), None
    match = _ID.search(text)
    if match:
        text, chosen = text[: match.start()].rstrip(BLANKS), match["id"]
    if closing_marks:
        text = _CLOSING_MARKS.sub("", text).rstrip(BLANKS)
    if not text:
        return False
    cursor = blocks.cursor
    origin = cursor.origin(cursor.text.index(text, cursor.position))
    header = blocks.add("header", cursor.origin())
    header.level = level
    header.append_text(text, "raw_text")
    header.children[-1].origins = [origin]
    if chosen:
        header.attributes["id"] = chosen
    cursor.position = end
    return True


def _atx(blocks: BlockReader, match: re.Match[str]) -> bool:
    return _add(blocks, len(match[1]), match[2], match.end(), closing_marks=True)


def _setext(blocks: BlockReader, match: re.Match[str]) -> bool:
    level = 2 if match[2] == "-" else 1
    return blocks.after_boundary() and _add(blocks, level, match[1], match.end(), closing_marks=False)


ATX_HEADER = BlockConstruct(pattern(ATX_MARK), _atx)
SETEXT_HEADER = BlockConstruct(pattern(rf"{MARGIN}([^ \t].*)\n([-=])[-=]*[ \t\r\f\v]*\n"), _setext)


def header_id(text: str, given: dict[str, int]) -> str:
    """GFM's id of a header: its words in lower case, blanks as hyphens, other signs left out."""
    kept = (sign for sign in text.lower() if sign in "- \t_" or _is_word(sign))
    return _numbered("".join(kept).replace(" ", "-").replace("\t", "-"), given)


def _is_word(sign: str) -> bool:
    category = unicodedata.category(sign)
    return category[0] in "LM" or category in ("Nd", "Pc")


def _numbered(name: str, given: dict[str, int]) -> str:
    count = given[name] = given.get(name, -1) + 1
    return f"{name}-{count}" if count else name


def write_header(writer: Writer, node: Element, indent: int) -> str:
    """Write a header, and note it for the table of contents.

    Headers inside HTML and in footnotes have no id yet; theirs follows kramdown's own rule.
    """
    attributes, options = dict(node.attributes), writer.reading.options
    if options.auto_ids and "id" not in attributes:
        name = _NOT_IN_ID.sub("", _NOT_LETTERS_FIRST.sub("", node.text)).replace(" ", "-").lower()
        attributes["id"] = options.auto_id_prefix + _numbered(name or "section", writer.ids)
    level = min(max(node.level + options.header_offset, 1), 6)
    listed = node.level in options.toc_levels and is_listed(attributes)
    end = writer.header_end(node, Header(level, attributes.get("id", ""), words(node), listed))
    return f"{' ' * indent}{tag_html(f'h{level}', attributes, writer.inner(node, indent) + end)}\n"


def is_listed(attributes: Mapping[str, str]) -> bool:
    """Whether a table of contents can lead to a header, and its author lets it."""
    return "id" in attributes and not _NO_TOC.search(attributes.get("class", ""))


def contents_html(writer: Writer, place: Element) -> str:
    """The list of the Markdown's listed headers, nested by level, in place of the list ``place``."""
    root = Element(place.kind, attributes=dict(place.attributes))
    root.attributes.setdefault("id", "markdown-toc")
    open_items: list[tuple[int, Element]] = []
    for node, header in writer.headers:
        if not header.listed or node.kind != "header":
            continue
        while open_items and open_items[-1][0] >= node.level:
            open_items.pop()
        item = _item(node, header.id, root.attributes["id"])
        if open_items:
            parent = open_items[-1][1]
            if parent.children[-1].kind != place.kind:
                parent.children.append(Element(place.kind))
            parent.children[-1].children.append(item)
        else:
            root.children.append(item)
        open_items.append((node.level, item))
    return writer.one(root, 0) if root.children else ""


def _item(header: Element, identifier: str, prefix: str) -> Element:
    link = Element("a", attributes={"href": f"#{identifier}", "id": f"{prefix}-{identifier}"})
    link.children = _entry(header)
    return Element("li", children=[Element("p", transparent=True, children=[link])])


def _entry(header: Element) -> list[Element]:
    """What a header says, as an entry of a list of links: without footnotes, without links of its own."""
    children: list[Element] = []
    for child in header.children:
        if child.kind == "footnote":
            continue
        twin = child.clone()
        twin.children = _entry(child)
        children.extend(twin.children if child.kind == "a" else [twin])
    return children
