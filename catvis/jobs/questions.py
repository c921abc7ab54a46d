"""What an explorer asks of whoever answers it, answered by the jobs that figures are made of.

Questions and answers are plain data, as JSON has it; a live network in a page answers the same ones alike
(`templates/explorer/answers.js`).
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import msgspec

from catvis.digests import file_digest
from catvis.errors import CatvisError, ContentError
from catvis.jobs.attribution import TileJob
from catvis.jobs.base import Job, Subject
from catvis.jobs.edge_weights import AblationJob, EdgesJob
from catvis.jobs.engine import Engine
from catvis.jobs.responses import PeakJob, ResponsesJob, ScoresJob
from catvis.networks.known_layers import NetworkCard
from catvis.results import ranked_classes
from catvis.terms import Fit, Rule, Unit, UnitPath

MOST_ROWS = 10_000
MOST_OWN = 100


class Questions(msgspec.Struct):
    """Answers questions about one network.

    Attributes:
        engine: computes; it learns of the reader's own pictures here.
        card: the network's facts.
        pictures: digests of pictures by the name that a question calls them.
        fit: how pictures get the network's shape.
        folder: where the reader's own pictures are kept as long as the program runs.
    """

    engine: Engine
    card: NetworkCard
    pictures: dict[str, str]
    fit: Fit
    folder: Path
    _own: list[str] = msgspec.field(default_factory=list)

    def answer(self, question: str, given: Mapping[str, Any]) -> object:
        """Answer one question.

        Args:
            question: ``add``, ``classes``, ``overview``, ``children``, ``parents`` or ``tiles``.
            given: what it is about, by name.

        Raises:
            CatvisError: there is no such question, picture, unit or layer, or it cannot be answered.
        """
        questions: dict[str, Callable[..., object]] = {
            "add": self._add,
            "classes": self._classes,
            "overview": self._overview,
            "children": self._children,
            "parents": self._parents,
            "tiles": self._tiles,
        }
        if question not in questions:
            raise ContentError(f"there is no question {question!r}", hint=f"ask {', '.join(questions)}")
        try:
            return questions[question](**given)
        except (TypeError, ValueError) as error:
            raise ContentError(f"{question} was asked wrongly: {error}") from error

    def _add(self, pixels: str) -> str:
        from PIL import Image

        height, width = self.card.size
        try:
            data = b64decode(pixels, validate=True)
        except NoBase64 as error:
            raise ContentError("the picture's pixels are no base64") from error
        if len(data) != 3 * width * height:
            raise ContentError(f"a picture has {3 * width * height} bytes here, not {len(data)}")
        if len(self._own) == MOST_OWN:
            raise ContentError(f"{MOST_OWN} pictures of yours are the most that are kept")
        name = f"own-{len(self._own) + 1}"
        file = self.folder / f"{name}.png"
        try:
            Image.frombytes("RGB", (width, height), data).save(file)
        except OSError as error:
            raise CatvisError(f"the picture cannot be kept: {error.strerror}") from error
        self.pictures[name] = file_digest(file)
        self.engine.pictures = {**self.engine.pictures, self.pictures[name]: file}
        self._own.append(name)
        return name

    def _classes(self, picture: str, count: int, silenced: Sequence[str] = ()) -> list[dict[str, Any]]:
        if self.card.top.spatial:
            return []
        job = ScoresJob(self._subject(picture, silenced))
        scores = self.engine.answers([job])[job]
        return [
            {"unit": str(Unit(self.card.top.name, index)), "score": score, "probability": probability}
            for index, score, probability in ranked_classes(scores, count)
        ]

    def _overview(self, picture: str, layer: str, silenced: Sequence[str] = ()) -> list[float]:
        self.card.layer(layer)
        return list(self._responses(self._subject(picture, silenced), layer))

    def _children(
        self,
        picture: str,
        path: str,
        layer: str,
        count: int = 0,
        only: Sequence[str] | None = None,
        silenced: Sequence[str] = (),
    ) -> dict[str, Any]:
        subject, parent = self._subject(picture, silenced), self._path(path)
        self.card.check_below(layer, parent.end.layer)
        job = EdgesJob(subject, parent, layer, "gradient")
        weights = self.engine.answers([job])[job]
        strongest = [Unit(layer, index) for index in weights.strongest(min(count, MOST_ROWS))]
        units = strongest if only is None else [self._path(unit).end for unit in only]
        effects = self._effects(subject, [(parent.end, unit) for unit in units])
        rows = [
            _row(unit, weights.values[unit.index], weights.share(unit.index), effect)
            for unit, effect in zip(units, effects, strict=True)
        ]
        return {"total": sum(value != 0 for value in weights.values), "children": rows}

    def _parents(
        self, picture: str, unit: str, layer: str, count: int, silenced: Sequence[str] = ()
    ) -> dict[str, Any]:
        subject, child = self._subject(picture, silenced), self._path(unit).end
        self.card.check_below(child.layer, layer)
        rectified = self.card.layer(layer).rectified
        firing = [
            Unit(layer, index)
            for index, response in enumerate(self._responses(subject, layer))
            if response > 0 or not rectified
        ]
        jobs = [EdgesJob(subject, UnitPath((above,)), child.layer, "gradient") for above in firing]
        found = self.engine.answers(jobs)
        shares = {job: found[job].share(child.index) for job in jobs}
        ranked = sorted((job for job in jobs if shares[job]), key=lambda job: -shares[job])
        chosen = ranked[:count]
        effects = self._effects(subject, [(job.path.end, child) for job in chosen])
        rows = [
            _row(job.path.end, found[job].values[child.index], shares[job], effect)
            for job, effect in zip(chosen, effects, strict=True)
        ]
        return {"total": len(ranked), "children": rows}

    def _tiles(
        self, picture: str, paths: Sequence[str], rule: Rule, silenced: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        if rule not in get_args(Rule):
            raise ContentError(f"there is no rule {rule!r}", hint=f"valid: {', '.join(get_args(Rule))}")
        subject = self._subject(picture, silenced)
        jobs = {path: TileJob(subject, self._path(path), rule=rule) for path in paths}
        peaks = {path: PeakJob(subject, job.path.end) for path, job in jobs.items()}
        found = self.engine.answers([*jobs.values(), *peaks.values()])
        tiles = []
        for path, job in jobs.items():
            drawn, response = found[job].drawn, found[peaks[path]].activation
            source = None if drawn is None else _address(drawn.picture.data)
            tiles.append({"path": path, "response": response, "silent": drawn is None, "source": source})
        return tiles

    def _responses(self, subject: Subject, layer: str) -> tuple[float, ...]:
        job: Job[tuple[float, ...]] = ResponsesJob(subject, layer)
        return self.engine.answers([job])[job]

    def _subject(self, picture: str, silenced: Sequence[str]) -> Subject:
        if picture not in self.pictures:
            raise ContentError(f"there is no picture {picture!r}")
        units = sorted(self._path(unit).end for unit in silenced)
        return Subject(self.card.digest, self.pictures[picture], self.fit, tuple(units))

    def _path(self, text: str) -> UnitPath:
        path = UnitPath.parse(text)
        self.card.check(path)
        return path

    def _effects(self, subject: Subject, pairs: Sequence[tuple[Unit, Unit]]) -> list[float | None]:
        """What silencing each lower unit changes in the upper one, relatively; None of a silent one."""
        jobs = [AblationJob(subject, parent, child) for parent, child in pairs]
        found = self.engine.answers(jobs)
        return [None if (drop := found[job]) is None else -drop for job in jobs]


def _row(unit: Unit, weight: float, share: float, effect: float | None) -> dict[str, Any]:
    return {"unit": str(unit), "weight": weight, "share": share, "effect": effect}


def _address(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{b64encode(jpeg).decode()}"
