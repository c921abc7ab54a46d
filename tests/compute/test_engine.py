"""Answers: each computed once, kept at once, by whatever kind of job, and the same from the cache."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from catvis.cache import Cache
from catvis.compute.codec import decode, encode
from catvis.compute.engine import Engine
from catvis.errors import CatvisError, SilentUnitError
from catvis.plan import (
    AblationJob,
    Answer,
    Compared,
    ControlJob,
    DifferenceJob,
    Drawn,
    EdgesJob,
    ExemplarCell,
    Exemplars,
    InputJob,
    Job,
    MaximizeJob,
    Optimised,
    Peak,
    PeakJob,
    ScoresJob,
    Subject,
    TileJob,
    Weights,
)
from catvis.terms import Unit, UnitPath
from tests.small_world import SIDE, SmallSource, World, picture

MAXIMIZED = 260


@pytest.fixture
def subject(world: World) -> Subject:
    world.write_post()
    network = SmallSource("small", (world.folder / "weights" / "small.txt",)).digest()
    return Subject(network, hashlib.sha256(world.cat.read_bytes()).hexdigest())


@pytest.fixture
def engine(world: World, subject: Subject) -> Engine:
    source = SmallSource("small", (world.folder / "weights" / "small.txt",))
    pictures = {subject.picture: world.cat}
    return Engine(world.settings, Cache(world.settings.cache), {subject.network: source}, pictures)


def tile(subject: Subject, path: str, *signs: int) -> TileJob:
    units = UnitPath.parse(path)
    return TileJob(subject, units, signs or (1,) * len(units.units), "guided", "robust")


def every_kind(subject: Subject) -> dict[Job, type]:
    one, other = tile(subject, "fc4_2->fc3_10"), tile(subject, "fc4_2->fc3_8", 1, -1)
    return {
        ScoresJob(subject): tuple,
        PeakJob(subject, Unit("conv2", 7)): Peak,
        EdgesJob(subject, UnitPath.parse("fc4_2"), "fc3", "gradient"): Weights,
        EdgesJob(subject, UnitPath.parse("fc4_2"), "fc3", "guided"): Weights,
        AblationJob(subject, Unit("fc4", 2), Unit("fc3", 10)): float,
        InputJob(subject): Drawn,
        one: Drawn,
        replace(one, rule="gradient"): Drawn,
        replace(one, display="original"): Drawn,
        ControlJob(one): Compared,
        DifferenceJob(one, other): Compared,
        MaximizeJob(subject.network, Unit("fc4", 2), MAXIMIZED, 0): Optimised,
    }


def test_every_kind_is_answered_and_kept(engine: Engine, subject: Subject) -> None:
    jobs = every_kind(subject)
    found = engine.answers(jobs)
    assert found.keys() == jobs.keys() == set(engine.computed)
    for job, kind in jobs.items():
        assert isinstance(found[job], kind), job
    again = replace(engine, computed=[], networks={}, pictures={}, _open={}, _subjects={})
    assert again.answers(jobs) == found
    assert again.computed == []


def test_a_network_is_opened_once_and_not_at_all_for_what_is_kept(engine: Engine, subject: Subject) -> None:
    jobs = list(every_kind(subject))[:6]
    engine.answers(jobs[:3])
    engine.answers(jobs)
    assert SmallSource.loads == ["small"]
    assert len(engine.computed) == len(set(engine.computed)) == len(jobs)


def test_what_is_asked_twice_is_computed_once(engine: Engine, subject: Subject) -> None:
    engine.answers([ScoresJob(subject), ScoresJob(replace(subject)), ScoresJob(subject)])
    assert engine.computed == [ScoresJob(subject)]


def test_an_answer_is_kept_before_the_next_is_computed(
    engine: Engine, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [PeakJob(subject, Unit("conv1", index)) for index in range(5)]
    peak = type(engine._work(subject)).peak

    def stopping(self: object, job: PeakJob) -> Peak:
        if job == jobs[3]:
            raise KeyboardInterrupt
        return peak(self, job)

    with monkeypatch.context() as patch:
        patch.setattr(type(engine._work(subject)), "peak", stopping)
        with pytest.raises(KeyboardInterrupt):
            engine.answers(jobs)
    again = replace(engine, computed=[])
    assert len(again.answers(jobs)) == 5
    assert again.computed == jobs[3:]


def test_a_damaged_value_is_computed_again(engine: Engine, subject: Subject, world: World) -> None:
    job = PeakJob(subject, Unit("conv1", 0))
    before = engine.answers([job])
    (file,) = (found for found in world.settings.cache.rglob("*") if found.is_file())
    file.write_bytes(file.read_bytes()[:-1])
    engine.computed.clear()
    assert engine.answers([job]) == before
    assert engine.computed == [job]


def test_progress_counts_each_kind_to_its_end(engine: Engine, subject: Subject) -> None:
    told: list[tuple[str, int, int]] = []
    engine.progress = lambda *what: told.append(what)
    engine.answers(
        [PeakJob(subject, Unit("conv1", 0)), PeakJob(subject, Unit("conv1", 1)), InputJob(subject)]
    )
    assert told == [("activations", 1, 2), ("activations", 2, 2), ("inputs", 1, 1)]


def test_forward_passes_are_forgotten_when_there_are_many(
    engine: Engine, subject: Subject, world: World
) -> None:
    subjects = [subject]
    pictures = dict(engine.pictures)
    for seed in range(1, 5):
        file = world.folder / f"{seed}.png"
        picture(seed).save(file)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        pictures[digest] = file
        subjects.append(replace(subject, picture=digest))
    engine.pictures = pictures
    found = engine.answers([ScoresJob(one) for one in subjects])
    assert len(set(found.values())) == len(subjects)
    assert len(engine._subjects) < len(subjects)


def test_the_scores_and_peaks_are_the_networks(engine: Engine, subject: Subject) -> None:
    job = PeakJob(subject, Unit("fc4", 8))
    found = engine.answers([ScoresJob(subject), job])
    scores = found[ScoresJob(subject)]
    assert isinstance(scores, tuple)
    assert max(range(10), key=scores.__getitem__) == 8
    assert found[job] == Peak(scores[8], (0, 0), (1, 1))
    peak = engine.answers([PeakJob(subject, Unit("conv1", 0))])[PeakJob(subject, Unit("conv1", 0))]
    assert isinstance(peak, Peak)
    assert peak.extent == (SIDE - 2, SIDE - 2)


def test_a_control_has_other_weights_and_a_correlation(engine: Engine, subject: Subject) -> None:
    job = tile(subject, "fc4_2")
    found = engine.answers([job, ControlJob(job), ControlJob(job, seed=1)])
    first, second = found[ControlJob(job)], found[ControlJob(job, seed=1)]
    assert isinstance(first, Compared)
    assert first.correlation is not None
    assert -1 < first.correlation < 1
    assert first != second
    assert first.drawn != found[job]


def test_the_difference_of_equals_is_grey_with_correlation_one(engine: Engine, subject: Subject) -> None:
    job = tile(subject, "fc4_2->fc3_10")
    compared = engine.answers([DifferenceJob(job, job)])[DifferenceJob(job, job)]
    assert isinstance(compared, Compared)
    assert compared.correlation == pytest.approx(1)
    assert compared.drawn.scale == 0


def test_a_tile_where_nothing_arrives_has_no_scale_and_no_box(engine: Engine, subject: Subject) -> None:
    job = tile(subject, "conv2_7->conv1_0")  # of another group
    drawn = engine.answers([job])[job]
    assert isinstance(drawn, Drawn)
    assert (drawn.scale, drawn.box) == (0.0, None)


def test_an_optimised_picture_excites_its_unit(engine: Engine, subject: Subject) -> None:
    job = MaximizeJob(subject.network, Unit("fc4", 2), MAXIMIZED, 0)
    found = engine.answers([job])[job]
    assert isinstance(found, Optimised)
    assert found.curve[-1] > found.curve[0]
    assert found.drawn.width == found.drawn.height >= SIDE


def test_a_unit_that_never_fires_cannot_be_optimised(engine: Engine, subject: Subject) -> None:
    with pytest.raises(SilentUnitError, match="no picture that makes fc3_15 fire was found"):
        engine.answers([MaximizeJob(subject.network, Unit("fc3", 15), MAXIMIZED, 0)])


def test_a_silent_start_is_one_message(engine: Engine, subject: Subject) -> None:
    with pytest.raises(CatvisError, match="fc3_0 does not fire"):
        engine.answers([tile(subject, "fc3_0->conv2_0")])


DRAWN = Drawn(bytes(range(256)), "image/webp", 3, 5, 0.1, 0.02, (0.0, 0.1, 0.9, 1.0))


@pytest.mark.parametrize(
    "answer",
    [
        (),
        (1.5, -2.0, 1e-300),
        0.1 + 0.2,
        -0.0,
        Peak(1e-8, (3, 4), (13, 13)),
        Weights((0.25, float(np.float32(0.1)))),
        DRAWN,
        replace(DRAWN, box=None, data=b""),
        Compared(DRAWN, None),
        Compared(DRAWN, -0.5),
        Optimised(DRAWN, (1.0, 2.0)),
        Exemplars((), "no collection was mined"),
        Exemplars((ExemplarCell(DRAWN, replace(DRAWN, data=b"other"), "Zoë’s → cat.png", 2.5),) * 2),
    ],
)
def test_an_answer_survives_as_bytes(answer: Answer) -> None:
    assert decode(encode(answer)) == answer
