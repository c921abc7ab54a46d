"""What a figure is about: a network and a picture, and the questions that every kind of figure asks of them."""

from __future__ import annotations

import shlex

from catvis.errors import ContentError, NetworkError, Place
from catvis.figures.options import Options
from catvis.figures.path_spec import ChildAt, PathSpec, Top
from catvis.frozen import Frozen
from catvis.jobs.attribution import TileJob
from catvis.jobs.base import Subject
from catvis.jobs.edge_weights import EdgesJob
from catvis.jobs.redundancy import GatheredJob
from catvis.jobs.responses import InputJob, PeakJob, ScoresJob
from catvis.jobs.rounds import Asking, ask, want
from catvis.networks.known_layers import NetworkCard
from catvis.networks.registry import has_known_weights
from catvis.program import command
from catvis.results import Box, Gathered, Peak
from catvis.terms import Fit, Rule, Unit, UnitPath
from catvis.written.located import located


class Scene(Frozen):
    """A network on a picture, with the names that a reader knows them by.

    Attributes:
        card: the network's facts.
        picture: digest of the picture's bytes.
        picture_name: the picture as the author wrote it, relative to the post.
        picture_path: the picture as a command line names it; "" where it is no file, or the network no name.
        picture_for_readers: the same on the machine of whoever looks at the figure.
    """

    card: NetworkCard
    picture: str
    picture_name: str
    picture_path: str
    picture_for_readers: str

    def subject(self, fit: Fit) -> Subject:
        """The scene as jobs name it."""
        return Subject(self.card.digest, self.picture, fit)

    def peak_job(self, unit: Unit, fit: Fit) -> PeakJob:
        """Asks how strongly a unit fires."""
        return PeakJob(self.subject(fit), unit)

    def tile_job(
        self, path: UnitPath, options: Options, rule: Rule | None = None, frame: Box | None = None
    ) -> TileJob:
        """Asks for a path's attribution, drawn: all of it, or the part in a frame."""
        subject, by = self.subject(options.fit), rule or options.rule
        return TileJob(subject, path, options.edges, by, options.display, options.context, frame)

    def input_job(self, fit: Fit) -> InputJob:
        """Asks for the picture as the network sees it."""
        return InputJob(self.subject(fit))

    def edges_job(self, path: UnitPath, layer: str, options: Options) -> EdgesJob:
        """Asks for the edge weights from the end of a path to a layer."""
        return EdgesJob(self.subject(options.fit), path, layer, options.edges)

    def is_silent(self, unit: Unit, peak: Peak) -> bool:
        """Whether a unit that comes out of a ReLU does not fire."""
        return self.card.layer(unit.layer).rectified and peak.activation <= 0

    def collection(self, purpose: str, place: Place | None) -> Asking[Gathered]:
        """The collection that the network has been mined over.

        Args:
            purpose: what for, as an infinitive.
            place: what asks for it.

        Raises:
            ContentError: there is none.
        """
        gathered = yield from ask(GatheredJob(self.card.digest))
        if gathered is None:
            raise ContentError(
                f"{self.card.name} has no collection of pictures to {purpose} over",
                where=place,
                hint=command(f"mine {self.card.name} FOLDER"),
            )
        return gathered

    def top(self, fit: Fit, place: Place) -> Asking[Unit]:
        """The strongest class; of equal ones the first.

        Args:
            fit: how the picture gets the network's shape.
            place: what asks for it.

        Raises:
            ContentError: the network's last layer holds maps, not class scores.
        """
        with located(place, NetworkError):
            self.card.require_classes()
        scores = yield from ask(ScoresJob(self.subject(fit)))
        return Unit(self.card.top.name, max(range(len(scores)), key=scores.__getitem__))

    def resolve(self, spec: PathSpec, options: Options) -> Asking[UnitPath]:
        """Turn selectors into units.

        Raises:
            ContentError: a layer has fewer children than the rank that was asked for.
        """
        units: tuple[Unit, ...] = ()
        for step, place in zip(spec.steps, spec.places, strict=True):
            if isinstance(step, Top):
                units += ((yield from self.top(options.fit, place)),)
            elif isinstance(step, ChildAt):
                edges = self.edges_job(UnitPath(units), step.layer, options)
                yield from want(edges, self.peak_job(units[0], options.fit))
                yield from self.require_firing(units[0], place, options.fit)
                weights = yield from ask(edges)
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
        with located(spec.place, NetworkError):
            self.card.check(path)
        return path

    def require_firing(self, unit: Unit, place: Place, fit: Fit) -> Asking[None]:
        """Refuse a unit that has nothing below it to look for.

        Raises:
            ContentError: the unit does not fire on the picture.
        """
        peak = yield from ask(self.peak_job(unit, fit))
        if self.is_silent(unit, peak):
            raise ContentError(
                f"{unit} does not fire on {self.picture_name}: there is nothing to follow down",
                where=place,
                hint="choose a unit that fires: "
                + command(f"suggest {self.card.name} {shlex.quote(self.picture_path)}"),
            )

    def command(self, job: TileJob) -> str | None:
        """The command line that computes a tile again, with an installed catvis; None where there is none.

        Of a network whose weights are published, it is preceded by the line that gets them.
        """
        if not self.picture_for_readers:
            return None
        network, picture, path = map(shlex.quote, (self.card.name, self.picture_for_readers, str(job.path)))
        fetch = f"catvis weights fetch {network}   # or add --weights DIR below\n"
        options = f" --rule {job.rule}" if job.rule != "guided" else ""
        options += f" --edges {job.edges}" if job.edges != "gradient" else ""
        options += " --fit warp" if job.subject.fit == "warp" else ""
        options += f" --display {job.display}" if job.display != "robust" else ""
        first = fetch if has_known_weights(self.card.name) else ""
        return f"{first}catvis attribute {network} {picture} {path}{options} -o tile.png"
