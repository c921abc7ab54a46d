"""``show: picture``: the picture as the network sees it, cropped or warped to the network's shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from msgspec.structs import asdict

from catvis.drawing.figure import Drawing, Tile, anchor
from catvis.figures.kind import TILE_KEYS, Figure, Head
from catvis.figures.scene import Scene
from catvis.jobs.rounds import Asking, ask
from catvis.written.keys import choice
from catvis.written.yaml_values import Value

WHAT = choice(("picture",), "the picture as the network sees it")


class PictureFigure(Figure, kw_only=True):
    """One tile: the input."""

    keys = {"show": WHAT}
    beside = {name: TILE_KEYS[name] for name in ("network", "picture", "fit", "caption")}

    @classmethod
    def read(cls, values: Mapping[str, Value], head: Head) -> Self:
        """There is nothing to choose yet."""
        WHAT.read(values["show"])
        return cls(**asdict(head))

    def draw(self, scenes: Sequence[Scene]) -> Asking[Drawing]:
        """Ask for the input."""
        scene = scenes[0]
        seen = yield from ask(scene.input_job(self.fit))
        height, width = scene.card.size
        how = "cropped at the centre" if self.fit == "crop" else "warped"
        tile = Tile(
            key=anchor("input", self.name),
            title="input",
            picture=seen,
            alt=f"{scene.picture_name} as {scene.card.name} sees it: {how} to {width} by {height} pixels.",
            details=(
                ("Picture", scene.picture_name),
                ("Network", scene.card.name),
                ("Size", f"{width}×{height} pixels, {how}"),
            ),
        )
        return self.row([tile])
