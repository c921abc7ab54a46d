"""What PyYAML's complaints mean to a person who writes a list of paths.

One contract: every ``YAMLError`` becomes a `ContentError` with the place to look at and what would be right.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple, Protocol

import yaml
from yaml.reader import ReaderError

from catvis.errors import ContentError, Place

_ESCAPE = re.compile(r"\\U([0-9A-Fa-f]{8})")
_VERSION = re.compile(r"^%YAML\b", re.MULTILINE)


class _Mark(Protocol):
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class _Meaning(NamedTuple):
    symptom: str
    message: str
    hint: str
    at_opening: bool = False


# The first symptom that PyYAML's text contains decides; ``at_opening`` points to where the construct began,
# since the parser notices a missing bracket or quotation mark only much later.
_COLUMNS = "keys of one mapping, and items of one list, start in the same column"
_MEANINGS = (
    _Meaning("character '\\t' that cannot", "a tab cannot stand here", "indent with spaces"),
    _Meaning("cannot start any token", "this sign has a meaning of its own", 'put the text between "…"'),
    _Meaning(
        "mapping values are not", "a colon cannot stand here", f'{_COLUMNS}; a text with ": " needs "…"'
    ),
    _Meaning(
        "sequence entries are not", "an item of a list cannot begin here", "put it on a line of its own"
    ),
    _Meaning("expected ',' or ']'", "the list is not closed, or lacks a comma", "write [a, b]", True),
    _Meaning(
        "expected ',' or '}'", "the mapping is not closed, or lacks a comma", "write {a: 1, b: 2}", True
    ),
    _Meaning("found '<stream end>'", "a bracket is not closed", "write [a, b] or {a: 1}"),
    _Meaning(
        "expected the node content", "a value was expected here", 'put a text with brackets between "…"'
    ),
    _Meaning("found unexpected end of stream", "the quotation is not closed", 'write "…"', True),
    _Meaning("could not find expected ':'", "a key without a colon", "write key: value", True),
    _Meaning(
        "found '<scalar>'", "a text that belongs to nothing", f"{_COLUMNS}; inside '…' a ' is written twice"
    ),
    _Meaning("expected <block end>", "the line does not fit in with those above it", _COLUMNS),
    _Meaning("another document", "a second document begins", "one file holds one: leave the line --- out"),
    _Meaning("unknown escape", "a backslash that YAML does not know", "put the text between '…'"),
)


def explain(error: yaml.YAMLError, file: Path, source: str) -> ContentError:
    """Put a complaint of PyYAML's into the words of the person who wrote the file."""
    if isinstance(error, ReaderError):
        place = _place_at(source, error.position, file)
        sign = source[error.position]
        return ContentError(
            f"the character U+{ord(sign):04X} cannot stand in YAML", where=place, hint="remove it"
        )
    if not isinstance(error, yaml.MarkedYAMLError):
        return ContentError(f"this is not YAML: {error}", where=Place(file))
    problem = error.problem or ""
    for meaning in _MEANINGS:
        if meaning.symptom in problem:
            mark = error.context_mark if meaning.at_opening else error.problem_mark
            return ContentError(meaning.message, where=place_of(mark, file), hint=meaning.hint)
    return ContentError(f"this is not YAML: {problem}", where=place_of(error.problem_mark, file))


def too_large_number(source: str, file: Path) -> ContentError | None:
    """What PyYAML passes to Python unchecked, and fails at: an escape past Unicode, or a version of YAML's."""
    for match in _ESCAPE.finditer(source):
        if int(match[1], 16) > sys.maxunicode:
            place = _place_at(source, match.start(), file)
            return ContentError(f"{match[0]} is no character", where=place, hint="they end at \\U0010FFFF")
    version = _VERSION.search(source)
    if version:
        hint = "leave the line out"
        return ContentError(
            "there is no such version of YAML", where=_place_at(source, version.start(), file), hint=hint
        )
    return None


def _place_at(source: str, position: int, file: Path) -> Place:
    before = source[:position]
    return Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


def place_of(mark: _Mark | None, file: Path) -> Place:
    """A place from a mark, which counts from 0."""
    return Place(file) if mark is None else Place(file, mark.line + 1, mark.column + 1)
