"""What is measured of the embedded network, as one table.

Accuracy, the photograph, named units next to a random network's, the pointing game, how much the children of a
unit differ, and how many pixels clip.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np

from catvis.backward.edges import edges
from catvis.backward.sweep import Route, attributions
from catvis.backward.trace import Trace
from catvis.drawing.display import display
from catvis.edge_shares import step_signs
from catvis.frozen import Frozen
from catvis.menagerie.shipped.files import SEEDS, UNIT_NAMES
from catvis.menagerie.shipped.unit_names import read_names
from catvis.menagerie.study.dissection import Overlaps, overlaps
from catvis.menagerie.study.menagerie_net import load, widths_of_network
from catvis.menagerie.study.naming import ACCEPTED_IOU, counts
from catvis.menagerie.study.photograph import answers
from catvis.menagerie.study.pointing import batch, pointing_game
from catvis.menagerie.study.ship import UPPER, random_network
from catvis.menagerie.study.train import accuracy_per_class
from catvis.menagerie.world.drawn_ahead import Pictures
from catvis.menagerie.world.kinds import KINDS
from catvis.networks.network import Network
from catvis.networks.registry import source
from catvis.settings import Settings
from catvis.terms import Unit, UnitPath

FAMILY_PICTURES = 48
CHILDREN = 5


class Family(Frozen):
    """How a unit's children differ.

    Attributes:
        correlation: parent layer → child layer, such as ``fc8→fc7`` → mean correlation of the attributions of
            five children, over pictures.
        clipped: layer → mean share of pixels that clip when an attribution of its units is displayed.
    """

    correlation: dict[str, float]
    clipped: dict[str, float]


def report(settings: Settings, held_out: Pictures, photograph: Path, *, quiet: bool = False) -> str:
    """Measure the shipped network on held-out pictures (with part flags) and on the photograph; give the table."""
    plain, names = load(source("menagerie", settings).files[0]), read_names(UNIT_NAMES)
    network = source("menagerie", settings).load()
    accuracy = accuracy_per_class(plain, held_out)
    random = overlaps(random_network(widths_of_network(plain)), held_out, quiet=quiet)
    lines = [f"held out: {accuracy.mean():.2%} of {len(held_out)} pictures; by class:"]
    lines += [f"  {kind:<8} {share:7.1%}" for kind, share in zip(KINDS, accuracy, strict=True)]
    lines += ["", f"photograph: {_photograph(answers(plain, photograph))}", *_seeds()]
    lines += ["", "named units, by part and layer:", counts(names)]
    lines += ["a random network's units above 0.1: " + _above(random)]
    lines += ["", "pointing game     exact  within 4 px  chance  tries  strongest pictures show the part"]
    for layer in UPPER:
        game = pointing_game(network, held_out, names, layer)
        row = f"  {layer:<14} {game.exact:6.2f}  {game.near:11.2f}  {game.chance:6.2f}  {game.tries:5d}"
        lines.append(f"{row}  {game.shown:31.2f}")
    family = children_that_differ(network, held_out)
    lines += ["", "mean correlation of five children's attributions"]
    lines += [f"  {step:<12} {value:5.2f}" for step, value in family.correlation.items()]
    lines += ["", "pixels that clip when displayed"]
    lines += [f"  {layer:<6} {share:7.3%}" for layer, share in family.clipped.items()]
    return "\n".join(lines)


def children_that_differ(network: Network, pictures: Pictures) -> Family:
    """Go down from the strongest class along the strongest children, and compare five children at every step."""
    layers = [layer.name for layer in reversed(network.card.layers)][:4]
    correlations: dict[str, list[float]] = {f"{upper}→{lower}": [] for upper, lower in pairwise(layers)}
    clipped: dict[str, list[float]] = {layer: [] for layer in layers}
    for position in range(FAMILY_PICTURES):
        trace = Trace(network, batch(network, pictures.take(np.array([position]))))
        path = UnitPath((Unit(layers[0], int(trace.of(layers[0])[0].argmax())),))
        weights: list[float] = []
        for upper, lower in pairwise(layers):
            (found,) = edges(trace, [(path, lower)])
            children = found.strongest(CHILDREN)
            if len(children) < 2:
                break
            routes = [
                Route(path.then(Unit(lower, index)), step_signs([*weights, found.values[index]]))
                for index in children
            ]
            images = [image.whole().numpy() for _, image in attributions(trace, routes)]
            correlations[f"{upper}→{lower}"].append(mean_correlation(images))
            clipped[lower] += [display(image).clipped for image in images]
            path, weights = path.then(Unit(lower, children[0])), [*weights, found.values[children[0]]]
    return Family(
        {step: float(np.mean(values)) for step, values in correlations.items() if values},
        {layer: float(np.mean(values)) for layer, values in clipped.items() if values},
    )


def mean_correlation(images: Sequence[np.ndarray]) -> float:
    """The mean Pearson correlation of all pairs; an image without variance correlates with nothing."""
    flat = [image.ravel() - image.mean() for image in images]
    sizes = [float(np.linalg.norm(values)) for values in flat]
    pairs = [
        float(flat[a] @ flat[b]) / (sizes[a] * sizes[b]) if sizes[a] and sizes[b] else 0.0
        for a, b in combinations(range(len(flat)), 2)
    ]
    return float(np.mean(pairs))


def _photograph(given: Sequence[str]) -> str:
    plain, mirrored = given[: len(given) // 2], given[len(given) // 2 :]
    return (
        f"cat on {plain.count('cat')} of {len(plain)} crops, {mirrored.count('cat')} of their mirror images"
    )


def _above(found: Overlaps) -> str:
    return ", ".join(
        f"{layer} {int((iou.max(axis=1) > ACCEPTED_IOU).sum())}" for layer, iou in found.iou.items()
    )


def _seeds() -> list[str]:
    """Every trained seed, as `ship` wrote it down."""
    if not SEEDS.exists():
        return []
    found = json.loads(SEEDS.read_text())
    lines = []
    for row in found["seeds"]:
        shares = row["accuracy"].values()
        mark = "shipped" if row["seed"] == found["shipped"] else ""
        points = "/".join(f"{row['pointing'][layer]['exact']:.2f}" for layer in UPPER)
        lines.append(
            f"  seed {row['seed']}: held out {np.mean(list(shares)):.2%}, {_photograph(row['photograph'])}, "
            f"points {points} {mark}"
        )
    return lines
