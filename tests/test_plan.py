"""Answers that remember what was asked in vain, and what weights and signs say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catvis.plan import Answers, Peak, PeakJob, ScoresJob, Subject, UnansweredError, Weights, step_signs
from catvis.terms import Unit

SUBJECT = Subject("network", "picture")
ONE, TWO = PeakJob(SUBJECT, Unit("conv1", 1)), PeakJob(SUBJECT, Unit("conv1", 2))
PEAK = Peak(1.5, (0, 1), (2, 2))


def test_what_is_known_is_answered() -> None:
    answers = Answers({ONE: PEAK})
    assert answers.ask(ONE, Peak) is PEAK
    assert answers.ask_all([ONE, ONE], Peak) == [PEAK, PEAK]
    assert not answers.missing


def test_all_that_is_missing_is_noted_once_and_in_order() -> None:
    answers = Answers({ONE: PEAK})
    for jobs in ([ONE, TWO, ScoresJob(SUBJECT)], [TWO, TWO]):
        with pytest.raises(UnansweredError):
            answers.want(jobs)
    assert list(answers.missing) == [TWO, ScoresJob(SUBJECT)]


def test_an_answer_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="expected Weights, got Peak"):
        Answers({ONE: PEAK}).ask(ONE, Weights)


def test_jobs_that_ask_the_same_are_one() -> None:
    answers = Answers({PeakJob(Subject("network", "picture", "crop"), Unit("conv1", 1)): PEAK})
    assert answers.ask(ONE, Peak) is PEAK


def test_the_strongest_are_ranked_by_size_then_index_without_zeros() -> None:
    weights = Weights((0.0, -3.0, 2.0, 3.0, 0.0, -0.5))
    assert weights.strongest(5) == [1, 3, 2, 5]
    assert weights.strongest(2) == [1, 3]
    assert weights.share(1) == pytest.approx(3 / 8.5)


def test_a_layer_without_weights_has_no_children() -> None:
    weights = Weights((0.0, 0.0))
    assert weights.strongest(5) == []
    assert weights.share(0) == 0.0


@pytest.mark.parametrize(
    ("weights", "signs"),
    [
        ([], (1,)),
        ([2.0], (1, 1)),
        ([-2.0], (1, -1)),
        # towards the first unit both work against it: the second works for the first's opponent
        ([-2.0, -1.0], (1, -1, 1)),
        ([-2.0, 1.0], (1, -1, -1)),
        ([1.0, -1.0, -1.0, 1.0], (1, 1, -1, 1, -1)),
        ([-1.0, 0.0], (1, -1, 1)),
    ],
)
def test_signs_are_towards_the_unit_above(weights: list[float], signs: tuple[int, ...]) -> None:
    assert step_signs(weights) == signs


@given(st.lists(st.floats(-10, 10).filter(bool), max_size=6))
def test_signs_multiply_to_the_sign_towards_the_first_unit(weights: list[float]) -> None:
    product = 1
    for weight, sign in zip(weights, step_signs(weights)[1:], strict=True):
        product *= sign
        assert product == (1 if weight > 0 else -1)
