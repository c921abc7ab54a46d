"""Tensors by name from a weights file: .safetensors, .pth and its kin (weights only) or .npz (no pickles).

A file may come from anywhere: nothing in it is ever run.
"""

from __future__ import annotations

import pickle  # for the name of its error alone: torch's reader of weights runs nothing
import re
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import safetensors.torch
import torch
from torch import Tensor, nn

from catvis.errors import WeightsError, nearest, shown_path
from catvis.networks.stepwise.assembly import check_finite, written

_MOST_PACKED = 20
_ALWAYS_UNPACKED = 64 << 20
_COUNTER = "num_batches_tracked"
_AVERAGES = "n_averaged"
"""Beside the tensors of a running average (`torch.optim.swa_utils.AveragedModel`): how many there were."""

State = OrderedDict[str, Tensor]
"""Tensors by name, floating-point ones as float32; it bears torch's ``_metadata`` where the file did."""


def read_state(file: Path, checkpoint: str | None = None) -> State:
    """Read a module's tensors by their names.

    Args:
        file: of tensors, or a checkpoint with them under a key, beside an optimizer's state and what else there is.
        checkpoint: that key; needed only where several hold tensors by name.

    Raises:
        WeightsError: the file is missing, damaged, of another kind, holds more than tensors, or several networks.
    """
    if file.suffix not in _READERS:
        raise WeightsError(
            f"{shown_path(file)} is no kind of weights file", hint=f"known kinds: {', '.join(_READERS)}"
        )
    try:
        with file.open("rb"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong is told in our own words
            _check_archive(file)
            found = _READERS[file.suffix](file)
    except WeightsError:
        raise
    except OSError as error:
        raise WeightsError(f"{shown_path(file)} cannot be read: {error.strerror or error}") from error
    except Exception as error:  # each reader has its own; none of their messages speaks to a user
        raise WeightsError(
            f"{shown_path(file)} cannot be read as {file.suffix}: it is damaged, or holds more than tensors"
        ) from error
    named = _unwrapped(found, file, checkpoint)
    for name, value in named.items():
        _check_plain(name, value, file)
    state = State(
        (str(name), value.float() if value.is_floating_point() else value) for name, value in named.items()
    )
    if hasattr(named, "_metadata"):
        vars(state)["_metadata"] = named._metadata
    return state


def _check_archive(file: Path) -> None:
    """Refuse an archive that becomes far more than it is: numbers of weights hardly become fewer by packing."""
    if not zipfile.is_zipfile(file):
        return
    with zipfile.ZipFile(file) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > _MOST_PACKED * file.stat().st_size + _ALWAYS_UNPACKED:
        raise WeightsError(
            f"{shown_path(file)} unpacks to {unpacked:,} bytes",
            hint=f"save the weights without packing them: at most {_MOST_PACKED} times the file's size is read",
        )


def _unwrapped(found: Any, file: Path, checkpoint: str | None) -> Mapping[str, Tensor]:
    """The tensors by name, themselves or under a key of a checkpoint."""
    whole = _holds_tensors(found)
    inside = [
        str(key)
        for key, value in (found.items() if isinstance(found, Mapping) and not whole else ())
        if _holds_tensors(value)
    ]
    if checkpoint is not None:
        if checkpoint not in inside:
            raise WeightsError(
                f"{shown_path(file)} has no tensors under {checkpoint!r}", hint=nearest(checkpoint, inside)
            )
        return cast(Mapping[str, Tensor], found[checkpoint])
    if whole:
        return cast(Mapping[str, Tensor], found)
    if not inside:
        raise WeightsError(f"{shown_path(file)} does not hold tensors by name")
    if len(inside) > 1:
        raise WeightsError(
            f"{shown_path(file)} holds several networks: {', '.join(inside)}",
            hint=f"choose one in networks.yaml: checkpoint: {inside[0]}",
        )
    return cast(Mapping[str, Tensor], found[inside[0]])


def _holds_tensors(found: Any) -> bool:
    return (
        isinstance(found, Mapping)
        and len(found) > 0
        and all(isinstance(value, Tensor) for value in found.values())
    )


def _check_plain(name: str, tensor: Tensor, file: Path) -> None:
    if tensor.is_meta:
        raise WeightsError(
            f"{name} of {shown_path(file)} has no numbers: it was saved on torch's meta device",
            hint="save the module after its weights have been loaded",
        )
    if tensor.layout != torch.strided or tensor.is_quantized or tensor.is_complex():
        raise WeightsError(f"{name} of {shown_path(file)} is sparse, quantised or complex: no plain tensor")
    if tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
        raise WeightsError(
            f"{name} of {shown_path(file)} claims {tensor.numel():,} numbers and stores fewer",
            hint="save contiguous tensors",
        )


def unprefixed(state: State, expected: Collection[str]) -> State:
    """Leave out what wrappers put before all names, such as ``module.`` or ``_orig_mod.``.

    Args:
        state: tensors by name.
        expected: the names that they should have: only what makes more of them fit is left out.
    """
    names, wanted = [name for name in state if name != _AVERAGES], set(expected)
    first = names[0] if names else ""
    prefixes = ["", *(first[: place + 1] for place, letter in enumerate(first) if letter == ".")]
    prefix = max(prefixes, key=lambda one: sum(name.removeprefix(one) in wanted for name in names))
    if not prefix:
        return state
    bare = State((name.removeprefix(prefix), state[name]) for name in names)
    if "_metadata" in vars(state):
        about = vars(state)["_metadata"].items()
        vars(bare)["_metadata"] = OrderedDict(
            (f"{path}.".removeprefix(prefix)[:-1], one) for path, one in about
        )
    return bare


def fill(module: nn.Module, state: State, file: Path, name: str) -> None:
    """Give a module the tensors from a file, which it shares.

    Args:
        module: gets them.
        state: tensors by the module's own names.
        file: where they come from, for messages.
        name: what the module is called in messages.

    Raises:
        WeightsError: a tensor is missing, has another shape, belongs to nothing, or is not finite.
    """
    expected = module.state_dict()
    state = unprefixed(state, expected)
    whole = [key for key, tensor in expected.items() if not tensor.is_floating_point()]
    check_fit(state, {key: tuple(tensor.shape) for key, tensor in expected.items()}, file, name, whole)
    known = {"_metadata": vars(expected)["_metadata"]} | vars(state)
    complete = State(state)
    vars(complete).update(known)
    for counter in expected:
        if counter.endswith(_COUNTER):
            complete.setdefault(counter, torch.tensor(0))
    module.load_state_dict(complete, assign=True)


def check_fit(
    found: Mapping[str, Tensor],
    expected: Mapping[str, tuple[int, ...]],
    file: Path,
    name: str,
    whole: Collection[str] = (),
) -> None:
    """Hold tensors against the shapes that a network needs.

    Args:
        found: tensors by name.
        expected: what they should be.
        file: where they come from, for messages.
        name: what the network is called in messages.
        whole: names of those that may hold whole numbers, beside counters of batches.

    Raises:
        WeightsError: a tensor is missing, has another shape, belongs to nothing, is not finite, or holds whole
            numbers.
    """
    complaint = f"{shown_path(file)} does not fit {name}"
    # files from before torch 0.4.1 do not count batches
    missing = [name for name in expected if name not in found and not name.endswith(_COUNTER)]
    if missing:
        more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise WeightsError(f"{complaint}: it has no {missing[0]}{more}", hint=nearest(missing[0], found))
    for name, tensor in found.items():
        if name not in expected:
            raise WeightsError(f"{complaint}: it has no place for {name}", hint=nearest(name, expected))
        if tensor.shape != expected[name]:
            raise WeightsError(
                f"{complaint}: {name} has the shape {written(tuple(tensor.shape))}",
                hint=f"the network needs {written(expected[name])}",
            )
        if not tensor.is_floating_point() and not name.endswith(_COUNTER) and name not in whole:
            kind = str(tensor.dtype).removeprefix("torch.")
            raise WeightsError(
                f"{complaint}: {name} holds whole numbers ({kind})",
                hint="save the weights as floating-point numbers",
            )
        check_finite(tensor, name, file)


def _safetensors(file: Path) -> Mapping[str, Tensor]:
    return safetensors.torch.load_file(file)


def _pth(file: Path) -> Any:
    # Files from before torch 1.6 are no archives; those cannot be mapped into memory.
    try:
        return torch.load(file, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(file))
    except pickle.UnpicklingError as error:
        held = re.search(r"GLOBAL ([\w.]+)", str(error))
        if held is None:
            raise
        raise WeightsError(
            f"{shown_path(file)} cannot be read as {file.suffix}: it holds {held[1]}, and only tensors are read",
            hint="where you trust it, load it in Python and save its state_dict alone",
        ) from error


def _npz(file: Path) -> Mapping[str, Tensor]:
    with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
        return {name: torch.from_numpy(arrays[name]) for name in arrays.files}


_READERS: dict[str, Callable[[Path], Any]] = {
    ".safetensors": _safetensors,
    ".npz": _npz,
    **dict.fromkeys((".pth", ".pt", ".ckpt", ".bin"), _pth),
}
