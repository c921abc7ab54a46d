"""From trained seeds to the one that is shipped.

The rule: of the seeds that answer at least 98 % of the held-out pictures rightly and at least 94 % of every class
(of all seeds, where none does), take the one that says cat to the most of the photograph's fourteen crops; between
equals the one whose named units in conv3 to conv5 point best at their parts; then the more accurate one. What every
seed came to is written beside the weights.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import asdict

from catvis.frozen import Frozen
from catvis.menagerie.shipped.files import SEEDS, TRAINING_CURVES, TRAINING_LOG, UNIT_NAMES, WEIGHTS
from catvis.menagerie.shipped.unit_names import NamedUnit, write_names
from catvis.menagerie.study.dissection import Overlaps, overlaps
from catvis.menagerie.study.learning_curves import curves, read_log
from catvis.menagerie.study.menagerie_net import MenagerieNet, Widths, load
from catvis.menagerie.study.naming import named_units
from catvis.menagerie.study.photograph import answers
from catvis.menagerie.study.pointing import Pointing, pointing_game
from catvis.menagerie.study.train import Run, accuracy_per_class
from catvis.menagerie.study.trainee import Sparsity, Trainee
from catvis.menagerie.world.drawn_ahead import Pictures
from catvis.menagerie.world.kinds import KINDS
from catvis.networks.embedded import EmbeddedSource

ACCURATE, FAIR = 0.98, 0.94
UPPER = ("conv3", "conv4", "conv5")


class Measured(Frozen):
    """What one trained seed came to.

    Attributes:
        seed: the run's seed.
        accuracy: kind → share of held-out pictures answered rightly.
        photograph: the answer to each of the photograph's crops, the mirrored ones last.
        units: unit → the part that it looks at.
        pointing: layer → the pointing game of its named units.
    """

    seed: int
    accuracy: Mapping[str, float]
    photograph: Sequence[str]
    units: Mapping[str, NamedUnit]
    pointing: Mapping[str, Pointing]

    @property
    def held_out(self) -> float:
        """The share of all held-out pictures answered rightly (classes are equally frequent)."""
        return sum(self.accuracy.values()) / len(self.accuracy)

    @property
    def worst(self) -> float:
        """The least accurate class's share."""
        return min(self.accuracy.values())

    @property
    def cats(self) -> int:
        """How many crops of the photograph are answered with cat."""
        return sum(answer == "cat" for answer in self.photograph)

    @property
    def points(self) -> float:
        """How often named units point at their parts, exactly and nearly: the mean over conv3 to conv5, 0 to 1."""
        return sum(game.exact + game.near for game in self.pointing.values()) / (2 * len(self.pointing))

    def named(self, *layers: str) -> int:
        """How many units of some layers have a name."""
        return sum(unit.rpartition("_")[0] in layers for unit in self.units)


def measured(
    seed: int,
    weights: Path,
    held_out: Pictures,
    random: Overlaps,
    photograph: Path,
    *,
    quiet: bool = False,
) -> Measured:
    """Measure one trained network on held-out pictures (with part flags) and on the photograph."""
    network, traced = load(weights), EmbeddedSource.trained(weights).load()
    accuracy = dict(zip(KINDS, accuracy_per_class(network, held_out).tolist(), strict=True))
    units = named_units(overlaps(network, held_out, quiet=quiet), random)
    games = {layer: pointing_game(traced, held_out, units, layer) for layer in UPPER}
    return Measured(seed, accuracy, answers(network, photograph), units, games)


def random_network(widths: Widths, seed: int = 0) -> MenagerieNet:
    """A network that has learnt nothing: what its units reach, a name must beat."""
    return Trainee(widths, Sparsity(), seed).eval().fold()


def best(seeds: Sequence[Measured]) -> Measured:
    """The seed to ship, by this module's rule.

    Raises:
        ValueError: there are no seeds.
    """
    good = [seed for seed in seeds if seed.held_out >= ACCURATE and seed.worst >= FAIR]
    return max(good or seeds, key=lambda seed: (seed.cats, seed.points, seed.held_out))


def ship(
    runs: Sequence[Run], held_out: Pictures, photograph: Path, folder: Path, *, quiet: bool = False
) -> tuple[list[Measured], Measured]:
    """Measure all runs, and copy the best one's weights, log, curves and unit names to a folder, made if need be.

    In the package's own, `catvis.menagerie.shipped`, they are what is shipped.

    Returns:
        What every run came to, and the one that was chosen.
    """
    random = overlaps(random_network(runs[0].recipe.widths), held_out, quiet=quiet)
    seeds = [
        measured(run.recipe.seed, run.weights, held_out, random, photograph, quiet=quiet) for run in runs
    ]
    chosen = best(seeds)
    run = next(run for run in runs if run.recipe.seed == chosen.seed)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(run.weights, folder / WEIGHTS.name)
    shutil.copyfile(run.log, folder / TRAINING_LOG.name)
    (folder / TRAINING_CURVES.name).write_text(
        curves(read_log(run.log), f"The menagerie, seed {chosen.seed}")
    )
    write_names(chosen.units, folder / UNIT_NAMES.name)
    write_seeds(seeds, chosen, folder / SEEDS.name)
    return seeds, chosen


def table(seeds: Sequence[Measured], shipped: Measured) -> str:
    """One line for every seed, the shipped one marked."""
    lines = ["   seed  held out  worst class        photograph  named conv3 conv4 conv5  points"]
    for seed in seeds:
        named = "".join(f"{seed.named(layer):6d}" for layer in UPPER)
        worst = min(seed.accuracy, key=lambda kind: seed.accuracy[kind])
        lines.append(
            f"{'→' if seed is shipped else ' '}  {seed.seed:4d}  {seed.held_out:8.2%}  {seed.worst:6.1%} {worst:<8}"
            f"  {seed.cats:2d} of {len(seed.photograph)} crops       {named}  {seed.points:6.2f}"
        )
    return "\n".join(lines)


def write_seeds(seeds: Sequence[Measured], chosen: Measured, file: Path) -> None:
    """Keep what every seed came to, the shipped one's number first."""
    rows = [asdict(seed) | {"units": {layer: seed.named(layer) for layer in UPPER}} for seed in seeds]
    file.write_text(json.dumps({"shipped": chosen.seed, "seeds": rows}, indent=1, default=asdict) + "\n")
