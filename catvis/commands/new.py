"""Commands that begin a post: suggest (figures worth showing, to paste) and new (a folder that builds at once).

Both say the same of a picture: the strongest class, and down a few layers the strongest children that differ.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from argparse import Namespace
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from catvis.commands.inspect import network_of, say_if_stranger
from catvis.errors import CatvisError, UsageError, shown_path
from catvis.figures.path_spec import USUAL_CHILDREN
from catvis.frozen import Frozen
from catvis.interface.picture_look import PictureLook
from catvis.networks.known_layers import NetworkCard
from catvis.post.paths_file import LONGEST_EXAMPLE
from catvis.post.schema import paths_schema
from catvis.program import command
from catvis.settings import Settings
from catvis.site.write import RESERVED
from catvis.terms import Fit, Unit, UnitPath

SCHEMA_FILE = "paths.schema.json"
"""Beside the posts: what editors check ``paths.yaml`` by."""

_MOST_STEPS = 5  # with the picture itself, a post of six figures
_ALIKE = 0.9  # cosine of two tiles' energies over the picture

_POST_NAME = re.compile(r"\w[\w.-]{0,99}")


def suggest(arguments: Namespace, settings: Settings) -> str:
    """A ``paths.yaml`` of figures worth showing, with the Markdown that shows them; with ``--post``, a whole post.

    Raises:
        CatvisError: as `new` does.
    """
    if arguments.post is not None:
        return new(arguments, settings)
    found = _suggested(arguments, settings)
    shown = "\n".join(f"# {line}" for line in found.lines)
    return f"{found.yaml()}\n\n# What post.md says to show them:\n#\n{shown}"


def new(arguments: Namespace, settings: Settings) -> str:
    """Begin a post about a picture; give its folder.

    Raises:
        UsageError: there is something of that name, or it cannot be a post's.
        CatvisError: the picture or the network cannot be opened, or the folder not be written.
    """
    folder = _free_folder(settings, arguments.post)
    day = date.today() if settings.jekyll else None
    arguments.network = arguments.network or settings.network
    found = _suggested(arguments, settings)
    schema = settings.content / SCHEMA_FILE
    try:
        folder.mkdir(parents=True)
        try:
            (folder / "imgs").mkdir()
            shutil.copyfile(arguments.picture, folder / "imgs" / arguments.picture.name)
            head = f"# yaml-language-server: $schema=../{SCHEMA_FILE}\n"
            (folder / "paths.yaml").write_text(f"{head}{found.yaml(shows_input=True)}\n", encoding="utf-8")
            (folder / "post.md").write_text(found.markdown(day), encoding="utf-8")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if not schema.exists():
            schema.write_text(f"{paths_schema()}\n", encoding="utf-8")
    except OSError as error:
        raise CatvisError(f"{shown_path(folder)} cannot be written: {error.strerror}") from error
    content = ["--content", str(settings.content)] if arguments.content else []
    sys.stderr.write(f"build it: {command(shlex.join(['build', folder.name, *content]))}\n")
    return shown_path(folder)


class _Step(Frozen):
    """A path, and the strongest units of a layer below it."""

    path: UnitPath
    layer: str
    children: tuple[Unit, ...]

    @property
    def figure(self) -> str:
        return f"{self.path.end.layer}_to_{self.layer}".replace(".", "_")

    @property
    def line(self) -> str:
        """The Markdown that shows its figure."""
        return f"![{self.path.end} and its children in {self.layer}](imgs/{self.figure}.png)"


class _Suggestion(Frozen):
    """What is worth showing of a network on a picture.

    Attributes:
        card: the network's facts.
        picture: the picture's file name.
        fit: how it gets the network's shape.
        path: from the strongest class down.
        steps: a figure each.
    """

    card: NetworkCard
    picture: str
    fit: Fit
    path: UnitPath
    steps: tuple[_Step, ...]

    def yaml(self, *, shows_input: bool = False) -> str:
        """As a ``paths.yaml``; with the picture itself as a figure where that is asked for."""
        picture = json.dumps(f"imgs/{self.picture}", ensure_ascii=False)  # quoted: a name may hold a #
        lines = [f"network: {self.card.name}", f"picture: {picture}"]
        lines += [] if self.fit == "crop" else [f"fit: {self.fit}"]
        lines += ["crop: true  # tiles show the part where they and their siblings lie"]
        lines += ["figures:", *(["  input:", "    show: picture"] if shows_input else [])]
        for step in self.steps:
            children = ", ".join(map(str, step.children))
            lines += [f"  {step.figure}:", f"    path: {step.path}", f"    children: [{children}]"]
        if len(str(self.path)) <= LONGEST_EXAMPLE:
            lines += ["paths:", f"  - {self.path}"]
        label = self.card.label(self.path.units[0])
        lines += ["claims:", f"  - top: {self.path.units[0]}" + (f"  # {label}" if label else "")]
        lines += [f"  - child: {step.path.then(step.children[0])}" for step in self.steps]
        return "\n".join(lines)

    @property
    def lines(self) -> tuple[str, ...]:
        """The Markdown that shows its figures, one line each."""
        return tuple(step.line for step in self.steps)

    def markdown(self, day: date | None) -> str:
        """As a ``post.md`` that says of every figure what it shows, in values that the build fills in.

        Args:
            day: that the post is dated; a Jekyll site asks for one.
        """
        top = self.path.units[0]
        title = f"Why did {self.card.name} say “{self.card.label(top) or top}”?"
        dated = f"date: {day.isoformat()}\n" if day else ""
        parts = [
            f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n{dated}layout: post\nlang: en\n---",
            f"This is what `{self.card.name}` saw, and it said *{{::value top.label /}}*, with a probability of "
            "{::value top.probability /}.",
            "![The picture as the network sees it](imgs/input.png)",
        ]
        for step in self.steps:
            name = f"figures.{step.figure}"
            end = self._value(f"{name}.units[{len(step.path.units) - 1}]", step.path.end)
            shares = [
                f"{self._value(f'{name}.children[{place}]', child)} with "
                f"{{::value {name}.children[{place}].share /}}"
                for place, child in enumerate(step.children)
            ]
            shares[0] += " of the edge weight"
            parts += [
                f"## From {step.path.end.layer} to {step.layer}",
                f"Of the units of `{step.layer}` that look at different things, these had most to do with {end}:\n"
                + ",\n".join(shares[:-1])
                + f"\nand {shares[-1]}.",
                step.line,
            ]
        return "\n\n".join(parts) + "\n"

    def _value(self, name: str, unit: Unit) -> str:
        label = f" ({{::value {name}.label /}})" if self.card.label(unit) else ""
        return f"**{{::value {name}.unit /}}**{label}"


def _suggested(arguments: Namespace, settings: Settings) -> _Suggestion:
    network = network_of(arguments, settings)
    card, look = network.card, network.look(arguments.picture, fit=arguments.fit)
    path = look.path("top")
    say_if_stranger(network, look, arguments.picture)
    steps = []
    for layer in _levels(card):
        parent = UnitPath((path.end,))  # each figure begins where the one before it ended
        weights = look.weights(parent, layer)
        strongest = [Unit(layer, index) for index in weights.strongest(2 * USUAL_CHILDREN)]
        if not strongest:
            break
        children = (
            _different(look, parent, strongest) if len(strongest) > USUAL_CHILDREN else tuple(strongest)
        )
        if len(children) > 1:
            steps.append(_Step(parent, layer, children))
        path = path.then(next((unit for unit in children if weights.values[unit.index] > 0), children[0]))
    return _Suggestion(card, arguments.picture.name, arguments.fit, path, tuple(steps))


def _levels(card: NetworkCard) -> list[str]:
    """The layers that a short post goes through: those of maps first, spread evenly where there are many."""
    below = card.below(card.top.name)
    spatial = [layer for layer in below if card.layer(layer).spatial]
    if len(below) <= _MOST_STEPS:
        return list(below)
    if len(spatial) <= _MOST_STEPS:
        whole = [layer for layer in below if layer not in spatial]
        return [*whole[: _MOST_STEPS - len(spatial)], *spatial]
    last = len(spatial) - 1
    return [spatial[round(step * last / (_MOST_STEPS - 1))] for step in range(_MOST_STEPS)]


def _different(look: PictureLook, parent: UnitPath, strongest: Sequence[Unit]) -> tuple[Unit, ...]:
    """As many units as a figure shows, by strength; those that look like a stronger one only to fill it."""
    import numpy as np

    tiles = look.tiles([parent.then(unit) for unit in strongest])
    energies = [np.abs(tile.array).sum(axis=0).ravel() for tile in tiles]
    lengths = [float(np.linalg.norm(energy)) or 1.0 for energy in energies]
    chosen: list[int] = []
    for number, energy in enumerate(energies):
        alike = (float(energy @ energies[one]) / (lengths[number] * lengths[one]) for one in chosen)
        if max(alike, default=0.0) < _ALIKE:
            chosen.append(number)
    chosen += [number for number in range(len(strongest)) if number not in chosen]
    return tuple(strongest[number] for number in sorted(chosen[:USUAL_CHILDREN]))


def _free_folder(settings: Settings, name: str) -> Path:
    if _POST_NAME.fullmatch(name) is None:
        hint = "up to 100 letters, digits, hyphens, dots and underscores: it becomes a folder's name"
        raise UsageError(f"{name!r} is not a post's name", hint=hint)
    if name.startswith("_") if settings.jekyll else name in RESERVED:
        what = "Jekyll leaves it out" if settings.jekyll else "the site has something of that name"
        raise UsageError(f"a post cannot be called {name}: {what}", hint="choose another name")
    folder = settings.content / name
    if folder.exists() or folder.is_symlink():
        raise UsageError(
            f"there is {shown_path(folder)} already: nothing is overwritten", hint="choose another name"
        )
    return folder
