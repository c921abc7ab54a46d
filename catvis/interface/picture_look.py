"""A network on a picture, and everything that can be asked about it.

Answers come from the same jobs as a page's, so that the command line, a notebook and a page cannot tell different
truths.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from jaxtyping import Float32
from msgspec.structs import asdict, replace
from PIL import Image

from catvis.drawing.figure import Drawing
from catvis.drawing.wording import percent
from catvis.edge_shares import Weights
from catvis.errors import CatvisError, SilentUnitError, UsageError, shown_path
from catvis.figures.distinct_children import FoundDistinct, distinct_children
from catvis.figures.kind import Figure, check_path
from catvis.figures.options import Options
from catvis.figures.path_spec import PathSpec, Top
from catvis.figures.scene import Scene
from catvis.figures.unit_row import UnitsFigure
from catvis.figures.unit_tree import TreeFigure
from catvis.interface.answer_rows import Child, ClassScore, Table
from catvis.interface.arguments import (
    NOWHERE,
    GivenPath,
    choice,
    path_spec,
    placeless,
    positive,
    refusal,
    unit,
)
from catvis.interface.arguments import layer as layer_name
from catvis.interface.figure_views import FigureView
from catvis.interface.given_pictures import ReadPicture
from catvis.interface.tile_views import PathTile, PathTiles
from catvis.jobs.attribution import TileJob, attributions_of, drawn
from catvis.jobs.base import Answers, Job, Subject
from catvis.jobs.edge_weights import AblationJob, EdgesJob
from catvis.jobs.engine import Engine
from catvis.jobs.responses import PeakJob, ScoresJob
from catvis.jobs.rounds import complete
from catvis.networks.known_layers import NetworkCard
from catvis.results import Attributed, Peak, ranked_classes
from catvis.terms import Display, Edges, Fit, Rule, Unit, UnitPath

if TYPE_CHECKING:
    from catvis.jobs.look import Look

_THUMBNAIL = 160


class PictureLook:
    """What a network makes of a picture.

    The forward pass is kept as long as this is. Paths are written as text (``fc8_284→fc7_12``, with ``->`` as well;
    ``top→fc7:top2`` is the strongest class's second strongest child in fc7), or are units or paths that came from
    here.

    Args:
        card: the network's facts.
        engine: answers for the network.
        look: the network's forward pass on the picture.
        picture: what was given.
        fit: how it got the network's shape.
    """

    def __init__(
        self, card: NetworkCard, engine: Engine, look: Look, picture: ReadPicture, fit: Fit, *, named: bool
    ) -> None:
        self._card, self._engine, self._look = card, engine, look
        self._subject = Subject(card.digest, picture.digest, fit)
        # a command line can say it again where network and picture have names
        path = shown_path(picture.file) if picture.file and named else ""
        self._scene = Scene(card, picture.digest, picture.name, path, path)
        engine.adopt(self._subject, look)

    @property
    def input(self) -> Image.Image:
        """The picture as the network sees it."""
        return Image.fromarray(self._look.seen)

    @cached_property
    def scores(self) -> Float32[np.ndarray, " classes"]:
        """The class scores before softmax.

        Raises:
            NetworkError: the network has no classes.
        """
        self._card.require_classes()
        return np.array(self._answer(ScoresJob(self._subject)), np.float32)

    def top(self, count: int = 5) -> Table[ClassScore]:
        """The strongest classes, strongest first.

        Raises:
            NetworkError: the network has no classes.
        """
        top = self._card.top.name
        return Table(
            ClassScore(found := Unit(top, index), self._card.label(found), score, probability)
            for index, score, probability in ranked_classes(self.scores.tolist(), positive(count))
        )

    def path(self, path: GivenPath, *, edges: Edges = "gradient") -> UnitPath:
        """A path with its selectors as units.

        Args:
            path: such as ``top→fc7:top2``.
            edges: the rule for the edge weights by which children are chosen.

        Raises:
            ContentError: it is written wrongly, or asks for a child that is not there.
            NetworkError: a layer or a unit does not exist, or the path does not go down.
            SilentUnitError: its first unit does not fire.
        """
        return self._resolved(path_spec(path), self._options(edges=edges))

    def activation(self, given: str | Unit) -> Peak:
        """How strongly a unit fires, and where; 0 where it does not.

        Raises:
            NetworkError: the unit does not exist.
        """
        self._card.check_unit(unit(given))
        return self._peak(unit(given))

    def activations(self, layer: str) -> Float32[np.ndarray, units * place]:
        """A layer's maps, (units, height, width), or its numbers, (units,).

        Raises:
            NetworkError: the layer does not exist.
        """
        self._card.layer(layer_name(layer))
        values: np.ndarray = self._look.trace.of(layer)[0].cpu().numpy()
        return values

    def children(
        self, path: GivenPath, layer: str, top: int = 5, *, edges: Edges = "gradient"
    ) -> Table[Child]:
        """The units of a layer that had most to do with the end of a path, strongest first.

        Args:
            path: where from.
            layer: which units.
            top: how many at most; units that had nothing to do with it are left out.
            edges: the rule by which edge weights are found.

        Raises:
            CatvisError: as `path`; or the layer does not lie below the path's end.
        """
        options = self._options(edges=edges)
        found = self._resolved(path_spec(path), options)
        weights = self._weights(found, layer, options)
        units = [Unit(layer, index) for index in weights.strongest(positive(top))]
        jobs = [AblationJob(self._subject, found.end, child) for child in units]
        drops = self._engine.answers(jobs)
        return Table(
            Child(
                child,
                self._card.label(child),
                weights.values[child.index],
                weights.share(child.index),
                drops[job] or 0.0,
            )
            for child, job in zip(units, jobs, strict=True)
        )

    def distinct(
        self, path: GivenPath, layer: str, count: int = 5, *, edges: Edges = "gradient"
    ) -> FoundDistinct:
        """A few units of a layer that stand for the others, over the network's collection of pictures.

        Args:
            path: whose end's children they are.
            layer: which units.
            count: how many.
            edges: the rule by which the strongest on this picture are found, which are judged as well.

        Raises:
            CatvisError: as `children`; or the network has no collection, or it tells nothing of the path's end.
        """
        options = self._options(edges=edges)
        found = self._resolved(path_spec(path), options)
        self._card.check_below(layer_name(layer), found.end.layer)
        self._card.check_count(layer, positive(count))
        with placeless():
            asking = distinct_children(self._scene, found, layer, count, options, None)
            return complete(asking, self._engine.answers)

    def weights(self, path: GivenPath, layer: str, *, edges: Edges = "gradient") -> Weights:
        """The edge weights from the end of a path to all units of a layer.

        Raises:
            CatvisError: as `children`.
        """
        options = self._options(edges=edges)
        return self._weights(self._resolved(path_spec(path), options), layer, options)

    def ablation(self, parent: str | Unit, child: str | Unit) -> float:
        """What silencing a unit costs one above it: the relative drop of its activation at its place.

        1 is all of it; a negative number is a gain.

        Raises:
            NetworkError: a unit does not exist, or they do not lie below each other.
            SilentUnitError: the upper one does not fire.
        """
        return self.ablations(parent, [child])[0]

    def ablations(self, parent: str | Unit, children: Iterable[str | Unit]) -> list[float]:
        """What silencing each of several units costs one above them, in one go.

        Raises:
            CatvisError: as `ablation`.
        """
        pairs = [UnitPath((unit(parent), unit(child))) for child in children]
        for pair in pairs:
            self._card.check(pair)
            self._require_firing(pair.units[0])
        jobs = [AblationJob(self._subject, *pair.units) for pair in pairs]
        answers = self._engine.answers(jobs)
        drops = [drop for job in jobs if (drop := answers[job]) is not None]
        if len(drops) < len(jobs):
            raise SilentUnitError(f"{unit(parent)} is 0 on this picture: an edge from it cannot be measured")
        return drops

    def tile(
        self,
        path: GivenPath,
        *,
        rule: Rule = "guided",
        edges: Edges = "gradient",
        display: Display = "robust",
    ) -> PathTile:
        """The attribution of a path: what in the picture made its end fire, as far as its first unit cares.

        Args:
            path: units from the top down; one unit is a path, too.
            rule: what a ReLU does to the gradient on the way back.
            edges: the rule by which inhibitory steps are found; these are drawn from −g.
            display: how the gradient becomes pixels.

        Raises:
            CatvisError: as `path`.
            SilentUnitError: the first unit does not fire, or nothing arrives at the end.
        """
        return self.tiles([path], rule=rule, edges=edges, display=display)[0]

    def tiles(
        self,
        paths: Iterable[GivenPath],
        *,
        rule: Rule = "guided",
        edges: Edges = "gradient",
        display: Display = "robust",
    ) -> PathTiles:
        """The attributions of paths, all in one sweep; see `tile`."""
        if isinstance(paths, str):
            raise refusal("a list of paths", paths, "write [path, path], or call tile(path)")
        options = self._options(rule, edges, display)
        wanted = [self._resolved(path_spec(path), options) for path in paths]
        if not wanted:
            raise UsageError("a list of paths has at least one")
        jobs = [TileJob(self._subject, path, options.edges, options.rule, options.display) for path in wanted]
        found = {
            job: (array, signs) for job, signs, array in attributions_of(self._look, [*dict.fromkeys(jobs)])
        }
        mean = self._look.network.preprocessing.mean_picture()

        def compose(tiles: Sequence[PathTile]) -> Drawing:
            return self._row(tiles, options)

        tiles = [PathTile(job, *found[job], mean, compose) for job in jobs]
        for tile in tiles:
            if not tile.array.any():
                raise SilentUnitError(f"nothing arrives at {tile.unit} along {tile.path} on this picture")
        return PathTiles(tiles, compose)

    def tree(
        self,
        path: GivenPath,
        layers: str | Sequence[str],
        top: int = 5,
        *,
        rule: Rule = "guided",
        edges: Edges = "gradient",
        display: Display = "robust",
        ablation: bool = False,
        exemplars: bool = False,
        outline: bool = False,
    ) -> FigureView:
        """A path, its strongest children in a layer, the children of the strongest of these in the next, and so on.

        Args:
            path: the trunk.
            layers: where the children are, from the top down.
            top: how many children at each step.
            rule: what a ReLU does on the way back, in tiles.
            edges: the same, in edge weights.
            display: how a gradient becomes pixels.
            ablation: at each edge, what silencing the child costs the parent.
            exemplars: what else excites each unit, under its tile.
            outline: a frame around most of each attribution's energy.

        Raises:
            CatvisError: as `children`.
        """
        options = self._options(rule, edges, display)
        options = replace(options, ablation=ablation, exemplars=exemplars, outline=outline)
        trunk = self._resolved(path_spec(path), options)
        branches: list[UnitPath] = []
        for layer in (layers,) if isinstance(layers, str) else layers:
            strongest = self._weights(trunk, layer, options).strongest(positive(top))
            if not strongest:
                raise SilentUnitError(f"no unit of {layer} had anything to do with {trunk}")
            branches += [trunk.then(Unit(layer, index)) for index in strongest]
            trunk = trunk.then(Unit(layer, strongest[0]))
        # the trunk first: what several paths share stands where the first of them has it
        paths = tuple(path_spec(each) for each in dict.fromkeys((trunk, *branches)))
        figure = TreeFigure(**asdict(options), name=str(trunk.units[0]), place=NOWHERE, paths=paths)
        return FigureView(self._composed(figure))

    def __repr__(self) -> str:
        about = f"{self._card.name} on {self._scene.picture_name}"
        try:
            (first,) = self.top(1)
        except CatvisError as error:
            return f"<{about}: {error.message}>"
        return f"<{about}: {first.label or first.unit} with {percent(first.probability)}>"

    def _repr_html_(self) -> str:
        import base64
        import io

        buffer = io.BytesIO()
        self.input.save(buffer, "PNG")
        source = f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
        alt = escape(f"{self._scene.picture_name} as {self._card.name} sees it", quote=True)
        try:
            shown = self.top()._repr_html_()
        except CatvisError as error:
            shown = f"<p>{escape(str(error))}</p>"
        return f'<img src="{source}" alt="{alt}" width="{_THUMBNAIL}">{shown}'

    def _options(
        self, rule: Rule = "guided", edges: Edges = "gradient", display: Display = "robust"
    ) -> Options:
        return Options(
            rule=choice("rule", rule, get_args(Rule)),
            edges=choice("rule for edges", edges, get_args(Edges)),
            display=choice("display", display, get_args(Display)),
            fit=self._subject.fit,
        )

    def _answer(self, job: Job[Any]) -> Any:
        return self._engine.answers([job])[job]

    def _peak(self, given: Unit) -> Peak:
        peak: Peak = self._answer(PeakJob(self._subject, given))
        return peak

    def _weights(self, path: UnitPath, layer: str, options: Options) -> Weights:
        self._card.check_below(layer_name(layer), path.end.layer)
        found: Weights = self._answer(EdgesJob(self._subject, path, layer, options.edges))
        return found

    def _resolved(self, spec: PathSpec, options: Options) -> UnitPath:
        with placeless():
            check_path(spec, self._card)
            if isinstance(spec.steps[0], Top):
                self._card.require_classes()
            elif isinstance(spec.steps[0], Unit):
                self._require_firing(spec.steps[0])
            return complete(self._scene.resolve(spec, options), self._engine.answers)

    def _require_firing(self, first: Unit) -> None:
        if self._scene.is_silent(first, self._peak(first)):
            raise SilentUnitError(f"{first} does not fire on this picture: there is nothing to go back from")

    def _row(self, tiles: Sequence[PathTile], options: Options) -> Drawing:
        known = Answers()
        mean = self._look.network.preprocessing.mean_picture()
        for tile in tiles:
            known.add(tile.job, Attributed(drawn(tile.array, tile.job.display, mean), tile.signs))
        units = tuple(dict.fromkeys(path_spec(tile.path) for tile in tiles))
        figure = UnitsFigure(**asdict(options), name="tiles", place=NOWHERE, units=units)
        return self._composed(figure, known)

    def _composed(self, figure: Figure, known: Answers | None = None) -> Drawing:
        known = known or Answers()

        def compute(jobs: list[Job[Any]]) -> Answers:
            known.update(self._engine.answers([job for job in jobs if job not in known]))
            return known

        with placeless():
            return complete(figure.draw((self._scene,)), compute)
