"""What a figure is about: a network and a picture, and the questions that every kind of figure asks of them."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from catvis.errors import ContentError, NetworkError, Place
from catvis.networks.card import NetworkCard
from catvis.plan import (
    Answers,
    EdgesJob,
    Peak,
    PeakJob,
    ScoresJob,
    Subject,
    TileJob,
    Weights,
    step_signs,
)
from catvis.post.figures import ChildAt, Options, PathSpec, Top
from catvis.terms import Edges, Fit, Rule, Unit, UnitPath


@dataclass(frozen=True)
class Scene:
    """A network on a picture, with the names that a reader knows them by.

    Attributes:
        card: the network's facts.
        picture: digest of the picture's bytes.
        picture_name: the picture as the author wrote it, relative to the post.
        picture_path: the picture as a command line names it.
        ask: answers to jobs.
    """

    card: NetworkCard
    picture: str
    picture_name: str
    picture_path: str
    ask: Answers

    def subject(self, fit: Fit) -> Subject:
        """The scene as jobs name it."""
        return Subject(self.card.digest, self.picture, fit)

    def peaks(self, units: list[Unit], fit: Fit) -> dict[Unit, Peak]:
        """How strongly units fire, and where."""
        jobs = [PeakJob(self.subject(fit), unit) for unit in units]
        return dict(zip(units, self.ask.ask_all(jobs, Peak), strict=True))

    def is_silent(self, unit: Unit, peak: Peak) -> bool:
        """Whether a unit that comes out of a ReLU does not fire."""
        return self.card.layer(unit.layer).rectified and peak.activation <= 0

    def weights(self, path: UnitPath, layer: str, edges: Edges, fit: Fit) -> Weights:
        """The edge weights from the end of a path to a layer."""
        return self.ask.ask(EdgesJob(self.subject(fit), path, layer, edges), Weights)

    def top(self, fit: Fit, place: Place) -> Unit:
        """The strongest class; of equal ones the first.

        Args:
            fit: how the picture gets the network's shape.
            place: what asks for it.

        Raises:
            ContentError: the network's last layer holds maps, not class scores.
        """
        try:
            self.card.require_classes()
        except NetworkError as error:
            raise ContentError(error.message, where=place, hint=error.hint) from error
        scores = self.ask.ask(ScoresJob(self.subject(fit)), tuple)
        return Unit(self.card.top.name, max(range(len(scores)), key=scores.__getitem__))

    def resolve(self, spec: PathSpec, options: Options) -> UnitPath:
        """Turn selectors into units.

        Raises:
            ContentError: a layer has fewer children than the rank that was asked for.
        """
        units: tuple[Unit, ...] = ()
        for step, place in zip(spec.steps, spec.places, strict=True):
            if isinstance(step, Top):
                units += (self.top(options.fit, place),)
            elif isinstance(step, ChildAt):
                self.require_firing(units[0], place, options.fit)
                weights = self.weights(UnitPath(units), step.layer, options.edges, options.fit)
                ranked = weights.strongest(step.rank)
                if len(ranked) < step.rank:
                    raise ContentError(
                        f"{UnitPath(units)} has {len(ranked)} children in {step.layer}, not {step.rank}",
                        where=place,
                        hint=f"the weakest is {step.layer}:top{len(ranked)}" if ranked else None,
                    )
                units += (Unit(step.layer, ranked[-1]),)
            else:
                units += (step,)
        path = UnitPath(units)
        try:
            self.card.check(path)
        except NetworkError as error:
            raise ContentError(error.message, where=spec.place, hint=error.hint) from error
        return path

    def require_firing(self, unit: Unit, place: Place, fit: Fit) -> None:
        """Refuse a unit that has nothing below it to look for.

        Raises:
            ContentError: the unit does not fire on the picture.
        """
        if self.is_silent(unit, self.peaks([unit], fit)[unit]):
            raise ContentError(
                f"{unit} does not fire on {self.picture_name}: there is nothing to follow down",
                where=place,
                hint="choose a unit that fires: python -m catvis suggest "
                f"{self.card.name} {shlex.quote(self.picture_path)}",
            )

    def signs(self, path: UnitPath, options: Options) -> tuple[int, ...]:
        """One for each unit of a path: −1 where the unit works against the one above it, else +1."""
        if options.edges == "guided" or len(path.units) == 1:
            return (1,) * len(path.units)
        steps = [UnitPath(path.units[:stop]) for stop in range(1, len(path.units))]
        jobs = [
            EdgesJob(self.subject(options.fit), above, unit.layer, "gradient")
            for above, unit in zip(steps, path.units[1:], strict=True)
        ]
        found = self.ask.ask_all(jobs, Weights)
        return step_signs([w.values[unit.index] for w, unit in zip(found, path.units[1:], strict=True)])

    def tile(self, path: UnitPath, options: Options, rule: Rule | None = None) -> TileJob:
        """The job of drawing a path's attribution."""
        signs = self.signs(path, options)
        return TileJob(self.subject(options.fit), path, signs, rule or options.rule, options.display)

    def command(self, job: TileJob) -> str:
        """The command line that computes a tile again."""
        network, picture, path = map(shlex.quote, (self.card.name, self.picture_path, str(job.path)))
        options = f" --rule {job.rule}" if job.rule != "guided" else ""
        options += " --fit warp" if job.subject.fit == "warp" else ""
        options += " --display original" if job.display == "original" else ""
        return f"python -m catvis attribute {network} {picture} {path}{options} -o tile.png"
