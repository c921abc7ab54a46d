"""Distinct units: chosen one after the other with a refit, judged on other pictures, beside chance."""

from __future__ import annotations

import numpy as np
import pytest

from catvis.exemplars.pursuit import distinct, explained, pursuit

PICTURES = 400


def made(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Twelve units: three sources, each four times with a little noise; the parent is 3 a + 2 b + c."""
    random = np.random.default_rng(seed)
    sources = random.exponential(size=(PICTURES, 3))
    units = np.repeat(sources, 4, axis=1) + 0.1 * random.standard_normal((PICTURES, 12))
    return units, sources @ np.array([3.0, 2.0, 1.0])


def test_each_source_is_chosen_once_and_stands_for_its_copies() -> None:
    found = distinct(*made(), count=3, beside=[0, 1, 2])
    assert found is not None
    assert [unit // 4 for unit in found.chosen] == [0, 1, 2]
    for unit, others in zip(found.chosen, found.stands_for, strict=True):
        assert sorted((unit, *others)) == list(range(unit // 4 * 4, unit // 4 * 4 + 4))
    assert found.explained > 0.98
    assert found.beside is not None
    assert found.explained > found.beside > 0.5  # three copies of one source
    assert found.explained > found.random
    assert found.pictures == PICTURES


def test_all_are_fitted_anew_with_each() -> None:
    # a unit that goes best with the whole is of no more use once its two parts are there
    random = np.random.default_rng(1)
    a, b = random.standard_normal((2, PICTURES))
    units = np.column_stack([a + b + 0.5 * random.standard_normal(PICTURES), a, b])
    assert pursuit(units, a + b, 3) == [0, 1, 2] or pursuit(units, a + b, 3) == [0, 2, 1]
    fitted = judged = (units, a + b)
    assert explained(fitted, judged, [0, 1, 2]) == pytest.approx(1)


def test_what_was_learnt_by_chance_is_judged_on_other_pictures() -> None:
    random = np.random.default_rng(2)
    found = distinct(random.standard_normal((40, 200)), random.standard_normal(40), 10, [])
    assert found is not None
    assert found.explained < 0.1


def test_silent_units_are_never_chosen() -> None:
    units, parent = made()
    units[:, 4:] = 0
    assert sorted(pursuit(units, parent, 12)) == [0, 1, 2, 3]


def test_a_parent_that_never_changes_tells_nothing() -> None:
    units, _ = made()
    assert distinct(units, np.zeros(PICTURES), 3, []) is None
    assert distinct(units[:2], np.arange(2.0), 3, []) is None


def test_units_that_are_the_same_on_all_pictures_play_no_part() -> None:
    # 0.1 is no binary fraction: the mean of many is another number
    units, parent = made()
    before = distinct(units, parent, 3, [0])
    among = np.insert(units, [0, 6, 12], 0.1, axis=1)
    found = distinct(among, parent, 3, [1])
    assert before is not None
    assert found is not None
    places = [place for place in range(among.shape[1]) if place not in (0, 7, 14)]
    assert found.chosen == tuple(places[unit] for unit in before.chosen)
    assert found.stands_for == tuple(tuple(places[unit] for unit in group) for group in before.stands_for)
    assert found.explained == pytest.approx(before.explained)
    assert sorted(pursuit(among, parent, among.shape[1])) == places


def test_where_nothing_is_left_to_explain_no_more_are_chosen() -> None:
    units, _ = made()
    units[:, 0] = 0
    assert pursuit(units, units[:, 3], 3) == [3]
    assert sorted(pursuit(units, 2 * units[:, 3] - units[:, 5], 5)) == [3, 5]
    found = distinct(units, units[:, 3], 3, [])
    assert found is not None
    assert found.chosen == (3,)
    assert found.stands_for == ((1, 2),)
    assert found.random < found.explained == pytest.approx(1)
    assert found.beside is None
    judged_too = distinct(units, units[:, 3], 3, [5, 3])
    assert judged_too is not None
    assert judged_too.beside is not None
    assert judged_too.beside < 0.5  # one was chosen, and one is judged beside it


def test_a_single_unit_that_lives_is_chosen_and_without_one_there_is_nothing() -> None:
    units, parent = made()
    units[:, 1:] = 0
    found = distinct(units, parent, 3, [])
    assert found is not None
    assert (found.chosen, found.stands_for) == ((0,), ((),))
    units[: PICTURES // 2] = 0
    assert distinct(units, parent, 3, []) is None
    assert pursuit(units[: PICTURES // 2], parent[: PICTURES // 2], 3) == []
