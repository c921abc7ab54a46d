"""kramdown's extensions: ``{::comment}``, ``{::nomarkdown}``, ``{::options … /}``, and ours, ``{::value … /}``.

A value is only marked here; what it is, the build computes.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable

from catvis.kramdown.attribute_lists import parse_list
from catvis.kramdown.cursor import Cursor
from catvis.kramdown.grammar import BLANKS, LIST_NAME, LISTED, MARGIN, pattern
from catvis.kramdown.readers import BlockConstruct, BlockReader, SpanConstruct, SpanReader
from catvis.kramdown.reading import Reading
from catvis.kramdown.template import Plain, ValueHole
from catvis.kramdown.tree import AttributeList, Element, Origin
from catvis.kramdown.writer import Writer

_TAG = rf"\{{::(\w+)(?:\s({LISTED}?|)|)(/)?\}}|\{{:/(?:{LIST_NAME})?\}}"
_NAMES = ("comment", "nomarkdown", "options", "value")
_VALUE = pattern(rf"\{{::value\s({LISTED}?)/\}}")


def _flag(value: str) -> bool:
    if value.lower() not in ("true", "false", "yes", "no"):
        raise ValueError(value)
    return value.lower() in ("true", "yes")


def _levels(value: str) -> frozenset[int]:
    first, dots, last = value.partition("..")
    if dots:
        return frozenset(level for level in range(1, 7) if int(first) <= level <= int(last))
    return frozenset(int(level) for level in value.split(","))


_FLAG = (_flag, "true or false")
_TEXT = (str, "a text")
_NUMBER = (int, "a whole number")
OPTIONS: dict[str, tuple[Callable[[str], object], str]] = {
    "parse_block_html": _FLAG,
    "parse_span_html": _FLAG,
    "auto_ids": _FLAG,
    "auto_id_prefix": _TEXT,
    "toc_levels": (_levels, "levels such as 2..3 or 1,2"),
    "header_offset": _NUMBER,
    "footnote_nr": _NUMBER,
    "footnote_prefix": _TEXT,
    "footnote_backlink": _TEXT,
    "footnote_backlink_inline": _FLAG,
}
"""Every option by its name: how its value is read, which may raise a ``ValueError``, and what it should be."""


def _set_option(reading: Reading, name: str, value: str, origin: Origin) -> None:
    """Set one option; an unknown name or a value that does not fit is warned about and changes nothing."""
    if name not in OPTIONS:
        reading.warn(origin, f"there is no option {name} here; {_nearest(name)}")
        return
    read, right = OPTIONS[name]
    try:
        setattr(reading.options, name, read(value))
    except ValueError:
        reading.warn(origin, f"the option {name} cannot be {value!r}; write {right}")


def _nearest(name: str) -> str:
    """Name the options, those that come closest first."""
    ranked = difflib.get_close_matches(name, list(OPTIONS), n=len(OPTIONS), cutoff=0.0)
    valid = f"valid: {', '.join(ranked)}"
    likely = difflib.SequenceMatcher(None, name, ranked[0]).ratio() >= 0.6
    return f"did you mean {ranked[0]}? {valid}" if likely else valid


def _extension(
    reading: Reading, cursor: Cursor, tag: re.Match[str], add: Callable[[Element], None], *, span: bool
) -> bool:
    """Read an extension from its start tag on; says whether it is one."""
    origin, name = cursor.origin(), tag[1]
    if name not in _NAMES or (name == "value" and not span):
        what = "an end tag without its start" if name is None else f"an unknown extension, {name}"
        if name != "value":
            reading.warn(origin, f"found {what}")
        return False
    end, body = tag.end(), None
    if not tag[3]:
        stop = _stop(name, span=span).search(cursor.text, end) if cursor.is_ahead("{:/") else None
        if stop is None:
            reading.warn(origin, f"the extension {name} has no end tag")
            return False
        body, end = cursor.text[end : stop.start()], stop.end()
        body = body if span else body.removesuffix("\n")
    listed = AttributeList()
    if name == "value":
        add(Element("value", (tag[2] or "").strip(BLANKS), origin=origin))
    else:
        parse_list(reading, tag[2] or "", listed, origin)
    cursor.position = end
    if name == "comment" and body is not None:
        add(Element("comment", body, span=span, origin=origin))
    elif name == "nomarkdown" and body is not None:
        kinds = listed.attributes.get("type", "html").split()
        add(Element("raw", body if "html" in kinds or not kinds else "", span=span, origin=origin))
    elif name == "options":
        for key, value in listed.attributes.items():
            _set_option(reading, key, value, origin)
        if not span:
            add(Element("eob", name="extension", origin=origin))
    return True


def _stop(name: str, *, span: bool) -> re.Pattern[str]:
    end = rf"\{{:/(?:{name})?\}}"
    return pattern(end) if span else pattern(rf"^{MARGIN}{end} *?\n")


def line_with_values(text: str, place: Callable[[str], Origin]) -> Plain:
    """A text that is no Markdown, with open places for the values that it asks for.

    Args:
        text: such as a title.
        place: where such a request stands, as it is written.
    """
    pieces, end = list[str | ValueHole](), 0
    for match in _VALUE.finditer(text):
        pieces += [text[end : match.start()], ValueHole(match[1].strip(BLANKS), place(match[0]))]
        end = match.end()
    return tuple(piece for piece in (*pieces, text[end:]) if piece)


def _block(blocks: BlockReader, match: re.Match[str]) -> bool:
    def add(node: Element) -> None:
        if node.kind == "eob":
            node.listed, blocks.pending = blocks.pending, None
        blocks.tree.children.append(node)

    return _extension(blocks.reading, blocks.cursor, match, add, span=False)


def _span(spans: SpanReader, match: re.Match[str]) -> None:
    if not _extension(spans.reading, spans.cursor, match, spans.tree.children.append, span=True):
        spans.skip_character()


BLOCK_EXTENSION = BlockConstruct(pattern(rf"{MARGIN}(?:{_TAG})\s*?\n"), _block)
SPAN_EXTENSION = SpanConstruct(r"\{:", "{", pattern(_TAG), _span)


def write_comment(writer: Writer, node: Element, indent: int) -> str:
    """Write ``{::comment}`` as a comment of HTML."""
    comment = writer.marks.raw(f"<!-- {node.text} -->")
    return comment if node.span else f"{' ' * indent}{comment}\n"


def write_raw(writer: Writer, node: Element, _: int) -> str:
    """Write ``{::nomarkdown}``, what a script holds, and HTML that is made elsewhere, as it is."""
    html = writer.marks.raw(node.text) if node.content == "raw" else node.text
    return html if node.span else f"{html}\n"


def write_value(writer: Writer, node: Element, _: int) -> str:
    """Leave the value's place open."""
    return writer.marks.mark(ValueHole(node.text, node.origin))
