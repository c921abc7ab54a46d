"""Where the shipped files lie: beside this module. Training writes them, `catvis.networks.embedded` reads them."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent

WEIGHTS = _FOLDER / "menagerie.safetensors"
UNIT_NAMES = _FOLDER / "menagerie.units.json"
TRAINING_LOG = _FOLDER / "menagerie.training.jsonl"
TRAINING_CURVES = _FOLDER / "menagerie.training.svg"
SEEDS = _FOLDER / "menagerie.seeds.json"
