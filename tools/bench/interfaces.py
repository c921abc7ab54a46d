"""The Python interface beside Captum's and zennit-crp's: three tasks, lines of code and seconds each.

    python -m tools.bench.interfaces [--pictures 256] [--threads 2] [--rounds 3]

All three are given the same module of torch, with the embedded network's weights, and files; an answer that differs
from the others' stops the run. Each function below is what somebody writes who knows the library. Its lines are
counted without blanks, comments and its head; imports and the usual preparation of pictures, `prepared`, count for
nobody.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import inspect
import io
import os
import tempfile
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from captum.attr import LayerActivation, LayerGradientXActivation, NeuronGuidedBackprop
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

import catvis
from catvis.menagerie.shipped.files import WEIGHTS
from catvis.menagerie.study.menagerie_net import load
from catvis.menagerie.world.draw import FREE_NUMBERS, draw
from catvis.networks.torchvision.torchvision_import import prepare_torchvision
from tools.bench.measure import Stopwatch

SIZE, MEAN, STD = 227, np.array((132, 126, 114)) / 255, np.array((64, 64, 64)) / 255
UNIT, CLASS = 3, 0
BATCH = 32
PICTURE = Path("content", "why-is-this-a-cat", "imgs", "chelsea.png")
TASKS = (
    "a unit's guided picture",
    "its five strongest children",
    "the eight pictures that excite a unit most",
)


def prepared(file: Path) -> Tensor:
    """A picture as the network's input, (3, height, width): as every user of torchvision has it somewhere."""
    picture = Image.open(file).convert("RGB")
    ratio = SIZE / min(picture.size)
    wide, high = (max(round(side * ratio), SIZE) for side in picture.size)
    left, top = round((wide - SIZE) / 2), round((high - SIZE) / 2)
    resized = picture.resize((wide, high), Image.Resampling.BICUBIC).crop(
        (left, top, left + SIZE, top + SIZE)
    )
    pixels = torch.from_numpy(np.asarray(resized, np.float32) / 255).permute(2, 0, 1)
    return (pixels - torch.tensor(MEAN)[:, None, None].float()) / torch.tensor(STD)[:, None, None].float()


class Files(Dataset[tuple[Tensor, int]]):
    """A folder as a data set, with no classes to speak of."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = files

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return prepared(self.files[index]), 0


def guided_by_catvis(model: nn.Module, file: Path) -> np.ndarray:
    """A unit of conv5, where it is most active."""
    net = catvis.wrap(model, size=SIZE, mean=MEAN, std=STD)
    return net.look(file).tile(f"conv5_{UNIT}").array


def guided_by_captum(model: nn.Module, file: Path) -> np.ndarray:
    """The same: the place is found first."""
    inputs = prepared(file)[None].requires_grad_()
    maps = LayerActivation(model, model.relu5).attribute(inputs)[0, UNIT]
    row, column = divmod(int(maps.argmax()), maps.shape[1])
    found = NeuronGuidedBackprop(model, model.relu5).attribute(inputs, (UNIT, row, column))
    return found[0].detach().numpy()


def guided_by_crp(model: nn.Module, file: Path) -> np.ndarray:
    """The same: relevance starts as 1 at the place."""
    from crp.attribution import CondAttribution
    from zennit.composites import GuidedBackprop

    def at_the_place(maps: Tensor) -> Tensor:
        start = torch.zeros_like(maps)
        start[0, UNIT].view(-1)[maps[0, UNIT].argmax()] = 1
        return start

    inputs = prepared(file)[None].requires_grad_()
    condition = [{"relu5": [UNIT]}]
    CondAttribution(model)(inputs, condition, GuidedBackprop(), start_layer="relu5", init_rel=at_the_place)
    return inputs.grad[0].numpy()


def children_by_catvis(model: nn.Module, file: Path) -> list[int]:
    """Of a class, in conv5: activation times derivative, over the map; with what is lost without each."""
    net = catvis.wrap(model, size=SIZE, mean=MEAN, std=STD)
    return [child.unit.index for child in net.look(file).children(f"fc8_{CLASS}", "conv5")]


def children_by_captum(model: nn.Module, file: Path) -> list[int]:
    """The same, without what is lost."""
    found = LayerGradientXActivation(model, model.relu5).attribute(prepared(file)[None], CLASS)
    return found[0].mean((1, 2)).abs().topk(5).indices.tolist()


def children_by_crp(model: nn.Module, file: Path) -> list[int]:
    """The same, with the plain derivative as relevance."""
    from crp.attribution import CondAttribution

    inputs = prepared(file)[None].requires_grad_()
    found = CondAttribution(model)(inputs, [{"y": [CLASS]}], record_layer=["relu5"], init_rel=1)
    weights = (found.activations["relu5"] * found.relevances["relu5"])[0].mean((1, 2))
    return weights.abs().topk(5).indices.tolist()


def exemplars_by_catvis(model: nn.Module, folder: Path) -> list[str]:
    """Of all units of conv5; of one the crops, and what it responded to in each."""
    net = catvis.wrap(model, size=SIZE, mean=MEAN, std=STD)
    net.mine(folder, store=folder / "exemplars.sqlite", layers=["conv5"], per_unit=8)
    return net.exemplars(f"conv5_{UNIT}", store=folder / "exemplars.sqlite").names


def exemplars_by_captum(model: nn.Module, folder: Path) -> list[str]:
    """Of all units of conv5, whole pictures: Captum has activations, and the search is one's own."""
    files = sorted(folder.glob("*.png"))
    layer = LayerActivation(model, model.relu5)
    strongest = [
        layer.attribute(inputs).amax((2, 3)) for inputs, _ in DataLoader(Files(files), batch_size=BATCH)
    ]
    return [files[place].name for place in torch.cat(strongest).topk(8, dim=0).indices[:, UNIT]]


def exemplars_by_crp(model: nn.Module, folder: Path) -> list[str]:
    """Of all units of conv5, whole pictures."""
    from crp.attribution import CondAttribution
    from crp.concepts import ChannelConcept
    from crp.visualization import FeatureVisualization
    from zennit.composites import GuidedBackprop

    files = sorted(folder.glob("*.png"))
    search = FeatureVisualization(
        CondAttribution(model), Files(files), {"relu5": ChannelConcept()},
        max_target="max", abs_norm=False, path=str(folder / "crp"),
    )  # fmt: skip
    search.run(GuidedBackprop(), 0, len(files), BATCH)
    places = np.load(folder / "crp" / "ActMax_max_unnormed" / "relu5_data.npy")
    return [files[place].name for place in places[:8, UNIT]]


def lines(function: Callable[..., Any]) -> int:
    """Lines of code of a function as it would be written without breaks, its head and its imports left out."""
    (head,) = ast.parse(inspect.getsource(function)).body
    body = head.body[1:] if isinstance(head, ast.FunctionDef) else []
    code = [ast.unparse(line) for line in body if not isinstance(line, ast.ImportFrom)]
    return sum(len(line.splitlines()) for line in code)


def main() -> None:
    """Compare answers, then measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=int, default=256)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    os.environ["OMP_NUM_THREADS"] = str(given.threads)  # for the processes that are started
    warnings.simplefilter("ignore")  # the others', about hooks that they set
    prepare_torchvision()  # which zennit-crp imports, and which fails where a package is built for another torch
    model, watch = load(WEIGHTS), Stopwatch("wall", given.rounds)
    with tempfile.TemporaryDirectory() as made:
        pictures = Path(made, "pictures")
        pictures.mkdir()
        for number in FREE_NUMBERS[: given.pictures]:
            Image.fromarray(draw(number).pixels).save(pictures / f"{number:07d}.png", compress_level=1)
        asked = [
            ((guided_by_catvis, guided_by_captum, guided_by_crp), partial(_on, model, PICTURE)),
            ((children_by_catvis, children_by_captum, children_by_crp), partial(_on, model, PICTURE)),
            ((exemplars_by_catvis, exemplars_by_captum, exemplars_by_crp), partial(_afresh, model, pictures)),
        ]
        print("| task | catvis | Captum | zennit-crp |\n| --- | --- | --- | --- |")
        for task, (functions, on) in zip(TASKS, asked, strict=True):
            _compare(task, [on(function) for function in functions])
            seconds = watch.in_turn(*(partial(on, function) for function in functions))
            cells = [
                f"{lines(function)} lines, {taken:.2f} s"
                for function, taken in zip(functions, seconds, strict=True)
            ]
            print(f"| {task} | {' | '.join(cells)} |", flush=True)


def _on(model: nn.Module, file: Path, function: Callable[..., Any]) -> Any:
    return function(model, file)


def _afresh(model: nn.Module, pictures: Path, function: Callable[..., Any]) -> Any:
    """In a folder in which nothing was found yet; nobody's progress is shown."""
    with tempfile.TemporaryDirectory() as folder:
        for file in pictures.iterdir():
            Path(folder, file.name).hardlink_to(file)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return function(model, Path(folder))


def _compare(task: str, answers: Sequence[Any]) -> None:
    """Stop unless all answers are one."""
    first, *others = answers
    for other in others:
        if isinstance(first, np.ndarray):
            error = float(np.abs(first - other).max() / np.abs(first).max())
            alike = error < 1e-4
        else:
            alike = first == other
        if not alike:
            raise SystemExit(f"{task}: the answers differ: {first} and {other}")


if __name__ == "__main__":
    main()
