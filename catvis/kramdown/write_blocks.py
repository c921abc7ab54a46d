"""How each kind of block is written; `BLOCK_WRITERS` lists them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from catvis.kramdown.contents import note_header
from catvis.kramdown.html_names import VOID_ELEMENTS
from catvis.kramdown.html_text import attributes_html, escape_code
from catvis.kramdown.template import Choice, Paragraph
from catvis.kramdown.tree import Element

if TYPE_CHECKING:
    from catvis.kramdown.writer import Write, Writer

_LANGUAGE = re.compile(r"\blanguage-(\S+)", re.ASCII)
_NOT_LETTERS_FIRST = re.compile(r"^[^a-zA-Z]+", re.MULTILINE)
_NOT_IN_ID = re.compile(r"[^a-zA-Z0-9 -]")


def _margin(indent: int) -> str:
    return " " * indent


def _blank(_: Writer, __: Element, ___: int) -> str:
    return "\n"


def _container(writer: Writer, node: Element, indent: int) -> str:
    margin = _margin(indent)
    inside = writer.inner(node, indent)
    return f"{margin}<{node.kind}{attributes_html(node.attributes)}>\n{inside}{margin}</{node.kind}>\n"


def _paragraph(writer: Writer, node: Element, indent: int) -> str:
    if node.transparent:
        return writer.inner(node, indent)
    only = node.children[0] if len(node.children) == 1 else None
    if only and only.kind == "img" and "standalone" in only.references:
        return _standalone_image(writer, node, indent)
    inside, attributes = writer.inner(node, indent), attributes_html(node.attributes)
    if not any(child.kind == "img" for child in node.walk()):
        return f"{_margin(indent)}<p{attributes}>{inside}</p>\n"
    mark = writer.marks.mark(Paragraph(attributes, writer.marks.take_apart(inside)))
    return f"{_margin(indent)}{mark}\n"


def _standalone_image(writer: Writer, paragraph: Element, indent: int) -> str:
    attributes, image = dict(paragraph.attributes), paragraph.children[0]
    for name in ("class", "id"):
        value = image.attributes.pop(name, None)
        if value is not None:
            attributes.setdefault(name, value)
    margin, inner = _margin(indent), _margin(indent + 2)
    caption = image.attributes.get("alt", "")
    return (
        f"{margin}<figure{attributes_html(attributes)}>\n{inner}{writer.one(image, indent)}\n"
        f"{inner}<figcaption>{escape_code(caption)}</figcaption>\n{margin}</figure>\n"
    )


def _header(writer: Writer, node: Element, indent: int) -> str:
    attributes, options = dict(node.attributes), writer.reading.options
    if options.auto_ids and "id" not in attributes:
        attributes["id"] = options.auto_id_prefix + _made_up_id(writer, node.text)
    if "id" in attributes:
        note_header(writer, node, attributes["id"])
    level = min(max(node.level + options.header_offset, 1), 6)
    inside = writer.inner(node, indent)
    return f"{_margin(indent)}<h{level}{attributes_html(attributes)}>{inside}</h{level}>\n"


def _made_up_id(writer: Writer, text: str) -> str:
    """An id by kramdown's own rule, which counts for headers inside HTML and in footnotes."""
    name = _NOT_IN_ID.sub("", _NOT_LETTERS_FIRST.sub("", text)).replace(" ", "-").lower() or "section"
    count = writer.ids[name] = writer.ids.get(name, -1) + 1
    return f"{name}-{count}" if count else name


def _rule(_: Writer, node: Element, indent: int) -> str:
    return f"{_margin(indent)}<hr{attributes_html(node.attributes)} />\n"


def _list(writer: Writer, node: Element, indent: int) -> str:
    if "toc" in node.references and writer.contents is None:
        writer.contents, writer.contents_mark = node, writer.marks.mark("")
        return writer.contents_mark
    if "footnotes" in node.references and writer.endnotes_mark is None:
        writer.endnotes_mark = writer.marks.mark("")
        return writer.endnotes_mark
    return _container(writer, node, indent)


def _item(writer: Writer, node: Element, indent: int) -> str:
    margin, inside = _margin(indent), writer.inner(node, indent)
    first = node.children[0] if node.children else None
    if first is None or (first.kind == "p" and first.transparent):
        inside += margin if inside.endswith("\n") else ""
    else:
        inside = f"\n{inside}{margin}"
    return f"{margin}<{node.kind}{attributes_html(node.attributes)}>{inside}</{node.kind}>\n"


def _term(writer: Writer, node: Element, indent: int) -> str:
    inside = writer.inner(node, indent)
    return f"{_margin(indent)}<dt{attributes_html(node.attributes)}>{inside}</dt>\n"


def _cell(writer: Writer, node: Element, indent: int) -> str:
    tag = "th" if writer.above[-2].kind == "thead" else "td"
    style = f' style="text-align: {node.name}"' if node.name else ""
    inside = writer.inner(node, indent) or "\N{NO-BREAK SPACE}"
    return f"{_margin(indent)}<{tag}{style}>{inside}</{tag}>\n"


def _code(writer: Writer, node: Element, indent: int) -> str:
    attributes, code_attributes = dict(node.attributes), {}
    language = _LANGUAGE.search(attributes.get("class", ""))
    if language:
        code_attributes["class"] = f"language-{language[1]}"
        attributes["class"] = _LANGUAGE.sub("", attributes["class"], count=1).strip()
        if not attributes["class"]:
            del attributes["class"]
    code = escape_code(node.text).removesuffix("\n")
    plain = f"<pre{attributes_html(attributes)}><code{attributes_html(code_attributes)}>{code}\n</code></pre>"
    rich = writer.engines.code(node)
    if rich is None:
        return f"{_margin(indent)}{plain}\n"
    return f"{_margin(indent)}{writer.marks.mark(Choice('code', plain, rich))}\n"


def _html(writer: Writer, node: Element, indent: int) -> str:
    inside, parent = writer.inner(node, indent), writer.above[-1]
    tag = f"<{node.name}{attributes_html(node.attributes)}"
    if node.span:
        is_void = not inside and node.name in VOID_ELEMENTS
        return f"{tag} />" if is_void else f"{tag}>{inside}</{node.name}>"
    on_own_line = parent.kind != "html" or parent.content != "raw"
    margin, end = (_margin(indent), "\n") if on_own_line else ("", "")
    if node.closed and node.content == "raw":
        written = f"{tag} />"
    elif inside and node.content == "block":
        inside = inside.removesuffix("\n")
        written = f"{tag}>\n{inside}\n{_margin(indent)}</{node.name}>"
    elif inside or node.name not in VOID_ELEMENTS:
        written = f"{tag}>{inside}</{node.name}>"
    else:
        written = f"{tag} />"
    return f"{margin}{written}{end}"


def _html_comment(writer: Writer, node: Element, indent: int) -> str:
    parent = writer.above[-1]
    if node.span or (parent.kind == "html" and parent.content == "raw"):
        return node.text
    return f"{_margin(indent)}{node.text}\n"


def _comment(_: Writer, node: Element, indent: int) -> str:
    comment = f"<!-- {node.text} -->"
    return comment if node.span else f"{_margin(indent)}{comment}\n"


def _raw(_: Writer, node: Element, __: int) -> str:
    return node.text if node.span else f"{node.text}\n"


BLOCK_WRITERS: dict[str, Write] = {
    "blank": _blank,
    "p": _paragraph,
    "header": _header,
    "hr": _rule,
    "blockquote": _container,
    "ul": _list,
    "ol": _list,
    "dl": _container,
    "li": _item,
    "dd": _item,
    "dt": _term,
    "table": _container,
    "thead": _container,
    "tbody": _container,
    "tfoot": _container,
    "tr": _container,
    "td": _cell,
    "codeblock": _code,
    "html": _html,
    "xml_comment": _html_comment,
    "comment": _comment,
    "raw": _raw,
}
