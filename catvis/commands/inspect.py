"""Commands that look at one picture with one network: classify, attribute, children, suggest."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np

from catvis.backward.edges import Edge, ablations, edges
from catvis.backward.sweep import Route, attributions
from catvis.backward.trace import Trace
from catvis.compute.subject import SubjectWork, drawn
from catvis.drawing.encode import decode
from catvis.drawing.figure import Picture
from catvis.errors import CatvisError, SilentUnitError, UsageError, shown_path
from catvis.networks.network import Network
from catvis.networks.pictures import read_picture
from catvis.networks.rectification import notice
from catvis.networks.registry import source
from catvis.plan import step_signs
from catvis.settings import Settings
from catvis.terms import Unit, UnitPath


def classify(arguments: Namespace, settings: Settings) -> str:
    """The strongest classes, as a table or as JSON."""
    work = _work(arguments, settings)
    work.network.card.require_classes()
    scores = np.array(work.scores(), np.float64)
    exponentials = np.exp(scores - scores.max())
    probabilities = exponentials / exponentials.sum()
    layer = work.network.card.top.name
    rows = [
        {
            "unit": str(unit := Unit(layer, int(index))),
            "label": work.network.card.label(unit),
            "score": float(scores[index]),
            "probability": float(probabilities[index]),
        }
        for index in np.argsort(-scores, kind="stable")[: arguments.top]
    ]
    if arguments.json:
        return json.dumps(rows, ensure_ascii=False, indent=1)
    return "\n".join(
        f"{row['probability']:7.2%}  {row['unit']:<12} {row['label'] or ''}  ({row['score']:.3f})"
        for row in rows
    )


def attribute(arguments: Namespace, settings: Settings) -> str:
    """The attribution of a path, as .npy (float32, 3 × height × width, RGB, unscaled) or as .png."""
    output: Path = arguments.output
    if output.suffix.lower() not in (".npy", ".png"):
        raise UsageError(
            f"{output.name!r} ends neither in .png nor in .npy", hint="write -o tile.png or -o tile.npy"
        )
    path = UnitPath.parse(arguments.path)
    work = _work(arguments, settings)
    work.network.card.check(path)
    _, found = next(
        attributions(
            work.trace,
            [Route(path, _signs(work.trace, path))],
            arguments.rule,
            rescale=arguments.display == "original",
            memory=settings.memory,
        )
    )
    array = found.whole().cpu().numpy()
    if not array.any():
        raise SilentUnitError(f"nothing arrives at {path.end} along {path} on this picture")
    try:
        if output.suffix.lower() == ".npy":
            with output.open("wb") as opened:  # numpy would add .npy to a name that ends in .NPY
                np.save(opened, array, allow_pickle=False)
        else:
            tile = drawn(array, arguments.display, work.network.preprocessing.mean_picture())
            decode(Picture(tile.data, tile.media_type, tile.width, tile.height)).save(output, "PNG")
    except OSError as error:
        raise CatvisError(f"{shown_path(output)} cannot be written: {error.strerror}") from error
    return str(output)


def children(arguments: Namespace, settings: Settings) -> str:
    """The units of a layer with the largest edge weights, each with its ablation."""
    path = UnitPath.parse(arguments.path)
    work = _work(arguments, settings)
    (found,) = edges(work.trace, [(path, arguments.layer)], arguments.edges, memory=settings.memory)
    chosen = found.children(arguments.top)
    drops = ablations(work.trace, [(path.end, edge.unit) for edge in chosen], memory=settings.memory)
    rows = [_child_row(edge, drop) for edge, drop in zip(chosen, drops, strict=True)]
    if arguments.json:
        return json.dumps(rows, ensure_ascii=False, indent=1)
    if not rows:
        return f"no unit of {arguments.layer} had anything to do with {path}"
    return "\n".join(
        f"{row['unit']:<14} weight {row['weight']:+.4g}  share {row['share']:.1%}  "
        f"without it {-float(str(row['ablation'])):+.1%}"
        for row in rows
    )


def suggest(arguments: Namespace, settings: Settings) -> str:
    """Figures and paths worth showing, as YAML to paste: the strongest class, down the strongest children."""
    work = _work(arguments, settings)
    card = work.network.card
    card.require_classes()
    scores = work.scores()
    path = UnitPath((Unit(card.top.name, max(range(len(scores)), key=scores.__getitem__)),))
    picture = json.dumps(f"imgs/{arguments.picture.name}", ensure_ascii=False)  # quoted: a name may hold a #
    lines = [f"network: {card.name}", f"picture: {picture}", "figures:"]
    claims = []
    for layer in reversed(card.layers[:-1]):
        (found,) = edges(work.trace, [(path, layer.name)], memory=settings.memory)
        ranked = found.children(5)
        if not ranked:
            break
        if len(ranked) == 1:
            path = path.then(ranked[0].unit)
            continue
        lines += [f"  {path.end.layer}_to_{layer.name}:".replace(".", "_"), f"    path: {path}"]
        lines += [f"    children: {layer.name}  # {', '.join(str(edge.unit) for edge in ranked)}"]
        claims.append(f"  - child: {path.then(ranked[0].unit)}")
        path = path.then(next((edge.unit for edge in ranked if edge.weight > 0), ranked[0].unit))
    label = card.label(path.units[0])
    top = f"  - top: {path.units[0]}" + (f"  # {label}" if label else "")
    return "\n".join([*lines, "paths:", f"  - {path}", "claims:", top, *claims])


def _work(arguments: Namespace, settings: Settings) -> SubjectWork:
    found = source(arguments.network, settings)
    picture = read_picture(Path(arguments.picture))
    network: Network = found.load().to(settings.device)
    if said := notice(network.card.name, network.graph):
        sys.stderr.write(f"{said}\n")
    return SubjectWork(network, network.preprocessing.fit(picture, arguments.fit), settings.memory)


def _signs(trace: Trace, path: UnitPath) -> tuple[int, ...]:
    """The same signs as in a figure."""
    requests = [(UnitPath(path.units[:stop]), path.units[stop].layer) for stop in range(1, len(path.units))]
    found = zip(edges(trace, requests), path.units[1:], strict=True)
    return step_signs([float(layer.weights[unit.index]) for layer, unit in found])


def _child_row(edge: Edge, drop: float) -> dict[str, object]:
    return {"unit": str(edge.unit), "weight": edge.weight, "share": edge.share, "ablation": drop}
