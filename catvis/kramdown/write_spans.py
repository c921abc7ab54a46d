"""How each kind of span is written, and math, which may be either; `SPAN_WRITERS` lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catvis.kramdown.html_text import attributes_html, escape_code, escape_text
from catvis.kramdown.template import Choice, ImageHole, ValueHole
from catvis.kramdown.tree import Element

if TYPE_CHECKING:
    from catvis.kramdown.writer import Write, Writer


def _text(_: Writer, node: Element, __: int) -> str:
    return escape_text(node.text)


def _as_written(_: Writer, node: Element, __: int) -> str:
    return node.text


def _element(writer: Writer, node: Element, indent: int) -> str:
    return f"<{node.kind}{attributes_html(node.attributes)}>{writer.inner(node, indent)}</{node.kind}>"


def _image(writer: Writer, node: Element, _: int) -> str:
    written = f"<img{attributes_html(node.attributes)} />"
    others = tuple((key, value) for key, value in node.attributes.items() if key not in ("src", "alt"))
    source, alt = node.attributes.get("src", ""), node.attributes.get("alt", "")
    return writer.marks.mark(ImageHole(source, alt, others, node.origin, written))


def _break(_: Writer, __: Element, ___: int) -> str:
    return "<br />"


def _code(_: Writer, node: Element, __: int) -> str:
    return f"<code{attributes_html(node.attributes)}>{escape_code(node.text)}</code>"


def _value(writer: Writer, node: Element, _: int) -> str:
    return writer.marks.mark(ValueHole(node.text, node.origin))


def _abbreviation(writer: Writer, node: Element, _: int) -> str:
    abbreviation = writer.reading.abbreviations[node.name]
    attributes = dict(abbreviation.mark.attributes)
    if abbreviation.title:
        attributes["title"] = abbreviation.title
    return f"<abbr{attributes_html(attributes)}>{node.name}</abbr>"


def _footnote(writer: Writer, node: Element, _: int) -> str:
    name = node.name
    identifier = writer.reading.options.footnote_prefix + name
    if name in writer.footnotes:
        writer.footnotes[name] += 1
        repeat = f":{writer.footnotes[name]}"
    else:
        writer.footnotes[name] = 0
        repeat = ""
    number = writer.reading.options.footnote_nr + list(writer.footnotes).index(name)
    return (
        f'<sup id="fnref:{identifier}{repeat}" role="doc-noteref">'
        f'<a href="#fn:{identifier}" class="footnote" rel="footnote">{number}</a></sup>'
    )


def _math(writer: Writer, node: Element, indent: int) -> str:
    tex, attributes = escape_code(node.text), attributes_html(node.attributes)
    if node.span:
        plain = f"<span{attributes}>${node.text}$</span>" if attributes else f"\\({tex}\\)"
    else:
        plain = f"\\[{tex}\\]"
        plain = f"{' ' * indent}<div{attributes}>{plain}\n</div>" if attributes else plain
    rich = writer.engines.math(node)
    written = plain if rich is None else writer.marks.mark(Choice("math", plain, rich))
    return written if node.span else f"{written}\n"


SPAN_WRITERS: dict[str, Write] = {
    "text": _text,
    "raw_text": _text,
    "entity": _as_written,
    "em": _element,
    "strong": _element,
    "a": _element,
    "img": _image,
    "br": _break,
    "codespan": _code,
    "value": _value,
    "abbreviation": _abbreviation,
    "footnote": _footnote,
    "math": _math,
}
