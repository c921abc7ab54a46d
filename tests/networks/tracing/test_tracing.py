"""Each way of writing a network, traced, has the module's own scores; what cannot be traced is refused by name."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from catvis.errors import NetworkError
from catvis.networks.graph import Graph
from catvis.networks.layers import layer_table, layers_by_module
from catvis.networks.operations import (
    ChannelAffine,
    Channels,
    Concatenation,
    Identity,
    MaxPool,
    Pointwise,
    Product,
    ReLU,
    SpatialMean,
    Sum,
)
from catvis.networks.rectification import notice, rectified
from catvis.networks.tracing.translation import assert_rectifiers_reached, trace
from catvis.terms import Unit


class Body(nn.Module):
    """A convolution, then what the test is about, then a product."""

    def __init__(self, middle: Callable[[Body, Tensor], Tensor]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.other = nn.Conv2d(8, 8, 3, padding=1, groups=2)
        self.norm = nn.BatchNorm2d(8)
        self.relu = nn.ReLU(inplace=True)
        self.wide = nn.Linear(8, 16)
        self.fc = nn.LazyLinear(5)
        self.middle = middle

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(torch.flatten(self.middle(self, self.conv(x)), 1))


def settled(module: nn.Module) -> nn.Module:
    """The module in float64 with every tensor from one seed, its normalisations' statistics too."""
    module.double().eval()(torch.zeros(2, 3, 12, 10, dtype=torch.float64))
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
            if tensor.is_floating_point():
                tensor.uniform_(0.5 if name.endswith("var") else -0.5, 1.5, generator=generator)
    return module


def kinds(graph: Graph) -> list[str]:
    return [type(node.operation).__name__ for node in graph.nodes]


def check(module: nn.Module) -> Graph:
    """Trace, and compare with the module's own forward pass."""
    graph = trace(module, (3, 12, 10))
    pictures = torch.randn(3, 3, 12, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    top = len(graph.nodes) - 1
    expected = module(pictures.clone())
    difference = (graph.run({0: pictures}, [top])[top] - expected).abs().max()
    assert difference <= 1e-12 * expected.abs().max()
    return graph


def silent(body: Body, x: Tensor) -> Tensor:
    body.relu(x)  # in place: x itself is rectified
    return x


def residual(body: Body, x: Tensor) -> Tensor:
    y = body.relu(body.norm(body.other(x)))
    y += x
    return F.relu(y)


def added_to_for_all(body: Body, x: Tensor) -> Tensor:
    before = x
    x += body.other(x)
    return before * 1.0 + F.relu(x)


def rectified_for_all(body: Body, x: Tensor) -> Tensor:
    y = body.other(F.relu(x, inplace=True))
    return y + x  # x is the rectified one


def shuffled(body: Body, x: Tensor) -> Tensor:
    batch, channels, height, width = x.size()
    x = x.view(batch, 2, channels // 2, height, width)
    return F.relu(torch.transpose(x, 1, 2).contiguous().view(batch, -1, height, width))


def gated(body: Body, x: Tensor) -> Tensor:
    gate = torch.sigmoid(F.adaptive_avg_pool2d(x, 1))
    return F.relu(x) * gate


def sliced(body: Body, x: Tensor) -> Tensor:
    first, second = x.chunk(2, dim=1)
    third = x[:, 2:5]
    fourth, fifth = torch.split(x, [3, 5], 1)
    single = torch.unsqueeze(x[:, 1], 1) * 0.5 + 0.25
    return F.relu(torch.cat([first, second, third, fourth, fifth, single, x.narrow(1, 2, 2)], 1))


def scaled(body: Body, x: Tensor) -> Tensor:
    x = (x - 0.5) / 2.0
    x = 3 * x + torch.arange(8, dtype=x.dtype).view(1, 8, 1, 1)
    return F.relu(1 - x) - x


def summed(body: Body, x: Tensor) -> Tensor:
    return sum([F.relu(x), body.other(x), torch.add(x, body.other(x), alpha=0.5)])


def channels_last(body: Body, x: Tensor) -> Tensor:
    """A block of a ConvNeXt as its authors write it: all but its first convolution with channels last."""
    y = body.other(x).permute(0, 2, 3, 1)
    y = F.layer_norm(y, (8,), body.norm.weight, body.norm.bias, 1e-6)
    y = F.gelu(F.linear(y, body.wide.weight, body.wide.bias))
    y = body.norm.weight * F.linear(y, body.wide.weight.T)
    return x + F.relu(y.permute(0, 3, 1, 2))


MIDDLES: dict[str, tuple[Callable[[Body, Tensor], Tensor], int]] = {
    "module in place": (lambda body, x: body.relu(x), 1),
    "result thrown away": (silent, 1),
    "reused": (lambda body, x: body.relu(body.other(body.relu(x))), 2),
    "functional": (lambda body, x: F.relu(x), 1),
    "functional in place": (lambda body, x: F.relu(x, inplace=True), 1),
    "torch.relu": (lambda body, x: torch.relu(x), 1),
    "method": (lambda body, x: x.relu(), 1),
    "method in place": (lambda body, x: x.relu_(), 1),
    "clamp": (lambda body, x: x.clamp(min=0), 1),
    "clamp_min": (lambda body, x: torch.clamp_min(x, 0), 1),
    "clamp with a limit": (lambda body, x: torch.clamp(x, 0, 0.5), 1),
    "relu6": (lambda body, x: F.relu6(x), 1),
    "threshold": (lambda body, x: F.threshold(x, 0, 0), 1),
    "made on the way": (lambda body, x: nn.ReLU()(x), 1),
    "normalised": (lambda body, x: F.relu(body.norm(body.other(x))), 1),
    "residual": (residual, 2),
    "added in place for all": (added_to_for_all, 1),
    "rectified in place for all": (rectified_for_all, 1),
    "shuffled": (shuffled, 1),
    "gated": (gated, 1),
    "sliced": (sliced, 1),
    "scaled": (scaled, 1),
    "summed": (summed, 1),
    "dropout": (lambda body, x: F.dropout(F.relu(x), 0.5, body.training), 1),
    "max pool": (lambda body, x: F.max_pool2d(F.relu(x), 3, 2, 1), 1),
    "max pool, dilated, ceil": (lambda body, x: nn.MaxPool2d(3, 2, 1, 2, ceil_mode=True)(F.relu(x)), 1),
    "average pool": (lambda body, x: F.avg_pool2d(F.relu(x), (3, 2), 2, 1, True, False), 1),
    "adaptive pool": (lambda body, x: F.adaptive_avg_pool2d(F.relu(x), (5, 3)), 1),
    "adaptive maxima": (lambda body, x: F.adaptive_max_pool2d(F.relu(x), (3, 5)), 1),
    "mean": (lambda body, x: F.relu(x).mean([2, 3]), 1),
    "mean kept": (lambda body, x: F.relu(x).mean((-1, -2), keepdim=True), 1),
    "pool to one": (lambda body, x: F.adaptive_avg_pool2d(F.relu(x), (1, 1)).squeeze(-1).squeeze(-1), 1),
    "permuted": (lambda body, x: F.relu(x).permute(0, 2, 3, 1), 1),
    "LRN": (lambda body, x: F.local_response_norm(F.relu(x), 5, k=2), 1),
    "size from shape": (lambda body, x: F.relu(F.avg_pool2d(x, x.shape[2:])).reshape(x.shape[0], -1), 1),
    "same padding": (lambda body, x: F.relu(F.conv2d(x, body.other.weight, padding="same", groups=2)), 1),
    "padded": (lambda body, x: F.pad(F.relu(x), (1, 2, 0, 3), value=0.5), 1),
    "padded at the sides, cut above": (lambda body, x: F.pad(F.pad(F.relu(x), (1, 1)), (0, 0, -2, 1)), 1),
    "reflected at the edges": (lambda body, x: nn.ReflectionPad2d(2)(F.relu(x)), 1),
    "padded in a module": (lambda body, x: nn.ZeroPad2d((0, 1, 0, 1))(F.relu(x)), 1),
    "channels shuffled": (lambda body, x: nn.ChannelShuffle(4)(F.relu(x)), 1),
    "global maximum": (lambda body, x: F.relu(x).amax((2, 3)), 1),
    "global maximum kept": (lambda body, x: torch.amax(F.relu(x), dim=[-1, -2], keepdim=True), 1),
    "constants beside the input": (
        lambda body, x: F.relu(x + torch.full((x.shape[1], 1, 1), 0.5, device=x.device, dtype=x.dtype)),
        1,
    ),
    "SiLU": (lambda body, x: F.silu(x), 0),
    "GELU": (lambda body, x: F.gelu(x, approximate="tanh"), 0),
    "hard-swish in place": (lambda body, x: nn.Hardswish(inplace=True)(x), 0),
    "leaky": (lambda body, x: F.leaky_relu(x, 0.2), 0),
    "hardtanh": (lambda body, x: F.hardtanh(x, -0.5, 0.5), 0),
    "channels last": (channels_last, 1),
    "normalised at every place": (lambda body, x: F.layer_norm(F.relu(x).transpose(1, 3), (8,)), 1),
    "normalised along the rows": (lambda body, x: F.layer_norm(F.relu(x), (10,)), 1),
    "normalised whole": (lambda body, x: nn.LayerNorm((8, 12, 10), elementwise_affine=False)(F.relu(x)), 1),
    "tokens": (lambda body, x: body.wide(F.relu(x).flatten(2).transpose(1, 2)), 1),
    "a factor per column": (lambda body, x: F.relu(x) * torch.arange(10, dtype=x.dtype), 1),
    "permuted there and back": (lambda body, x: F.relu(x.permute(0, 2, 1, 3)).permute(0, 2, 1, 3), 1),
    "permuted twice": (lambda body, x: F.relu(x.permute(0, 2, 1, 3).permute(0, 3, 1, 2)), 1),
    "rectified in place under a permutation": (lambda body, x: F.relu_(x.permute(0, 2, 3, 1)), 1),
}


@pytest.mark.parametrize("name", MIDDLES)
def test_scores_and_rectifiers(name: str) -> None:
    middle, rectifiers = MIDDLES[name]
    graph = check(settled(Body(middle)))
    assert kinds(graph).count("ReLU") == rectifiers


def test_what_the_operations_are() -> None:
    assert {type(node.operation) for node in check(settled(Body(gated))).nodes} >= {
        Product,
        Pointwise,
        SpatialMean,
    }
    assert {type(node.operation) for node in check(settled(Body(residual))).nodes} >= {Sum, ChannelAffine}
    assert {type(node.operation) for node in check(settled(Body(sliced))).nodes} >= {Channels, Concatenation}
    dilated = MIDDLES["max pool, dilated, ceil"][0]
    pool = next(
        node.operation for node in check(settled(Body(dilated))).nodes if isinstance(node.operation, MaxPool)
    )
    assert pool.dilation == (2, 2)
    assert pool.ceil_mode


def test_permutations_cancel_so_that_units_are_maps() -> None:
    graph = check(settled(Body(channels_last)))
    assert kinds(graph) == [
        "Input", "Convolution", "Convolution", "LayerNorm", "Convolution", "Pointwise", "Convolution",
        "ChannelAffine", "ReLU", "Sum", "Reshape", "Linear",
    ]  # fmt: skip
    assert {node.shape[1:] for node in graph.nodes if len(node.shape) == 3} == {(12, 10)}
    assert "Permute" not in kinds(check(settled(Body(MIDDLES["permuted there and back"][0]))))


def test_other_nonlinearities_beside_relus_are_told() -> None:
    said = notice("gates", check(settled(Body(gated))))
    assert said == "gates has sigmoid beside its ReLUs: these go back by their derivative, whatever the rule"
    assert notice("plain", check(settled(Body(residual)))) is None


def test_rectified_are_the_values_that_come_out_of_relus() -> None:
    def joined(body: Body, x: Tensor) -> Tensor:
        first, second = F.relu(x).chunk(2, 1)
        swapped = torch.cat([second, first], 1).permute(0, 1, 3, 2)
        return torch.cat([swapped, body.other(x).transpose(2, 3)], 1)

    graph = check(settled(Body(joined)))
    found = {node.name: rectified(graph, index) for index, node in enumerate(graph.nodes)}
    assert [name for name, yes in found.items() if yes] == ["relu", "chunk", "chunk:2", "cat", "permute"]
    pooled = check(settled(Body(MIDDLES["max pool"][0])))
    assert not any(rectified(pooled, index) for index, kind in enumerate(kinds(pooled)) if kind == "MaxPool")


def test_dropout_leaves_no_trace() -> None:
    graph = check(settled(Body(lambda body, x: nn.Dropout2d(inplace=True).eval()(F.relu(x)))))
    assert not any(isinstance(node.operation, Identity) for node in graph.nodes)
    assert kinds(graph) == ["Input", "Convolution", "ReLU", "Reshape", "Linear"]


def test_what_the_scores_do_not_need_is_left_out() -> None:
    def unused(body: Body, x: Tensor) -> Tensor:
        torch.tanh(body.other(F.relu(x)))
        return F.relu(x)

    assert kinds(check(settled(Body(unused)))) == ["Input", "Convolution", "ReLU", "Reshape", "Linear"]


def test_nothing_is_left_on_the_module() -> None:
    class Remembering(nn.Sequential):
        def forward(self, x: Tensor) -> Tensor:
            self.last = super().forward(x)
            return self.last

    module = Remembering(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Dropout())
    module[0].train(False)
    before = copy.deepcopy(module.state_dict())
    modes = [part.training for part in module.modules()]
    graph = trace(module, (3, 12, 10))
    assert [part.training for part in module.modules()] == modes
    assert not hasattr(module, "last")
    assert all(
        torch.equal(old, new) for old, new in zip(before.values(), module.state_dict().values(), strict=True)
    )
    assert all(not part._forward_hooks and not part._forward_pre_hooks for part in module.modules())
    assert all(tensor.grad is None and tensor.requires_grad for tensor in module.parameters())
    convolution = graph.nodes[1].operation
    assert convolution.weight.data_ptr() == module[0].weight.data_ptr()
    assert not convolution.weight.requires_grad


def test_names_of_nodes_are_the_modules_paths() -> None:
    graph = check(settled(Body(residual)))
    assert [node.name for node in graph.nodes] == [
        "input", "conv", "other", "norm", "relu", "add", "relu:2", "flatten", "fc",
    ]  # fmt: skip


def test_layers_are_named_after_what_is_before_their_relu() -> None:
    graph = check(settled(Body(residual)))
    layers = layer_table(graph, layers_by_module(graph))
    assert [(layer.name, layer.units, layer.rectified) for layer in layers] == [
        ("other", 8, True),
        ("add", 8, True),
        ("fc", 5, False),
    ]
    sequence = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(5))
    sequence.add_module("score_1", nn.Linear(5, 2))
    graph = check(settled(sequence))
    names = [layer.name for layer in layer_table(graph, layers_by_module(graph))]
    assert names == ["layer0", "score.1"]
    assert [Unit.parse(str(Unit(name, 3))).layer for name in names] == names


def branching(body: Body, x: Tensor) -> Tensor:
    return F.relu(x) if x.sum() > 0 else x


def changed_under_a_view(body: Body, x: Tensor) -> Tensor:
    half = x[:, :4]
    half.relu_()
    return x


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")  # torch's: it makes a copy
def test_an_even_kernel_is_padded_at_one_side_more() -> None:
    def even(body: Body, x: Tensor) -> Tensor:
        return F.conv2d(F.relu(x), body.other.weight[:, :, :2], padding="same", groups=2)

    assert "Pad" in kinds(check(settled(Body(even))))


REFUSED: dict[str, tuple[Callable[[Body, Tensor], Tensor], str]] = {
    "flow by the data": (branching, "cannot be traced: symbolically traced variables"),
    "unknown function": (lambda body, x: torch.cumsum(x, 1), r"cumsum\): cumsum is not supported"),
    "unknown method": (lambda body, x: x.roll(1), "roll is not supported"),
    "other clamp": (lambda body, x: x.clamp(-1, 1), r"a clamp to \(-1, 1\) is no ReLU"),
    "maximum with zero": (lambda body, x: torch.maximum(x, torch.zeros(())), "maximum is not supported"),
    "dropout always on": (lambda body, x: F.dropout(x, 0.5), "write training=self.training"),
    "batch statistics": (lambda body, x: F.batch_norm(x, None, None, training=True), "mixes its pictures"),
    "batch folded": (lambda body, x: x.view(-1, 12, 10), "the batch has to stay the first axis"),
    "batch permuted": (lambda body, x: x.permute(1, 0, 2, 3), "the batch has to stay the first axis"),
    "mean over one axis": (lambda body, x: x.mean(3), "height and width together"),
    "spatial cut": (lambda body, x: x[:, :, 1:], "only channels can be cut"),
    "every second channel": (lambda body, x: x[:, ::2], "step 1"),
    "joined along the height": (lambda body, x: torch.cat([x, x], 2), "found dim=2"),
    "shapes broadcast": (lambda body, x: x + x.mean((2, 3), keepdim=True), "they have to be one"),
    "a constant per place": (lambda body, x: x * torch.ones(12, 10), "neither a number nor one per channel"),
    "weights by the picture": (
        lambda body, x: F.conv2d(x, x[:, :3].mean((2, 3), keepdim=True)),
        "depends on the picture",
    ),
    "a view changed in place": (changed_under_a_view, "whose memory a call in place has changed"),
    "normalised over two axes": (lambda body, x: F.layer_norm(x, (12, 10)), "over some of the axes only"),
    "softmax": (lambda body, x: F.softmax(x, 1), "take the softmax off"),
    "indices wanted": (lambda body, x: F.max_pool2d(x, 2, return_indices=True)[0], "not supported"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_expressed_is_refused(name: str) -> None:
    middle, message = REFUSED[name]
    body = Body(middle)
    body.fc = nn.Linear(8 * 120, 5)
    with pytest.raises(NetworkError, match=message):
        trace(body, (3, 12, 10))


def test_a_refusal_names_the_place_and_what_would_do() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Sequential(nn.GroupNorm(2, 4), nn.ReLU()))
    with pytest.raises(NetworkError) as caught:
        trace(module, (3, 12, 10))
    assert str(caught.value).startswith("1.0, at group_norm (group_norm): group_norm is not supported")
    assert "batch_norm" in str(caught.value)


ATTENTION: dict[str, Callable[[Body, Tensor], Tensor]] = {
    "a module": lambda body, x: body.attention(*[x.flatten(2).transpose(1, 2)] * 3)[0],
    "a function": lambda body, x: F.scaled_dot_product_attention(x, x, x),
    "products of places": lambda body, x: F.softmax(x @ x.transpose(2, 3), dim=-1) @ x,
    "sums of products": lambda body, x: torch.einsum("ncij,ncij->nci", x, x.softmax(-1)),
}


@pytest.mark.parametrize("name", ATTENTION)
def test_attention_is_refused_with_what_it_would_take(name: str) -> None:
    body = Body(ATTENTION[name])
    body.fc, body.attention = nn.Linear(8 * 120, 5), nn.MultiheadAttention(8, 2, batch_first=True)
    with pytest.raises(NetworkError, match="attention is not carried back") as caught:
        trace(body, (3, 12, 10))
    assert "units that are tokens" in str(caught.value.hint)


def test_other_inputs_and_outputs_are_refused() -> None:
    class Two(nn.Module):
        def forward(self, x: Tensor, mask: Tensor) -> Tensor:
            return x * mask

    class Pair(nn.Module):
        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            return x.relu(), x

    with pytest.raises(NetworkError, match="Two takes more than a batch of pictures: mask"):
        trace(Two(), (3, 4, 4))
    with pytest.raises(NetworkError, match="Pair returns a tuple"):
        trace(Pair(), (3, 4, 4))


def test_arguments_with_defaults_keep_them() -> None:
    class Optional(nn.Module):
        def forward(self, x: Tensor, rectify: bool = True, mask: Tensor | None = None) -> Tensor:
            x = x.relu() if rectify else x
            return x if mask is None else x * mask

    assert kinds(trace(Optional(), (3, 4, 4))) == ["Input", "ReLU"]


def test_shapes_that_do_not_fit_are_told_with_their_place() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(7, 5))
    with pytest.raises(NetworkError, match=r"^2, at linear \(linear\): "):
        trace(module, (3, 12, 10))


def test_a_relu_hidden_from_the_trace_is_refused() -> None:
    class Hooked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)

        def forward(self, x: Tensor) -> Tensor:
            x = self.conv(x)
            return x.relu() if type(x) is Tensor else x

    with pytest.raises(NetworkError, match="computes 1 ReLUs, of which its trace reaches 0"):
        trace(Hooked(), (3, 12, 10))


def test_a_relu_in_a_hook_counts() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    module[0].register_forward_hook(lambda part, inputs, output: F.relu(output - 1))
    assert kinds(trace(module, (3, 12, 10))).count("ReLU") == 2
    module.register_forward_hook(lambda part, inputs, output: F.relu(output - 1))
    with pytest.raises(NetworkError, match="computes 3 ReLUs, of which its trace reaches 2"):
        trace(module, (3, 12, 10))


@pytest.mark.filterwarnings("ignore:.*weight_norm:FutureWarning")
@pytest.mark.parametrize("normed", [nn.utils.weight_norm, nn.utils.parametrizations.weight_norm])
def test_weights_that_are_computed_are_constants(normed: Callable[[nn.Module], nn.Module]) -> None:
    module = nn.Sequential(normed(nn.Conv2d(3, 4, 3)), nn.ReLU()).double()
    pictures = torch.randn(2, 3, 12, 10, dtype=torch.float64)
    graph = trace(module, (3, 12, 10))
    torch.testing.assert_close(graph.run({0: pictures}, [2])[2], module(pictures))


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_a_compiled_module_is_refused() -> None:
    with pytest.raises(NetworkError, match="is compiled and hides its calls"):
        trace(torch.jit.script(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())), (3, 12, 10))


def test_a_forward_pass_that_depends_on_python_state_is_refused() -> None:
    class Counting(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.count = 1.0

        def forward(self, x: Tensor) -> Tensor:
            self.count += 1
            return x * self.count

    with pytest.raises(NetworkError, match="computes other scores than the module itself"):
        trace(Counting(), (3, 12, 10))


def test_rectifiers_are_counted_where_torch_computes_them() -> None:
    def all_kinds(body: Body, x: Tensor) -> Tensor:
        return F.relu6(F.threshold(torch.clamp(body.relu(F.relu(x)), min=0), 0, 0)).clamp(0, 1).clamp(max=2)

    module = settled(Body(all_kinds))
    pictures = torch.ones(2, 3, 12, 10, dtype=torch.float64)
    assert assert_rectifiers_reached(module, 6, pictures).shape == (2, 5)
    with pytest.raises(NetworkError, match="computes 6 ReLUs, of which its trace reaches 5"):
        assert_rectifiers_reached(module, 5, pictures)


def test_a_module_without_numbers_is_traced_all_the_same() -> None:
    with torch.device("meta"):
        module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
    graph = trace(module, (3, 12, 10))
    assert graph.nodes[-1].shape == (4, 10, 8)


def test_a_relu_with_a_limit_keeps_it() -> None:
    graph = check(settled(Body(lambda body, x: F.relu6(x))))
    assert [node.operation.limit for node in graph.nodes if isinstance(node.operation, ReLU)] == [6.0]
