"""The lines of a list item or a definition: how far they are indented, and which of them still belong to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from catvis.kramdown.attribute_lists import parse_list
from catvis.kramdown.grammar import (
    BLANKS,
    BLOCK_LIST,
    HTML_CLOSES,
    HTML_OPENS,
    INDENT,
    LIST_NAME,
    LISTED,
    pattern,
)
from catvis.kramdown.reading import Reading
from catvis.kramdown.tree import AttributeList, Element, Origin

_OWN_LIST = rf"\s*(?:\{{:(?!(?:{LIST_NAME})?:|/)({LISTED})\}})\s*"
_ATTRIBUTES = pattern(_OWN_LIST)
_NOTHING_ELSE = pattern(rf"(?:{_OWN_LIST})?\s*\n")
_TABS_IN_MARGIN = re.compile(r"( *)(\t+)")
_LEADING_TABS = re.compile(r"\t+")


@dataclass
class ItemText:
    """A text that is read by itself, with the origins of its lines."""

    text: str = ""
    origins: list[Origin] = field(default_factory=list)

    def add(self, text: str, origins: list[Origin]) -> None:
        """Add lines."""
        self.text += text
        self.origins.extend(origins)


@dataclass(frozen=True)
class Indentation:
    """What lines of an item look like that is indented by ``width``: its own ones, and lazy ones."""

    width: int
    content: re.Pattern[str]
    lazy: re.Pattern[str]

    def strip(self, line: str) -> tuple[str, int, bool]:
        """Take the indentation off a line.

        Returns:
            the line with leading tabs spelled out, how many of its characters went, and whether it was indented.
        """
        tabs = _LEADING_TABS.match(line)
        spelled = " " * 4 * tabs.end() + line[tabs.end() :] if tabs else line
        if not spelled.startswith(" " * self.width):
            return spelled, 0, False
        taken = min(tabs.end(), -(-self.width // 4)) if tabs else self.width
        return spelled[self.width :], taken, True


@lru_cache(maxsize=256)
def _indentation(width: int) -> Indentation:
    steps, rest = divmod(width, 4)
    own = rf"(?:{INDENT}{{{steps}}} {{{rest}}}|{INDENT}{{{steps + 1}}}).*\S.*\n"
    margin = rf" {{0,{min(width, 3)}}}"
    lazy = rf"(?!{margin}(?:{BLOCK_LIST}|{HTML_CLOSES}|{HTML_OPENS})).*\S.*\n"
    return Indentation(width, pattern(own), pattern(lazy))


def first_line(
    reading: Reading, item: Element, marker_width: int, content: str, origin: Origin
) -> tuple[ItemText, Indentation]:
    """Read what follows an item's marker; an attribute list that stands first is the item's own."""
    width, written = marker_width, content
    if _NOTHING_ELSE.match(content):
        width = 4
    else:
        while tabs := _TABS_IN_MARGIN.match(content):
            column = tabs.end(1) + marker_width
            spaces = 4 - column % 4 + (len(tabs[2]) - 1) * 4
            content = tabs[1] + " " * spaces + content[tabs.end() :]
        width += len(content) - len(content.lstrip(" "))
    content = content.lstrip(BLANKS)
    match = _ATTRIBUTES.match(content)
    if match:
        parse_list(reading, match[1], item.list_attributes(), origin)
        content = content[match.end() :]
    taken = len(written) - len(content) if written.endswith(content) else 0
    return ItemText(content, [Origin(origin.line, origin.column + taken)]), _indentation(width)


def listed_first(reading: Reading, text: str, into: Element, origin: Origin) -> str:
    """Take an attribute list off the beginning of a text."""
    match = _ATTRIBUTES.match(text)
    if match is None:
        return text
    into.listed = into.listed or AttributeList()
    parse_list(reading, match[1], into.listed, origin)
    return text[match.end() :]
