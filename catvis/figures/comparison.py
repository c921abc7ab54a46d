"""``compare: [fc8_284, fc8_281]``: two units on one picture, or one on two pictures, and their difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from msgspec.structs import asdict, replace

from catvis.drawing.figure import Drawing, Tile, anchor
from catvis.drawing.wording import hundredths
from catvis.errors import ContentError
from catvis.figures.kind import TILE_KEYS, UNIT_OR_PATH, Figure, Head, check_paths, read_unit_or_path
from catvis.figures.path_spec import A_PATH, PATH, PathSpec, check_distinct, read_paths
from catvis.figures.scene import Scene
from catvis.figures.shared import SHARED, shared_words
from catvis.figures.tiles import shown
from catvis.frozen import Frozen
from catvis.jobs.contrast import DifferenceJob
from catvis.jobs.rounds import Asking, ask, together, want
from catvis.networks.known_layers import NetworkCard
from catvis.written.keys import TEXT, Key, several
from catvis.written.located import Located
from catvis.written.picture_files import PICTURE_EXAMPLE, looks_like_picture
from catvis.written.yaml_values import Value, quoted


def _two(value: Value) -> tuple[Value, ...]:
    items = value.items("[fc8_284, fc8_281]")
    if len(items) != 2:
        message = f"a comparison has two sides, found {len(items)}"
        raise ContentError(message, where=value.place, hint="write compare: [fc8_284, fc8_281]")
    return items


SIDES = Key(_two, several(TEXT, 2, 2), "two units on one picture, or two pictures by one unit")


class Side(Frozen):
    """One side of a comparison: a path on a picture (None: no picture is named anywhere)."""

    path: PathSpec
    picture: Located[str] | None


class CompareFigure(Figure, kw_only=True):
    """Two attributions and the first less the second.

    Attributes:
        sides: what is compared.
        shared: say what the two units have in common.
    """

    keys = {"compare": SIDES}
    beside = {**TILE_KEYS, "unit": PATH, "path": PATH, "shared": SHARED}
    together = {
        "if": {"anyOf": UNIT_OR_PATH["oneOf"]},
        "then": UNIT_OR_PATH,
        "else": {"properties": {"compare": {"items": A_PATH}}},
    }
    sides: tuple[Side, Side]
    shared: bool = False

    @classmethod
    def read(cls, values: Mapping[str, Value], head: Head) -> Self:
        """Read two units, or two pictures and one unit."""
        items = SIDES.read(values["compare"])
        shared = SHARED.read(values["shared"]) if "shared" in values else False
        if "unit" in values or "path" in values:
            path = read_unit_or_path(values, values["compare"])
            pictures = [item.text(PICTURE_EXAMPLE) for item in items]
            check_distinct(pictures)
            if shared:
                message = "'shared' is about two units, and two pictures are compared"
                raise ContentError(message, where=values["shared"].key.place, hint="leave it out")
            sides = [Side(path, found) for found in pictures]
        else:
            for item in items:
                text = item.text("fc8_284")
                if looks_like_picture(text.value):
                    hint = "pictures are compared by one unit: add unit: fc8_284"
                    raise ContentError(f"{quoted(text.value)} is not a unit", where=text.place, hint=hint)
            sides = [Side(path, head.picture) for path in read_paths(values["compare"], "[fc8_284, fc8_281]")]
        return cls(**asdict(head), sides=(sides[0], sides[1]), shared=shared)

    @property
    def pictures(self) -> tuple[Located[str] | None, ...]:
        """One for each side."""
        return tuple(side.picture for side in self.sides)

    def check(self, card: NetworkCard) -> None:
        """Both sides' units have to be there."""
        check_paths([side.path for side in self.sides], card)

    def draw(self, scenes: Sequence[Scene]) -> Asking[Drawing]:
        """Ask for two tiles and their difference."""
        places = [(scene, side.path) for scene, side in zip(scenes, self.sides, strict=True)]
        paths = yield from together(scene.resolve(spec, self) for scene, spec in places)
        jobs = [scene.tile_job(path, self) for scene, path in zip(scenes, paths, strict=True)]
        difference = DifferenceJob(*jobs)
        starts = [scene.peak_job(path.units[0], self.fit) for scene, path in zip(scenes, paths, strict=True)]
        yield from want(*jobs, *starts, difference)
        for (scene, spec), path in zip(places, paths, strict=True):
            yield from scene.require_firing(path.units[0], spec.place, self.fit)
        both = yield from together(
            shown(scene, path, self) for scene, path in zip(scenes, paths, strict=True)
        )
        compared = yield from ask(difference)
        names = [scene.picture_name for scene in scenes]
        one_picture = names[0] == names[1]
        tiles = [
            one.tile(key=(f"side{side}",), note=None if one_picture else name)
            for side, (one, name) in enumerate(zip(both, names, strict=True), 1)
        ]
        first, second = (
            str(path) if one_picture else f"{path} on {name}" for path, name in zip(paths, names, strict=True)
        )
        alike = "unknown" if compared.correlation is None else hundredths(compared.correlation)
        tile = Tile(
            key=anchor(tiles[0].key, "less", str(paths[1].end)),
            title="difference",
            picture=compared.picture,
            alt=f"{first} less {second}, each at its own scale: grey where they agree; correlation {alike}.",
            note=f"correlation {alike}",
            details=(
                ("First", first),
                ("Second", second),
                ("Scale", "each at its own, so that their strength plays no part"),
                ("Correlation", alike),
            ),
        )
        if not self.shared:
            return self.row([*tiles, tile])
        said, alone = yield from shared_words(scenes[0], (paths[0], paths[1]), self, self.sides[0].path.place)
        row = self.row([*tiles, replace(tile, details=(*tile.details, *alone))])
        return replace(row, caption=self.html_caption or said)
