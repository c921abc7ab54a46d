"""A network of a few hundred weights, as the code of a content folder, and its tensors."""

from __future__ import annotations

SIDE = 24
CODE = """
from torch import nn


def small():
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, 2), nn.ReLU(), nn.MaxPool2d(2), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(100, 2)
    )
"""
NETWORKS = f"""
mine:
  architecture: networks.py:small
  weights: {{}}
  preprocessing: {{{{size: {SIDE}}}}}
"""
"""`networks.yaml`, but for the name of the file of weights."""


def small_state():
    """Its tensors by name, always the same."""
    import torch

    random = torch.Generator().manual_seed(1)

    def some(*shape: int):
        return torch.randn(shape, generator=random)

    return {
        "0.weight": some(4, 3, 3, 3),
        "0.bias": some(4),
        "3.weight": some(4),
        "3.bias": some(4),
        "3.running_mean": some(4),
        "3.running_var": some(4).abs(),
        "3.num_batches_tracked": torch.tensor(3),
        "5.weight": some(2, 100),
        "5.bias": some(2),
    }
