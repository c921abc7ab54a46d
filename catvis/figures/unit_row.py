"""``units: [conv1_4, conv1_65]``: units, or the ends of paths, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from msgspec.structs import asdict, replace

from catvis.drawing.figure import Drawing
from catvis.figures.kind import TILE_KEYS, Figure, Head, check_paths
from catvis.figures.options import OPTION_KEYS
from catvis.figures.path_spec import PATH, PathSpec, paths
from catvis.figures.scene import Scene
from catvis.figures.tiles import row_of_tiles
from catvis.jobs.rounds import Asking, together
from catvis.networks.known_layers import NetworkCard
from catvis.terms import UnitPath
from catvis.written.yaml_values import Value

UNITS = paths("[conv1_4, conv1_65]", "units, or the ends of paths, side by side")


class UnitsFigure(Figure, kw_only=True):
    """A row of tiles, each followed by its control where one is asked for."""

    keys = {"units": UNITS, "unit": replace(PATH, about="one unit, or the end of one path")}
    beside = {**TILE_KEYS, "control": OPTION_KEYS["control"], "crop": OPTION_KEYS["crop"]}
    units: tuple[PathSpec, ...]

    @classmethod
    def read(cls, values: Mapping[str, Value], head: Head) -> Self:
        """Read a list, or one."""
        if "units" in values:
            return cls(**asdict(head), units=UNITS.read(values["units"]))
        return cls(**asdict(head), units=(PATH.read(values["unit"]),))

    def check(self, card: NetworkCard) -> None:
        """Every unit has to be there."""
        check_paths(self.units, card)

    def draw(self, scenes: Sequence[Scene]) -> Asking[Drawing]:
        """Ask for the tile of every unit that fires."""
        scene = scenes[0]
        paths = yield from together(self._path(scene, spec) for spec in self.units)
        found = yield from row_of_tiles(scene, [(path, None) for path in paths], self, control=self.control)
        return self.row([tile for one in found for tile in (one.tile(), one.control) if tile])

    def _path(self, scene: Scene, spec: PathSpec) -> Asking[UnitPath]:
        path = yield from scene.resolve(spec, self)
        if len(path.units) > 1:
            yield from scene.require_firing(path.units[0], spec.place, self.fit)
        return path
