"""Weights files: which are known, where they lie.

A file is looked for in the folder that the user named, then in the folder of fetched files.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from catvis.errors import WeightsError
from catvis.settings import Settings


def find(network: str, names: Sequence[str], settings: Settings) -> Path:
    """Find a network's weights; the first folder that holds any of the names wins.

    Raises:
        WeightsError: no folder holds one; the message says how to get it.
    """
    for folder in settings.weights_folders:
        for name in names:
            if (folder / name).is_file():
                return folder / name
    folders = " and ".join(str(folder) for folder in settings.weights_folders)
    raise WeightsError(
        f"the weights of {network} are missing: no {' or '.join(names)} in {folders}",
        hint=f"fetch them: python -m catvis weights fetch {network}; or name their folder: --weights DIR",
    )
