"""A picture changed until it excites a unit or a whole layer more: gradient ascent from a given picture.

In octaves (Mordvintsev et al. 2015): the picture is changed at the network's own size first, then larger and
larger, and what was changed grows with it, so that things are found in many sizes. Of a larger picture the network
sees a window at each step, at a random place. The gradient is smoothed, since what changes from pixel to pixel
excites a network and shows a person nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor
from torch.nn import functional

from catvis.drawing.encode import encode
from catvis.errors import SilentUnitError
from catvis.jobs.ascent import Objective, ascend, course
from catvis.networks.network import Network
from catvis.results import Optimised
from catvis.terms import Fit, Unit

_RATIO = 1.4
"""From one octave to the next each side grows by so much."""
_JITTER = 24
"""A window reaches so far over the picture's edges, where it goes on at the other side."""
_RATE = 1.5
"""Grey levels by which a step changes the pixels of its window on average."""
_BLURS = (0.5, 1.0, 2.0)
"""The deviations of the Gaussians of which a gradient is the mean, in pixels."""
_OPEN_STEPS = 8
"""For so many steps dead ReLUs let gradients through: a unit that is silent on the picture can wake up."""


def dreamt(
    network: Network,
    goal: Unit | str,
    picture: Image.Image,
    fit: Fit,
    steps: int,
    octaves: int,
    seed: int,
    progress: Callable[[str, int, int], None],
) -> Optimised:
    """Change a picture so that it excites a unit, or all of a layer, more.

    Args:
        network: the network.
        goal: the unit, of a map its mean, or the layer, by the L2 norm of its values.
        picture: where to start, RGB.
        fit: how it gets the network's shape.
        steps: of the ascent, over all octaves.
        octaves: how often the picture is looked at, each time 1.4 times as large.
        seed: of the windows' places.
        progress: is told of the steps.

    Returns:
        The picture at its last octave's size, and how the goal rises on the whole of it at the network's size.

    Raises:
        SilentUnitError: the unit does not fire on what was found.
    """
    random = torch.Generator().manual_seed(seed)
    dream = _Dream(network, *_read(goal))
    now = start = _at_scale(network, picture, fit, 1.0)
    values = [dream.whole(now)]
    for octave in range(octaves):
        larger = _at_scale(network, picture, fit, _RATIO**octave)
        now, start = (larger + _resized(now - start, larger)).clamp(0, 255), larger
        for step in range(steps * octave // octaves, steps * (octave + 1) // octaves):
            now = (now + _RATE * dream.change(now, random, redirected=step < _OPEN_STEPS)).clamp(0, 255)
            values.append(dream.whole(now))
            progress(f"steps for {goal}", step + 1, steps)
    if isinstance(goal, Unit) and values[-1] <= 0 and network.card.layer(goal.layer).rectified:
        raise SilentUnitError(f"{goal} does not fire on the picture, nor on what {steps} steps make of it")
    return Optimised(encode(_pixels(now)), course(values))


@dataclass(frozen=True)
class _Dream:
    """What is raised: a number that an objective makes of a layer's values."""

    network: Network
    layer: str
    objective: Objective

    def change(
        self, picture: Float[Tensor, "3 height width"], random: torch.Generator, *, redirected: bool
    ) -> Float[Tensor, "3 height width"]:
        """The smoothed gradient in a window, 1 on average there, and zero elsewhere."""
        height, width = self.network.card.size
        corner = [
            int(torch.randint(-_JITTER, whole - part + _JITTER + 1, (), generator=random))
            for whole, part in zip(picture.shape[1:], (height, width), strict=True)
        ]
        window = picture.roll([-at for at in corner], (1, 2))[:, :height, :width]
        _, gradient = ascend(self.network, self.layer, self.objective, window, redirected=redirected)
        smooth = torch.stack([_blurred(gradient, deviation) for deviation in _BLURS]).mean(0)
        change = torch.zeros_like(picture)
        change[:, :height, :width] = smooth / (smooth.abs().mean() + 1e-12)
        return change.roll(corner, (1, 2))

    def whole(self, picture: Float[Tensor, "3 height width"]) -> float:
        """The number for the whole picture, at the network's size."""
        height, width = self.network.card.size
        seen = Image.fromarray(_pixels(picture)).resize((width, height), Image.Resampling.BICUBIC)
        given = torch.from_numpy(self.network.preprocessing.normalise(np.asarray(seen)))
        return float(self.objective(self.network.activations(given[None], [self.layer])[self.layer][0]))


def _read(goal: Unit | str) -> tuple[str, Objective]:
    """The layer that a goal is about, and what is raised of its values."""
    if isinstance(goal, Unit):
        index = goal.index
        return goal.layer, lambda values: values[index].mean()
    return goal, lambda values: values.norm()


def _at_scale(
    network: Network, picture: Image.Image, fit: Fit, scale: float
) -> Float[Tensor, "3 height width"]:
    """The picture as the network would see it if its input were so many times as large."""
    wanted = network.preprocessing
    height, width = (round(side * scale) for side in wanted.size)
    larger = replace(wanted, size=(height, width), short_side=round(wanted.short_side * scale))
    return torch.from_numpy(larger.fit(picture, fit).copy()).to(network.device).permute(2, 0, 1).float()


def _pixels(picture: Float[Tensor, "3 height width"]) -> UInt8[np.ndarray, "height width 3"]:
    return picture.round().byte().permute(1, 2, 0).cpu().numpy()


def _resized(change: Tensor, like: Tensor) -> Float[Tensor, "3 height width"]:
    size = like.shape[1:]
    return functional.interpolate(change[None], size, mode="bicubic", align_corners=False)[0]


def _blurred(values: Float[Tensor, "3 height width"], deviation: float) -> Float[Tensor, "3 height width"]:
    """Each channel under a Gaussian, which is cut off at three deviations."""
    reach = round(3 * deviation)
    places = torch.arange(-reach, reach + 1, device=values.device)
    bell = torch.exp(-((places / deviation) ** 2) / 2).to(values)
    bell = bell / bell.sum()
    padded = functional.pad(values[:, None], (reach,) * 4, mode="replicate")
    across = functional.conv2d(padded, bell[None, None, None])
    return functional.conv2d(across, bell[None, None, :, None])[:, 0]
