"""The numbers behind the explanations: whether edges agree with ablation, and how few units suffice.

    python -m tools.bench.numbers SHARED [--paths 50] [--networks squeezenet alexnet-conv]
    python -m tools.bench.numbers SHARED --distinct

SHARED holds weights/ and pictures/ as `tools.bench.sweep` has them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np
import torch

from catvis.backward.edges import agreement
from catvis.backward.sufficiency import Sufficiency
from catvis.backward.trace import Trace
from catvis.exemplars.beside import table
from catvis.exemplars.decode import read_named
from catvis.exemplars.drawn import drawn_world
from catvis.exemplars.mine import mine
from catvis.exemplars.pursuit import distinct
from catvis.exemplars.sample import sampled, strengths
from catvis.exemplars.scan.forward import prepared
from catvis.exemplars.store import open_store
from catvis.jobs.exemplar_grids import DRAWN_PICTURES
from catvis.networks.network import Network
from catvis.networks.registry import source
from catvis.settings import Settings
from catvis.terms import Unit, UnitPath
from tools.bench.plans import PICTURE, picture

NETWORKS = ("squeezenet", "alexnet-conv")
FEW = 5
OFTEN = 40
"""Units that fire on fewer pictures are left out: half of them to choose by, half to judge."""


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shared", type=Path)
    parser.add_argument(
        "--distinct", action="store_true", help="only: variance that three units explain, on menagerie"
    )
    parser.add_argument("--paths", type=int, default=50)
    parser.add_argument("--networks", nargs="+", default=NETWORKS, choices=NETWORKS)
    arguments = parser.parse_args()
    if arguments.distinct:
        variance()
        return
    for name in arguments.networks:
        network = source(name, Settings(weights=arguments.shared / "weights")).load()
        trace = Trace(network, picture(network, arguments.shared / PICTURE))
        every = [agreement(trace, *pair) for pair in pairs(trace, 1, arguments.paths)]
        found = [one for one in every if one is not None]
        print(f"{name}: edges against ablation, one layer apart, {len(found)} paths:", end=" ")
        print(f"rank correlation {median(found):.4f} (least {min(found):.4f})")
        better = [
            gain(trace, *pair) for apart in (2, 3) for pair in pairs(trace, apart, arguments.paths // 2)
        ]
        print(
            f"{name}: {FEW} chosen greedily keep more than the {FEW} strongest by, two and three layers apart,"
        )
        print(f"  {len(better)} paths: least {min(better):+.4f}, median {median(better):+.4f}")
        near = [gain(trace, *pair) for pair in pairs(trace, 1, arguments.paths // 5)]
        print(f"  one layer apart: least {min(near):+.4f}, most {max(near):+.4f}")
        if name == "squeezenet":
            started = time.perf_counter()
            Sufficiency(trace, UnitPath((strongest(trace, "conv10", 1)[0],)), "fire9").greedy(range(FEW + 1))
            print(f"  {FEW} of fire9's 512 units, greedily: {time.perf_counter() - started:.2f} s")


def variance() -> None:
    """How much of the units of each layer three of the layer below explain, on pictures they were not chosen on."""
    network = source("menagerie", Settings()).load()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "menagerie.sqlite")
        mine(network, drawn_world(DRAWN_PICTURES), file)
        with open_store(file, network.card.digest) as store:
            layers = {layer.name: table(strengths(store, layer)) for layer in network.card.layers}
    print(f"menagerie, {len(layers['fc8'])} pictures, mined in {time.perf_counter() - started:.1f} s")
    for upper, lower in (
        ("fc8", "fc7"),
        ("fc7", "fc6"),
        ("fc6", "conv5"),
        ("conv5", "conv4"),
        ("conv4", "conv3"),
    ):
        units, parents = layers[lower], layers[upper]
        live = [parent for parent in parents.T if upper == "fc8" or (parent > 0).sum() > OFTEN]
        found = [one for one in (distinct(units, parent, 3, [0]) for parent in live) if one]
        chosen, chance = ([getattr(one, part) for one in found] for part in ("explained", "random"))
        print(
            f"  {upper} over {lower}, {len(found)} units: median {median(chosen):.3f}, mean {np.mean(chosen):.3f};",
            end=" ",
        )
        print(f"three at random {median(chance):.3f}")
    worth, parents = contributions(network)
    found = [
        one for unit, parent in enumerate(parents.T) if (one := distinct(worth[:, unit], parent, 3, [0]))
    ]
    explained = [one.explained for one in found]
    print(
        f"  fc6 over what each unit of conv5 contributes, {len(found)} units: median {median(explained):.3f}, "
        f"mean {np.mean(explained):.3f}"
    )


def contributions(network: Network) -> tuple[np.ndarray, np.ndarray]:
    """What each unit of conv5 adds to each unit of fc6 before its ReLU, by picture; and how strongly fc6 fires.

    Between the two are a pooling of each map for itself and a product, so that all of it adds up.
    """
    world = drawn_world(DRAWN_PICTURES)
    names = [entry.name for entry in world.listing().entries]
    seen = read_named(world, network.preprocessing, [names[number] for number in sampled(names)])
    nodes, node = network.graph.nodes, network.card.layer("fc6").node
    (product,) = (nodes[index] for index in nodes[node].inputs)
    (flat,) = (nodes[index] for index in product.inputs)
    pooled = flat.inputs[0]
    inputs = prepared(network.preprocessing, np.stack(list(seen.values())))
    values = network.graph.run({0: inputs}, {pooled, node})
    weight = product.operation.weight.view(-1, *nodes[pooled].shape).flatten(2)
    worth = torch.einsum("pcx,ucx->puc", values[pooled].flatten(2), weight)
    return worth.double().numpy(), values[node].double().numpy()


def pairs(trace: Trace, apart: int, count: int) -> Iterator[tuple[Unit, str]]:
    """Upper units with layers so far below them: of every layer its strongest units, in turn."""
    layers = [layer.name for layer in trace.network.card.layers]
    uppers = layers[apart:][::-1]
    each = -(-count // len(uppers))
    found = [
        (unit, layers[layers.index(upper) - apart])
        for upper in uppers
        for unit in strongest(trace, upper, each)
    ]
    yield from found[:count]


def strongest(trace: Trace, layer: str, count: int) -> list[Unit]:
    """The units of a layer that fire most."""
    peaks = trace.of(layer)[0].flatten(1).amax(1) if trace.of(layer).dim() == 4 else trace.of(layer)[0]
    return [Unit(layer, int(index)) for index in peaks.topk(count).indices]


def gain(trace: Trace, parent: Unit, layer: str) -> float:
    """How much more a greedy choice of a few keeps than those of the largest edge weights."""
    found = Sufficiency(trace, UnitPath((parent,)), layer)
    greedy, by_weight = found.kept(found.greedy(range(FEW + 1))[-1]), found.kept(found.strongest[:FEW])
    return greedy.part - by_weight.part


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    main()
