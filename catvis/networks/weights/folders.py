"""Where files of weights lie: in the folder that the user named, or in the folder of fetched files.

What the user put there is taken as it is; what is fetched is verified.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from catvis.errors import WeightsError, shown_path
from catvis.networks.weights.published import KnownWeights
from catvis.program import command
from catvis.settings import Settings

if TYPE_CHECKING:
    from catvis.networks.weights.fetching import Progress


def found(known: KnownWeights, settings: Settings) -> Path | None:
    """The first file of one of the names, folder by folder."""
    places = (folder / name for folder in settings.weights_folders for name in known.names)
    return next((place for place in places if place.is_file()), None)


def weights_path(known: KnownWeights, settings: Settings) -> Path:
    """Where a network's weights lie.

    Raises:
        WeightsError: they are in none of the folders; the message says how to get them.
    """
    place = found(known, settings)
    if place is None:
        folders = " or ".join(shown_path(folder) for folder in settings.weights_folders)
        raise WeightsError(
            f"the weights of {known.network} are missing: no {' or '.join(known.names)} in {folders}",
            hint=f"fetch {known.published.megabytes} MB: {command(f'weights fetch {known.network}')}; "
            "or name the folder where they are: --weights DIR",
        )
    return place


def fetch_weights(known: KnownWeights, settings: Settings, progress: Progress | None = None) -> Path:
    """Download a network's weights, or go on where an earlier download broke off.

    Raises:
        WeightsError: as `catvis.networks.weights.fetching.fetch` says.
    """
    from catvis.networks.weights.fetching import fetch, silent

    return fetch(known.published, settings.downloads, progress or silent)
