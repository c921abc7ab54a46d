"""What happens between the scene and the file: felt's grain, light, lens, sensor and compression."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def photographed(scene: Picture, rng: np.random.Generator) -> Picture:
    """The scene as a camera hands it over, uint8 RGB of the same shape."""
    picture = _grained(scene, rng)
    picture = _lit(picture, rng)
    if rng.random() < 0.3:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.4, 1.5))), np.uint8)
    if rng.random() < 0.3:
        noise = rng.normal(0, float(rng.uniform(2, 10)), picture.shape).astype(np.float32)
        picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.25:
        quality = int(rng.integers(30, 90))
        _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        picture = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)
    return picture


def _grained(picture: Picture, rng: np.random.Generator) -> Picture:
    """Felt's fibres: fine noise and the same noise smeared, as brightness."""
    height, width = picture.shape[:2]
    fine = rng.standard_normal((height, width), np.float32)
    fibres = cv2.blur(fine, (5, 1)) + cv2.blur(fine, (1, 5))
    gain = 1 + float(rng.uniform(0.01, 0.03)) * (0.5 * fine + 1.5 * fibres)
    return np.clip(picture * gain[..., None], 0, 255).astype(np.uint8)


def _lit(picture: Picture, rng: np.random.Generator) -> Picture:
    """Exposure, contrast, warmth, and light that falls off towards one side."""
    exposure, contrast = float(rng.normal(1.0, 0.10)), float(rng.normal(1.0, 0.10))
    warmth = float(rng.normal(0, 0.04))
    tone = np.array([1 + warmth, 1 + 0.25 * warmth, 1 - warmth]) * exposure
    values = np.arange(256)[:, None] / 255
    table = np.clip(((values - 0.5) * contrast + 0.5) * tone * 255, 0, 255).astype(np.uint8)
    picture = np.asarray(cv2.LUT(picture, table[None]), np.uint8)
    if rng.random() < 0.4:
        height, width = picture.shape[:2]
        dx, dy = rng.uniform(-0.25, 0.25, 2)
        fall = 1 + dx * np.linspace(-1, 1, width)[None, :] + dy * np.linspace(-1, 1, height)[:, None]
        picture = np.clip(picture * fall[..., None].astype(np.float32), 0, 255).astype(np.uint8)
    return picture
