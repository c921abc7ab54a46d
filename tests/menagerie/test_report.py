"""The report's own arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from catvis.menagerie.study.report import mean_correlation


def test_equal_images_correlate_and_opposite_ones_anticorrelate() -> None:
    image = np.random.default_rng(0).normal(size=(3, 8, 8))
    assert mean_correlation([image, 2 * image + 1]) == pytest.approx(1.0)
    assert mean_correlation([image, -image]) == pytest.approx(-1.0)
    assert mean_correlation([image, image, -image]) == pytest.approx(-1 / 3)


def test_an_empty_image_correlates_with_nothing() -> None:
    image = np.random.default_rng(0).normal(size=(3, 8, 8))
    assert mean_correlation([image, np.zeros_like(image)]) == 0.0
