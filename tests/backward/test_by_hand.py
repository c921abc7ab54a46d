"""Networks of whole numbers whose gradients one can find with a pencil."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from catvis.backward.sweep import Route, attributions
from catvis.backward.trace import Trace
from catvis.networks import operations as op
from catvis.networks.network import Network
from catvis.terms import UnitPath
from tests.backward.small import Sketch, dense, filters


def image(network: Network, picture: Tensor, path: str, rule: str = "gradient") -> Tensor:
    """The attribution of one path."""
    trace = Trace(network, picture)
    ((_, found),) = attributions(trace, [Route(UnitPath.parse(path))], rule)
    return found.whole()


def row(*numbers: float) -> Tensor:
    """A picture of one row: these numbers in red, nothing in green and blue."""
    picture = torch.zeros(1, 3, 1, len(numbers))
    picture[0, 0, 0] = torch.tensor(numbers)
    return picture


def pooled_row(pool: op.MaxPool | op.AveragePool, numbers: tuple[float, ...]) -> list[float]:
    """The gradient of 1·first + 10·second + 100·third output of a pool over one row."""
    sketch = Sketch(3, 1, len(numbers))
    sketch.add(pool)
    outputs = sketch.shape()[2]
    sketch.add(op.Reshape((3 * outputs,)))
    sketch.add(dense([[10.0**place for place in range(outputs)] + [0.0] * 2 * outputs]), layer="score")
    return image(sketch.network(), row(*numbers), "score_0")[0, 0].tolist()


def test_overlapping_windows_that_chose_one_place_add_up() -> None:
    assert pooled_row(op.MaxPool((1, 3), (1, 1)), (1, 2, 9, 2, 1)) == [0, 0, 111, 0, 0]


def test_pool_ties_go_to_the_first_place() -> None:
    assert pooled_row(op.MaxPool((1, 2), (1, 1)), (5, 5, 5, 1)) == [1, 10, 100, 0]


def test_pool_ties_are_first_in_row_major_order() -> None:
    sketch = Sketch(3, 2, 2)
    sketch.add(op.MaxPool((2, 2), (1, 1)))
    sketch.add(op.Reshape((3,)))
    sketch.add(dense([[1.0, 0.0, 0.0]]), layer="score")
    assert image(sketch.network(), torch.full((1, 3, 2, 2), 7.0), "score_0")[0].tolist() == [[1, 0], [0, 0]]


def test_pool_in_ceil_mode_has_a_last_window_that_hangs_over() -> None:
    assert pooled_row(op.MaxPool((1, 3), (1, 2), ceil_mode=True), (1, 2, 3, 9)) == [0, 0, 1, 10]


def test_ceil_mode_makes_27_of_54() -> None:
    sketch = Sketch(3, 54, 54)
    sketch.add(op.MaxPool((3, 3), (2, 2), ceil_mode=True))
    assert sketch.shape() == (3, 27, 27)


def test_padding_is_never_chosen_and_the_last_padded_window_is_clipped() -> None:
    pool = op.MaxPool((1, 2), (1, 2), padding=(0, 1), ceil_mode=True)
    assert pooled_row(pool, (-4, -5, -6)) == [1, 10, 0]


def test_dilated_pool() -> None:
    pool = op.MaxPool((1, 2), (1, 1), dilation=(1, 2))
    assert pooled_row(pool, (3, 1, 2, 4)) == [1, 0, 0, 10]


@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        (op.AveragePool((1, 2), (1, 2)), [0.5, 0.5, 5, 5]),
        (op.AveragePool((1, 2), (1, 1)), [0.5, 5.5, 55, 50]),
        (op.AveragePool((1, 2), (1, 2), (0, 1)), [0.5, 5, 5, 50]),
        (op.AveragePool((1, 2), (1, 2), (0, 1), count_include_pad=False), [1, 5, 5, 100]),
        (op.AveragePool((1, 2), (1, 2), divisor=4), [0.25, 0.25, 2.5, 2.5]),
        (op.AveragePool((1, 3), (1, 2), ceil_mode=True), [1 / 3, 1 / 3, 1 / 3 + 5, 5]),
    ],
)
def test_average_pools(pool: op.AveragePool, expected: list[float]) -> None:
    assert pooled_row(pool, (1, 2, 3, 4)) == pytest.approx(expected)


def test_adaptive_average_pool() -> None:
    sketch = Sketch(3, 1, 3)
    sketch.add(op.AdaptiveAveragePool((1, 2)))
    sketch.add(op.Reshape((6,)))
    sketch.add(dense([[2.0, 4.0, 0.0, 0.0, 0.0, 0.0]]), layer="score")
    assert image(sketch.network(), row(1, 2, 3), "score_0")[0, 0].tolist() == [1, 3, 2]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        #             passed: weight +, weight −, silent +, silent −
        ("gradient", [3, -5, 0, 0]),
        ("deconvnet", [3, 0, 7, 0]),
        ("guided", [3, 0, 0, 0]),
    ],
)
def test_rules_for_relus(rule: str, expected: list[float]) -> None:
    sketch = Sketch(3, 1, 4)
    sketch.add(op.ReLU(), layer="relu")
    sketch.add(op.Reshape((12,)))
    sketch.add(dense([[3.0, -5.0, 7.0, -9.0] + [0.0] * 8]), layer="score")
    assert image(sketch.network(), row(1, 2, -1, 0), "score_0", rule)[0, 0].tolist() == expected


def test_relu6_passes_nothing_at_its_limit() -> None:
    sketch = Sketch(3, 1, 4)
    sketch.add(op.ReLU(limit=6.0), layer="relu")
    sketch.add(op.Reshape((12,)))
    sketch.add(dense([[1.0, 10.0, 100.0, 1000.0] + [0.0] * 8]), layer="score")
    assert image(sketch.network(), row(-1, 3, 6, 7), "score_0")[0, 0].tolist() == [0, 10, 0, 0]


def test_pointwise_functions_go_back_by_their_derivative() -> None:
    sketch = Sketch(3, 1, 2)
    sketch.add(op.Pointwise("square", torch.square))
    sketch.add(op.Reshape((6,)))
    sketch.add(dense([[1.0, 10.0, 0.0, 0.0, 0.0, 0.0]]), layer="score")
    for rule in ("gradient", "deconvnet", "guided"):
        assert image(sketch.network(), row(3, -4), "score_0", rule)[0, 0].tolist() == [6, -80]


def test_batch_normalisation_scales_each_channel() -> None:
    sketch = Sketch(3, 1, 1)
    sketch.add(op.ChannelAffine(torch.tensor([2.0, 3.0, -4.0]), torch.tensor([9.0, 9.0, 9.0])))
    sketch.add(op.ReLU(), layer="relu")
    sketch.add(filters([[1.0, 10.0, 100.0]]), layer="conv")
    picture = torch.ones(1, 3, 1, 1)
    assert image(sketch.network(), picture, "conv_0").flatten().tolist() == [2, 30, -400]
    assert image(sketch.network(), picture, "relu_1").flatten().tolist() == [0, 3, 0]


def test_product_goes_back_to_both_factors() -> None:
    sketch = Sketch(3, 1, 2)
    gate = sketch.add(op.AdaptiveAveragePool((1, 1)))
    sketch.add(op.Product(), 0, gate)
    sketch.add(op.Reshape((6,)))
    sketch.add(dense([[1.0, 10.0, 0.0, 0.0, 0.0, 0.0]]), layer="score")
    # y = a·m + 10·b·m with m = (a + b)/2 at a = 2, b = 4: dy/da = m + (a + 10 b)/2, dy/db = 10 m + (a + 10 b)/2
    assert image(sketch.network(), row(2, 4), "score_0")[0, 0].tolist() == [24, 51]


def test_flatten_is_in_channel_row_column_order() -> None:
    sketch = Sketch(3, 2, 2)
    sketch.add(op.Reshape((12,)))
    sketch.add(dense([[float(place) for place in range(12)]]), layer="score")
    want = torch.arange(12.0).view(3, 2, 2)
    assert torch.equal(image(sketch.network(), torch.ones(1, 3, 2, 2), "score_0"), want)


def test_channels_of_a_bgr_network_are_shown_in_rgb() -> None:
    sketch = Sketch(3, 1, 1)
    sketch.add(filters([[1.0, 2.0, 3.0]]), layer="conv")
    found = image(sketch.network("BGR"), torch.ones(1, 3, 1, 1), "conv_0")
    assert found.flatten().tolist() == [3, 2, 1]


def concatenated() -> Network:
    """first = ReLU(2·red, 3·green), second = ReLU(5·blue); joined = both; score = their sum."""
    sketch = Sketch(3, 1, 1)
    sketch.add(filters([[2.0, 0.0, 0.0], [0.0, 3.0, 0.0]]), 0)
    first = sketch.add(op.ReLU(), layer="first")
    sketch.add(filters([[0.0, 0.0, 5.0]]), 0)
    second = sketch.add(op.ReLU(), layer="second")
    sketch.add(op.Concatenation(), first, second, layer="joined")
    sketch.add(filters([[1.0, 1.0, 1.0]]), layer="score")
    return sketch.network()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("joined_0", [2, 0, 0]),
        ("joined_1", [0, 3, 0]),
        ("joined_2", [0, 0, 5]),
        ("score_0", [2, 3, 5]),
        ("score_0→joined_1", [0, 3, 0]),
        ("score_0→second_0", [0, 0, 5]),
        ("score_0→joined_2→second_0", [0, 0, 5]),
        ("score_0→joined_2→first_0", [0, 0, 0]),
    ],
)
def test_concatenation(path: str, expected: list[float]) -> None:
    assert image(concatenated(), torch.ones(1, 3, 1, 1), path).flatten().tolist() == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("score_0", 7), ("score_0→inner_0", 6), ("score_0→stem_0", 7), ("score_0→inner_0→stem_0", 6)],
)
def test_of_parallel_ways_only_what_runs_through_the_masked_layer_counts(path: str, expected: float) -> None:
    sketch = Sketch(3, 1, 1)
    sketch.add(filters([[1.0, 0.0, 0.0]]))
    stem = sketch.add(op.ReLU(), layer="stem")
    sketch.add(filters([[6.0]]))
    sketch.add(op.ReLU(), layer="inner")
    sketch.add(op.Sum(), stem, sketch.last, layer="score")
    assert image(sketch.network(), torch.ones(1, 3, 1, 1), path)[0, 0, 0] == expected


def test_a_node_added_to_itself_passes_its_gradient_twice() -> None:
    sketch = Sketch(3, 1, 1)
    stem = sketch.add(op.ReLU(), layer="stem")
    sketch.add(op.Sum(), stem, stem, layer="score")
    assert image(sketch.network(), torch.ones(1, 3, 1, 1), "score_0").flatten().tolist() == [2, 0, 0]


def test_a_strided_padded_convolution_spreads_its_filter_around_the_most_active_place() -> None:
    sketch = Sketch(3, 5, 5)
    weight = torch.zeros(1, 3, 3, 3)
    weight[0, 0] = torch.arange(1.0, 10.0).view(3, 3)
    sketch.add(op.Convolution(weight, None, (2, 2), (1, 1)))
    sketch.add(op.ReLU(), layer="conv")
    picture = torch.zeros(1, 3, 5, 5)
    picture[0, 0, 0, 0] = 1.0
    want = torch.zeros(5, 5)
    want[:2, :2] = torch.tensor([[5.0, 6.0], [8.0, 9.0]])
    assert torch.equal(image(sketch.network(), picture, "conv_0")[0], want)


def test_the_seed_is_at_the_first_of_equally_active_places() -> None:
    sketch = Sketch(3, 2, 2)
    sketch.add(op.ReLU(), layer="relu")
    picture = torch.zeros(1, 3, 2, 2)
    picture[0, 0] = torch.tensor([[1.0, 4.0], [4.0, 4.0]])
    assert image(sketch.network(), picture, "relu_0")[0].tolist() == [[0, 1], [0, 0]]


@pytest.mark.parametrize(("rescale", "expected"), [(False, 15), (True, 50)])
def test_rescaling_gives_a_masked_gradient_the_norm_it_had_before(rescale: bool, expected: float) -> None:
    sketch = Sketch(3, 1, 1)
    sketch.add(filters([[5.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
    sketch.add(op.ReLU(), layer="low")
    sketch.add(filters([[3.0, 7.0]]), layer="score")
    trace = Trace(sketch.network(), torch.ones(1, 3, 1, 1))
    ((_, found),) = attributions(trace, [Route(UnitPath.parse("score_0→low_0"))], "guided", rescale=rescale)
    assert found.whole()[0, 0, 0] == expected


def test_an_inhibitory_step_carries_the_negative_gradient() -> None:
    sketch = Sketch(3, 1, 1)
    sketch.add(filters([[5.0, 0.0, 0.0]]))
    sketch.add(op.ReLU(), layer="low")
    sketch.add(filters([[-3.0]]), layer="score")
    path = UnitPath.parse("score_0→low_0")
    trace = Trace(sketch.network(), torch.ones(1, 3, 1, 1))
    found = dict(attributions(trace, [Route(path), Route(path, (1, -1))], "guided"))
    assert found[0].whole()[0, 0, 0] == 0
    assert found[1].whole()[0, 0, 0] == 15
