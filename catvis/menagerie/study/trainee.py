"""The network while it learns: batch normalisation, dropout and sparse tables around the layers of
`MenagerieNet`.

`fold` turns it into the plain network with the same answers. Four things are meant for the figures rather
than for accuracy: conv1 starts as edges and opponent colours and is kept smooth; fc6 and fc7 see only
some units of the layer below each (a fixed table, as in LeNet-5's third layer), so that the children of a
unit differ; conv3 to conv5 are asked which parts are in view, so that units come to look at parts; and their
kernels are kept close to their middles, so that units look at the part itself rather than at what is beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from msgspec.structs import astuple
from torch import Tensor, nn

from catvis.frozen import Frozen
from catvis.menagerie.study.menagerie_net import MenagerieNet, Widths
from catvis.menagerie.world.kinds import KINDS, PARTS, Part
from catvis.networks.embedded import LAYERS
from catvis.networks.stepwise.steps import Convolve, Multiply, Pool, Rectify, Step

CONVOLUTIONS, PRODUCTS = LAYERS[:5], LAYERS[5:7]
"""Layers that are normalised while they learn."""
ASKED = ("conv3", "conv4", "conv5")
"""Layers that are asked, while they learn, which parts are in view."""
UNASKED = Part.PUPIL | Part.BEAK | Part.RUFF | Part.PATCH | Part.CHEEK | Part.ROOF | Part.DISC | Part.FRAME
"""Parts that they are not asked for: each lies at the border of something that stands out more."""
ASKED_PARTS = tuple(part for part in PARTS if not part & UNASKED)


class Sparsity(Frozen):
    """What a unit sees of the layer below.

    Attributes:
        fc6: how many of conv5's maps a unit of fc6 sees.
        window: and how many rows and columns of them.
        fc7: how many of fc6's units a unit of fc7 sees.
        fc8: how many of fc7's units a class sees.
    """

    fc6: int = 24
    window: int = 3
    fc7: int = 10
    fc8: int = 32


class Trainee(nn.Module):
    """A `MenagerieNet` with what only training needs.

    Args:
        widths: units per layer.
        sparsity: how many units below a fully connected unit sees.
        seed: decides the initial weights and the tables.
        dropout: share of fc6's and fc7's units that are silenced at each step.
    """

    def __init__(self, widths: Widths, sparsity: Sparsity, seed: int, dropout: float = 0.2) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.widths = widths
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.plain = MenagerieNet(widths)
        self._order = _pools_first(self.plain.architecture.steps)
        self.norms = nn.ModuleDict()
        for layer, width in zip((*CONVOLUTIONS, *PRODUCTS), astuple(widths), strict=True):
            self.norms[layer] = nn.BatchNorm2d(width) if layer in CONVOLUTIONS else nn.BatchNorm1d(width)
        self.dropout = nn.Dropout(dropout)
        self.asked = nn.ModuleDict(
            {layer: nn.Linear(getattr(widths, layer), len(ASKED_PARTS)) for layer in ASKED}
        )
        maps_of_fc6 = _table(widths.fc6, widths.conv5, sparsity.fc6, generator)
        pooled_side = math.isqrt(self._layer("fc6").weight.shape[1] // widths.conv5)
        tables = {
            "fc6": _windowed(maps_of_fc6, sparsity.window, pooled_side),
            "fc7": _table(widths.fc7, widths.fc6, sparsity.fc7, generator),
            "fc8": _table(len(KINDS), widths.fc7, sparsity.fc8, generator),
        }
        for name, table in tables.items():
            self.register_buffer(f"{name}_table", table)
            seen = float(table[0].sum())
            nn.init.normal_(self._layer(name).weight, 0.0, math.sqrt(2 / seen), generator=generator)
        for layer in ASKED:
            asked = self._asked(layer)
            nn.init.uniform_(asked.weight, 0.0, 2 / asked.in_features, generator=generator)
            nn.init.constant_(asked.bias, -4.0)  # a unit's strongest place is at about 3 to begin with
        for name in CONVOLUTIONS[1:]:
            weight = self._layer(name).weight
            nn.init.normal_(weight, 0.0, math.sqrt(2 / weight[0].numel()), generator=generator)
        with torch.no_grad():
            self._layer("conv1").weight.copy_(smooth_filters(widths.conv1, generator))

    def forward(self, pictures: Tensor) -> Tensor:
        """Class scores of preprocessed pictures."""
        return self.answers(pictures)[0]

    def answers(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """What a picture shows: scores of the classes (N, classes), and of asked parts in view (layers, N, parts).

        A part's score is a sum over units, none of them counting against it, of each unit's strongest place.
        """
        x, parts = pictures, []
        for step in self._order:
            if isinstance(step, Convolve | Multiply):
                x = self._weighted(step.name, x)
            else:
                x = self.plain.get_submodule(step.name)(x)
            if step.layer in ASKED:
                parts.append(self._parts(step.layer, x))
            if step.layer in PRODUCTS:
                x = self.dropout(x)
        return x, torch.stack(parts)

    def _parts(self, layer: str, maps: Tensor) -> Tensor:
        asked = self._asked(layer)
        return F.linear(maps.amax(dim=(2, 3)), F.relu(asked.weight), asked.bias)

    def roughness(self) -> Tensor:
        """How much neighbouring weights of conv1 differ, next to their size: what keeps its filters smooth."""
        weight = self._layer("conv1").weight
        across, down = weight.diff(dim=3), weight.diff(dim=2)
        return (across.square().sum() + down.square().sum()) / weight.square().sum()

    def spread(self) -> Tensor:
        """How far from the middle of their kernels the weights of conv3 to conv5 lie: mean square in places.

        What lies beside a part then says less about it than the part itself.
        """
        across = torch.arange(3.0) - 1
        distance = across.square() + across[:, None].square()
        spreads = []
        for layer in ASKED:
            squares = self._layer(layer).weight.square()
            spreads.append((squares * distance).sum() / squares.sum())
        return torch.stack(spreads).mean()

    @torch.no_grad()
    def fold(self) -> MenagerieNet:
        """The plain network with the same answers in evaluation mode."""
        plain = MenagerieNet(self.widths)
        for name in (*CONVOLUTIONS, *PRODUCTS):
            norm, source, target = self._norm(name), self._layer(name), plain.get_submodule(name)
            gain = norm.weight / torch.sqrt(norm.get_buffer("running_var") + norm.eps)
            weight = source.weight * self.get_buffer(f"{name}_table") if name in PRODUCTS else source.weight
            folded = weight * gain.reshape(-1, *[1] * (weight.dim() - 1))
            bias = (source.get_parameter("bias") - norm.get_buffer("running_mean")) * gain + norm.bias
            target.load_state_dict({"weight": folded, "bias": bias})
        scores = self._layer("fc8")
        plain.get_submodule("fc8").load_state_dict(
            {"weight": scores.weight * self.get_buffer("fc8_table"), "bias": scores.bias}
        )
        return plain.eval()

    def _weighted(self, name: str, x: Tensor) -> Tensor:
        """A convolution, or a product as its table has it, normalised in all layers but the last."""
        layer = self._layer(name)
        if isinstance(layer, nn.Linear):
            x = F.linear(x, layer.weight * self.get_buffer(f"{name}_table"), layer.bias)
        else:
            x = layer(x) if layer.stride == (1, 1) else _strided_convolution(x, layer)
        return self._norm(name)(x) if name in self.norms else x

    def _asked(self, layer: str) -> nn.Linear:
        asked = self.asked[layer]
        if not isinstance(asked, nn.Linear):
            raise TypeError(f"{layer} is not asked")
        return asked

    def _layer(self, name: str) -> nn.Conv2d | nn.Linear:
        layer = self.plain.get_submodule(name)
        if not isinstance(layer, nn.Conv2d | nn.Linear):
            raise TypeError(f"{name} has no weights")
        return layer

    def _norm(self, name: str) -> nn.BatchNorm1d | nn.BatchNorm2d:
        norm = self.norms[name]
        if not isinstance(norm, nn.BatchNorm1d | nn.BatchNorm2d):
            raise TypeError(f"{name} is not normalised")
        return norm


def smooth_filters(count: int, generator: torch.Generator, side: int = 11) -> Tensor:
    """Filters (count, 3, side, side) to start conv1 with: two thirds grey Gabors, the rest opponent colours."""

    def uniform(low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand((), generator=generator))

    axis = torch.arange(side, dtype=torch.float32) - (side - 1) / 2
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    opponents = torch.tensor([[1.0, -1.0, 0.0], [0.5, 0.5, -1.0], [1.0, -0.5, -0.5], [0.0, 1.0, -1.0]])
    filters = []
    for index in range(count):
        angle = math.pi * index / max(1, count * 2 // 3) + uniform(-0.1, 0.1)
        along = x * math.cos(angle) + y * math.sin(angle)
        envelope = torch.exp(-(x**2 + y**2) / (2 * uniform(2.2, 3.4) ** 2))
        if index < count * 2 // 3:
            colour = torch.ones(3)
            wave = torch.cos(2 * math.pi * along / uniform(3.5, 9.0) + uniform(0, 2 * math.pi))
        else:
            colour = opponents[index % 4] * (1 if index % 8 < 4 else -1)
            wave = (
                torch.ones_like(along) if index % 3 else torch.sin(2 * math.pi * along / uniform(9.0, 16.0))
            )
        filters.append(colour[:, None, None] * (envelope * wave))
    stacked = torch.stack(filters)
    sizes = torch.linalg.vector_norm(stacked, dim=(1, 2, 3), keepdim=True)
    filters_of_one_size: Tensor = 0.6 * stacked / sizes
    return filters_of_one_size


def _pools_first(steps: Sequence[Step]) -> list[Step]:
    """The steps in a quicker order: after its pool a ReLU gives what it gives before, on a quarter of the places.

    Layers that are asked for parts are looked at between the two, so theirs stay.
    """
    order = list(steps)
    for index, (first, second) in enumerate(pairwise(steps)):
        if isinstance(first, Rectify) and isinstance(second, Pool) and first.layer not in ASKED:
            order[index : index + 2] = second, first
    return order


def _strided_convolution(pictures: Tensor, convolution: nn.Conv2d) -> Tensor:
    """conv1, computed as a convolution at stride 1 over 4×4 blocks of pixels: the same sums, faster to train.

    Processors are slow at convolutions over three channels; over the 48 numbers of a block they are not.
    """
    stride, side, inner = convolution.stride[0], convolution.kernel_size[0], convolution.in_channels
    steps = -(-side // stride)
    pixels = pictures.permute(0, 2, 3, 1)
    if torch.is_autocast_enabled("cpu"):
        pixels = pixels.to(torch.get_autocast_dtype("cpu"))
    padded = F.pad(pixels, (0, 0, 0, -pixels.shape[2] % stride, 0, -pixels.shape[1] % stride))
    count, high, wide = padded.shape[0], padded.shape[1] // stride, padded.shape[2] // stride
    tiled = padded.reshape(count, high, stride, wide, stride, inner).permute(0, 1, 3, 2, 4, 5)
    blocks = tiled.reshape(count, high, wide, stride * stride * inner).permute(0, 3, 1, 2)
    margin = steps * stride - side
    kernel = F.pad(convolution.weight, (0, margin, 0, margin)).reshape(
        -1, inner, steps, stride, steps, stride
    )
    kernel = kernel.permute(0, 3, 5, 1, 2, 4).reshape(-1, stride * stride * inner, steps, steps)
    maps: Tensor = F.conv2d(blocks, kernel, convolution.bias)
    return maps


def _windowed(table: Tensor, window: int, side: int) -> Tensor:
    """A table over maps (rows, maps) as one over their places: each row sees one window of every map.

    The windows' positions take turns, so that all places are seen.
    """
    steps = side - window + 1
    places = torch.zeros(table.shape[0], side, side)
    for row in range(table.shape[0]):
        top, left = divmod(row % steps**2, steps)
        places[row, top : top + window, left : left + window] = 1
    return (table[:, :, None] * places.flatten(1)[:, None]).flatten(1)


def _table(rows: int, columns: int, seen: int, generator: torch.Generator) -> Tensor:
    """A 0/1 table (rows, columns), ``seen`` ones to a row, every column used about equally often."""
    seen = min(seen, columns)
    table = torch.zeros(rows, columns)
    used = torch.zeros(columns)
    for row in range(rows):
        order = torch.argsort(used + torch.rand(columns, generator=generator))
        table[row, order[:seen]] = 1
        used[order[:seen]] += 1
    return table
