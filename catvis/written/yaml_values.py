"""YAML with positions: every value of a file that a person wrote knows the line and column where it stands.

`read_yaml` turns a file into a `Value`; a `Value` is asked for what it should be (``text``, ``number``,
``mapping`` …) and says in one message what it is instead. Only plain YAML is read: no tag, no anchor, no
alias, nothing deep or large, so that a hostile file costs neither time nor memory and runs no code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from pathlib import Path
from typing import NoReturn, TypeVar

import yaml

from catvis.errors import ContentError, Place, nearest
from catvis.frozen import Frozen
from catvis.written.located import Located, Mistakes, located
from catvis.written.named_files import LIST, named_file
from catvis.written.yaml_bounds import events
from catvis.written.yaml_problems import explain, place_of, too_large_number

W = TypeVar("W", bound=str)

DEEPEST_NESTING = 10
LONGEST_QUOTE = 60

_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")


class Value(Frozen):
    """One value of a YAML file.

    Attributes:
        key: the key that it stands under; for an item of a list, the list's.
        node: as PyYAML composed it.
        file: where it was read.
        source: that file's whole text.
        is_item: whether it is an item of the list under the key.
    """

    key: Located[str]
    node: yaml.Node
    file: Path
    source: str
    is_item: bool = False

    @property
    def place(self) -> Place:
        """Where the value begins."""
        return self._place_of(self.node)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written (or ``null``)."""
        return self.node.tag == "tag:yaml.org,2002:null"

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_mapping(self) -> bool:
        """Whether it is a mapping."""
        return isinstance(self.node, yaml.MappingNode)

    def mapping(self, mistakes: Mistakes, known: Collection[str] | None = None) -> dict[str, Value]:
        """The values by their keys, in the file's order; nothing counts as an empty mapping.

        Keys written twice and, if the ``known`` ones are given, unknown keys are noted and left out.

        Raises:
            ContentError: the value is no mapping.
        """
        if self.is_empty:
            return {}
        if not isinstance(self.node, yaml.MappingNode):
            self.refuse("a mapping of keys to values")
        values: dict[str, Value] = {}
        for key_node, value_node in self.node.value:
            place = self._place_of(key_node)
            with mistakes.noted():
                key = self._key(key_node, place)
                if key in values:
                    first = values[key].key.place
                    raise ContentError(
                        f"{quoted(key)} is written twice", where=place, hint=f"first at {first}"
                    )
                if known is not None and key not in known:
                    raise ContentError(f"unknown key {quoted(key)}", where=place, hint=nearest(key, known))
                values[key] = Value(Located(key, place), value_node, self.file, self.source)
        return values

    def items(self, example: str) -> tuple[Value, ...]:
        """The items of a list; nothing counts as an empty one.

        Raises:
            ContentError: the value is no list; the hint shows the ``example``.
        """
        if self.is_empty:
            return ()
        if not isinstance(self.node, yaml.SequenceNode):
            self.refuse("a list", f"write {self.key.value}: {example}")
        return tuple(Value(self.key, node, self.file, self.source, is_item=True) for node in self.node.value)

    def text(self, example: str) -> Located[str]:
        """The text as it was written, whatever YAML takes it for: ``no`` is the language, not a falsehood.

        Raises:
            ContentError: the value is no text, an empty one, or holds control characters.
        """
        hint = f"for example {example}"
        if not isinstance(self.node, yaml.ScalarNode) or self.is_empty or not self.node.value.strip():
            self.refuse("text", hint)
        text = self.node.value
        if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in text):
            raise ContentError(f"{quoted(text)} holds a control character", where=self.place, hint=hint)
        return Located(text.strip(), self.place_at(0))

    def flag(self) -> bool:
        """``true`` or ``false``.

        Raises:
            ContentError: the value is neither.
        """
        if self.node.tag != "tag:yaml.org,2002:bool":
            self.refuse("true or false")
        return str(self.node.value).lower() in ("true", "yes", "on")

    def number(self, lowest: int, highest: int) -> int:
        """A whole number, both bounds included.

        Raises:
            ContentError: the value is no plain whole number, or out of bounds.
        """
        is_number = isinstance(self.node, yaml.ScalarNode) and _WHOLE_NUMBER.fullmatch(self.node.value)
        if not is_number or not lowest <= int(self.node.value) <= highest:
            self.refuse(f"a whole number from {lowest} to {highest}")
        return int(self.node.value)

    def choice(self, choices: Collection[W]) -> W:
        """One of a few words.

        Raises:
            ContentError: the value is no text or another word.
        """
        found = self.text(next(iter(choices)))
        for choice in choices:
            if found.value == choice:
                return choice
        message = f"{self._subject()} cannot be {quoted(found.value)}"
        raise ContentError(message, where=found.place, hint=nearest(found.value, choices))

    def refuse(self, expected: str, hint: str | None = None) -> NoReturn:
        """Say that something else was expected here.

        Raises:
            ContentError: always.
        """
        message = f"{self._subject()} must be {expected}, found {self._found()}"
        raise ContentError(message, where=self.place, hint=hint)

    def place_at(self, offset: int) -> Place:
        """The place of a character of `text`; where the value begins if escapes or folding hide it."""
        mark, place, text = self.node.start_mark, self.place, str(self.node.value)
        skip = 1 if isinstance(self.node, yaml.ScalarNode) and self.node.style in ("'", '"') else 0
        is_verbatim = self.source.startswith(text, mark.index + skip) and "\n" not in text
        if not is_verbatim or place.column is None:
            return place
        blanks = len(text) - len(text.lstrip())
        return Place(self.file, place.line, place.column + skip + blanks + offset)

    def _key(self, node: yaml.Node, place: Place) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise ContentError("a key must be text", where=place, hint="write key: value")
        return str(node.value)

    def _subject(self) -> str:
        return f"an item of {quoted(self.key.value)}" if self.is_item else quoted(self.key.value)

    def _found(self) -> str:
        if isinstance(self.node, yaml.MappingNode):
            return "a mapping" if self.node.value else "an empty mapping"
        if isinstance(self.node, yaml.SequenceNode):
            return "a list" if self.node.value else "an empty list"
        return "nothing" if self.is_empty else quoted(self.node.value)

    def _place_of(self, node: yaml.Node) -> Place:
        return place_of(node.start_mark, self.file)


def read_yaml(file: Path, home: Path | None = None) -> Value:
    """Read a file that holds one YAML document; an empty one is an empty value.

    Args:
        file: which no link may lead to from elsewhere than ``home``.
        home: the content's folder; the file's own where it is not given.

    Raises:
        ContentError: the file is missing, unreadable, too large, not UTF-8 or not plain YAML.
    """
    source = _source(file, home or file.parent)
    try:
        _check_plain(source, file)
        node = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise explain(error, file, source) from None
    except (
        ValueError,
        OverflowError,
    ) as error:  # PyYAML passes numbers in directives and escapes on unchecked
        unread = ContentError(f"this is not YAML: {error}", where=Place(file))
        raise too_large_number(source, file) or unread from None
    start = yaml.Mark(str(file), 0, 0, 0, None, 0)
    nothing = yaml.ScalarNode("tag:yaml.org,2002:null", "", start, start)
    return Value(Located(file.name, Place(file, 1, 1)), node or nothing, file, source)


def quoted(text: str) -> str:
    """A text between quotation marks, cut short where it is long; control characters are escaped."""
    return repr(text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + "…")


def _source(file: Path, home: Path) -> str:
    try:
        with located(Place(file)):
            raw = named_file(file, home, LIST).read_bytes()
    except FileNotFoundError:
        raise ContentError("there is no such file", where=Place(file)) from None
    except OSError as error:
        raise ContentError(f"the file cannot be read: {error.strerror}", where=Place(file)) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig", errors="replace")
        place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        message = f"the byte 0x{raw[error.start]:02x} is not UTF-8"
        raise ContentError(message, where=place, hint="save the file with the encoding UTF-8") from None


def _check_plain(source: str, file: Path) -> None:
    for event, depth in events(source):
        place = place_of(event.start_mark, file)
        if getattr(event, "anchor", None) is not None:
            message = "anchors (&) and aliases (*) are not read"
            raise ContentError(message, where=place, hint="write the value out")
        if getattr(event, "tag", None) is not None:
            raise ContentError("tags (!) are not read", where=place, hint='put a text with a ! between "…"')
        if depth > DEEPEST_NESTING:
            raise ContentError("the nesting is too deep", where=place, hint="no key needs as many levels")
