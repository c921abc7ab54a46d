"""Commands that look at one picture with one network: classify, attribute, children."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from catvis.errors import UsageError
from catvis.interface.answer_rows import Table, plain
from catvis.interface.opened import OpenNetwork
from catvis.interface.picture_look import PictureLook
from catvis.interface.saving import kind_of, write
from catvis.interface.tile_views import TILE_KINDS
from catvis.networks.embedded import stranger
from catvis.networks.registry import source
from catvis.progress import Progress
from catvis.settings import Settings

STANDARD_OUTPUT = "-"


def classify(arguments: Namespace, settings: Settings) -> str:
    """The strongest classes, as a table or as JSON."""
    network = network_of(arguments, settings)
    look = network.look(Path(arguments.picture), fit=arguments.fit)
    say_if_stranger(network, look, arguments.picture)
    return _told(look.top(arguments.top), arguments)


def say_if_stranger(network: OpenNetwork, look: PictureLook, picture: Path) -> None:
    """Tell standard error where the embedded network was shown what it has never learned."""
    if said := stranger(network.card, look.scores.tolist(), picture.name):
        sys.stderr.write(f"{said}\n")


def children(arguments: Namespace, settings: Settings) -> str:
    """The units of a layer with the largest edge weights, each with its ablation."""
    look = look_of(arguments, settings)
    path = look.path(arguments.path, edges=arguments.edges)
    if arguments.distinct:
        from catvis.commands.distinct import distinct

        return distinct(look, path, arguments)
    found = look.children(path, arguments.layer, arguments.top, edges=arguments.edges)
    if not found and not arguments.json:
        return f"no unit of {arguments.layer} had anything to do with {path}"
    return _told(found, arguments)


def attribute(arguments: Namespace, settings: Settings) -> str | None:
    """The attribution of a path: .npy (float32, 3 × height × width, RGB, unscaled), .png, .svg with its words."""
    output: str = arguments.output
    if output == STANDARD_OUTPUT and sys.stdout.isatty():
        raise UsageError(
            "a terminal shows no pictures", hint="write -o tile.png, or send it on: -o - | program"
        )
    kind = arguments.format or (TILE_KINDS[0] if output == STANDARD_OUTPUT else kind_of(output, TILE_KINDS))
    tile = look_of(arguments, settings).tile(
        arguments.path, rule=arguments.rule, edges=arguments.edges, display=arguments.display
    )
    if output == STANDARD_OUTPUT:
        sys.stdout.buffer.write(tile.encoded(kind))
        return None
    write(output, tile.encoded(kind))
    return output


def look_of(arguments: Namespace, settings: Settings) -> PictureLook:
    """The network on the picture that a command line names.

    Raises:
        CatvisError: one of them cannot be opened.
    """
    network = network_of(arguments, settings)
    return network.look(Path(arguments.picture), fit=arguments.fit)


def network_of(arguments: Namespace, settings: Settings, progress: Progress | None = None) -> OpenNetwork:
    """The network that a command line names; what should be known of it goes to standard error.

    Raises:
        CatvisError: it cannot be found.
    """

    def note(said: str) -> None:
        sys.stderr.write(f"{said}\n")

    return OpenNetwork(source(arguments.network, settings), settings, note=note, progress=progress)


def _told(rows: Table[Any], arguments: Namespace) -> str:
    if arguments.json:
        return json.dumps([plain(row) for row in rows], ensure_ascii=False, indent=1)
    return "\n".join(map(str, rows))
