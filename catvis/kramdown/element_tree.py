"""Written HTML as an ElementTree, and back to the same bytes: what Python-Markdown's tree processors work on.

As in Python-Markdown, text and attributes are plain (``AT&T``), a reference such as ``&copy;`` stays what it is,
code stays escaped, as an ``AtomicString``. A placeholder stands for what no element can hold. It has an element of
its own, since tree processors may forget the text that follows the element that they replace.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Comment, Element, ProcessingInstruction, TreeBuilder

from markdown.util import AtomicString

from catvis.kramdown.grammar import VOID_ELEMENTS
from catvis.kramdown.writer import REFERENCE, attributes_html, escape_text

_TAG = re.compile(r'<(/?)([^\s<>/="]+)((?: [^\s<>/="]+="[^"]*")*)( /)?>')
_ATTRIBUTE = re.compile(r' ([^=]+)="([^"]*)"')
_ESCAPED = re.compile(rf"&(?:lt|gt|quot|amp(?!;{REFERENCE.removeprefix('&')}));", re.ASCII)
_SIGNS = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&"}
_LIKE_HEADING = re.compile(r"[Hh][1-6].")  # Python-Markdown's toc takes any such name for a heading's

PLACE = "@place"
"""The name of an element that holds a placeholder, and is not written itself; no author can write it."""

_CODE = (PLACE, "code", "pre", "kbd", "samp", "script", "style", "textarea")


def to_tree(html: str, tag: str, store: Callable[[str], str]) -> Element:
    """The tree of HTML that the dialect wrote.

    Args:
        html: what the dialect wrote, with placeholders where it is raw, each in a `PLACE`.
        tag: the name of the root.
        store: gives a placeholder for HTML that cannot stand in a tree. That is seldom any of it; it is all of it
            where a text breaks what the dialect writes, as with a prefix of footnotes that closes an attribute.
    """
    root = _tree(html, tag, store)
    if root is None:
        root = Element(tag)
        root.text = store(html)
    return root


def _tree(html: str, tag: str, store: Callable[[str], str]) -> Element | None:
    builder, above, end, in_code = TreeBuilder(), [tag], 0, 0
    kept: list[str] = []
    builder.start(tag, {})
    for match in _TAG.finditer(html):
        text, end = html[end : match.start()], match.end()
        builder.data(text if in_code else _plain(text))
        kept += [text, match[0]]
        closes, name, attributes, closed = match.groups()
        if name == PLACE:
            kept.pop()
        if _LIKE_HEADING.match(name) or (closed and name not in VOID_ELEMENTS):
            kept[-1] = store(match[0])
            builder.start(PLACE, {})
            builder.data(kept[-1])
            builder.end(PLACE)
        elif not closes:
            builder.start(name, {key: _plain(value) for key, value in _ATTRIBUTE.findall(attributes)})
            if closed:
                builder.end(name)
            else:
                above.append(name)
                in_code += name in _CODE
        elif above.pop() == name:
            builder.end(name)
            in_code -= name in _CODE
        else:
            return None
    builder.data(_plain(html[end:]))
    if above != [tag]:
        return None
    builder.end(tag)
    root = builder.close()
    _keep_code(root)
    return root if to_html(root) == f"<{tag}>{''.join(kept)}{html[end:]}</{tag}>" else None


def _plain(text: str) -> str:
    """Take back what `escape_text` does, as far as it then does the same again."""
    return _ESCAPED.sub(lambda match: _SIGNS[match[0]], text) if "&" in text else text


def _keep_code(root: Element) -> None:
    """Mark text in code as not to be read again."""
    for name in _CODE:
        for code in root.iter(name):
            for node in code.iter():
                node.text = node.text and AtomicString(node.text)
                if node is not code:
                    node.tail = node.tail and AtomicString(node.tail)


def to_html(node: Element) -> str:
    """The HTML of an element, whoever made it, without what follows it; laid out as its text is."""
    name: Any = node.tag
    text = node.text or ""
    if name is Comment:
        return f"<!--{text}-->"
    if name is ProcessingInstruction:
        return f"<?{text}?>"
    inside = escape_text(text) + "".join(to_html(child) + escape_text(child.tail or "") for child in node)
    if name in (None, PLACE):  # Python-Markdown has elements without a name, to hold others
        return inside
    tag = name + "".join(_attribute(key, value) for key, value in node.items())
    return f"<{tag} />" if not inside and name in VOID_ELEMENTS else f"<{tag}>{inside}</{name}>"


def _attribute(key: str, value: str | None) -> str:
    """One attribute; one without a value may stand there, too."""
    return f" {key}" if value is None else attributes_html({key: value})
