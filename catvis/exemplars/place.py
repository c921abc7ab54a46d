"""Where exemplars are kept; to know that imports no database."""

from __future__ import annotations

from pathlib import Path


def store_file(folder: Path, network: str) -> Path:
    """Where a network's exemplars are kept unless another file is named."""
    return folder / "exemplars" / f"{network.replace('/', '-')}.sqlite"
