"""Answers: each computed once, kept at once, by whatever kind of job, and the same from the cache."""

from __future__ import annotations

import gc
import hashlib
import itertools
import weakref
from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

import numpy as np
import pytest
from msgspec.structs import replace

from catvis.cache import Cache
from catvis.drawing.encode import decode
from catvis.edge_shares import Weights
from catvis.errors import SilentUnitError
from catvis.jobs.attribution import TileJob, attributions_of, drawn
from catvis.jobs.base import Job, Subject, Work
from catvis.jobs.contrast import ControlJob, DifferenceJob
from catvis.jobs.edge_weights import AblationJob, EdgesJob
from catvis.jobs.engine import Engine
from catvis.jobs.keeping import KeptCurvesJob, KeptJob
from catvis.jobs.look import Look
from catvis.jobs.optimisation import DreamJob, MaximizeJob
from catvis.jobs.randomised import randomised
from catvis.jobs.responses import InputJob, PeakJob, ResponsesJob, ScoresJob, SeenJob
from catvis.jobs.travelling import PackedJob
from catvis.jobs.truthfulness import AgreementJob
from catvis.results import (
    Attributed,
    Controlled,
    Difference,
    Kept,
    KeptCurves,
    Optimised,
    Packed,
    Peak,
    Picture,
    Seen,
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


def tile(subject: Subject, path: str) -> TileJob:
    return TileJob(subject, UnitPath.parse(path))


def every_kind(subject: Subject) -> dict[Job, type]:
    one, other = tile(subject, "fc4_2->fc3_10"), tile(subject, "fc4_2->fc3_8")
    return {
        ScoresJob(subject): tuple,
        PeakJob(subject, Unit("conv2", 7)): Peak,
        EdgesJob(subject, UnitPath.parse("fc4_2"), "fc3", "gradient"): Weights,
        EdgesJob(subject, UnitPath.parse("fc4_2"), "fc3", "guided"): Weights,
        AblationJob(subject, Unit("fc4", 2), Unit("fc3", 10)): float,
        KeptJob(subject, Unit("fc4", 2), "fc3", (10, 7)): Kept,
        KeptCurvesJob(subject, UnitPath.parse("fc4_2"), "fc3", "gradient"): KeptCurves,
        AgreementJob(subject, Unit("fc4", 2), "fc3", "gradient"): float,
        ResponsesJob(subject, "conv2"): tuple,
        InputJob(subject): Picture,
        SeenJob(subject): Seen,
        one: Attributed,
        replace(one, rule="gradient"): Attributed,
        replace(one, display="original"): Attributed,
        ControlJob(one): Controlled,
        DifferenceJob(one, other): Difference,
        PackedJob(subject.network): Packed,
        MaximizeJob(subject.network, Unit("fc4", 2), MAXIMIZED, 0): Optimised,
        DreamJob(subject, Unit("fc4", 2), 12, 2, 0): Optimised,
        DreamJob(subject, "conv2", 12, 2, 0): Optimised,
    }


@pytest.mark.slow
def test_every_kind_is_answered_and_kept(engine: Engine, subject: Subject) -> None:
    jobs = every_kind(subject)
    found = engine.answers(jobs)
    assert jobs.keys() == set(engine.computed)
    for job, kind in jobs.items():
        assert isinstance(found[job], kind), job
    again = Engine(engine.settings, engine.cache, {}, {})
    kept = again.answers(jobs)
    assert all(kept[job] == found[job] for job in jobs)
    assert again.computed == []


def test_without_a_cache_everything_is_answered_and_nothing_kept(engine: Engine, subject: Subject) -> None:
    engine.cache = None
    engine.answers([ScoresJob(subject)])
    engine.answers([ScoresJob(subject)])
    assert engine.computed == [ScoresJob(subject)] * 2


def test_a_network_is_opened_once_and_not_at_all_for_what_is_kept(engine: Engine, subject: Subject) -> None:
    jobs = list(every_kind(subject))[:6]
    engine.answers(jobs[:3])
    engine.answers(jobs)
    assert SmallSource.loads == ["small"]
    assert len(engine.computed) == len(set(engine.computed)) == len(jobs)


def test_what_is_asked_twice_is_computed_once(engine: Engine, subject: Subject) -> None:
    engine.answers([ScoresJob(subject), ScoresJob(replace(subject)), ScoresJob(subject)])
    assert engine.computed == [ScoresJob(subject)]


class Stopping(Job[int]):
    """Answers itself, but for the number at which a computation is interrupted."""

    noun: ClassVar[str] = "numbers"
    stops_at: ClassVar[int | None] = None
    number: int

    @property
    def bench(self) -> tuple[()]:
        return ()

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, int]]:
        for job in jobs:
            if job.number == cls.stops_at:
                raise KeyboardInterrupt
            yield job, job.number


def test_an_answer_is_kept_before_the_next_is_computed(engine: Engine) -> None:
    jobs = [Stopping(number) for number in range(5)]
    Stopping.stops_at = 3
    with pytest.raises(KeyboardInterrupt):
        engine.answers(jobs)
    Stopping.stops_at = None
    engine.computed.clear()
    again = engine.answers(jobs)
    assert [again[job] for job in jobs] == [0, 1, 2, 3, 4]
    assert engine.computed == jobs[3:]


def test_a_new_kind_of_job_needs_nothing_but_itself(engine: Engine, subject: Subject) -> None:
    found = engine.answers([Stopping(7), ScoresJob(subject)])
    assert found[Stopping(7)] == 7


def test_a_damaged_value_is_computed_again(engine: Engine, subject: Subject, world: World) -> None:
    job = PeakJob(subject, Unit("conv1", 0))
    before = engine.answers([job])[job]
    (file,) = (found for found in world.settings.cache.rglob("*") if found.is_file())
    file.write_bytes(file.read_bytes()[:-1])
    engine.computed.clear()
    assert engine.answers([job])[job] == before
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
    pictures = dict(engine.pictures)
    for seed in range(1, 5):
        file = world.folder / f"{seed}.png"
        picture(seed).save(file)
        pictures[hashlib.sha256(file.read_bytes()).hexdigest()] = file
    engine.pictures = pictures
    jobs = [ScoresJob(replace(subject, picture=digest)) for digest in pictures]
    found = engine.answers(jobs)
    assert len({found[job] for job in jobs}) == 5
    first = weakref.ref(engine.look(jobs[0].subject))
    for job in jobs[1:]:
        engine.look(job.subject)
    gc.collect()
    assert first() is None


def test_the_scores_and_peaks_are_the_networks(engine: Engine, subject: Subject) -> None:
    job = PeakJob(subject, Unit("fc4", 8))
    found = engine.answers([ScoresJob(subject), job])
    scores = found[ScoresJob(subject)]
    assert max(range(10), key=scores.__getitem__) == 8
    assert found[job] == Peak(scores[8], (0, 0), (1, 1))
    peak = engine.answers([PeakJob(subject, Unit("conv1", 0))])[PeakJob(subject, Unit("conv1", 0))]
    assert peak.extent == (SIDE - 2, SIDE - 2)


def test_a_tile_knows_which_steps_are_inhibitory(engine: Engine, subject: Subject) -> None:
    job = tile(subject, "fc4_2->fc3_8")
    by_guided = replace(job, edges="guided")
    found = engine.answers([job, by_guided, tile(subject, "fc4_2->fc3_10")])
    assert found[job].signs == (1, -1)
    assert found[by_guided].signs == (1, 1)
    assert found[tile(subject, "fc4_2->fc3_10")].signs == (1, 1)
    assert found[job].drawn != found[by_guided].drawn


def test_a_control_has_other_weights_and_a_correlation(engine: Engine, subject: Subject) -> None:
    job = tile(subject, "fc4_2")
    found = engine.answers([job, ControlJob(job), ControlJob(job, seed=1)])
    first, second = found[ControlJob(job)], found[ControlJob(job, seed=1)]
    assert first.correlation is not None
    assert -1 < first.correlation < 1
    assert first != second
    assert first.drawn is not None
    assert first.drawn != found[job].drawn
    assert first.left_out == 0


def test_a_control_is_of_the_same_path_by_the_same_signs(engine: Engine, subject: Subject) -> None:
    job = tile(subject, "fc4_2->fc3_8")
    look = engine.look(subject)
    for seed in range(6):
        control = ControlJob(job, seed)
        found = engine.answers([control])[control]
        random = Look(randomised(look.network, seed), look.seen, look.memory)
        ((_, _, expected),) = attributions_of(random, [job], {job: (1, -1)})
        shown = drawn(expected, "robust", look.network.preprocessing.mean_picture())
        assert found.left_out == 0
        assert found.drawn == shown


def test_a_control_says_which_units_random_weights_silence(engine: Engine, subject: Subject) -> None:
    left_out = set()
    for unit, seed in itertools.product((3, 4, 7, 8, 10, 11), range(4)):
        control = ControlJob(tile(subject, f"fc3_{unit}->conv2_0"), seed)
        found = engine.answers([control])[control]
        random = Look(randomised(engine.look(subject).network, seed), engine.look(subject).seen, 1 << 30)
        silent = random.trace.is_silent(Unit("fc3", unit))
        assert found.left_out == int(silent and not random.trace.is_silent(Unit("conv2", 0)))
        left_out.add(found.left_out)
    assert left_out == {0, 1}


def test_the_difference_of_equals_is_grey_with_correlation_one(engine: Engine, subject: Subject) -> None:
    job = tile(subject, "fc4_2->fc3_10")
    compared = engine.answers([DifferenceJob(job, job)])[DifferenceJob(job, job)]
    assert compared.correlation == pytest.approx(1)
    assert decode(compared.picture).getextrema() == ((128, 128),) * 3


def test_where_nothing_arrives_nothing_is_drawn(engine: Engine, subject: Subject) -> None:
    job = tile(subject, "conv2_7->conv1_0")  # of another group
    assert engine.answers([job])[job] == Attributed(None, (1, 1))


def test_of_a_path_that_starts_at_a_silent_unit_nothing_is_drawn(engine: Engine, subject: Subject) -> None:
    silent, firing = tile(subject, "fc3_0->conv2_0"), tile(subject, "fc3_10->conv2_0")
    edges = EdgesJob(subject, silent.path, "conv1", "gradient")
    ablation = AblationJob(subject, Unit("fc3", 0), Unit("conv2", 0))
    found = engine.answers([silent, firing, edges, ablation])
    assert found[silent].drawn is None
    assert found[firing].drawn is not None
    assert set(found[edges].values) == {0.0}
    assert found[ablation] is None


@pytest.mark.slow
def test_an_optimised_picture_excites_its_unit(engine: Engine, subject: Subject) -> None:
    job = MaximizeJob(subject.network, Unit("fc4", 2), MAXIMIZED, 0)
    found = engine.answers([job])[job]
    assert found.curve[-1] > found.curve[0]
    assert found.picture.width == found.picture.height >= SIDE


@pytest.mark.slow
def test_a_unit_that_never_fires_cannot_be_optimised(engine: Engine, subject: Subject) -> None:
    with pytest.raises(SilentUnitError, match="no picture that makes fc3_15 fire was found"):
        engine.answers([MaximizeJob(subject.network, Unit("fc3", 15), MAXIMIZED, 0)])


@pytest.mark.parametrize("goal", [Unit("fc4", 2), Unit("conv2", 7), "conv2", "fc3"])
def test_a_dream_excites_its_goal_in_larger_and_larger_octaves(
    engine: Engine, subject: Subject, goal: Unit | str
) -> None:
    jobs = [DreamJob(subject, goal, 24, octaves, 0) for octaves in (1, 3)]
    found = engine.answers(jobs)
    for job in jobs:
        assert found[job].curve[-1] > found[job].curve[0]
    assert [found[job].picture.width for job in jobs] == [SIDE, round(SIDE * 1.4**2)]


def test_a_dream_starts_from_what_the_network_sees(engine: Engine, subject: Subject) -> None:
    job = DreamJob(subject, Unit("fc4", 2), 10, 1, 0)
    seen = decode(engine.answers([InputJob(subject)])[InputJob(subject)])
    found = decode(engine.answers([job])[job].picture)
    changed = np.abs(np.asarray(seen, float) - np.asarray(found, float)).mean()
    assert 1 < changed < 30
    score = engine.answers([ScoresJob(subject)])[ScoresJob(subject)][2]
    assert engine.answers([job])[job].curve[0] == pytest.approx(score, rel=1e-4)


def test_a_dream_is_the_same_by_its_seed(engine: Engine, subject: Subject) -> None:
    one, same, other = (DreamJob(subject, "conv2", 10, 2, seed) for seed in (1, 1, 2))
    pictures = [engine.answers([job])[job].picture for job in (one, other)]
    engine.cache = None
    assert engine.answers([same])[same].picture == pictures[0] != pictures[1]


def test_a_unit_that_nothing_wakes_up_cannot_be_dreamt_of(engine: Engine, subject: Subject) -> None:
    with pytest.raises(SilentUnitError, match="fc3_15 does not fire on the picture, nor on what 10 steps"):
        engine.answers([DreamJob(subject, Unit("fc3", 15), 10, 2, 0)])
