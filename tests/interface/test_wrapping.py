"""Anybody's module, however it is written, is explained as it is and left as it was; or one line says why not."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from captum.attr import GuidedBackprop
from torch import Tensor, nn

import catvis
from catvis.errors import NetworkError, UsageError
from tests.small_world import picture

SIDE = 26
ROUGHLY = {"rtol": 1e-4, "atol": 1e-6}


class Tidy(nn.Module):
    """As textbooks write it: each ReLU a module of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 12, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.relu1, self.relu2, self.relu3 = nn.ReLU(), nn.ReLU(), nn.ReLU()
        self.fc1, self.fc2 = nn.Linear(12 * 6 * 6, 16), nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(self.relu1(self.norm(self.conv1(x))), 2)
        x = F.max_pool2d(self.relu2(self.conv2(x)), 2)
        return self.fc2(self.relu3(self.fc1(torch.flatten(x, 1))))


class Reused(Tidy):
    """One ReLU for all."""

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(self.relu1(self.norm(self.conv1(x))), 2)
        x = F.max_pool2d(self.relu1(self.conv2(x)), 2)
        return self.fc2(self.relu1(self.fc1(torch.flatten(x, 1))))


class InPlace(Tidy):
    """In place, as torchvision has it; once with the result thrown away."""

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.norm(self.conv1(x)), inplace=True), 2)
        x = self.conv2(x)
        x.relu_()
        return self.fc2(nn.ReLU(inplace=True)(self.fc1(torch.flatten(F.max_pool2d(x, 2), 1))))


class Functional(Tidy):
    """No module for what has no weights."""

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.norm(self.conv1(x))), 2)
        x = F.max_pool2d(torch.relu(self.conv2(x)), 2)
        return self.fc2(self.fc1(torch.flatten(x, 1)).clamp(min=0))


def filled(module: nn.Module) -> nn.Module:
    """With numbers from one seed; kinds of one shape get the same."""
    random = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if tensor.is_floating_point():
                lowest = 0.5 if name.endswith("var") else -0.2
                tensor.copy_(torch.rand(tensor.shape, generator=random) * 0.5 + lowest)
    return module


def wrapped(module: nn.Module, **more: object) -> catvis.interface.opened.OpenNetwork:
    return catvis.wrap(module, size=SIDE, mean=0.5, std=(0.25, 0.25, 0.25), **more)


def an_input() -> Tensor:
    return torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def tidy() -> nn.Module:
    return filled(Tidy())


@pytest.mark.parametrize("kind", [Tidy, Reused, InPlace, Functional])
def test_however_relus_are_written_the_attribution_is_captum_s(kind: type[Tidy], tidy: nn.Module) -> None:
    look = wrapped(filled(kind())).look(an_input())
    tidy.eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Captum's, about the hooks that it sets
        theirs = GuidedBackprop(tidy).attribute(an_input().requires_grad_(), target=3)
    np.testing.assert_allclose(look.tile("fc2_3").array, theirs[0].detach().numpy(), **ROUGHLY)
    np.testing.assert_allclose(look.scores, tidy(an_input())[0].detach().numpy(), **ROUGHLY)


def test_a_model_is_left_as_it_was(tidy: nn.Module) -> None:
    tidy.train()
    tidy.relu2.eval()
    tidy.fc1.weight.grad = torch.ones_like(tidy.fc1.weight)
    tidy.fc2.weight.requires_grad_(False)
    seen: list[object] = []
    tidy.conv1.register_forward_hook(lambda part, inputs, output: seen.append(output))
    tidy.register_forward_pre_hook(lambda part, inputs: seen.append(inputs))
    tidy.fc1.register_full_backward_hook(lambda part, entering, leaving: seen.append(leaving))

    def state() -> tuple[object, ...]:
        parts = dict(tidy.named_modules())
        return (
            [(path, part.training, vars(part).keys()) for path, part in parts.items()],
            [(path, len(part._forward_hooks), len(part._forward_pre_hooks)) for path, part in parts.items()],
            [(path, len(part._backward_hooks), part.forward.__func__) for path, part in parts.items()],
            [
                (name, id(one), one.data_ptr(), one._version, one.requires_grad, one.grad is None, one.dtype)
                for name, one in (*tidy.named_parameters(), *tidy.named_buffers())
            ],
        )

    before, numbers = state(), copy.deepcopy(tidy.state_dict())
    with pytest.warns(
        UserWarning, match="Tidy is explained without the hooks on the model itself, conv1, fc1"
    ):
        look = wrapped(tidy).look(picture())
    look.top()
    look.tile("top→fc1:top1")
    look.children("top", "conv2")
    look.tree("top", ["fc1", "conv1"])._repr_html_()
    assert state() == before
    assert seen == []
    assert all(torch.equal(numbers[name], one) for name, one in tidy.state_dict().items())
    tidy(an_input()).sum().backward()
    assert len(seen) == 3


def test_a_hook_that_changes_the_model_is_left_out_and_said(tidy: nn.Module) -> None:
    expected = wrapped(tidy).look(an_input()).scores
    tidy.conv1.register_forward_hook(lambda part, inputs, output: output * 2)
    with pytest.warns(UserWarning, match="without the hooks on conv1"):
        net = wrapped(tidy)
    assert np.array_equal(net.look(an_input()).scores, expected)


def test_hooks_of_things_that_cannot_be_copied_do_no_harm(tidy: nn.Module) -> None:
    class Recorder:
        def __deepcopy__(self, memo: object) -> None:
            raise TypeError("not to be copied")

        def __call__(self, *given: object) -> None:
            pytest.fail("called")

    tidy.conv2.register_forward_hook(Recorder())
    with pytest.warns(UserWarning, match="without the hooks on conv2"):
        wrapped(tidy).look(picture()).top()


@pytest.mark.filterwarnings("ignore:.*weight_norm:FutureWarning")
def test_torch_s_own_hooks_stay(tidy: nn.Module) -> None:
    nn.utils.weight_norm(tidy.conv2)
    expected = tidy.eval()(an_input())[0].detach().numpy()
    np.testing.assert_allclose(wrapped(tidy).look(an_input()).scores, expected, **ROUGHLY)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_are_computed_in_single(tidy: nn.Module, dtype: torch.dtype) -> None:
    converted = copy.deepcopy(tidy).to(dtype)
    look = wrapped(converted).look(an_input())
    plain = copy.deepcopy(converted).float().eval()
    np.testing.assert_allclose(look.scores, plain(an_input())[0].detach().numpy(), **ROUGHLY)
    assert look.tile("top").array.dtype == np.float32
    assert {one.dtype for one in converted.parameters()} == {dtype}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")  # torch's own, as it loads its compiler
def test_what_others_wrap_models_in_is_taken_off(tidy: nn.Module) -> None:
    expected = wrapped(tidy).look(an_input()).scores
    for outer in (torch.compile(tidy), nn.DataParallel(tidy)):
        net = wrapped(outer)
        assert net.name == "Tidy"
        assert np.array_equal(net.look(an_input()).scores, expected)


def test_pictures_are_prepared_as_was_said(tidy: nn.Module) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    values = (torch.from_numpy(pixels).permute(2, 0, 1)[None] / 255 - 0.5) / 0.25
    expected = tidy.eval()(values)[0].detach().numpy()
    np.testing.assert_allclose(wrapped(tidy).look(pixels).scores, expected, **ROUGHLY)


def test_layers_labels_and_names(tidy: nn.Module) -> None:
    net = wrapped(tidy, labels=["ant", "bee", "cat", "dog", "elk"], name="mine")
    assert net.layers == {"conv1": 8, "conv2": 12, "fc1": 16, "fc2": 5}
    assert net.look(picture()).top(1)[0].label in net.labels
    assert "mine" in repr(net)
    html = net.look(picture()).tree("top", "fc1")._repr_html_()
    assert "Compute it again" not in html  # no command line can name it


def test_the_digest_is_of_all_that_counts(tidy: nn.Module) -> None:
    def identity(**more: object) -> str:
        return wrapped(tidy, **more).card.digest

    first = identity()
    assert identity() == first
    assert identity(labels=list("abcde")) != first
    with torch.no_grad():
        tidy.fc2.bias[0] += 1
    assert identity() != first


def test_a_model_that_computes_no_numbers_says_so(tidy: nn.Module) -> None:
    tidy.norm.running_var.fill_(torch.nan)
    look = wrapped(tidy).look(picture())
    for call in (look.top, lambda: look.tile("conv1_0"), lambda: look.tree("top", "fc1")):
        with pytest.raises(NetworkError, match="conv1 of Tidy has activations that are NaN or infinite"):
            call()


def lost(self: Tidy, x: Tensor) -> Tensor:
    x = self.conv1(x)
    return torch.cumsum(x, 1)


def branching(self: Tidy, x: Tensor) -> Tensor:
    x = self.conv1(x)
    if x.sum() > 0:
        return x
    return x + 1


@pytest.mark.parametrize(
    ("forward", "line", "says"),
    [
        (lost, 2, "Odd, at cumsum (cumsum): cumsum is not supported"),
        (branching, 2, "Odd, cannot be traced: symbolically traced variables"),
    ],
)
def test_what_cannot_be_traced_is_named_with_its_line(
    forward: Callable[[Tidy, Tensor], Tensor], line: int, says: str
) -> None:
    kind = type("Odd", (Tidy,), {"forward": forward})
    with pytest.raises(NetworkError) as caught:
        wrapped(kind())
    assert says in str(caught.value)
    assert caught.value.where.file == Path(__file__)
    assert caught.value.where.line == forward.__code__.co_firstlineno + line


def test_what_fails_only_as_it_runs_is_told() -> None:
    class Strict(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            if type(x) is Tensor:
                raise RuntimeError("not today")
            return x

    with pytest.raises(NetworkError, match="Strict cannot be run on pictures of 26×26 pixels: not today"):
        wrapped(Strict())


REFUSED = {
    "no module": (lambda: wrapped("resnet18"), UsageError, "a model cannot be a str"),
    "on meta": (lambda: wrapped(Tidy().to("meta")), NetworkError, "Tidy has no numbers: it is on the meta device"),
    "labels": (lambda: wrapped(Tidy(), labels=["a"]), NetworkError, "there are 1 labels for 5 class scores"),
    "one label": (lambda: wrapped(Tidy(), labels="abcde"), UsageError, "labels cannot be a str"),
    "size": (lambda: catvis.wrap(Tidy(), size=0, mean=0, std=1), UsageError, "0 is not an input's size"),
    "three sides": (
        lambda: catvis.wrap(Tidy(), size=(3, 9, 9), mean=0, std=1), UsageError, "(3, 9, 9) is not an input's size"
    ),
    "another size": (
        lambda: catvis.wrap(Tidy(), size=99, mean=0, std=1), NetworkError, "fc1, at linear (linear)"
    ),
    "a short side": (
        lambda: wrapped(Tidy(), short_side=9), UsageError, "a short side of 9 is less than the input's"
    ),
    "two means": (lambda: catvis.wrap(Tidy(), size=9, mean=(0, 0), std=1), UsageError, "mean cannot be (0, 0)"),
    "a mean of another scale": (
        lambda: catvis.wrap(Tidy(), size=9, mean=(123.7, 116.3, 103.5), std=1), UsageError, "not of pictures from 0"
    ),
    "no deviation": (lambda: catvis.wrap(Tidy(), size=9, mean=0, std=0), UsageError, "not of pictures from 0"),
    "memory": (lambda: wrapped(Tidy(), memory=0), UsageError, "0 is not a number from 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_wrapped_is_refused_in_one_line(name: str) -> None:
    call, kind, says = REFUSED[name]
    with pytest.raises(kind) as caught:
        call()
    assert says in str(caught.value)


@pytest.mark.parametrize("device", ["cpu", *(["cuda"] if torch.cuda.is_available() else [])])
def test_it_runs_where_it_lies(tidy: nn.Module, device: str) -> None:
    expected = wrapped(tidy).look(an_input())
    moved = copy.deepcopy(tidy).to(device)
    look = wrapped(moved).look(an_input().to(device))
    np.testing.assert_allclose(look.scores, expected.scores, rtol=1e-3, atol=1e-3)
    theirs = expected.tile("top").array
    np.testing.assert_allclose(look.tile("top").array, theirs, atol=1e-3 * np.abs(theirs).max())
    if device != "cpu":
        moved.fc2.cpu()
        with pytest.raises(NetworkError, match="parts of Tidy lie on cpu and cuda:0"):
            wrapped(moved)
