"""Networks as pages take them along."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from catvis.errors import NetworkError
from catvis.menagerie.shipped.files import WEIGHTS
from catvis.networks import operations as op
from catvis.networks.embedded import EmbeddedSource
from catvis.networks.portable import portable, rounded
from tests.backward.small import Sketch, dense


def with_weights(*rows: float) -> Sketch:
    sketch = Sketch(3, 1, 2)
    sketch.add(op.Reshape((6,)))
    sketch.add(dense([list(map(float, rows))]), layer="score")
    return sketch


def test_the_description_is_json_and_the_numbers_follow_in_order() -> None:
    made = portable(with_weights(1, 2, -0.5, 0, 65504, 1e-7).network())
    assert json.loads(json.dumps(made.description)) == made.description
    assert made.description["nodes"][2]["weight"] == {"shape": [1, 6]}
    halves = [1, 2, -0.5, 0, 65504, 2**-23]
    assert np.frombuffer(made.numbers, "<f2").tolist() == halves


def test_the_script_says_its_digest_and_holds_the_numbers() -> None:
    made = portable(with_weights(1, 2, 3, 4, 5, 6).network())
    found = re.fullmatch(r'catvisExplorer\.weights\("([0-9a-f]{16})","([A-Za-z0-9+/=]+)"\);\n', made.script)
    assert found is not None
    assert gzip.decompress(base64.b64decode(found[2])) == made.numbers
    assert hashlib.sha256(made.numbers).hexdigest().startswith(found[1])
    assert made.file_name == f"network-{found[1]}.js"
    assert made.description["digest"] == found[1]
    assert portable(with_weights(1, 2, 3, 4, 5, 6).network()).script == made.script


def test_the_embedded_network_is_small_and_not_changed_by_rounding() -> None:
    network = EmbeddedSource.trained(WEIGHTS).load()
    assert len(portable(network).script) < 2.2e6
    for node, other in zip(network.graph.nodes, rounded(network).graph.nodes, strict=True):
        for name, value in vars(node.operation).items():
            if isinstance(value, torch.Tensor):
                assert torch.equal(value, getattr(other.operation, name))


def test_rounding_is_to_half_precision() -> None:
    network = rounded(with_weights(1 / 3, 0, 0, 0, 0, 0).network())
    weight = network.graph.nodes[2].operation.weight
    assert weight.dtype == torch.float32
    assert weight[0, 0] == float(np.float16(1 / 3))


class Unheard(op.Operation):
    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        return inputs[0]


@pytest.mark.parametrize(
    ("operation", "named"),
    [
        (Unheard(), "Unheard"),
        (op.Pointwise("gelu", F.gelu), "gelu"),
        (op.Pad((1, 1, 1, 1), "reflect"), "reflect"),
    ],
)
def test_what_pages_cannot_compute_is_refused_by_name(operation: op.Operation, named: str) -> None:
    sketch = Sketch(3, 4, 4)
    sketch.add(operation)
    with pytest.raises(NetworkError, match=f"small cannot be explored live.*{named}.* as node1 does"):
        portable(sketch.network())


@pytest.mark.parametrize("number", [7e4, float("inf"), float("nan")])
def test_numbers_that_half_precision_does_not_hold_are_refused(number: float) -> None:
    with pytest.raises(NetworkError, match=r"a number of score\.weight is"):
        portable(with_weights(number, 0, 0, 0, 0, 0).network())
