"""Which candidates are shown: like ones once; the diverse choice against a slow statement of it."""

from __future__ import annotations

import numpy as np

from catvis.exemplars.choice import NEAR, different, diverse, strongest
from catvis.exemplars.topk import NOTHING


def _looks(*bits: int) -> np.ndarray:
    """Fingerprints with so many bits set, from the lowest up."""
    rows = [[(1 << max(0, min(64, count - 64 * word))) - 1 for word in range(4)] for count in bits]
    return np.array(rows, np.uint64)[None]


def test_like_pictures_stand_once() -> None:
    looks = _looks(0, NEAR, NEAR + 1, 2 * NEAR, 200)
    kept = different(np.ones((1, 5), bool), looks)
    # the fourth is like the third, which stays since it is not like the first
    assert kept.tolist() == [[True, False, True, False, True]]


def test_empty_slots_are_never_shown() -> None:
    filled = np.array([[True, False, True]])
    assert different(filled, _looks(0, 0, 100)).tolist() == [[True, False, True]]
    assert strongest(filled, 3).tolist() == [[0, 2, NOTHING]]
    assert strongest(filled, 5).tolist() == [[0, 2, NOTHING, NOTHING, NOTHING]]
    assert strongest(filled, 1).tolist() == [[0]]


def _slowly(shown: list[int], features: np.ndarray, cells: int) -> list[int]:
    chosen = shown[:1]
    while len(chosen) < min(cells, len(shown)):
        left = [slot for slot in shown if slot not in chosen]

        def nearest(slot: int) -> float:
            one = features[slot]
            return max(
                float(one @ features[other] / np.linalg.norm(one) / np.linalg.norm(features[other]))
                for other in chosen
            )

        chosen.append(min(left, key=lambda slot: (round(nearest(slot), 5), slot)))
    return sorted(chosen)


def test_diverse_is_greedy_by_cosine() -> None:
    rng = np.random.default_rng(0)
    features = rng.random((7, 12, 5)).astype(np.float32)
    may_be_shown = rng.random((7, 12)) < 0.8
    chosen = diverse(may_be_shown, features, 4)
    for unit in range(7):
        wanted = _slowly(np.flatnonzero(may_be_shown[unit]).tolist(), features[unit], 4)
        assert chosen[unit].tolist() == wanted


def test_diverse_shows_all_where_there_are_few() -> None:
    features = np.ones((2, 3, 4), np.float32)
    features[1] = 0
    shown = np.array([[True, True, False], [False, False, False]])
    assert diverse(shown, features, 4).tolist() == [[0, 1, NOTHING, NOTHING], [NOTHING] * 4]
