"""How tiles and edges are computed and drawn: a post sets it, and each figure may differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from catvis.terms import Display, Edges, Fit, Rule
from catvis.written.located import Mistakes
from catvis.written.yaml_values import Value


@dataclass(frozen=True, kw_only=True)
class Options:
    """How tiles and edges are computed and drawn.

    Attributes:
        rule: what a ReLU does to the gradient on the way back, in tiles.
        edges: what a ReLU does to the gradient on the way back, in edge weights.
        display: how an attribution becomes pixels.
        fit: how a picture of another shape gets the network's.
        exemplars: a grid of exemplars under each tile.
        activation: each unit's activation on its tile.
        ablation: at each edge, what silencing the child costs the parent.
        outline: an outline of the region that holds most of the attribution's energy.
        control: the same tile from a network with random weights beside each.
    """

    rule: Rule = "guided"
    edges: Edges = "gradient"
    display: Display = "robust"
    fit: Fit = "crop"
    exemplars: bool = False
    activation: bool = False
    ablation: bool = False
    outline: bool = False
    control: bool = False


_WORDS: Mapping[str, tuple[str, ...]] = {
    "rule": get_args(Rule),
    "edges": get_args(Edges),
    "display": get_args(Display),
    "fit": get_args(Fit),
}
OPTION_KEYS = tuple(Options.__dataclass_fields__)


def written_options(values: Mapping[str, Value], mistakes: Mistakes) -> dict[str, Any]:
    """The options that are written, by name; a mistaken one is noted and left out."""
    own: dict[str, Any] = {}
    for key in OPTION_KEYS:
        if key in values:
            with mistakes.noted():
                own[key] = values[key].choice(_WORDS[key]) if key in _WORDS else values[key].flag()
    return own
