"""A picture that excites a unit most: gradient ascent in picture space from a blank picture.

What is raised is the unit's value less penalties on the picture's deviation from grey (L2) and on its total
variation; each step sees the picture at a random shift (jitter), so that no step can rely on single pixels
(Simonyan et al., arXiv 1312.6034; Mordvintsev et al. 2015 for the jitter). `dreaming` climbs by the same `ascend`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

import torch
from jaxtyping import Float
from torch import Tensor

from catvis.drawing.encode import encode
from catvis.errors import SilentUnitError
from catvis.networks.network import Network
from catvis.networks.operations import ReLU
from catvis.results import Optimised
from catvis.terms import Unit

Objective: TypeAlias = Callable[[Tensor], Tensor]

_JITTER = 24
_RATE = 6.0
_DECAY_L2 = 2e-4
_DECAY_VARIATION = 4e-3
_OPEN_STEPS = 32
"""For so many steps dead ReLUs let gradients through: from a blank picture nothing else would move."""
_SHOWN_STEPS = 64
"""The curve is kept at so many points."""


def maximized(
    network: Network, unit: Unit, steps: int, seed: int, progress: Callable[[str, int, int], None]
) -> Optimised:
    """Optimise a picture for a unit.

    Args:
        network: the network.
        unit: what to excite.
        steps: of the ascent.
        seed: of the shifts.
        progress: is told of the steps.

    Returns:
        The picture, and the unit's value along the way.

    Raises:
        SilentUnitError: the unit never fired.
    """
    random = torch.Generator().manual_seed(seed)
    height, width = network.card.size
    colours = torch.from_numpy(network.preprocessing.mean_picture().copy()).to(network.device)
    picture = colours + torch.randn(3, height, width, generator=random).to(network.device)
    speed = torch.zeros_like(picture)
    values: list[float] = []
    middle = _middle_of(unit)
    for step in range(steps):
        shift = torch.randint(-_JITTER, _JITTER + 1, (2,), generator=random).tolist()
        shifted = picture.roll(shift, (1, 2))
        value, gradient = ascend(network, unit.layer, middle, shifted, redirected=step < _OPEN_STEPS)
        values.append(value)
        gradient = gradient.roll([-by for by in shift], (1, 2))
        gradient = gradient / (gradient.abs().mean() + 1e-12)
        penalty = _DECAY_L2 * (picture - colours) + _DECAY_VARIATION * roughness(picture)
        speed = 0.9 * speed + gradient - penalty * _RATE
        cooling = 0.5 + 0.5 * math.cos(math.pi * step / steps)
        picture = (picture + 0.1 * _RATE * cooling * speed).clamp(0, 255)
        progress(f"steps for {unit}", step + 1, steps)
    if values[-1] <= 0 and network.card.layer(unit.layer).rectified:
        raise SilentUnitError(f"no picture that makes {unit} fire was found in {steps} steps")
    encoded = encode(picture.round().byte().permute(1, 2, 0).cpu().numpy())
    return Optimised(encoded, course(values))


def ascend(
    network: Network,
    layer: str,
    objective: Objective,
    picture: Float[Tensor, "3 height width"],
    *,
    redirected: bool,
) -> tuple[float, Float[Tensor, "3 height width"]]:
    """What is made of a layer's values on a picture, and its gradient by the picture.

    Args:
        network: the network.
        layer: whose values are looked at.
        objective: makes a number of them: of (units, height, width), or of (units) where the layer has no maps.
        picture: RGB, 0 to 255.
        redirected: dead ReLUs let a tenth of the gradient through.
    """
    wanted = network.card.layer(layer).node
    leaf = picture.clone().requires_grad_()
    values: dict[int, Tensor] = {0: _normalised(network, leaf)[None]}
    for index in sorted(network.graph.ancestors[wanted] - {0}):
        node = network.graph.nodes[index]
        inputs = [values[source] for source in node.inputs]
        values[index] = node.operation.forward(*inputs)
        if redirected and isinstance(node.operation, ReLU):
            values[index] = values[index] + 0.1 * (inputs[0] - inputs[0].detach())
    value = objective(values[wanted][0])
    (gradient,) = torch.autograd.grad(value, leaf)
    return float(value.detach()), gradient


def roughness(picture: Float[Tensor, "3 height width"]) -> Float[Tensor, "3 height width"]:
    """The derivative of the squared total variation: how far each pixel stands out of its neighbours."""
    padded = torch.nn.functional.pad(picture[None], (1, 1, 1, 1), mode="replicate")[0]
    around = padded[:, 2:, 1:-1] + padded[:, :-2, 1:-1] + padded[:, 1:-1, 2:] + padded[:, 1:-1, :-2]
    return 4 * picture - around


def course(values: Sequence[float]) -> tuple[float, ...]:
    """So much of an objective's course as is shown, its end included."""
    every = max(1, len(values) // _SHOWN_STEPS)
    return (*values[::every], values[-1])


def _middle_of(unit: Unit) -> Objective:
    """A unit's value; of a map that in its middle."""

    def value(layer: Tensor) -> Tensor:
        found = layer[unit.index]
        return found[found.shape[0] // 2, found.shape[1] // 2] if found.dim() else found

    return value


def _normalised(network: Network, picture: Tensor) -> Tensor:
    """The same as the network's preprocessing does, differentiably."""
    wanted = network.preprocessing
    mean, std = (torch.from_numpy(array).to(picture) for array in (wanted.means, wanted.deviations))
    values = (picture * wanted.scale - mean) / std
    return values.flip(0) if wanted.order == "BGR" else values
