"""Commands about weights: list, path, fetch."""

from __future__ import annotations

from argparse import Namespace

from catvis.networks.weights.fetching import progress_bar
from catvis.networks.weights.known_weights import fetch_weights, list_weights, weights_path
from catvis.settings import Settings


def list(arguments: Namespace, settings: Settings) -> str:
    """What is known, what it weighs, its licence, and where it lies."""
    lines = []
    for known, place in list_weights(settings):
        file = known.published
        where = str(place) if place else f"missing: python -m catvis weights fetch {known.network}"
        lines.append(
            f"{known.network:<14} {file.name} ({file.megabytes} MB, {file.licence})\n{'':14} {where}"
        )
    return "\n".join(lines)


def path(arguments: Namespace, settings: Settings) -> str:
    """Where a network's weights lie."""
    return str(weights_path(arguments.name, settings))


def fetch(arguments: Namespace, settings: Settings) -> str:
    """Download a network's weights, or go on where an earlier download broke off."""
    with progress_bar(arguments.name) as progress:
        return str(fetch_weights(arguments.name, settings, progress))
