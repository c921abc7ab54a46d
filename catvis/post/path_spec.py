"""Paths as ``paths.yaml`` spells them: units and selectors with arrows between, each step with its place."""

from __future__ import annotations

import re

from catvis.errors import ContentError
from catvis.post.figures import ChildAt, PathSpec, Step, Top
from catvis.post.located import Located
from catvis.post.located_yaml import Value, quoted
from catvis.units import Unit

_STEP = re.compile(r"\s*(?P<step>.*?)\s*(?:→|->|$)", re.DOTALL)
_CHILD_AT = re.compile(r"(?P<layer>[A-Za-z][A-Za-z0-9_.]*):top(?P<rank>[1-9][0-9]{0,3})")
_LOOKS_LIKE_SELECTOR = re.compile(r"top[0-9]*|[A-Za-z0-9_.]*:.*", re.DOTALL)
_HOLDS_OTHER_ARROW = re.compile(r"[=~<>←⇒➔➜,/|]|\w\s+\w")

_EXAMPLE = "fc8_284→fc7_4032"
_UNIT_HINT = "write a layer, an underscore and an index from 0, such as conv5_129"
_ARROW_HINT = f"put → or -> between the units of a path, such as {_EXAMPLE}"
_SELECTOR_HINT = "top is the strongest class, fc7:top2 the second strongest child in fc7"


def read_path(value: Value) -> PathSpec:
    """Read ``fc8_284→fc7_4032``, ``top`` or ``top→fc7:top1→fc6:top2``.

    A path that begins with ``fc7:top2`` means the strongest class's child: ``top→fc7:top2``.

    Raises:
        ContentError: the value is no text, or a step is neither a unit nor a selector.
    """
    text = value.text(_EXAMPLE)
    steps: list[Located[Step]] = []
    for offset, part in _parts(text.value):
        found = Located(part, value.place_at(offset))
        step = _step(found, is_first=not steps)
        if isinstance(step, ChildAt) and not steps:
            steps.append(Located(Top(), found.place))
        steps.append(Located(step, found.place))
    return path_of(tuple(steps))


def read_unit(value: Value) -> Located[Unit]:
    """Read one unit, such as ``fc8_284``.

    Raises:
        ContentError: the value is no unit; a selector or a path is none.
    """
    text = value.text("fc8_284")
    return Located(_unit(text), text.place)


def path_of(steps: tuple[Located[Step], ...]) -> PathSpec:
    """The path of these steps, at least one."""
    text = "→".join(str(step.value) for step in steps)
    places = tuple(step.place for step in steps)
    return PathSpec(tuple(step.value for step in steps), text, places[0], places)


def _parts(text: str) -> list[tuple[int, str]]:
    parts = []
    for match in _STEP.finditer(text):
        parts.append((match.start("step"), match["step"]))
        if match.end() == len(text) and not match[0].endswith(("→", "->")):
            break
    return parts


def _step(found: Located[str], *, is_first: bool) -> Step:
    if found.value == "top" and is_first:
        return Top()
    if found.value == "top":
        raise ContentError("'top' can only begin a path", where=found.place, hint=_SELECTOR_HINT)
    if match := _CHILD_AT.fullmatch(found.value):
        return ChildAt(match["layer"], int(match["rank"]))
    return _unit(found)


def _unit(found: Located[str]) -> Unit:
    if not found.value:
        raise ContentError("a unit is missing beside an arrow", where=found.place, hint=_ARROW_HINT)
    try:
        return Unit.parse(found.value)
    except ContentError:
        pass
    if _LOOKS_LIKE_SELECTOR.fullmatch(found.value):
        message, hint = f"{quoted(found.value)} is not a selector", _SELECTOR_HINT
    elif _HOLDS_OTHER_ARROW.search(found.value):
        message, hint = f"{quoted(found.value)} is not a unit", _ARROW_HINT
    else:
        message, hint = f"{quoted(found.value)} is not a unit", _UNIT_HINT
    raise ContentError(message, where=found.place, hint=hint)
