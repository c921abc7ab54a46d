"""``where: fc6_157→conv5_76``: where on the picture a unit takes another one from, over what excites it most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from msgspec.structs import asdict, replace

from catvis.drawing.figure import Drawing, Tile, anchor
from catvis.drawing.wording import percent
from catvis.errors import ContentError
from catvis.figures.kind import TILE_KEYS, Figure, Head, check_path, end_layer
from catvis.figures.path_spec import A_PATH_DOWN, PATH, PathSpec
from catvis.figures.scene import Scene
from catvis.figures.tiles import shown
from catvis.jobs.place_counts import PlacesJob, StrongestPicturesJob
from catvis.jobs.rounds import Asking, ask, ask_all
from catvis.networks.known_layers import NetworkCard
from catvis.results import Box, DrawnPlaces
from catvis.terms import UnitPath
from catvis.written.yaml_values import Value

WHERE = replace(
    PATH, schema=A_PATH_DOWN, about="where on the picture the last unit counts for the one before it"
)


class WhereFigure(Figure, kw_only=True):
    """A unit of maps for the sake of one above it, and where it counts and fires over the latter's exemplars.

    Attributes:
        path: the unit above is the last but one.
    """

    keys = {"where": WHERE}
    beside = TILE_KEYS
    path: PathSpec

    @classmethod
    def read(cls, values: Mapping[str, Value], head: Head) -> Self:
        """Read a path of two units or more."""
        path = WHERE.read(values["where"])
        if len(path.steps) < 2:
            message = f"{path.text} is one unit, and places are measured between two"
            raise ContentError(message, where=path.place, hint="write where: fc6_1068→conv5_129")
        return cls(**asdict(head), path=path)

    def check(self, card: NetworkCard) -> None:
        """The lower unit has to have a map."""
        check_path(self.path, card)
        layer = card.layer(end_layer(self.path, card))
        if not layer.spatial:
            maps = ", ".join(one.name for one in card.layers if one.spatial)
            raise ContentError(
                f"units of {layer.name} have no place on the picture",
                where=self.path.places[-1],
                hint=f"the layers with maps are {maps}",
            )

    def draw(self, scenes: Sequence[Scene]) -> Asking[Drawing]:
        """Ask for the path's tile, and for what was measured."""
        scene = scenes[0]
        gathered = yield from scene.collection("measure places", self.path.place)
        path = yield from scene.resolve(self.path, self)
        yield from scene.require_firing(path.units[0], self.path.place, self.fit)
        parent, child = path.units[-2:]
        here = yield from shown(scene, path, self)
        network = scene.card.digest
        above, below = yield from ask_all([StrongestPicturesJob(network, unit) for unit in (parent, child)])
        found = yield from ask(PlacesJob(network, gathered, parent, child, above, below))
        if found is None:
            raise ContentError(
                f"nothing of {child} arrives at {parent} on any picture of the collection that excites it",
                where=self.path.place,
                hint="choose a unit that fires on more of them, or mine more pictures",
            )
        row = self.row([here.tile(note="on this picture"), *_tiles(path, found)])
        return replace(row, caption=self.html_caption or _sentence(path, found))


def _tiles(path: UnitPath, found: DrawnPlaces) -> list[Tile]:
    parent, child = path.units[-2:]
    cells = "{}×{}".format(*found.cells)
    fires_over = (found.above, parent) if found.relative else (found.below, child)
    return [
        Tile(
            key=anchor(*map(str, path.units), what),
            title=f"where it {what}",
            picture=picture,
            alt=f"Where {child} {what}: spread ±{percent(spread)} of the picture around its middle.",
            note=f"spread ±{percent(spread)}",
            outline=_middle(found.cells) if found.relative else None,
            details=(
                ("Path", str(path)),
                ("Pictures", f"the {count} that excite {unit} most"),
                ("Places", f"{cells}, around {parent}’s own" if found.relative else cells),
            ),
        )
        for what, picture, spread, (count, unit) in (
            ("counts", found.counts, found.counts_spread, (found.above, parent)),
            ("fires", found.fires, found.fires_spread, fires_over),
        )
    ]


def _middle(cells: tuple[int, int]) -> Box:
    """The cell in the middle, in parts of all."""
    rows, columns = cells
    return Box(
        (columns // 2) / columns, (rows // 2) / rows, (columns // 2 + 1) / columns, (rows // 2 + 1) / rows
    )


def _sentence(path: UnitPath, found: DrawnPlaces) -> str:
    parent, child = path.units[-2:]
    what = f"what {child} takes from it" if found.inhibitory else f"what it takes from {child}"
    fires = (
        f"where {child} fires within its sight"
        if found.relative
        else f"over the {found.below} that excite {child} most, where that fires"
    )
    counts_spread, fires_spread = (f"±{percent(one)}" for one in (found.counts_spread, found.fires_spread))
    return (
        f"Over the {found.above} pictures that excite {parent} most, {what} is spread {counts_spread} "
        f"of the picture around its middle; {fires}, {fires_spread}."
    )
