"""Outlines and poses: plain arrays of points, no pixels yet.

An outline is a closed polygon, float64 of shape (points, 2), x to the right and y down, in the frame of
what is drawn: a head or a thing is about one unit in radius around the origin. A `Pose` takes that frame to
the canvas.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from catvis.frozen import Frozen

Points = NDArray[np.float64]

_SAMPLES = 8


class Pose(Frozen, dict=True):
    """An affine map from the frame of what is drawn to canvas pixels."""

    matrix: Points

    @classmethod
    def of(
        cls,
        centre: tuple[float, float],
        scale: float,
        angle: float = 0.0,
        shear: float = 0.0,
        squash: float = 1.0,
    ) -> Pose:
        """Scale (pixels per unit), shear and squash, then rotate by ``angle`` radians, then move to ``centre``."""
        cos, sin = math.cos(angle), math.sin(angle)
        turn = np.array([[cos, -sin], [sin, cos]])
        stretch = np.array([[scale, scale * shear], [0.0, scale * squash]])
        return cls(np.column_stack([turn @ stretch, centre]))

    def __call__(self, points: Points) -> Points:
        """Points of the frame as canvas pixels."""
        return points @ self.matrix[:, :2].T + self.matrix[:, 2]

    @functools.cached_property
    def scale(self) -> float:
        """Canvas pixels per unit."""
        return math.sqrt(abs(float(np.linalg.det(self.matrix[:, :2]))))

    def within(self, centre: tuple[float, float], scale: float = 1.0, angle: float = 0.0) -> Pose:
        """The pose of a smaller frame that lies in this one."""
        inner = Pose.of(centre, scale, angle).matrix
        linear = self.matrix[:, :2] @ inner[:, :2]
        return Pose(np.column_stack([linear, self(inner[:, 2])]))


def ellipse(
    x: float, y: float, rx: float, ry: float | None = None, angle: float = 0.0, corners: int = 36
) -> Points:
    """An ellipse around (x, y); a circle where ``ry`` is left out."""
    turn = _circle(corners) * (rx, rx if ry is None else ry)
    if angle:
        cos, sin = math.cos(angle), math.sin(angle)
        turn = turn @ np.array([[cos, sin], [-sin, cos]])
    placed: Points = turn + np.array([x, y])
    return placed


def blob(corners: Sequence[tuple[float, float]] | Points) -> Points:
    """The smooth closed curve through the corners (Catmull-Rom)."""
    points = np.asarray(corners, dtype=np.float64)
    around = _closed_basis(len(points))
    return around @ points


def curve(corners: Sequence[tuple[float, float]] | Points) -> Points:
    """The smooth open curve through the corners."""
    points = np.asarray(corners, dtype=np.float64)
    ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    pieces = [_span() @ ends[i : i + 4] for i in range(len(points) - 1)]
    return np.vstack([*pieces, points[-1:]])


def polygon(*corners: tuple[float, float]) -> Points:
    """A closed outline with straight sides."""
    return np.array(corners, dtype=np.float64)


def ribbon(line: Points, start: float, end: float, belly: float = 0.0) -> Points:
    """The outline of a stroke along a line: its width goes from start to end, swelling by ``belly`` between."""
    along = np.linspace(0.0, 1.0, len(line))
    half = (start + (end - start) * along + belly * np.sin(np.pi * along)) / 2
    forward = np.gradient(line, axis=0)
    across = np.column_stack([-forward[:, 1], forward[:, 0]])
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    side = across * half[:, None]
    return np.vstack([line + side, (line - side)[::-1]])


def box(left: float, top: float, right: float, bottom: float, corner: float = 0.0) -> Points:
    """A rectangle, its corners rounded by a radius."""
    if corner <= 0:
        return polygon((left, top), (right, top), (right, bottom), (left, bottom))
    quarter = _circle(32).reshape(4, 8, 2) * corner
    x0, x1, y0, y1 = left + corner, right - corner, top + corner, bottom - corner
    centres = np.array([(x1, y1), (x0, y1), (x0, y0), (x1, y0)])
    corners: Points = (quarter + centres[:, None]).reshape(-1, 2)
    return corners


def mirrored(points: Points) -> Points:
    """The same outline on the other side of the vertical axis."""
    other: Points = points * np.array([-1.0, 1.0])
    return other


def both_sides(right: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The corners of a symmetric outline from those of its right half, top to bottom; x = 0 is the axis."""
    return [*right, *((-x, y) for x, y in reversed(right) if x)]


def wobbled(points: Points, rng: np.random.Generator, amount: float, waves: int = 4) -> Points:
    """The outline pushed in and out along slow waves, as a hand cuts felt."""
    centre = points.mean(axis=0)
    angle = np.arctan2(points[:, 1] - centre[1], points[:, 0] - centre[0])
    order = np.arange(1, waves + 1)
    phase = rng.uniform(0, 2 * np.pi, waves)
    push = (np.sin(angle[:, None] * order + phase) / order).sum(axis=1) * amount
    return _scaled(points, centre, 1 + push)


def jagged(points: Points, rng: np.random.Generator, depth: float, every: int = 2) -> Points:
    """The outline with every n-th corner pulled outwards: tufts of hair or the edge of a leaf."""
    centre = points.mean(axis=0)
    reach = np.ones(len(points))
    reach[::every] += rng.uniform(0.4, 1.0, len(reach[::every])) * depth
    return _scaled(points, centre, reach)


def _scaled(points: Points, centre: Points, by: Points) -> Points:
    moved: Points = centre + (points - centre) * by[:, None]
    return moved


@functools.cache
def _circle(corners: int) -> Points:
    angle = np.arange(corners) * (2 * np.pi / corners)
    return np.column_stack([np.cos(angle), np.sin(angle)])


@functools.cache
def _span() -> Points:
    """Weights of four neighbouring corners along the span between the middle two."""
    t = np.arange(_SAMPLES) / _SAMPLES
    return 0.5 * np.column_stack(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3]
    )


@functools.cache
def _closed_basis(corners: int) -> Points:
    basis = np.zeros((corners, _SAMPLES, corners))
    for corner in range(corners):
        for neighbour in range(4):
            basis[corner, :, (corner + neighbour - 1) % corners] += _span()[:, neighbour]
    return basis.reshape(corners * _SAMPLES, corners)
