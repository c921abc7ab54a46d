"""How large and how deep a YAML text becomes when all its aliases are written out, found before any of it is made.

A few hundred bytes of aliases to aliases, or of merge keys, stand for more values than a machine has memory. What
keeps to the bounds is composed and loaded in time that grows with what it says.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import yaml

from catvis.errors import ContentError
from catvis.written.yaml_problems import place_of

MOST_VALUES = 10_000

_DEEPER: dict[type[yaml.Event], int] = {
    yaml.MappingStartEvent: 1,
    yaml.SequenceStartEvent: 1,
    yaml.MappingEndEvent: -1,
    yaml.SequenceEndEvent: -1,
}


class _Grown(msgspec.Struct):
    """What a mapping or a list becomes: how many values it holds with itself, and how many levels."""

    values: int
    levels: int


class _Open(msgspec.Struct):
    """A mapping or a list that has not ended: its anchor, the values before it, the levels in it so far."""

    anchor: str | None
    before: int
    levels: int = 1


def events(text: str) -> Iterator[tuple[yaml.Event, int]]:
    """What a YAML text is made of, in order, each with how many mappings and lists are open after it.

    Raises:
        yaml.YAMLError: the text is no YAML.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += _DEEPER.get(type(event), 0)
        yield event, depth


def check_bounds(text: str, file: Path, deepest: int, what: str = "the file") -> None:
    """Hold a YAML text against the bounds; aliases count as what they stand for.

    Args:
        text: the YAML.
        file: where it was read.
        deepest: how many mappings and lists may stand in each other.
        what: it is, for messages.

    Raises:
        yaml.YAMLError: the text is no YAML.
        ContentError: it is nested deeper, or has more than `MOST_VALUES` values.
    """
    known: dict[str, _Grown] = {}
    still_open: list[_Open] = []
    values = 0

    def refuse(event: yaml.Event, message: str, hint: str) -> ContentError:
        return ContentError(f"{what} {message}", where=place_of(event.start_mark, file), hint=hint)

    for event, depth in events(text):
        anchor = getattr(event, "anchor", None)
        levels = 0
        if isinstance(event, yaml.CollectionEndEvent):
            ended = still_open.pop()
            levels = ended.levels
            if ended.anchor:
                known[ended.anchor] = _Grown(values - ended.before, levels)
        elif isinstance(event, yaml.AliasEvent):
            if any(one.anchor == anchor for one in still_open):
                raise refuse(
                    event, f"has an alias *{anchor} inside what it stands for", "write the value out"
                )
            # Whoever composes the text tells of an alias that is not known.
            grown = known.get(event.anchor or "", _Grown(1, 0))
            values, levels = values + grown.values, grown.levels
        elif isinstance(event, yaml.NodeEvent):
            values += 1
            if isinstance(event, yaml.CollectionStartEvent):
                still_open.append(_Open(anchor, values - 1))
            elif anchor:
                known[anchor] = _Grown(1, 0)
        if still_open:
            still_open[-1].levels = max(still_open[-1].levels, 1 + levels)
        if max(depth, len(still_open) + levels) > deepest:
            raise refuse(event, "is nested too deep", f"at most {deepest} levels")
        if values > MOST_VALUES:
            raise refuse(event, "has too many values", f"at most {MOST_VALUES:,}, with aliases written out")
