"""What can be checked of figures and claims once a network and the Markdown are known.

Pure functions, called before anything is computed. Each raises one `ContentError` that lists every mistake it
found, with its place in ``paths.yaml`` or in the Markdown.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from catvis.errors import ContentError, Place, nearest, shown_path
from catvis.post.figures import (
    ChildAt,
    ChildClaim,
    Children,
    ChosenChildren,
    Claim,
    CompareFigure,
    Figure,
    MaximizeFigure,
    PathSpec,
    RulesFigure,
    Step,
    Top,
    TreeFigure,
    UnitsFigure,
)
from catvis.terms import Unit
from catvis.written.located import Mistakes
from catvis.written.yaml_values import quoted


class ShownFigure(Protocol):
    """Where the Markdown shows a figure; `document.FigureSlot` is one."""

    @property
    def name(self) -> str:
        """The figure's name."""

    @property
    def place(self) -> Place:
        """Where the Markdown shows it."""


def check_figure(figure: Figure, layers: Mapping[str, int], *, labels: Sequence[str] = ()) -> None:
    """Check the units, layers and paths of a figure against a network.

    Args:
        figure: what to check.
        layers: the network's layers, lowest first, and the number of units of each.
        labels: the names of the classes, where the network has them; hints name the outermost.

    Raises:
        ContentError: a layer that the network does not have, an index past a layer's width, a path that does
            not go down, children that are not below the end of their path or are more than the layer has.
    """
    mistakes = Mistakes()
    network = _Network(layers, labels)
    for path in _paths(figure):
        with mistakes.noted():
            network.check_path(path)
    if isinstance(figure, MaximizeFigure):
        with mistakes.noted():
            network.check_unit(figure.unit.value, figure.unit.place)
    if isinstance(figure, TreeFigure) and figure.children and not len(mistakes):
        for path in figure.paths:
            with mistakes.noted():
                network.check_children(figure.children, path)
    mistakes.raise_any()


def check_claim(claim: Claim, layers: Mapping[str, int], *, labels: Sequence[str] = ()) -> None:
    """Check the units of a claim against a network, as `check_figure` does for a figure.

    Raises:
        ContentError: as for a figure; or the unit that is claimed to be the strongest class is no class.
    """
    network = _Network(layers, labels)
    if isinstance(claim, ChildClaim):
        network.check_path(claim.parent)
        network.check_unit(claim.child.value, claim.child.place)
        network.check_below(claim.child.value.layer, claim.child.place, network.end_of(claim.parent))
        return
    unit = claim.unit.value
    network.check_unit(unit, claim.unit.place)
    if unit.layer != network.top:
        raise ContentError(
            f"{unit} is not a class", where=claim.unit.place, hint=network.range_of(network.top)
        )


def check_names(figures: Iterable[Figure], slots: Iterable[ShownFigure], file: Path) -> None:
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


def _with_place(name: str, choices: Mapping[str, Place]) -> str:
    hint = nearest(name, choices)
    close = difflib.get_close_matches(name, choices, n=1)
    return f"{hint}; {close[0]} is at {choices[close[0]]}" if close else hint


def _paths(figure: Figure) -> tuple[PathSpec, ...]:
    match figure:
        case UnitsFigure():
            return figure.units
        case TreeFigure():
            return figure.paths
        case RulesFigure():
            return (figure.unit,)
        case CompareFigure():
            return tuple(dict.fromkeys(side.path for side in figure.sides))
    return ()


@dataclass(frozen=True)
class _Network:
    """What a network is to a path: its layers, lowest first, with their widths; and the classes' names."""

    widths: Mapping[str, int]
    labels: Sequence[str]

    @property
    def top(self) -> str:
        return list(self.widths)[-1]

    def end_of(self, path: PathSpec) -> str:
        return self._layer_of(path.steps[-1])

    def check_path(self, path: PathSpec) -> None:
        above: str | None = None
        for step, place in zip(path.steps, path.places, strict=True):
            layer = self._layer_of(step)
            if isinstance(step, Unit):
                self.check_unit(step, place)
            elif isinstance(step, ChildAt):
                self._check_count(layer, step.rank, place)
            if above is not None:
                self.check_below(layer, place, above)
            above = layer

    def check_children(self, children: Children, path: PathSpec) -> None:
        end = self.end_of(path)
        if isinstance(children, ChosenChildren):
            for unit in children.units:
                self.check_unit(unit.value, unit.place)
                self.check_below(unit.value.layer, unit.place, end)
        elif children.layer is not None:
            layer, place = children.layer.value, children.layer.place
            of_unit, _, index = layer.rpartition("_")
            if layer not in self.widths and of_unit in self.widths and index.isdecimal():
                hint = f"children chosen by hand are a list: [{layer}]"
                raise ContentError(f"{layer} is a unit and not a layer", where=place, hint=hint)
            self._check_count(layer, children.count, place)
            self.check_below(layer, place, end)
        elif lower := self._below(end):
            self._check_count(lower[0], children.count, path.places[-1])
        else:
            raise ContentError(
                f"{end} has no children", where=path.places[-1], hint=f"no layer is below {end}"
            )

    def check_unit(self, unit: Unit, place: Place) -> None:
        self._check_layer(unit.layer, place)
        if unit.index >= self.widths[unit.layer]:
            raise ContentError(f"there is no unit {unit}", where=place, hint=self.range_of(unit.layer))

    def check_below(self, layer: str, place: Place, above: str) -> None:
        lower = self._below(above)
        if layer not in lower:
            hint = nearest(layer, lower) if lower else f"no layer is below {above}"
            raise ContentError(f"{layer} is not below {above}: paths go down", where=place, hint=hint)

    def range_of(self, layer: str) -> str:
        last = self.widths[layer] - 1
        first_name = last_name = ""
        if layer == self.top and len(self.labels) == self.widths[layer]:
            first_name, last_name = f" ({self.labels[0]})", f" ({self.labels[last]})"
        return f"{layer} has {last + 1} units, {layer}_0{first_name} to {layer}_{last}{last_name}"

    def _check_layer(self, layer: str, place: Place) -> None:
        if layer not in self.widths:
            hint = nearest(layer, reversed(list(self.widths)))
            raise ContentError(f"unknown layer {quoted(layer)}", where=place, hint=hint)

    def _check_count(self, layer: str, count: int, place: Place) -> None:
        self._check_layer(layer, place)
        if count > self.widths[layer]:
            message = f"{layer} has no {count} children to choose from"
            raise ContentError(message, where=place, hint=self.range_of(layer))

    def _layer_of(self, step: Step) -> str:
        return self.top if isinstance(step, Top) else step.layer

    def _below(self, layer: str) -> list[str]:
        """The layers below one, nearest first."""
        order = list(self.widths)
        return order[: order.index(layer)][::-1]
