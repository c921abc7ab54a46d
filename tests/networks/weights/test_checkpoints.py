"""Checkpoints as people have them: wrapped, prefixed, averaged; and tensors that cannot be a network's weights."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import Tensor, nn

from catvis.errors import WeightsError
from catvis.networks.weights.state_files import fill, read_state

Wrapping = Callable[[dict[str, Tensor]], Any]


def module() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).eval()


def tensors() -> dict[str, Tensor]:
    seeded = torch.Generator().manual_seed(0)
    return {
        name: one if name.endswith("tracked") else torch.rand(one.shape, generator=seeded) + 0.5
        for name, one in module().state_dict().items()
    }


def prefixed(prefix: str) -> Wrapping:
    return lambda state: {prefix + name: value for name, value in state.items()}


def optimised(state: dict[str, Tensor]) -> dict[str, Any]:
    """What training saves beside the tensors."""
    part = nn.Linear(2, 2)
    optimiser = torch.optim.SGD(part.parameters(), lr=0.1, momentum=0.9)
    part(torch.zeros(1, 2)).sum().backward()
    optimiser.step()
    return {"model": state, "optimizer": optimiser.state_dict(), "epoch": 3, "best": 0.5, "names": ["a", "b"]}


def opened(saved: Any, folder: Path, checkpoint: str | None = None, suffix: str = ".pth") -> nn.Module:
    file = folder / f"weights{suffix}"
    torch.save(saved, file)
    filled = module()
    fill(filled, read_state(file, checkpoint), file, "the small one")
    return filled


WRAPPED: dict[str, Wrapping] = {
    "as it is": lambda state: state,
    "model": lambda state: {"model": state},
    "state_dict": lambda state: {"state_dict": state},
    "anything": lambda state: {"net": state, "acc": 0.93},
    "beside an optimizer": optimised,
    "module.": prefixed("module."),
    "model.": prefixed("model."),
    "_orig_mod.": prefixed("_orig_mod."),
    "compiled and in parallel": prefixed("module._orig_mod."),
    "Lightning's": lambda state: {"state_dict": prefixed("model.")(state), "pytorch-lightning_version": "2"},
    "averaged": lambda state: {"n_averaged": torch.tensor(7)} | prefixed("module.")(state),
    "one of several, the rest no tensors": lambda state: {"model": state, "model_ema": None, "scaler": {}},
}


@pytest.mark.parametrize("name", WRAPPED)
def test_tensors_are_found_however_they_are_wrapped(name: str, tmp_path: Path) -> None:
    filled = opened(WRAPPED[name](tensors()), tmp_path)
    for path, tensor in tensors().items():
        assert torch.equal(filled.state_dict()[path], tensor)


@pytest.mark.parametrize("suffix", [".pt", ".ckpt", ".bin"])
def test_other_endings_of_the_same_kind(suffix: str, tmp_path: Path) -> None:
    assert torch.equal(opened({"model": tensors()}, tmp_path, suffix=suffix)[0].bias, tensors()["0.bias"])


def test_torchs_own_state_dicts_keep_their_metadata(tmp_path: Path) -> None:
    whole = nn.ModuleDict({"module": module()})
    filled = opened({"model": whole.state_dict()}, tmp_path)
    assert torch.equal(filled[0].weight, whole["module"][0].weight)


def test_a_prefix_that_belongs_to_the_module_stays(tmp_path: Path) -> None:
    whole = nn.ModuleDict({"model": module()})
    file = tmp_path / "weights.safetensors"
    safetensors.torch.save_file(prefixed("model.")(tensors()), file)
    fill(whole, read_state(file), file, "the wrapped one")
    assert torch.equal(whole["model"][0].bias, tensors()["0.bias"])


def test_of_several_networks_one_is_chosen(tmp_path: Path) -> None:
    averaged = {name: value + 1 for name, value in tensors().items()}
    both = {"model": tensors(), "model_ema": {"n_averaged": torch.tensor(3)} | prefixed("module.")(averaged)}
    with pytest.raises(WeightsError, match="holds several networks: model, model_ema") as caught:
        opened(both, tmp_path)
    assert "checkpoint: model" in str(caught.value.hint)
    assert torch.equal(opened(both, tmp_path, "model_ema")[0].bias, averaged["0.bias"])
    assert torch.equal(opened(both, tmp_path, "model")[0].bias, tensors()["0.bias"])
    with pytest.raises(WeightsError, match="has no tensors under 'ema'") as caught:
        opened(both, tmp_path, "ema")
    assert "model_ema" in str(caught.value.hint)


def test_what_a_checkpoint_holds_beside_tensors_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        WeightsError, match=r"it holds argparse\.Namespace, and only tensors are read"
    ) as caught:
        opened({"model": tensors(), "args": argparse.Namespace(lr=0.1)}, tmp_path)
    assert "save its state_dict alone" in str(caught.value.hint)


def test_a_checkpoint_without_tensors_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="does not hold tensors by name"):
        opened({"epoch": 3, "model": {"lr": 0.1}}, tmp_path)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_none_are_refused_by_name(number: float, tmp_path: Path) -> None:
    broken = tensors()
    broken["1.running_var"][2] = number
    with pytest.raises(WeightsError, match=r"1\.running_var of .*: 1 of its 4 numbers are NaN or infinite"):
        opened(broken, tmp_path)
    broken["1.running_var"][:] = number
    with pytest.raises(WeightsError, match=r"4 of its 4 numbers are NaN or infinite"):
        opened(broken, tmp_path)


def test_large_numbers_are_numbers(tmp_path: Path) -> None:
    large = tensors()
    large["0.weight"][:] = torch.finfo(torch.float32).max
    assert float(opened(large, tmp_path)[0].weight.detach().min()) > 1e38


def test_tensors_without_numbers_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "weights.pth"
    torch.save({name: value.to("meta") for name, value in tensors().items()}, file)
    with pytest.raises(WeightsError, match=r"0\.weight of .* has no numbers: it was saved on torch's meta"):
        read_state(file)


@pytest.mark.parametrize("odd", [torch.eye(3).to_sparse(), torch.zeros(3, dtype=torch.complex64)])
def test_tensors_that_are_not_plain_are_refused(odd: Tensor, tmp_path: Path) -> None:
    file = tmp_path / "weights.pth"
    torch.save({"weight": odd}, file)
    with pytest.raises(WeightsError, match=r"weight of .* no plain tensor"):
        read_state(file)


def test_arrays_have_their_prefixes_taken_off_too(tmp_path: Path) -> None:
    file = tmp_path / "weights.npz"
    np.savez(file, **{name: value.numpy() for name, value in prefixed("module.")(tensors()).items()})
    filled = module()
    fill(filled, read_state(file), file, "the small one")
    assert torch.equal(filled[0].bias, tensors()["0.bias"])
