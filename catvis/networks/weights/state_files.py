"""Tensors by name from a weights file: .safetensors, .pth (weights only) or .npz (no pickles).

A file may come from anywhere: nothing in it is ever run.
"""

from __future__ import annotations

import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.torch
import torch
from torch import Tensor, nn

from catvis.errors import WeightsError, nearest, shown_path
from catvis.networks.stepwise.assembly import written

_COUNTER = "num_batches_tracked"

State = OrderedDict[str, Tensor]
"""Tensors by name, floating-point ones as float32; it bears torch's ``_metadata`` where the file did."""


def read_state(file: Path) -> State:
    """Read a module's tensors by their names.

    Raises:
        WeightsError: the file is missing, damaged, of another kind, or holds more than tensors.
    """
    readers = {".safetensors": _safetensors, ".pth": _pth, ".pt": _pth, ".npz": _npz}
    if file.suffix not in readers:
        raise WeightsError(
            f"{shown_path(file)} is no kind of weights file", hint=f"known kinds: {', '.join(readers)}"
        )
    try:
        with file.open("rb"):
            found = readers[file.suffix](file)
    except OSError as error:
        raise WeightsError(f"{shown_path(file)} cannot be read: {error.strerror or error}") from error
    except Exception as error:  # each reader has its own; none of their messages speaks to a user
        raise WeightsError(
            f"{shown_path(file)} cannot be read as {file.suffix}: it is damaged, or holds more than tensors"
        ) from error
    if not isinstance(found, Mapping) or not all(isinstance(value, Tensor) for value in found.values()):
        raise WeightsError(f"{shown_path(file)} does not hold tensors by name")
    state = State(
        (str(name), value.float() if value.is_floating_point() else value) for name, value in found.items()
    )
    if hasattr(found, "_metadata"):
        vars(state)["_metadata"] = found._metadata
    return state


def fill(module: nn.Module, state: State, file: Path, name: str) -> None:
    """Give a module the tensors from a file, which it shares.

    Args:
        module: gets them.
        state: tensors by the module's own names.
        file: where they come from, for messages.
        name: what the module is called in messages.

    Raises:
        WeightsError: a tensor is missing, has another shape, or belongs to nothing.
    """
    expected = module.state_dict()
    _check_fit(state, expected, f"{shown_path(file)} does not fit {name}")
    known = {"_metadata": vars(expected)["_metadata"]} | vars(state)
    whole = State(state)
    vars(whole).update(known)
    for counter in expected:
        if counter.endswith(_COUNTER):
            whole.setdefault(counter, torch.tensor(0))
    module.load_state_dict(whole, assign=True)


def _check_fit(found: Mapping[str, Tensor], expected: Mapping[str, Tensor], complaint: str) -> None:
    # files from before torch 0.4.1 do not count batches
    missing = [name for name in expected if name not in found and not name.endswith(_COUNTER)]
    if missing:
        more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise WeightsError(f"{complaint}: it has no {missing[0]}{more}", hint=nearest(missing[0], found))
    for name, tensor in found.items():
        if name not in expected:
            raise WeightsError(f"{complaint}: it has no place for {name}", hint=nearest(name, expected))
        if tensor.shape != expected[name].shape:
            raise WeightsError(
                f"{complaint}: {name} has the shape {written(tuple(tensor.shape))}",
                hint=f"the network needs {written(tuple(expected[name].shape))}",
            )


def _safetensors(file: Path) -> Mapping[str, Tensor]:
    return safetensors.torch.load_file(file)


def _pth(file: Path) -> Any:
    # Files from before torch 1.6 are no archives; those cannot be mapped into memory.
    found = torch.load(file, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(file))
    if isinstance(found, Mapping) and isinstance(found.get("state_dict"), Mapping):
        return found["state_dict"]
    return found


def _npz(file: Path) -> Mapping[str, Tensor]:
    with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
        return {name: torch.from_numpy(arrays[name]) for name in arrays.files}
