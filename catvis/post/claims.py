"""``claims:`` of ``paths.yaml``: what the prose relies on, and whether it holds."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from catvis.drawing.wording import percent
from catvis.errors import ContentError, NetworkError, Place
from catvis.figures.kind import check_path, end_layer
from catvis.figures.options import Options
from catvis.figures.path_spec import (
    A_PATH_TO_A_UNIT,
    A_UNIT,
    USUAL_CHILDREN,
    PathSpec,
    path_of,
    read_path,
    read_unit,
)
from catvis.figures.scene import Scene
from catvis.frozen import AbstractFrozen
from catvis.jobs.rounds import Asking, ask, want
from catvis.networks.known_layers import NetworkCard
from catvis.terms import Unit
from catvis.written.keys import Key
from catvis.written.located import Located, Mistakes, Written, located
from catvis.written.yaml_values import Value, quoted

_HINT = "write - top: fc8_284, or - child: fc6_1068→conv5_129"


class Claim(Written, AbstractFrozen):
    """Something that the prose relies on."""

    place: Place

    @abstractmethod
    def check(self, card: NetworkCard) -> None:
        """Check the claim's units against a network.

        Raises:
            ContentError: the network does not have them, or they cannot stand so.
        """

    @abstractmethod
    def failure(self, scene: Scene, options: Options) -> Asking[str | None]:
        """Where the claim fails, with what is the case instead; None where it holds."""


class TopClaim(Claim):
    """A unit is the strongest class (``- top: fc8_284``)."""

    unit: Located[Unit]

    def check(self, card: NetworkCard) -> None:
        """The unit has to be a class."""
        with located(self.unit.place, NetworkError):
            card.require_class(self.unit.value)

    def failure(self, scene: Scene, options: Options) -> Asking[str | None]:
        """Ask for the scores."""
        top = yield from scene.top(options.fit, self.place)
        if top == self.unit.value:
            return None
        said, found = (
            f"{unit} ({label})" if (label := scene.card.label(unit)) else str(unit)
            for unit in (self.unit.value, top)
        )
        return f"{self.place}: the claim top: {said} fails: the strongest class is {found}"


class ChildClaim(Claim):
    """The last unit is a usual child of the path (``- child: fc6_1068→conv5_129``)."""

    parent: PathSpec
    child: Located[Unit]

    def check(self, card: NetworkCard) -> None:
        """The child has to lie below the path."""
        check_path(self.parent, card)
        with located(self.child.place, NetworkError):
            card.check_unit(self.child.value)
            card.check_below(self.child.value.layer, end_layer(self.parent, card))

    def failure(self, scene: Scene, options: Options) -> Asking[str | None]:
        """Ask for the path's edges."""
        child = self.child.value
        parent = yield from scene.resolve(self.parent, options)
        edges = scene.edges_job(parent, child.layer, options)
        yield from want(edges, scene.peak_job(parent.units[0], options.fit))
        yield from scene.require_firing(parent.units[0], self.parent.place, options.fit)
        weights = yield from ask(edges)
        if child.index in weights.strongest(USUAL_CHILDREN):
            return None
        rank = 1 + sum(abs(weight) > abs(weights.values[child.index]) for weight in weights.values)
        ahead = ", ".join(str(Unit(child.layer, index)) for index in weights.strongest(USUAL_CHILDREN))
        return (
            f"{self.place}: the claim child: {parent.then(child)} fails: {child} is number {rank} "
            f"with {percent(weights.share(child.index))}, behind {ahead}"
        )


def _read_child(value: Value) -> tuple[PathSpec, Located[Unit]]:
    path = read_path(value)
    last = path.steps[-1]
    if len(path.steps) < 2 or not isinstance(last, Unit):
        hint = "write child: fc6_1068→conv5_129"
        message = f"{quoted(path.text)} names no unit as the child of another"
        raise ContentError(message, where=path.place, hint=hint)
    parent = tuple(map(Located, path.steps[:-1], path.places[:-1]))
    return path_of(parent), Located(last, path.places[-1])


TOP = Key(read_unit, A_UNIT, "a unit that is the strongest class")
CHILD = Key(_read_child, A_PATH_TO_A_UNIT, "a path whose last unit is a usual child of those before it")
CLAIM_KEYS: Mapping[str, Key[Any]] = {"top": TOP, "child": CHILD}


def read_claim(item: Value) -> Claim:
    """Read one claim.

    Raises:
        ContentError: it is none.
    """
    if not item.is_mapping:
        item.refuse("one claim", _HINT)
    mistakes = Mistakes()
    values = item.mapping(mistakes, CLAIM_KEYS)
    mistakes.raise_any()
    if len(values) != 1:
        item.refuse("one claim", _HINT)
    if "top" in values:
        return TopClaim(item.place, TOP.read(values["top"]))
    return ChildClaim(item.place, *CHILD.read(values["child"]))
