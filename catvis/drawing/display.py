"""Attribution → pixels: the one place that decides how strong a gradient looks.

The backward pass is positively homogeneous, so an attribution's strength is arbitrary; every tile gets a
robust scale of its own, found over its own support. What a unit was worth stands on its edge, not in its
contrast.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from catvis.results import Box
from catvis.terms import Display

GREY = 128
_SWING = 112.0
_COLOUR = 1.5
_GAMMA = 0.65
_PERCENTILE = 99.7
_DUST = 1e-3
_FAINTNESS = 0.35
_RED = (178, 24, 43)
_BLUE = (33, 102, 172)


@dataclass(frozen=True)
class Displayed:
    """An attribution as it is looked at.

    Attributes:
        pixels: sRGB, 0 … 255; `GREY` stands for zero, except in the first publication's look.
        scale: the attribution, in units of the network's input, that is shown `_SWING` grey levels from grey.
        clipped: fraction of the pixels of which a channel left 0 … 255, 0 … 1.
    """

    pixels: UInt8[np.ndarray, "height width 3"]
    scale: float
    clipped: float


def displayed(
    attribution: Float[np.ndarray, "3 height width"],
    kind: Display,
    mean: Float[np.ndarray, "3 height width"],
    under: UInt8[np.ndarray, "height width 3"] | None = None,
) -> Displayed:
    """Show an attribution by a name of `catvis.terms.Display`.

    Args:
        attribution: a gradient, RGB.
        kind: how.
        mean: what the network subtracts from a picture, RGB, 0 … 255.
        under: a picture that lies faintly under it, RGB; only ``robust`` shows one.
    """
    match kind:
        case "robust":
            return display(attribution, under)
        case "signed":
            return display_signed(attribution)
        case "original":
            return display_original(attribution, mean)


def display(
    attribution: Float[np.ndarray, "3 height width"], under: UInt8[np.ndarray, "height width 3"] | None = None
) -> Displayed:
    """Show an attribution around mid-grey, its sign kept, at a scale of its own.

    The scale is a high percentile, over the pixels that carry anything at all, of each pixel's largest
    channel. So at most 0.3 % of the pixels lie above it, however small or heavy-tailed the support is, and
    fewer still clip. An attribution of zeros, which only a silent unit has, comes back as plain grey with
    scale 0.

    Args:
        attribution: a gradient, RGB.
        under: a picture that takes the place of mid-grey, without its colours and with a third of its contrast.

    Raises:
        ValueError: the attribution holds NaN or infinity; no picture can stand for that.
    """
    ground = GREY if under is None else _faint(under)
    largest = _largest(attribution)
    if largest == 0.0:
        plain = np.broadcast_to(np.asarray(ground, np.float32), attribution.shape)
        return Displayed(_quantised(plain, 0.0).pixels, scale=0.0, clipped=0.0)
    # Dividing by the largest value first keeps gradients of 1e-40 and of 1e30 out of the subnormal range.
    relative = (attribution.astype(np.float64) / largest).astype(np.float32)
    vivid = np.float32(_COLOUR) * relative + np.float32(1 - _COLOUR) * relative.mean(axis=0)
    strength = np.abs(vivid).max(axis=0)
    scale = _full_contrast(strength)
    z = vivid / np.float32(scale)
    shown = ground + np.copysign(_SWING * np.abs(z) ** np.float32(_GAMMA), z)
    return _quantised(shown, scale * largest)


def display_signed(attribution: Float[np.ndarray, "3 height width"]) -> Displayed:
    """Show where an attribution excites, in red, and inhibits, in blue, on white: its sum over the colours.

    The scale is found as for `display`, over the pixels whose sum is not nearly 0. The colours are the ends of
    ColorBrewer's RdBu (https://colorbrewer2.org), which colour-blind readers tell apart.

    Raises:
        ValueError: the attribution holds NaN or infinity.
    """
    largest = _largest(attribution)
    total = (attribution.astype(np.float64) / (largest or 1.0)).sum(axis=0)
    strength = np.abs(total)
    if not strength.any():
        return Displayed(np.full((*total.shape, 3), 255, np.uint8), scale=0.0, clipped=0.0)
    scale = _full_contrast(strength)
    depth = np.minimum(strength / scale, 1.0) ** _GAMMA
    ends = np.where((total > 0)[..., None], _RED, _BLUE)
    pixels = np.rint(255 + depth[..., None] * (ends - 255.0)).astype(np.uint8)
    return Displayed(pixels, scale * largest, float((strength > scale).mean()))


def display_original(
    attribution: Float[np.ndarray, "3 height width"], mean: Float[np.ndarray, "3 height width"]
) -> Displayed:
    """Show an attribution as the first publication did: the mean picture plus the gradient, clipped.

    Args:
        attribution: a gradient that was rescaled at every step to the L1 norm it had before the mask.
        mean: what the network subtracts from a picture, RGB, 0 … 255.
    """
    return _quantised(mean.astype(np.float64) + attribution, _SWING)


def framed(pixels: UInt8[np.ndarray, "height width 3"], frame: Box) -> UInt8[np.ndarray, "high wide 3"]:
    """The part of a picture in a frame that is given in parts of its width and height; at least one pixel."""
    height, width = pixels.shape[:2]
    top, left = min(int(frame.top * height), height - 1), min(int(frame.left * width), width - 1)
    bottom, right = max(top + 1, round(frame.bottom * height)), max(left + 1, round(frame.right * width))
    return np.ascontiguousarray(pixels[top:bottom, left:right])


def energy_box(attribution: Float[np.ndarray, "3 height width"], share: float = 0.9) -> Box | None:
    """A tight rectangle that holds at least ``share`` of the squared attribution.

    Whichever outer row or column carries the least energy per pixel is cut off as long as enough remains.

    Returns:
        The rectangle in fractions of width and height, 0 … 1; None for an attribution of zeros.
    """
    largest = float(np.abs(attribution).max(initial=0.0))
    if largest == 0.0:
        return None
    energy = np.square(attribution.astype(np.float64) / largest).sum(axis=0)
    height, width = energy.shape
    spare = (1.0 - share) * energy.sum()
    top, bottom, left, right = 0, height, 0, width
    # What is left of every row and column, kept up to date: each cut costs one line of numbers.
    rows, columns = energy.sum(axis=1), energy.sum(axis=0)
    while True:
        wide, high = right - left, bottom - top
        cost, side = min(
            (rows[top] / wide, "top"),
            (rows[bottom - 1] / wide, "bottom"),
            (columns[left] / high, "left"),
            (columns[right - 1] / high, "right"),
        )
        cost *= wide if side in ("top", "bottom") else high
        # What is left always carries more than is spare, so the loop ends before the window is empty.
        if cost > spare:
            return Box(left / width, top / height, right / width, bottom / height)
        spare -= cost
        if side in ("top", "bottom"):
            columns[left:right] -= energy[top if side == "top" else bottom - 1, left:right]
        else:
            rows[top:bottom] -= energy[top:bottom, left if side == "left" else right - 1]
        top += side == "top"
        bottom -= side == "bottom"
        left += side == "left"
        right -= side == "right"


def _largest(attribution: Float[np.ndarray, "3 height width"]) -> float:
    largest = float(np.abs(attribution).max(initial=0.0))
    if not np.isfinite(largest):
        raise ValueError("an attribution holds NaN or infinity")
    return largest


def _full_contrast(strength: Float[np.ndarray, "height width"]) -> float:
    """The strength that is shown at full contrast: a high percentile over what is not nearly 0."""
    return float(np.percentile(strength[strength > _DUST * strength.max()], _PERCENTILE))


def _faint(picture: UInt8[np.ndarray, "height width 3"]) -> Float[np.ndarray, "1 height width"]:
    """A picture's brightness (ITU-R BT.601) with less contrast, around mid-grey."""
    brightness = picture.astype(np.float32) @ np.array((0.299, 0.587, 0.114), np.float32)
    return (GREY + _FAINTNESS * (brightness - GREY))[None]


def _quantised(shown: Float[np.ndarray, "3 height width"], scale: float) -> Displayed:
    clipped = float(((shown.min(axis=0) < 0.0) | (shown.max(axis=0) > 255.0)).mean())
    planes = np.clip(np.rint(shown), 0, 255).astype(np.uint8)
    return Displayed(cv2.merge(list(planes)), scale, clipped)
