"""One entry of ``figures:`` → one figure.

What a figure shows is decided by one of the keys of `_KINDS`; each kind says which keys may stand beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from catvis.errors import ContentError, Place
from catvis.post.figures import (
    USUAL_CHILDREN,
    USUAL_STEPS,
    Children,
    ChosenChildren,
    CompareFigure,
    DiagramFigure,
    Display,
    Edges,
    Figure,
    FigureHead,
    Fit,
    MaximizeFigure,
    Options,
    PathSpec,
    PictureFigure,
    Rule,
    RulesFigure,
    Side,
    StrongestChildren,
    TreeFigure,
    UnitsFigure,
)
from catvis.post.located import Located, Mistakes
from catvis.post.located_yaml import Value, quoted
from catvis.post.path_spec import read_path, read_unit

FEWEST_STEPS = 256
MOST_STEPS = 10_000
LARGEST_SEED = 999_999_999
MOST_CHILDREN = 50
WIDEST_LAYER = 16
MOST_LAYERS = 8
PICTURE_EXAMPLE = "imgs/cat.png"
NETWORK_EXAMPLE = "squeezenet"

_WORDS: Mapping[str, tuple[str, ...]] = {
    "rule": get_args(Rule),
    "edges": get_args(Edges),
    "display": get_args(Display),
    "fit": get_args(Fit),
}
_FLAGS = ("exemplars", "activation", "ablation", "outline", "control")
OPTION_KEYS = (*_WORDS, *_FLAGS)

_NAME = re.compile(r"\w(?:[\w.-]{0,98}\w)?")
_LAYER = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
_LOOKS_LIKE_PICTURE = re.compile(
    r".*[/\\].*|.*\.(?:png|jpe?g|webp|gif|tiff?|bmp|svg)", re.DOTALL | re.IGNORECASE
)

_CHILDREN_HINT = (
    "write children: conv5, children: {layer: conv5, top: 3}, or children: [conv5_129, conv5_247]"
)


def read_options(values: Mapping[str, Value], defaults: Options, mistakes: Mistakes) -> Options:
    """The options that are written, over the defaults; a mistaken one is noted."""
    own: dict[str, Any] = {}
    for key in OPTION_KEYS:
        if key in values:
            with mistakes.noted():
                own[key] = values[key].choice(_WORDS[key]) if key in _WORDS else values[key].flag()
    return replace(defaults, **own)


def read_figure(
    entry: Value,
    defaults: Options,
    network: Located[str] | None,
    picture: Located[str] | None,
    mistakes: Mistakes,
) -> Figure | None:
    """Read one figure; what it does not say of network, picture and options is the post's.

    Returns:
        the figure, or None if a mistake that was noted leaves nothing to read.

    Raises:
        ContentError: the figure cannot be read.
    """
    _check_name(entry.key)
    before = len(mistakes)
    values = entry.mapping(mistakes, _ALL_KEYS)
    kind = next((kind for kind in _KINDS if kind.key in values), None)
    if kind is None and len(mistakes) > before:
        return None
    if kind is None:
        message = f"the figure {quoted(entry.key.value)} does not say what to show"
        hint = f"write one of: {', '.join(kind.key for kind in _KINDS)}"
        raise ContentError(message, where=entry.key.place, hint=hint)
    for key in values.keys() - {kind.key} - kind.beside:
        with mistakes.noted():
            hint = f"beside {kind.key!r} may stand: {', '.join(sorted(kind.beside))}"
            raise ContentError(
                f"{key!r} does not go with {kind.key!r}", where=values[key].key.place, hint=hint
            )
    head = FigureHead(
        name=entry.key.value,
        place=entry.key.place,
        network=values["network"].text(NETWORK_EXAMPLE) if "network" in values else network,
        picture=values["picture"].text(PICTURE_EXAMPLE) if "picture" in values else picture,
        caption=values["caption"].text("What one sees").value if "caption" in values else None,
        **vars(read_options(values, defaults, mistakes)),
    )
    return kind.read(values, head)


def _check_name(name: Located[str]) -> None:
    if _NAME.fullmatch(name.value) is None:
        message = f"{quoted(name.value)} is not a figure's name"
        hint = "letters, digits, hyphens, dots and underscores make a name; it becomes a file name"
        raise ContentError(message, where=name.place, hint=hint)
    if _LOOKS_LIKE_PICTURE.fullmatch(name.value):
        stem = name.value.rpartition(".")[0]
        hint = f"write {stem}: the Markdown shows it as imgs/{name.value}"
        raise ContentError(f"{quoted(name.value)} ends like a file", where=name.place, hint=hint)


def _units(values: Mapping[str, Value], head: FigureHead) -> Figure:
    units = values["units"]
    return UnitsFigure(**vars(head), units=_paths(units, "[conv1_4, conv1_65]"))


def _unit(values: Mapping[str, Value], head: FigureHead) -> Figure:
    return UnitsFigure(**vars(head), units=(read_path(values["unit"]),))


def _rules(values: Mapping[str, Value], head: FigureHead) -> Figure:
    rules = [
        Located(item.choice(get_args(Rule)), item.place)
        for item in _some(values["rules"], "[gradient, guided]")
    ]
    _check_distinct(rules)
    path = _either(values, values["rules"], "unit", "path")
    return RulesFigure(**vars(head), unit=path, rules=tuple(rule.value for rule in rules))


def _tree(values: Mapping[str, Value], head: FigureHead) -> Figure:
    paths = (
        _paths(values["paths"], "[fc8_284→fc7_4032]") if "paths" in values else (read_path(values["path"]),)
    )
    children = _children(values["children"]) if "children" in values else None
    return TreeFigure(**vars(head), paths=paths, children=children)


def _diagram(values: Mapping[str, Value], head: FigureHead) -> Figure:
    sizes = tuple(item.number(1, WIDEST_LAYER) for item in values["diagram"].items("[5, 3, 4, 1]"))
    if not 2 <= len(sizes) <= MOST_LAYERS:
        message = f"a diagram has 2 to {MOST_LAYERS} layers, found {len(sizes)}"
        raise ContentError(message, where=values["diagram"].place, hint="write diagram: [5, 3, 4, 1]")
    return DiagramFigure(**vars(head), sizes=sizes)


def _show(values: Mapping[str, Value], head: FigureHead) -> Figure:
    values["show"].choice(("picture",))
    return PictureFigure(**vars(head))


def _maximize(values: Mapping[str, Value], head: FigureHead) -> Figure:
    unit = read_unit(values["maximize"])
    steps = values["steps"].number(FEWEST_STEPS, MOST_STEPS) if "steps" in values else USUAL_STEPS
    seed = values["seed"].number(0, LARGEST_SEED) if "seed" in values else 0
    return MaximizeFigure(**vars(head), unit=unit, steps=steps, seed=seed)


def _compare(values: Mapping[str, Value], head: FigureHead) -> Figure:
    items = values["compare"].items("[fc8_284, fc8_281]")
    if len(items) != 2:
        message = f"a comparison has two sides, found {len(items)}"
        raise ContentError(message, where=values["compare"].place, hint="write compare: [fc8_284, fc8_281]")
    if "unit" in values or "path" in values:
        path = _either(values, values["compare"], "unit", "path")
        pictures = [item.text(PICTURE_EXAMPLE) for item in items]
        _check_distinct(pictures)
        sides = [Side(path, found) for found in pictures]
    else:
        for item in items:
            text = item.text("fc8_284")
            if _LOOKS_LIKE_PICTURE.fullmatch(text.value):
                hint = "pictures are compared by one unit: add unit: fc8_284"
                raise ContentError(f"{quoted(text.value)} is not a unit", where=text.place, hint=hint)
        sides = [Side(path, head.picture) for path in _paths(values["compare"], "[fc8_284, fc8_281]")]
    return CompareFigure(**vars(head), sides=(sides[0], sides[1]))


def _children(value: Value) -> Children:
    if value.is_list:
        units = [read_unit(item) for item in _some(value, "[conv5_129, conv5_247]")]
        _check_distinct(units)
        return ChosenChildren(tuple(units))
    if value.is_mapping:
        return _strongest(value)
    if value.text("conv5").value.isdecimal():
        return StrongestChildren(None, value.number(1, MOST_CHILDREN))
    return StrongestChildren(_layer(value), USUAL_CHILDREN)


def _strongest(value: Value) -> StrongestChildren:
    mistakes = Mistakes()
    values = value.mapping(mistakes, ("layer", "top"))
    mistakes.raise_any()
    if not values:
        value.refuse("a layer, a number, a list of units, or a layer with a number", _CHILDREN_HINT)
    layer = _layer(values["layer"]) if "layer" in values else None
    return StrongestChildren(
        layer, values["top"].number(1, MOST_CHILDREN) if "top" in values else USUAL_CHILDREN
    )


def _layer(value: Value) -> Located[str]:
    layer = value.text("conv5")
    if _LAYER.fullmatch(layer.value) is None:
        raise ContentError(f"{quoted(layer.value)} is not a layer", where=layer.place, hint=_CHILDREN_HINT)
    return layer


def _either(values: Mapping[str, Value], whose: Value, *keys: str) -> PathSpec:
    written = [key for key in keys if key in values]
    if len(written) != 1:
        message = f"{whose.key.value!r} needs {' or '.join(keys)}, found {' and '.join(written) or 'neither'}"
        raise ContentError(
            message, where=whose.key.place, hint="write unit: fc8_284, or path: fc8_284→fc7_4032"
        )
    return read_path(values[written[0]])


def _paths(value: Value, example: str) -> tuple[PathSpec, ...]:
    paths = tuple(read_path(item) for item in _some(value, example))
    _check_distinct([Located(path.text, path.place) for path in paths])
    return paths


def _some(value: Value, example: str) -> tuple[Value, ...]:
    items = value.items(example)
    if not items:
        value.refuse("a list of at least one", f"write {value.key.value}: {example}")
    return items


def _check_distinct(items: Sequence[Located[Any]]) -> None:
    seen: dict[Any, Place] = {}
    for item in items:
        if item.value in seen:
            message = f"{quoted(str(item.value))} is listed twice"
            raise ContentError(message, where=item.place, hint=f"first at {seen[item.value]}")
        seen[item.value] = item.place


@dataclass(frozen=True)
class _Kind:
    """A kind of figure: the key that decides it, the keys that may stand beside it, and how it is read."""

    key: str
    beside: frozenset[str]
    read: Callable[[Mapping[str, Value], FigureHead], Figure]


_TILE = frozenset(
    (
        "network",
        "picture",
        "caption",
        "rule",
        "display",
        "fit",
        "exemplars",
        "activation",
        "outline",
        "control",
    )
)
_TREE = _TILE | {"children", "edges", "ablation"}
_KINDS = (
    _Kind("compare", _TILE | {"unit", "path"}, _compare),
    _Kind("diagram", frozenset({"caption"}), _diagram),
    _Kind("maximize", frozenset({"network", "caption", "exemplars", "steps", "seed"}), _maximize),
    _Kind("show", frozenset({"network", "picture", "fit", "caption"}), _show),
    _Kind("rules", _TILE - {"rule"} | {"unit", "path"}, _rules),
    _Kind("units", _TILE, _units),
    _Kind("unit", _TILE, _unit),
    _Kind("paths", _TREE, _tree),
    _Kind("path", _TREE, _tree),
)
_ALL_KEYS = tuple(dict.fromkeys(key for kind in _KINDS for key in (kind.key, *sorted(kind.beside))))
