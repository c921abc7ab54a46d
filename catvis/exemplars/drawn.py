"""The drawn world as a collection: pictures that are made when they are asked for.

They are the embedded network's exemplars, so that a first build needs no data set.
"""

from __future__ import annotations

import json

from PIL import Image

from catvis.exemplars.collection import Collection, Entry, Listing
from catvis.menagerie.world.draw import FREE_NUMBERS, Drawing, draw, kind_of


class DrawnCollection(Collection):
    """Pictures of the drawn world by their numbers, made when they are asked for."""

    numbers: range

    @property
    def title(self) -> str:
        """Which numbers of the drawn world."""
        return f"the drawn world, {self.numbers.start} to {self.numbers.stop - 1}"

    @property
    def origin(self) -> str:
        """The numbers, as JSON."""
        return json.dumps({"drawn": [self.numbers.start, self.numbers.stop]})

    def listing(self) -> Listing:
        """List the numbers, each with what it shows."""
        return Listing(
            tuple(Entry(f"{number:07d}-{kind_of(number)}", str(number)) for number in self.numbers)
        )

    def picture(self, entry: Entry, side: int) -> Image.Image:
        """Draw the picture, at the world's own size."""
        del side
        return Image.fromarray(draw(int(entry.file)).pixels)


def drawn_world(count: int) -> DrawnCollection:
    """So many pictures of the drawn world, none of which any network was trained or measured on."""
    return DrawnCollection(FREE_NUMBERS[:count])


def drawn_again(name: str) -> Drawing:
    """The picture of the drawn world of which an entry has this name, with its masks."""
    return draw(int(name.partition("-")[0]))
