"""``paths.yaml`` → `PathsFile`: what a post asks for, before any network is known; and its names in the Markdown.

All mistakes of the file come in one error, by line. The keys that a person may write are the ones that this
module and the kinds of figures name; everything else is a mistake.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import asdict, replace

from catvis.errors import ContentError, Place, nearest, shown_path
from catvis.figures.kind import NETWORK, PICTURE, Figure, Head
from catvis.figures.options import OPTION_KEYS, written_options
from catvis.figures.path_spec import read_path
from catvis.figures.table import read_figure
from catvis.figures.unit_tree import TreeFigure
from catvis.frozen import Frozen
from catvis.post.claims import Claim, read_claim
from catvis.post.document import FigureSlot
from catvis.written.keys import Key
from catvis.written.located import Mistakes
from catvis.written.yaml_values import Value, quoted, read_yaml

HEAD_KEYS: Mapping[str, Key[Any]] = {"network": NETWORK, "picture": PICTURE, **OPTION_KEYS}
"""What a post says of all its figures."""
_KEYS = (*HEAD_KEYS, "figures", "paths", "claims")
LONGEST_EXAMPLE = 200


class PathsFile(Frozen):
    """One ``paths.yaml``, read and checked as far as that goes without a network.

    Attributes:
        head: the post's network, picture and options, which figures already carry where they have none.
        figures: in the file's order, their names distinct.
        examples: one tree for each path of ``paths:``, named after it.
        claims: what the build has to check about the prose; on the post's network and picture.
        file: where it was read.
    """

    head: Head
    figures: tuple[Figure, ...]
    examples: tuple[Figure, ...]
    claims: tuple[Claim, ...]
    file: Path


def read_paths_file(path: Path, home: Path | None = None) -> PathsFile:
    """Read the figures, examples and claims of a post.

    Args:
        path: the file.
        home: the folder out of which no link may lead; the file's own where it is not given.

    Raises:
        ContentError: the file is missing or mistaken; the message lists every mistake with its place.
    """
    mistakes = Mistakes()
    values = read_yaml(path, home).mapping(mistakes)
    _check_keys(values, mistakes)
    head = Head(name="", place=Place(path, 1, 1))
    with mistakes.noted():
        head = replace(head, network=NETWORK.read(values["network"]) if "network" in values else None)
    with mistakes.noted():
        head = replace(head, picture=PICTURE.read(values["picture"]) if "picture" in values else None)
    head = replace(head, **written_options(values, mistakes))
    figures: list[Figure] = []
    with mistakes.noted():
        entries = values["figures"].mapping(mistakes) if "figures" in values else {}
        for entry in entries.values():
            with mistakes.noted():
                figure = read_figure(entry, head, mistakes)
                figures += [figure] if figure else []
    examples: list[Figure] = []
    for item in _items(values, "paths", "[fc8_284→fc7_4032]", mistakes):
        with mistakes.noted():
            examples.append(_example(item, head))
    claims: list[Claim] = []
    for item in _items(values, "claims", "[top: fc8_284]", mistakes):
        with mistakes.noted():
            claims.append(read_claim(item))
    _check_names_differ((*figures, *examples), mistakes)
    mistakes.raise_any()
    return PathsFile(head, tuple(figures), tuple(examples), tuple(claims), path)


def check_names(figures: Iterable[Figure], slots: Iterable[FigureSlot], file: Path) -> None:
    """Check that the Markdown shows every figure, and only figures that there are.

    Args:
        figures: those of ``figures:``; examples need not be named in the Markdown.
        slots: where the Markdown shows figures, one perhaps several times; pictures that lie in the post's
            folder are no figures.
        file: the ``paths.yaml``, for the message about a figure that it does not have.

    Raises:
        ContentError: a name stands in one place and is missing in the other.
    """
    wanted = {figure.name: figure.place for figure in figures}
    shown: dict[str, Place] = {}
    for slot in slots:
        shown.setdefault(slot.name, slot.place)
    mistakes = Mistakes()
    for name, place in shown.items():
        if name not in wanted:
            with mistakes.noted():
                message = f"there is no figure {quoted(name)} in {shown_path(file)}"
                raise ContentError(message, where=place, hint=_with_place(name, wanted))
    strays = {name: place for name, place in shown.items() if name not in wanted}
    for name, place in wanted.items():
        if name not in shown:
            with mistakes.noted():
                hint = (
                    _with_place(name, strays) if strays else f"write ![…](imgs/{name}.png) where it belongs"
                )
                message = f"the Markdown does not show the figure {quoted(name)}"
                raise ContentError(message, where=place, hint=hint)
    mistakes.raise_any()


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


def _example(item: Value, head: Head) -> TreeFigure:
    if item.is_mapping:
        item.refuse("a path", "a figure with keys of its own goes below figures:")
    path = read_path(item)
    if len(path.text) > LONGEST_EXAMPLE:
        hint = "give it a name below figures:"
        raise ContentError("the path is too long to name a file after", where=path.place, hint=hint)
    name = path.text.replace("→", "-").replace(":", "-")
    return TreeFigure(**asdict(replace(head, name=name, place=path.place)), paths=(path,))


def _check_names_differ(figures: Iterable[Figure], mistakes: Mistakes) -> None:
    """Names become file names, and some file systems take ``Cat`` and ``cat`` for one file."""
    seen: dict[str, Figure] = {}
    for figure in figures:
        first = seen.setdefault(figure.name.casefold(), figure)
        if first is not figure:
            with mistakes.noted():
                hint = f"{quoted(first.name)} at {first.place} has it"
                raise ContentError(f"the name {quoted(figure.name)} is taken", where=figure.place, hint=hint)


def _with_place(name: str, choices: Mapping[str, Place]) -> str:
    hint = nearest(name, choices)
    close = difflib.get_close_matches(name, choices, n=1)
    return f"{hint}; {close[0]} is at {choices[close[0]]}" if close else hint
