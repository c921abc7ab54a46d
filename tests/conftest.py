"""What many tests share: the folder of real weights and pictures, where it lies beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real weights, pictures and the original post; without it a test skips and says so."""
    if not (SHARED / "weights").is_dir():
        pytest.skip("the folder ../shared with real weights is missing")
    return SHARED
