"""Training the embedded network, from scratch, on the drawn world: one seed, resumable after every epoch.

One run of the default size draws 8192 pictures (once for all seeds) and sees each of them twelve times.
Two things are learnt: what kind a picture shows, and, in conv3 to conv5, which parts are in view: yes or no,
never where.
Nothing here chooses what is shipped: `ship` does, by a rule that was written before the first run.
"""

from __future__ import annotations

import json
import math
import time
from pathlib import Path

import msgspec
import numpy as np
import torch
import torch.nn.functional as F
from msgspec.structs import asdict
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from tqdm import tqdm

from catvis.frozen import Frozen
from catvis.menagerie.study.augment import augmented, normalised
from catvis.menagerie.study.menagerie_net import Widths
from catvis.menagerie.study.trainee import ASKED_PARTS, Sparsity, Trainee
from catvis.menagerie.world.draw import WORLD_VERSION
from catvis.menagerie.world.drawn_ahead import Pictures
from catvis.menagerie.world.kinds import KINDS
from catvis.networks.embedded import PREPROCESSING

PART_FLAGS = np.array([int(part) for part in ASKED_PARTS], np.int64)


class Recipe(Frozen):
    """Everything that decides what a training run comes to.

    Attributes:
        smoothness: weight of conv1's roughness in the loss.
        closeness: weight of the spread of conv3's to conv5's kernels.
        parts: weight of the questions after parts.
    """

    seed: int = 1
    pictures: int = 8192
    held_out: int = 2048
    epochs: int = 12
    batch: int = 64
    peak_rate: float = 3e-3
    weight_decay: float = 0.03
    label_smoothing: float = 0.1
    smoothness: float = 0.03
    closeness: float = 0.2
    parts: float = 5.0
    dropout: float = 0.2
    widths: Widths = msgspec.field(default_factory=Widths)
    sparsity: Sparsity = msgspec.field(default_factory=Sparsity)


class Run(Frozen):
    """A finished run's files."""

    recipe: Recipe
    weights: Path
    log: Path


def train(
    recipe: Recipe,
    training: Pictures,
    held_out: Pictures,
    folder: Path,
    *,
    threads: int = 2,
    quiet: bool = False,
) -> Run:
    """Train one network, or go on where an interrupted run of the same recipe stopped.

    Args:
        recipe: what to do.
        training: as many pictures as the recipe says.
        held_out: of these, too; accuracy is measured on them after every epoch.
        folder: for this run's checkpoint, log and weights.
        threads: of torch.
        quiet: show no progress.

    Raises:
        ValueError: there are more or fewer pictures.
    """
    if (len(training), len(held_out)) != (recipe.pictures, recipe.held_out):
        raise ValueError(f"{len(training)} and {len(held_out)} pictures are not what the recipe says")
    torch.set_num_threads(threads)
    folder.mkdir(parents=True, exist_ok=True)
    log, checkpoint, weights = (
        folder / "training.jsonl",
        folder / "checkpoint.safetensors",
        folder / "weights.safetensors",
    )
    trainee = Trainee(recipe.widths, recipe.sparsity, recipe.seed, recipe.dropout)
    optimizer = _optimizer(trainee, recipe)
    begun = _resume(checkpoint, trainee, optimizer)
    if begun == 0:
        log.write_text(
            json.dumps({"recipe": recipe, "world": WORLD_VERSION, "classes": KINDS}, default=asdict) + "\n"
        )
    for epoch in range(begun, recipe.epochs):
        started = time.monotonic()
        row = _epoch(trainee, optimizer, training, recipe, epoch, quiet=quiet)
        per_class = accuracy_per_class(trainee.eval(), held_out)
        row |= {"held_out": float(per_class.mean()), "worst_class": float(per_class.min())}
        row |= {"seconds": round(time.monotonic() - started, 1)}
        with log.open("a") as lines:
            lines.write(json.dumps(row) + "\n")
        _save(checkpoint, trainee, optimizer, epoch + 1)
    plain = {
        name: tensor.to(torch.float16).contiguous()
        for name, tensor in trainee.eval().fold().state_dict().items()
    }
    save_file(
        plain, weights, metadata={"recipe": json.dumps(recipe, default=asdict), "world": str(WORLD_VERSION)}
    )
    return Run(recipe, weights, log)


@torch.inference_mode()
def accuracy_per_class(network: nn.Module, pictures: Pictures, batch: int = 128) -> np.ndarray:
    """The share of each class's pictures that the network answers rightly, float64 of shape (classes,)."""
    right = np.zeros(len(KINDS))
    every = np.zeros(len(KINDS))
    for pixels, classes in pictures.batches(batch):
        with torch.autocast("cpu", torch.bfloat16, enabled=_has_bfloat16()):
            scores = network(normalised(pixels, PREPROCESSING))
        np.add.at(right, classes, scores.argmax(dim=1).numpy() == classes)
        np.add.at(every, classes, 1)
    return right / np.maximum(every, 1)


def learning_rate(step: int, steps: int, peak: float) -> float:
    """One cycle: up along a cosine for a fifth of the steps, then down to nothing."""
    rise = max(1, steps // 5)
    if step < rise:
        return peak * (0.04 + 0.96 * (1 - math.cos(math.pi * step / rise)) / 2)
    return peak * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise))) / 2


def _has_bfloat16() -> bool:
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _optimizer(trainee: Trainee, recipe: Recipe) -> torch.optim.AdamW:
    decayed = [parameter for parameter in trainee.parameters() if parameter.dim() > 1]
    free = [parameter for parameter in trainee.parameters() if parameter.dim() <= 1]
    groups = [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": free, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=recipe.peak_rate, betas=(0.9, 0.99))


def _epoch(
    trainee: Trainee,
    optimizer: torch.optim.AdamW,
    training: Pictures,
    recipe: Recipe,
    epoch: int,
    *,
    quiet: bool,
) -> dict[str, float]:
    """One pass over the training pictures; its random numbers depend on the seed and the epoch alone."""
    rng = np.random.default_rng([recipe.seed, epoch])
    torch.manual_seed(int(rng.integers(2**31)))
    order = rng.permutation(len(training))
    per_epoch = len(order) // recipe.batch
    trainee.train()
    losses, right = 0.0, 0
    for index in tqdm(
        range(per_epoch), desc=f"seed {recipe.seed}, epoch {epoch + 1}/{recipe.epochs}", disable=quiet
    ):
        positions = np.sort(order[index * recipe.batch : (index + 1) * recipe.batch])
        inputs, in_view = augmented(
            training.take(positions), training.cells_of(positions), rng, PREPROCESSING
        )
        targets = torch.from_numpy(training.classes[positions])
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(
                epoch * per_epoch + index, recipe.epochs * per_epoch, recipe.peak_rate
            )
        with torch.autocast("cpu", torch.bfloat16, enabled=_has_bfloat16()):
            scores, parts = (answer.float() for answer in trainee.answers(inputs))
        loss = F.cross_entropy(scores, targets, label_smoothing=recipe.label_smoothing)
        shown = torch.from_numpy((in_view[:, None] & PART_FLAGS) != 0).float()
        asked = F.binary_cross_entropy_with_logits(parts, shown.expand_as(parts))
        optimizer.zero_grad(set_to_none=True)
        kept = recipe.smoothness * trainee.roughness() + recipe.closeness * trainee.spread()
        torch.autograd.backward([loss + recipe.parts * asked + kept])
        optimizer.step()
        losses += loss.item()
        right += int((scores.argmax(dim=1) == targets).sum())
    return {
        "epoch": epoch + 1,
        "loss": losses / per_epoch,
        "parts": asked.item(),
        "spread": trainee.spread().item(),
        "training": right / (per_epoch * recipe.batch),
    }


def _save(checkpoint: Path, trainee: Trainee, optimizer: torch.optim.AdamW, epochs_done: int) -> None:
    tensors: dict[str, Tensor] = {
        f"trainee.{name}": tensor.contiguous() for name, tensor in trainee.state_dict().items()
    }
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": tensor.contiguous() for name, tensor in state.items()}
    unfinished = checkpoint.with_suffix(".part")
    save_file(tensors, unfinished, metadata={"epochs_done": str(epochs_done)})
    unfinished.replace(checkpoint)


def _resume(checkpoint: Path, trainee: Trainee, optimizer: torch.optim.AdamW) -> int:
    """Load a checkpoint, if there is one, and say how many epochs it holds."""
    if not checkpoint.exists():
        return 0
    with safe_open(checkpoint, "pt") as file:
        epochs_done = int(file.metadata()["epochs_done"])
    tensors = load_file(checkpoint)
    trainee.load_state_dict(
        {name.removeprefix("trainee."): t for name, t in tensors.items() if name.startswith("trainee.")}
    )
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith("optimizer."):
            _, index, key = name.split(".")
            state.setdefault(int(index), {})[key] = tensor
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    return epochs_done
