"""``paths.yaml`` → `PathsFile`: what a post asks for, before any network is known.

All mistakes of the file come in one error, by line. The keys that a person may write are the ones that this
module and `figure_reader` name; everything else is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from catvis.errors import ContentError, nearest
from catvis.post.figure_reader import (
    NETWORK_EXAMPLE,
    OPTION_KEYS,
    PICTURE_EXAMPLE,
    read_figure,
    read_options,
)
from catvis.post.figures import ChildClaim, Claim, Figure, Options, PathsFile, TopClaim, TreeFigure
from catvis.post.path_reader import path_of, read_path, read_unit
from catvis.terms import Unit
from catvis.written.located import Located, Mistakes
from catvis.written.yaml_values import Value, quoted, read_yaml

_KEYS = ("network", "picture", *OPTION_KEYS, "figures", "paths", "claims")
LONGEST_EXAMPLE = 200
_CLAIM_HINT = "write - top: fc8_284, or - child: fc6_1068→conv5_129"


def read_paths_file(path: Path) -> PathsFile:
    """Read the figures, examples and claims of a post.

    Raises:
        ContentError: the file is missing or mistaken; the message lists every mistake with its place.
    """
    mistakes = Mistakes()
    values = read_yaml(path).mapping(mistakes)
    _check_keys(values, mistakes)
    network = picture = None
    with mistakes.noted():
        network = values["network"].text(NETWORK_EXAMPLE) if "network" in values else None
    with mistakes.noted():
        picture = values["picture"].text(PICTURE_EXAMPLE) if "picture" in values else None
    defaults = read_options(values, Options(), mistakes)
    figures: list[Figure] = []
    with mistakes.noted():
        entries = values["figures"].mapping(mistakes) if "figures" in values else {}
        for entry in entries.values():
            with mistakes.noted():
                figure = read_figure(entry, defaults, network, picture, mistakes)
                figures += [figure] if figure else []
    examples: list[TreeFigure] = []
    for item in _items(values, "paths", "[fc8_284→fc7_4032]", mistakes):
        with mistakes.noted():
            examples.append(_example(item, defaults, network, picture))
    claims: list[Claim] = []
    for item in _items(values, "claims", "[top: fc8_284]", mistakes):
        with mistakes.noted():
            claims.append(_claim(item))
    _check_names_differ((*figures, *examples), mistakes)
    mistakes.raise_any()
    return PathsFile(network, picture, defaults, tuple(figures), tuple(examples), tuple(claims), path)


def _check_keys(values: dict[str, Value], mistakes: Mistakes) -> None:
    for key in values.keys() - set(_KEYS):
        with mistakes.noted():
            is_figure = values[key].is_mapping and "figures" in values
            hint = "figures are indented below figures:" if is_figure else nearest(key, _KEYS)
            raise ContentError(f"unknown key {quoted(key)}", where=values[key].key.place, hint=hint)


def _items(values: dict[str, Value], key: str, example: str, mistakes: Mistakes) -> tuple[Value, ...]:
    with mistakes.noted():
        if key in values:
            return values[key].items(example)
    return ()


def _example(
    item: Value, defaults: Options, network: Located[str] | None, picture: Located[str] | None
) -> TreeFigure:
    if item.is_mapping:
        item.refuse("a path", "a figure with keys of its own goes below figures:")
    path = read_path(item)
    if len(path.text) > LONGEST_EXAMPLE:
        hint = "give it a name below figures:"
        raise ContentError("the path is too long to name a file after", where=path.place, hint=hint)
    name = path.text.replace("→", "-").replace(":", "-")
    return TreeFigure(
        **vars(defaults), name=name, place=path.place, network=network, picture=picture, paths=(path,)
    )


def _claim(item: Value) -> Claim:
    if not item.is_mapping:
        item.refuse("one claim", _CLAIM_HINT)
    mistakes = Mistakes()
    values = item.mapping(mistakes, ("top", "child"))
    mistakes.raise_any()
    if len(values) != 1:
        item.refuse("one claim", _CLAIM_HINT)
    if "top" in values:
        return TopClaim(read_unit(values["top"]), item.place)
    path = read_path(values["child"])
    last = path.steps[-1]
    if len(path.steps) < 2 or not isinstance(last, Unit):
        hint = "write child: fc6_1068→conv5_129"
        message = f"{quoted(path.text)} names no unit as the child of another"
        raise ContentError(message, where=path.place, hint=hint)
    parent = tuple(map(Located, path.steps[:-1], path.places[:-1]))
    return ChildClaim(path_of(parent), Located(last, path.places[-1]), item.place)


def _check_names_differ(figures: Iterable[Figure], mistakes: Mistakes) -> None:
    """Names become file names, and some file systems take ``Cat`` and ``cat`` for one file."""
    seen: dict[str, Figure] = {}
    for figure in figures:
        first = seen.setdefault(figure.name.casefold(), figure)
        if first is not figure:
            with mistakes.noted():
                hint = f"{quoted(first.name)} at {first.place} has it"
                raise ContentError(f"the name {quoted(figure.name)} is taken", where=figure.place, hint=hint)
