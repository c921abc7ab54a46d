"""Units, paths and children as ``paths.yaml`` and the command line spell them, each step with its place.

A path is units and selectors with arrows between. Whether a network has the units, its card tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from catvis.errors import ContentError, Place
from catvis.frozen import Frozen
from catvis.terms import UNIT_PATTERN, Unit
from catvis.written.keys import Key, mapping, number, several, spelled
from catvis.written.located import Located, Mistakes, Written
from catvis.written.yaml_values import Value, quoted

USUAL_CHILDREN = 5
MOST_CHILDREN = 50

_LAYER = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
_ARROW = re.compile("→|->")
_CHILD_AT = re.compile(r"(?P<layer>[A-Za-z][A-Za-z0-9_.]*):top(?P<rank>[1-9][0-9]{0,3})")
_STEP = f"(?:{_CHILD_AT.pattern}|{UNIT_PATTERN.pattern})"
_FIRST = f"(?:top|{_STEP})"
_THEN = rf"\s*(?:{_ARROW.pattern})\s*"
_LOOKS_LIKE_SELECTOR = re.compile(r"top[0-9]*|[A-Za-z0-9_.]*:.*", re.DOTALL)
_HOLDS_OTHER_ARROW = re.compile(r"[=~<>←⇒➔➜,/|]|\w\s+\w")

A_LAYER = spelled(_LAYER)
A_UNIT = spelled(UNIT_PATTERN)
A_PATH = spelled(f"{_FIRST}(?:{_THEN}{_STEP})*")
A_PATH_DOWN = spelled(f"{_FIRST}(?:{_THEN}{_STEP})+")
A_PATH_TO_A_UNIT = spelled(f"{_FIRST}(?:{_THEN}{_STEP})*{_THEN}{UNIT_PATTERN.pattern}")

_EXAMPLE = "fc8_284→fc7_4032"
_UNIT_HINT = "write a layer, an underscore and an index from 0, such as conv5_129"
_ARROW_HINT = f"put → or -> between the units of a path, such as {_EXAMPLE}"
_CHILDREN_HINT = (
    "write children: conv5, children: {layer: conv5, top: 3}, or children: [conv5_129, conv5_247]"
)
_SELECTOR_HINT = "top is the strongest class, fc7:top2 the second strongest child in fc7"


class Top(Frozen):
    """The selector ``top``: the network's strongest class on the picture."""

    def __str__(self) -> str:
        return "top"


class ChildAt(Frozen):
    """The selector ``fc7:top2``: in layer fc7, the second strongest child of the path before it.

    Attributes:
        layer: the layer to choose from.
        rank: 1 is the strongest child.
    """

    layer: str
    rank: int

    def __str__(self) -> str:
        return f"{self.layer}:top{self.rank}"


Step: TypeAlias = Unit | Top | ChildAt


class PathSpec(Written):
    """A path as it was written: units, or selectors that a network and a picture turn into units.

    Attributes:
        steps: from the top down, at least one; `Top` comes first or not at all, `ChildAt` never first.
        text: the path in its one spelling, with ``→``.
        place: where it begins.
        places: where each step stands.
    """

    steps: tuple[Step, ...]
    text: str
    place: Place
    places: tuple[Place, ...]


class StrongestChildren(Frozen):
    """Children chosen by edge weight: ``conv5``, ``{layer: conv5, top: 3}``, or ``3`` of the layer below.

    Attributes:
        layer: where they are; None for the layer just below the end of the path.
        count: how many, at least 1.
    """

    layer: Located[str] | None
    count: int


class ChosenChildren(Frozen):
    """Children chosen by hand (``children: [conv5_129, conv5_247]``), in the author's order."""

    units: tuple[Located[Unit], ...]


class DistinctChildren(Frozen):
    """Children that stand for the others over many pictures: ``{layer: conv5, distinct: 5}``.

    Attributes:
        layer: where they are; None for the layer just below the end of the path.
        count: how many, at least 1.
    """

    layer: Located[str] | None
    count: int


Children: TypeAlias = StrongestChildren | ChosenChildren | DistinctChildren


def read_path(value: Value) -> PathSpec:
    """Read ``fc8_284→fc7_4032``, ``top`` or ``top→fc7:top1→fc6:top2``.

    A path that begins with ``fc7:top2`` means the strongest class's child: ``top→fc7:top2``.

    Raises:
        ContentError: the value is no text, or a step is neither a unit nor a selector.
    """
    text = value.text(_EXAMPLE)
    return _path(Located(part, value.place_at(offset)) for offset, part in _parts(text.value))


def spoken_path(text: str, place: Place) -> PathSpec:
    """Read a path that stands in no file, as `read_path` does; every step stands at the place.

    Raises:
        ContentError: a step is neither a unit nor a selector.
    """
    return _path(Located(part, place) for _, part in _parts(text))


def read_unit(value: Value) -> Located[Unit]:
    """Read one unit, such as ``fc8_284``.

    Raises:
        ContentError: the value is no unit; a selector or a path is none.
    """
    text = value.text("fc8_284")
    return Located(_unit(text), text.place)


def read_layer(value: Value, hint: str = _CHILDREN_HINT) -> Located[str]:
    """Read a layer's name, such as ``conv5``.

    Raises:
        ContentError: the value is none; with the ``hint``.
    """
    layer = value.text("conv5")
    if _LAYER.fullmatch(layer.value) is None:
        raise ContentError(f"{quoted(layer.value)} is not a layer", where=layer.place, hint=hint)
    return layer


def read_children(value: Value) -> Children:
    """Read ``conv5``, ``{layer: conv5, top: 3}``, ``3`` (of the layer below) or ``[conv5_129, conv5_247]``.

    With ``distinct`` for ``top``, they are chosen over many pictures.

    Raises:
        ContentError: the value is none of these.
    """
    if value.is_list:
        units = [read_unit(item) for item in some_items(value, "[conv5_129, conv5_247]")]
        check_distinct(units)
        return ChosenChildren(tuple(units))
    if value.is_mapping:
        return _counted(value)
    if value.text("conv5").value.isdecimal():
        return StrongestChildren(None, _COUNT.read(value))
    return StrongestChildren(read_layer(value), USUAL_CHILDREN)


def read_strongest(value: Value) -> StrongestChildren:
    """Read ``conv5``, ``{layer: conv5, top: 3}`` or ``3`` (of the layer below).

    Raises:
        ContentError: the value is none of these.
    """
    found = read_children(value)
    if not isinstance(found, StrongestChildren):
        value.refuse("a layer or a number", "write children: conv5, or children: {layer: conv5, top: 3}")
    return found


def read_paths(value: Value, example: str) -> tuple[PathSpec, ...]:
    """Read a list of paths, at least one and none twice.

    Raises:
        ContentError: the value is no such list; the hint shows the ``example``.
    """
    paths = tuple(read_path(item) for item in some_items(value, example))
    check_distinct([Located(path.text, path.place) for path in paths])
    return paths


def some_items(value: Value, example: str) -> tuple[Value, ...]:
    """The items of a list, at least one.

    Raises:
        ContentError: the value is no list, or an empty one; the hint shows the ``example``.
    """
    items = value.items(example)
    if not items:
        value.refuse("a list of at least one", f"write {value.key.value}: {example}")
    return items


def check_distinct(items: Sequence[Located[Any]]) -> None:
    """Check that no value is listed twice.

    Raises:
        ContentError: one is, and where.
    """
    seen: dict[Any, Place] = {}
    for item in items:
        if item.value in seen:
            message = f"{quoted(str(item.value))} is listed twice"
            raise ContentError(message, where=item.place, hint=f"first at {seen[item.value]}")
        seen[item.value] = item.place


def path_of(steps: tuple[Located[Step], ...]) -> PathSpec:
    """The path of these steps, at least one."""
    text = "→".join(str(step.value) for step in steps)
    places = tuple(step.place for step in steps)
    return PathSpec(tuple(step.value for step in steps), text, places[0], places)


def _path(parts: Iterable[Located[str]]) -> PathSpec:
    steps: list[Located[Step]] = []
    for found in parts:
        step = _step(found, is_first=not steps)
        if isinstance(step, ChildAt) and not steps:
            steps.append(Located(Top(), found.place))
        steps.append(Located(step, found.place))
    return path_of(tuple(steps))


def _counted(value: Value) -> StrongestChildren | DistinctChildren:
    mistakes = Mistakes()
    values = value.mapping(mistakes, _COUNTED)
    mistakes.raise_any()
    if not values:
        value.refuse("a layer, a number, a list of units, or a layer with a number", _CHILDREN_HINT)
    layer = _LAYER_KEY.read(values["layer"]) if "layer" in values else None
    if "top" in values and "distinct" in values:
        message = "children are chosen by top or by distinct, and not by both"
        raise ContentError(message, where=values["distinct"].key.place, hint="leave one of them out")
    if "distinct" in values:
        return DistinctChildren(layer, _DISTINCT.read(values["distinct"]))
    count = _COUNT.read(values["top"]) if "top" in values else USUAL_CHILDREN
    return StrongestChildren(layer, count)


_LAYER_KEY = Key(read_layer, A_LAYER, "where they are; the layer below where none is named")
_COUNT = number(1, MOST_CHILDREN, f"how many ({USUAL_CHILDREN})")
_DISTINCT = number(1, MOST_CHILDREN, "how many that stand for the others, over the network's collection")
_COUNTED: Mapping[str, Key[Any]] = {"layer": _LAYER_KEY, "top": _COUNT, "distinct": _DISTINCT}
_STRONGEST: Mapping[str, Key[Any]] = {name: _COUNTED[name] for name in ("layer", "top")}
_COUNTED_SCHEMA = mapping(_COUNTED, minProperties=1, **{"not": {"required": ["top", "distinct"]}})

PATH = Key(read_path, A_PATH, "a unit, top, or steps down such as top→fc7:top1")
UNIT = Key(read_unit, A_UNIT, "a unit, such as fc8_284")
_STRONGEST_ONES = (_LAYER_KEY.schema, _COUNT.schema, mapping(_STRONGEST, minProperties=1))
CHILDREN = Key(
    read_children,
    {"anyOf": [_LAYER_KEY.schema, _COUNT.schema, several(A_UNIT), _COUNTED_SCHEMA]},
    "a layer, how many, a layer with how many, or a list of units",
)
STRONGEST_CHILDREN = Key(
    read_strongest, {"anyOf": [*_STRONGEST_ONES]}, "a layer, how many, or a layer with how many"
)


def paths(example: str, about: str) -> Key[tuple[PathSpec, ...]]:
    """A list of paths, at least one and none twice; the ``example`` is for the hint."""
    return Key(lambda value: read_paths(value, example), several(A_PATH), about)


def _parts(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for arrow in (*_ARROW.finditer(text), None):
        part = text[start : arrow.start() if arrow else len(text)]
        yield start + len(part) - len(part.lstrip()), part.strip()
        start = arrow.end() if arrow else len(text)


def _step(found: Located[str], *, is_first: bool) -> Step:
    if found.value == "top" and is_first:
        return Top()
    if found.value == "top":
        raise ContentError("'top' can only begin a path", where=found.place, hint=_SELECTOR_HINT)
    if match := _CHILD_AT.fullmatch(found.value):
        return ChildAt(match["layer"], int(match["rank"]))
    if _LOOKS_LIKE_SELECTOR.fullmatch(found.value):
        raise ContentError(f"{quoted(found.value)} is not a selector", where=found.place, hint=_SELECTOR_HINT)
    return _unit(found)


def _unit(found: Located[str]) -> Unit:
    if not found.value:
        raise ContentError("a unit is missing beside an arrow", where=found.place, hint=_ARROW_HINT)
    try:
        return Unit.parse(found.value)
    except ContentError:
        hint = _ARROW_HINT if _HOLDS_OTHER_ARROW.search(found.value) else _UNIT_HINT
        raise ContentError(f"{quoted(found.value)} is not a unit", where=found.place, hint=hint) from None
