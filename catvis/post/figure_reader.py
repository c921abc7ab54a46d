"""One entry of ``figures:`` → one figure.

What a figure shows is decided by one of the keys of `_KINDS`; each kind says which keys may stand beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from catvis.errors import ContentError, nearest
from catvis.post.figures import (
    USUAL_STEPS,
    CompareFigure,
    DiagramFigure,
    Figure,
    FigureHead,
    MaximizeFigure,
    Options,
    PathSpec,
    PictureFigure,
    RulesFigure,
    Side,
    TreeFigure,
    UnitsFigure,
)
from catvis.post.path_reader import (
    check_distinct,
    read_children,
    read_path,
    read_paths,
    read_unit,
    some_items,
)
from catvis.terms import Display, Edges, Fit, Rule
from catvis.written.located import Located, Mistakes
from catvis.written.yaml_values import Value, quoted

FEWEST_STEPS = 256
MOST_STEPS = 10_000
LARGEST_SEED = 999_999_999
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

_NAME = re.compile(r"\w(?:[\w.-]{0,58}\w)?")
_LOOKS_LIKE_PICTURE = re.compile(
    r".*[/\\].*|.*\.(?:png|jpe?g|webp|gif|tiff?|bmp|svg)", re.DOTALL | re.IGNORECASE
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
    values = entry.mapping(mistakes)
    kind = next((kind for kind in _KINDS if kind.key in values), None)
    _check_keys(values, kind, mistakes)
    if kind is None and len(mistakes) > before:
        return None
    if kind is None:
        message = f"the figure {quoted(entry.key.value)} does not say what to show"
        hint = f"write one of: {', '.join(kind.key for kind in _KINDS)}"
        raise ContentError(message, where=entry.key.place, hint=hint)
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
        hint = "up to 60 letters, digits, hyphens, dots and underscores: it becomes a file name"
        raise ContentError(message, where=name.place, hint=hint)
    if _LOOKS_LIKE_PICTURE.fullmatch(name.value):
        stem = name.value.rpartition(".")[0]
        hint = f"write {stem}: the Markdown shows it as imgs/{name.value}"
        raise ContentError(f"{quoted(name.value)} ends like a file", where=name.place, hint=hint)


def _check_keys(values: Mapping[str, Value], kind: _Kind | None, mistakes: Mistakes) -> None:
    allowed = (kind.key, *sorted(kind.beside)) if kind else _ALL_KEYS
    for key in values.keys() - set(allowed):
        with mistakes.noted():
            place = values[key].key.place
            if kind and key in _ALL_KEYS:
                hint = nearest(key, sorted(kind.beside))
                raise ContentError(f"{key!r} does not go with {kind.key!r}", where=place, hint=hint)
            raise ContentError(f"unknown key {quoted(key)}", where=place, hint=nearest(key, allowed))


def _units(values: Mapping[str, Value], head: FigureHead) -> Figure:
    units = values["units"]
    return UnitsFigure(**vars(head), units=read_paths(units, "[conv1_4, conv1_65]"))


def _unit(values: Mapping[str, Value], head: FigureHead) -> Figure:
    return UnitsFigure(**vars(head), units=(read_path(values["unit"]),))


def _rules(values: Mapping[str, Value], head: FigureHead) -> Figure:
    rules = [
        Located(item.choice(get_args(Rule)), item.place)
        for item in some_items(values["rules"], "[gradient, guided]")
    ]
    check_distinct(rules)
    path = _unit_or_path(values, values["rules"])
    return RulesFigure(**vars(head), unit=path, rules=tuple(rule.value for rule in rules))


def _tree(values: Mapping[str, Value], head: FigureHead) -> Figure:
    paths = (
        read_paths(values["paths"], "[fc8_284→fc7_4032]")
        if "paths" in values
        else (read_path(values["path"]),)
    )
    children = read_children(values["children"]) if "children" in values else None
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
        path = _unit_or_path(values, values["compare"])
        pictures = [item.text(PICTURE_EXAMPLE) for item in items]
        check_distinct(pictures)
        sides = [Side(path, found) for found in pictures]
    else:
        for item in items:
            text = item.text("fc8_284")
            if _LOOKS_LIKE_PICTURE.fullmatch(text.value):
                hint = "pictures are compared by one unit: add unit: fc8_284"
                raise ContentError(f"{quoted(text.value)} is not a unit", where=text.place, hint=hint)
        sides = [Side(path, head.picture) for path in read_paths(values["compare"], "[fc8_284, fc8_281]")]
    return CompareFigure(**vars(head), sides=(sides[0], sides[1]))


def _unit_or_path(values: Mapping[str, Value], whose: Value) -> PathSpec:
    written = [values[key] for key in ("unit", "path") if key in values]
    if len(written) != 1:
        message = f"{whose.key.value!r} needs unit or path, found {'both' if written else 'neither'}"
        hint = "write unit: fc8_284, or path: fc8_284→fc7_4032"
        raise ContentError(message, where=whose.key.place, hint=hint)
    return read_path(written[0])


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
_TREE = _TILE - {"control"} | {"children", "edges", "ablation"}
_KINDS = (
    _Kind("compare", _TILE - {"control"} | {"unit", "path"}, _compare),
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
