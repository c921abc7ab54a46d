"""How tiles and edges are computed and drawn: a post sets it, and each figure may differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from catvis.frozen import Frozen
from catvis.terms import Display, Edges, Fit, Rule
from catvis.written.keys import Key, choice, flag
from catvis.written.located import Mistakes
from catvis.written.yaml_values import Value


class Options(Frozen, kw_only=True):
    """How tiles and edges are computed and drawn; `OPTION_KEYS` says what each option is."""

    rule: Rule = "guided"
    edges: Edges = "gradient"
    display: Display = "robust"
    fit: Fit = "crop"
    exemplars: bool = False
    activation: bool = False
    ablation: bool = False
    outline: bool = False
    control: bool = False
    context: bool = False
    crop: bool = False


OPTION_KEYS: Mapping[str, Key[Any]] = {
    "rule": choice(get_args(Rule), "what a ReLU does to the gradient on the way back, in tiles"),
    "edges": choice(get_args(Edges), "what a ReLU does to the gradient on the way back, in edge weights"),
    "display": choice(get_args(Display), "how an attribution becomes pixels"),
    "fit": choice(get_args(Fit), "how a picture of another shape gets the network's"),
    "exemplars": flag("a grid of exemplars under each tile"),
    "activation": flag("each unit's activation on its tile"),
    "ablation": flag("at each edge, what silencing the child costs the parent"),
    "outline": flag("an outline of the region that holds most of the attribution's energy"),
    "control": flag("the same tile from a network with random weights beside each"),
    "context": flag("the picture, faintly, under each attribution (where display is robust)"),
    "crop": flag(
        "tiles that show the part where they and their siblings lie, which is marked on their parent"
    ),
}


def written_options(values: Mapping[str, Value], mistakes: Mistakes) -> dict[str, Any]:
    """The options that are written, by name; a mistaken one is noted and left out."""
    own: dict[str, Any] = {}
    for name, key in OPTION_KEYS.items():
        if name in values:
            with mistakes.noted():
                own[name] = key.read(values[name])
    return own
