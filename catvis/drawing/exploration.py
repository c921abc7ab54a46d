"""What an explorer begins with: a tree that anybody can see, and what its script goes on from.

Like every drawing it is facts alone. Where it cannot come to life, the tree is the whole figure.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from catvis.drawing.figure import Tree
from catvis.frozen import Frozen
from catvis.results import Packed, Picture, Seen
from catvis.terms import Rule

Answerer: TypeAlias = Literal["live", "baked", "served"]
"""Who answers a reader: the network in the page, a tree that was computed ahead, a program on this machine."""


class ExploredPicture(Frozen):
    """A picture of the gallery.

    Attributes:
        name: as the author wrote it, relative to the post's folder.
        shown: what the reader looks at.
        seen: what the network looks at.
        baked: the answers that were computed ahead, as JSON (see `catvis.figures.baked`); None without.
    """

    name: str
    shown: Picture
    seen: Seen
    baked: str | None = None


class Exploration(Frozen):
    """What an explorer's script goes on from.

    Attributes:
        network: its name.
        size: height and width of its input in pixels.
        start: the path that the tree starts from; "" for the strongest class of whatever picture is looked at.
        layer: where the first children are.
        count: how many children are shown at first.
        rule: by which tiles are drawn at first.
        card: layers, labels and measured names, as JSON.
        answers: who answers, best first: ``live``, ``baked`` or ``served``.
        pictures: the gallery, the tree's own first.
        packed: the network itself; None where a page does not bring it.
    """

    network: str
    size: tuple[int, int]
    start: str
    layer: str
    count: int
    rule: Rule
    card: str
    answers: tuple[Answerer, ...]
    pictures: tuple[ExploredPicture, ...]
    packed: Packed | None = None


class ExplorableTree(Tree, kw_only=True):
    """A tree from which a reader can go on."""

    exploration: Exploration
