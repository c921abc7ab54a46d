"""Commands about exemplars: mine, exemplars."""

from __future__ import annotations

from argparse import Namespace

from catvis.exemplars.commands import run_exemplars, run_mine
from catvis.jobs.exemplar_grids import drawn_crop
from catvis.settings import Settings


def mine(arguments: Namespace, settings: Settings) -> int:
    """Find what excites each unit most in a collection of pictures."""
    return run_mine(arguments, settings, drawn_crop, quiet=arguments.quiet)


def sheet(arguments: Namespace, settings: Settings) -> int:
    """Draw units' exemplars as one sheet."""
    return run_exemplars(arguments, settings)
