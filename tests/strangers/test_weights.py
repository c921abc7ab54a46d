"""Attack: files of weights, stores and caches that are not what they say; each is one message, or not used."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from catvis.errors import WeightsError
from catvis.networks.weights.state_files import State, fill


@pytest.mark.parametrize("kind", [torch.bool, torch.uint8, torch.int32, torch.int64])
def test_whole_numbers_where_a_network_computes_with_fractions(kind: torch.dtype) -> None:
    module = nn.Linear(3, 2)
    state = State(weight=torch.ones(2, 3, dtype=kind), bias=torch.zeros(2))
    with pytest.raises(WeightsError, match=r"weight holds whole numbers \((bool|uint8|int32|int64)\)"):
        fill(module, state, Path("w.npz"), "it")
