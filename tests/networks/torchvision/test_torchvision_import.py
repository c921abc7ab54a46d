"""Each case in a process of its own: what torchvision finds on import is settled once in a process."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

COMPILED_PART_FAILS = """
def load_library(path):
    raise OSError("libcudart.so: cannot open shared object file")
torch.ops.load_library = load_library
"""
COMPILED_PART_LOADS = """
library = torch.library.Library("torchvision", "DEF")
library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
"""
ONLY_ONE_DECLARED = """
library = torch.library.Library("torchvision", "DEF")
library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
"""


def run(before: str, after: str) -> str:
    code = f"""
import torch
{before}
from catvis.networks.torchvision.torchvision_import import prepare_torchvision, torchvision_models
{after}
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_models_can_be_built_as_installed() -> None:
    assert run("", "print(type(torchvision_models().squeezenet1_1()).__name__)") == "SqueezeNet"


def test_missing_operators_are_declared_and_plain_imports_work_afterwards() -> None:
    after = "print(*prepare_torchvision()); import torchvision; print(torchvision.models.AlexNet.__name__)"
    assert run(COMPILED_PART_FAILS, after).splitlines() == ["torchvision::nms torchvision::qnms", "AlexNet"]


@pytest.mark.parametrize(
    ("before", "declared"), [(COMPILED_PART_LOADS, "()"), (ONLY_ONE_DECLARED, "('torchvision::qnms',)")]
)
def test_nothing_is_declared_twice(before: str, declared: str) -> None:
    assert run(COMPILED_PART_FAILS + before, "print(prepare_torchvision()); torchvision_models()") == declared


def test_missing_torchvision_is_told() -> None:
    before = "import importlib.util; importlib.util.find_spec = lambda name: None"
    after = """
try:
    prepare_torchvision()
except NetworkError as error:
    print(error.message)
"""
    assert run(before, "from catvis.errors import NetworkError" + after) == "torchvision is not installed"
