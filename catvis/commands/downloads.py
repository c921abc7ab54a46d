"""Commands about weights: list, path, fetch."""

from __future__ import annotations

from argparse import Namespace

from catvis.errors import NetworkError, nearest
from catvis.networks.registry import known_weights, known_weights_of
from catvis.networks.weights.fetching import progress_bar
from catvis.networks.weights.folders import fetch_weights, found, weights_path
from catvis.program import command
from catvis.settings import Settings


def list(arguments: Namespace, settings: Settings) -> str:
    """What is known, what it weighs, its licence, and where it lies.

    Raises:
        NetworkError: no network's name holds what is looked for.
    """
    lines = []
    wanted = [known for known in known_weights() if (arguments.name or "").lower() in known.network]
    if not wanted:
        names = [known.network for known in known_weights()]
        raise NetworkError(
            f"no known network's name holds {arguments.name!r}",
            hint=nearest(arguments.name, names, listed=command("weights list")),
        )
    for known in wanted:
        file, place = known.published, found(known, settings)
        where = str(place) if place else f"missing: {command(f'weights fetch {known.network}')}"
        lines.append(
            f"{known.network:<14} {file.name} ({file.megabytes} MB, {file.licence})\n{'':14} {where}"
        )
    return "\n".join(lines)


def path(arguments: Namespace, settings: Settings) -> str:
    """Where a network's weights lie."""
    return str(weights_path(known_weights_of(arguments.name), settings))


def fetch(arguments: Namespace, settings: Settings) -> str:
    """Download a network's weights, or go on where an earlier download broke off."""
    known = known_weights_of(arguments.name)
    with progress_bar(arguments.name) as progress:
        return str(fetch_weights(known, settings, progress))
