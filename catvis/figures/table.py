"""The kinds of figures, and how an entry of ``figures:`` becomes one of them.

What a figure shows is decided by one of the keys of a kind; each kind says which keys may stand beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from catvis.errors import ContentError, nearest
from catvis.figures.comparison import CompareFigure
from catvis.figures.explorer import ExploreFigure
from catvis.figures.input_picture import PictureFigure
from catvis.figures.kind import CAPTION, NETWORK, PICTURE, Figure, Head
from catvis.figures.maximum import MaximizeFigure
from catvis.figures.network_graph import GraphFigure
from catvis.figures.options import written_options
from catvis.figures.rule_row import RulesFigure
from catvis.figures.schematic import DiagramFigure
from catvis.figures.unit_row import UnitsFigure
from catvis.figures.unit_tree import TreeFigure
from catvis.figures.where_density import WhereFigure
from catvis.written.keys import Schema, any_case, mapping, portable
from catvis.written.located import Located, Mistakes
from catvis.written.picture_files import LIKE_A_PICTURE_S, looks_like_picture
from catvis.written.yaml_values import Value, quoted

KINDS: tuple[type[Figure], ...] = (
    CompareFigure,
    DiagramFigure,
    ExploreFigure,
    GraphFigure,
    MaximizeFigure,
    PictureFigure,
    RulesFigure,
    UnitsFigure,
    TreeFigure,
    WhereFigure,
)
"""The first kind of which a key is written decides."""

_NAME = re.compile(r"[\w](?:[\w.-]{0,58}[\w])?")
A_NAME: Schema = {
    "pattern": f"^{portable(_NAME.pattern)}$",
    "not": {"pattern": f"{any_case(LIKE_A_PICTURE_S)}$"},
}
"""Of a figure."""


def figures_schema() -> Schema:
    """What may stand below ``figures:``, as a JSON Schema: of every figure the keys of one kind."""
    kinds = [
        mapping({name: key, **kind.beside}, required=[name], **kind.together)
        for kind in KINDS
        for name, key in kind.keys.items()
    ]
    return {"type": ["object", "null"], "propertyNames": A_NAME, "additionalProperties": {"anyOf": kinds}}


def read_figure(entry: Value, post: Head, mistakes: Mistakes) -> Figure | None:
    """Read one entry.

    Args:
        entry: a figure's name with what is written under it.
        post: what holds where the figure says nothing else.
        mistakes: takes note of what is wrong with a single key.

    Returns:
        the figure, or None if a mistake that was noted leaves nothing to read.

    Raises:
        ContentError: the figure cannot be read.
    """
    _check_name(entry.key)
    before = len(mistakes)
    values = entry.mapping(mistakes)
    kinds = {key: kind for kind in KINDS for key in kind.keys}
    key = next((key for key in kinds if key in values), None)
    _check_keys(values, key, kinds, mistakes)
    if key is None and len(mistakes) > before:
        return None
    if key is None:
        message = f"the figure {quoted(entry.key.value)} does not say what to show"
        hint = f"write one of: {', '.join(kinds)}"
        raise ContentError(message, where=entry.key.place, hint=hint)
    head = replace(
        post,
        name=entry.key.value,
        place=entry.key.place,
        network=NETWORK.read(values["network"]) if "network" in values else post.network,
        picture=PICTURE.read(values["picture"]) if "picture" in values else post.picture,
        caption=CAPTION.read(values["caption"]).value if "caption" in values else None,
        **written_options(values, mistakes),
    )
    return kinds[key].read(values, head)


def _check_name(name: Located[str]) -> None:
    if _NAME.fullmatch(name.value) is None:
        message = f"{quoted(name.value)} is not a figure's name"
        hint = "up to 60 letters, digits, hyphens, dots and underscores: it becomes a file name"
        raise ContentError(message, where=name.place, hint=hint)
    if looks_like_picture(name.value):
        stem = name.value.rpartition(".")[0]
        hint = f"write {stem}: the Markdown shows it as imgs/{name.value}"
        raise ContentError(f"{quoted(name.value)} ends like a file", where=name.place, hint=hint)


def _check_keys(
    values: Mapping[str, Value], key: str | None, kinds: Mapping[str, type[Figure]], mistakes: Mistakes
) -> None:
    every = dict.fromkeys(one for decides, kind in kinds.items() for one in (decides, *sorted(kind.beside)))
    beside = sorted(kinds[key].beside) if key else []
    allowed = (key, *beside) if key else tuple(every)
    for other in values.keys() - set(allowed):
        with mistakes.noted():
            place = values[other].key.place
            if key and other in every:
                raise ContentError(
                    f"{other!r} does not go with {key!r}", where=place, hint=nearest(other, beside)
                )
            raise ContentError(f"unknown key {quoted(other)}", where=place, hint=nearest(other, allowed))
