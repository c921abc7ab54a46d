"""A canvas at twice the picture's size, and beside each of its pixels the parts that are seen there.

Painting covers: whatever is painted over a part takes its pixels, so every mask is exact under occlusion
without a second pass. Points are given in the frame of the canvas's pose; everything is clipped to the
canvas. What light makes of it is in `shadows`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from catvis.frozen import Frozen
from catvis.menagerie.world.kinds import Part
from catvis.menagerie.world.shapes import Points, Pose

Colour = tuple[float, float, float]

OVERSAMPLING = 2
_SUBPIXEL_BITS = 4
_COARSE = 4


class PixelBox(Frozen):
    """The pixels that an outline can touch."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def empty(self) -> bool:
        """Whether it lies off the canvas."""
        return self.right <= self.left or self.bottom <= self.top

    @property
    def pixels(self) -> tuple[slice, slice]:
        """Its rows and columns of the canvas."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


class Canvas:
    """Pixels (uint8, RGB) and part flags (int32) of one picture in the making.

    Args:
        size: the finished picture's side in pixels; the canvas is `OVERSAMPLING` times that.
        light: the direction that the light comes from, as an angle in radians.
    """

    def __init__(self, size: int, light: float) -> None:
        side = size * OVERSAMPLING
        self.size = size
        self.side = side
        self.pixels: NDArray[np.uint8] = np.full((side, side, 3), 255, np.uint8)
        self.labels: NDArray[np.int32] = np.zeros((side, side), np.int32)
        self.light = np.array([math.cos(light), math.sin(light)])
        self.pose = Pose.of((side / 2, side / 2), side / 4)

    @contextmanager
    def posed(self, pose: Pose) -> Iterator[None]:
        """Draw in another frame for a while."""
        before, self.pose = self.pose, pose
        try:
            yield
        finally:
            self.pose = before

    def fill(self, outline: Points, colour: Colour, part: Part = Part.NONE) -> None:
        """Cover an outline's inside; its pixels show ``part`` and nothing else from now on."""
        corners = self._fixed_point(outline)
        cv2.fillPoly(self.pixels, [corners], colour, cv2.LINE_AA, _SUBPIXEL_BITS)
        cv2.fillPoly(self.labels, [corners], int(part), cv2.LINE_8, _SUBPIXEL_BITS)

    def mark(self, outline: Points, part: Part) -> None:
        """Say that an outline's inside shows ``part`` too, without painting."""
        box = self.box(outline)
        if not box.empty:
            self.labels[box.pixels][self.coverage(outline, box) > 127] |= int(part)

    def tint(
        self,
        outline: Points,
        colour: Colour,
        part: Part = Part.NONE,
        *,
        soft: float = 0.0,
        strength: float = 1.0,
        within: Points | None = None,
    ) -> None:
        """Lay a colour over what is there, as dye in cloth: the pixels keep their parts and show ``part`` too.

        Args:
            outline: where.
            colour: RGB, 0 to 255.
            part: what the dyed place shows, such as a patch.
            soft: how far the edge runs, in units of the frame.
            strength: 1 replaces the colour beneath.
            within: an outline that the dye does not leave.
        """
        blur = soft * self.pose.scale
        box = self.box(outline, margin=math.ceil(2 * blur))
        if box.empty:
            return
        cover = self.coverage(outline, box)
        if blur > 0.5:
            window = (2 * int(blur / 1.5) + 1,) * 2
            cover = np.asarray(cv2.blur(cv2.blur(cover, window), window), np.uint8)
        if within is not None:
            cover = np.minimum(cover, self.coverage(within, box))
        share = np.arange(256) * strength
        dye = (share[:, None] * np.array(colour) / 255 + 0.5).astype(np.uint8)
        left = (255.5 - share).astype(np.uint8)
        kept = cv2.LUT(cover, left)
        view = self.pixels[box.pixels]
        beneath = cv2.multiply(view, cv2.merge((kept, kept, kept)), scale=1 / 255)
        cv2.add(beneath, cv2.merge([cv2.LUT(cover, channel) for channel in dye.T]), dst=view)
        if part:
            self.labels[box.pixels][cover > 127] |= int(part)

    def stroke(self, line: Points, colour: Colour, width: float, part: Part = Part.NONE) -> None:
        """Draw an open line of even width, in units of the frame; it takes the pixels that it covers."""
        points = self._fixed_point(line)
        thickness = max(1, round(width * self.pose.scale))
        cv2.polylines(self.pixels, [points], False, colour, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
        cv2.polylines(self.labels, [points], False, int(part), thickness, cv2.LINE_8, _SUBPIXEL_BITS)

    def stitch(
        self, outline: Points, colour: Colour, inset: float = 0.92, dash: float = 0.09, width: float = 0.02
    ) -> None:
        """Sew a running stitch along the inside of an outline's edge."""
        centre = outline.mean(axis=0)
        seam = np.vstack([outline, outline[:1]])
        seam = centre + (seam - centre) * inset
        lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(seam, axis=0), axis=1))])
        stitches = max(4, int(lengths[-1] / (dash * 1.7)))
        starts = np.linspace(0, lengths[-1], stitches, endpoint=False)
        at = np.concatenate([starts, starts + dash])
        ends = np.column_stack([np.interp(at, lengths, seam[:, 0]), np.interp(at, lengths, seam[:, 1])])
        points = np.ascontiguousarray(self._fixed_point(ends).reshape(2, stitches, 2).transpose(1, 0, 2))
        thickness = max(1, round(width * self.pose.scale))
        cv2.polylines(self.pixels, list(points), False, colour, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)

    def comb(
        self,
        outline: Points,
        rng: np.random.Generator,
        *,
        root: tuple[float, float],
        length: float,
        density: float = 1.0,
        contrast: float = 0.17,
        spread: float = 0.35,
    ) -> None:
        """Brush fur: hairs that start inside an outline and take their colour, and their part, from their root.

        They fray the edges of patches and of the outline itself, and the masks with them.

        Args:
            outline: where hairs grow.
            rng: the picture's stream of numbers.
            root: the place that all hairs point away from.
            length: of a hair, in units of the frame.
            density: 1 is about one hair per 64 canvas pixels.
            contrast: how much lighter or darker than its ground a hair is.
            spread: how far hairs stray from their direction, in radians.
        """
        box = self.box(outline)
        if box.empty:
            return
        cover = self.coverage(outline, box)
        small = cover[::_COARSE, ::_COARSE]
        rows, columns = np.nonzero(small > 127)
        count = int(len(rows) * _COARSE**2 / 64 * density)
        if count < 2:
            return
        chosen = rng.integers(0, len(rows), count)
        scatter = rng.uniform(0, _COARSE, (2, count))
        x = np.minimum(columns[chosen] * _COARSE + scatter[0] + box.left, box.right - 1)
        y = np.minimum(rows[chosen] * _COARSE + scatter[1] + box.top, box.bottom - 1)
        from_x, from_y = self.pose(np.array([root]))[0]
        order = np.argsort(-np.hypot(x - from_x, y - from_y))
        x, y = x[order], y[order]
        angle = np.arctan2(y - from_y, x - from_x) + rng.normal(0, spread, count)
        reach = length * self.pose.scale * rng.uniform(0.5, 1.2, count)
        ground, parts = (layer[y.astype(int), x.astype(int)] for layer in (self.pixels, self.labels))
        gain = 1 + contrast * rng.normal(0, 1, (count, 1))
        colours = np.clip(ground * gain + rng.normal(0, 4, (count, 1)), 0, 255).tolist()
        one = 1 << _SUBPIXEL_BITS
        ends = np.column_stack([x, y, x + np.cos(angle) * reach, y + np.sin(angle) * reach]) * one
        thick = 2 if length * self.pose.scale > 10 else 1
        hairs = ends.astype(np.int32)
        for (x0, y0, x1, y1), colour in zip(hairs.tolist(), colours, strict=True):
            cv2.line(self.pixels, (x0, y0), (x1, y1), colour, thick, cv2.LINE_AA, _SUBPIXEL_BITS)
        # Hairs of one part after the other show the same, in whatever order they lie.
        starts = np.flatnonzero(np.diff(parts, prepend=parts[0] - 1)).tolist()
        for start, end in pairwise([*starts, count]):
            run, part = list(hairs[start:end].reshape(-1, 2, 2)), int(parts[start])
            cv2.polylines(self.labels, run, False, part, thick, cv2.LINE_8, _SUBPIXEL_BITS)

    def finished(self) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
        """The picture and its part flags at the finished size."""
        pixels = cv2.resize(self.pixels, (self.size, self.size), interpolation=cv2.INTER_AREA)
        return np.asarray(pixels, np.uint8), self.labels[1::OVERSAMPLING, 1::OVERSAMPLING]

    def box(self, outline: Points, margin: int = 2) -> PixelBox:
        """The pixels of the canvas that an outline can touch, and ``margin`` more on each side."""
        x, y, width, height = cv2.boundingRect(self._fixed_point(outline))
        left, top = (x >> _SUBPIXEL_BITS) - margin, (y >> _SUBPIXEL_BITS) - margin
        right = ((x + width) >> _SUBPIXEL_BITS) + margin + 1
        bottom = ((y + height) >> _SUBPIXEL_BITS) + margin + 1
        return PixelBox(max(left, 0), max(top, 0), min(right, self.side), min(bottom, self.side))

    def coverage(self, outline: Points, box: PixelBox) -> NDArray[np.uint8]:
        """How much of each pixel of a box an outline covers, 0 to 255."""
        cover = np.zeros((box.bottom - box.top, box.right - box.left), np.uint8)
        corners = self._fixed_point(outline) - np.array([box.left, box.top], np.int32) * (1 << _SUBPIXEL_BITS)
        cv2.fillPoly(cover, [corners], 255, cv2.LINE_AA, _SUBPIXEL_BITS)
        return cover

    def _fixed_point(self, points: Points) -> NDArray[np.int32]:
        return np.round(self.pose(points) * (1 << _SUBPIXEL_BITS)).astype(np.int32)
