"""The tree between reading and writing: what every construct makes, and what the writer turns into HTML.

An element knows its kind, its text or children, its HTML attributes, and where in the post it came from. Elements
are built while the post is read, resolved once (references, footnotes, ids) and then only read.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

ContentModel = Literal["block", "span", "raw"]


class Origin(NamedTuple):
    """Where a line of text stands in the post; both numbers count from 1."""

    line: int
    column: int

    def moved(self, width: int) -> Origin:
        """What stands some characters further on in the line."""
        return Origin(self.line, self.column + width)


_FIRST = Origin(1, 1)


class AttributeList(msgspec.Struct):
    """What ``{:.a #b key="v" name}`` says: attributes, and names of lists defined elsewhere."""

    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    references: list[str] = msgspec.field(default_factory=list)

    def set(self, key: str, value: str) -> None:
        """Set an attribute; classes add up."""
        merge_attribute(self.attributes, key, value)

    def update(self, other: AttributeList) -> None:
        """Add everything that another list says."""
        self.references.extend(other.references)
        for key, value in other.attributes.items():
            self.set(key, value)


def merge_attribute(attributes: dict[str, str], key: str, value: str) -> None:
    """Set one HTML attribute: a later value replaces an earlier one, but classes add up."""
    if key == "class" and attributes.get("class"):
        value = f"{attributes['class']} {value}"
    attributes[key] = value


class Element(msgspec.Struct, eq=False):
    """A node of the tree: one piece of the post.

    ``kind`` is one of ``root p header hr blockquote ul ol li dl dt dd codeblock table thead tbody tfoot tr td
    html math blank eob comment raw xml_comment`` (blocks) or ``text raw_text em strong a img codespan br entity
    footnote abbreviation value`` (spans; ``html``, ``math``, ``comment``, ``raw`` may be either). ``origin``
    is where it begins; text that has yet to be read for spans knows the ``origins`` of all its lines.
    """

    kind: str
    text: str = ""
    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    children: list[Element] = msgspec.field(default_factory=list)
    listed: AttributeList | None = None
    origin: Origin = _FIRST
    origins: list[Origin] | None = None
    span: bool = False
    level: int = 0
    transparent: bool = False
    content: ContentModel = "raw"
    closed: bool = False
    language: str = ""
    name: str = ""

    @property
    def last(self) -> Element | None:
        """The last child."""
        return self.children[-1] if self.children else None

    @property
    def references(self) -> list[str]:
        """Names of attribute lists that the node refers to."""
        return self.listed.references if self.listed else []

    def list_attributes(self) -> AttributeList:
        """The node's attribute list, made when it is first asked for."""
        if self.listed is None:
            self.listed = AttributeList()
        return self.listed

    def add_origins(self, origins: list[Origin]) -> None:
        """Note where further lines of the text come from."""
        if self.origins is None:
            self.origins = []
        self.origins.extend(origins)

    def append_text(self, text: str, kind: str = "text") -> None:
        """Add text; text beside text becomes one piece."""
        last = self.last
        if last is not None and last.kind == kind:
            # Where nobody else holds a string, it is lengthened in its place: else long texts took quadratic time.
            longer, last.text = last.text, ""
            longer += text
            last.text = longer
        elif text:
            self.children.append(Element(kind, text))

    def walk(self) -> Iterator[Element]:
        """The node and everything below it, in the order of the text."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def clone(self) -> Element:
        """A copy whose children and attributes can change without changing the original's."""
        twin = copy.copy(self)
        twin.attributes = dict(self.attributes)
        twin.children = [child.clone() for child in self.children]
        return twin
