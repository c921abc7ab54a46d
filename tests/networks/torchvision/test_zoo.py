"""Torchvision's classifiers with seeded random tensors: same scores as their own modules, sane layers."""

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from catvis.errors import NetworkError, WeightsError
from catvis.networks.graph import Graph, Node
from catvis.networks.labels import imagenet_labels
from catvis.networks.layers import layer_table
from catvis.networks.operations import Input, LayerNorm, Permute, ReLU
from catvis.networks.rectification import notice
from catvis.networks.torchvision.torchvision_import import torchvision_models
from catvis.networks.torchvision.zoo_layers import zoo_layers
from catvis.networks.torchvision.zoo_modules import empty_module, filled_module
from catvis.networks.torchvision.zoo_source import ZooSource
from catvis.networks.torchvision.zoo_weights import ZOO, ZooWeights, published, zoo_preprocessing, zoo_weights
from catvis.networks.tracing.translation import trace
from catvis.networks.weights.state_files import read_state
from catvis.terms import Unit
from tests.networks.torchvision.random_networks import random_module, random_network

SIDES = {
    "alexnet": 67,
    "vgg11": 64,
    "vgg11_bn": 64,
    "squeezenet1_0": 64,
    "squeezenet1_1": 64,
    "googlenet": 64,
    "inception_v3": 80,
    "resnet18": 64,
    "resnet50": 64,
    "densenet121": 64,
    "mobilenet_v2": 64,
    "efficientnet_b0": 64,
    "mnasnet0_5": 64,
    "shufflenet_v2_x1_0": 64,
    "mobilenet_v3_small": 64,
    "mobilenet_v3_large": 64,
    "efficientnet_v2_s": 128,  # at 64 its random tensors multiply the last bit of a double by 10⁹
    "convnext_tiny": 64,
}
LAYERS = {
    "alexnet": "conv1 conv2 conv3 conv4 conv5 fc6 fc7 fc8",
    "vgg11": "conv1.1 conv2.1 conv3.1 conv3.2 conv4.1 conv4.2 conv5.1 conv5.2 fc6 fc7 fc8",
    "vgg16_bn": "conv1.1 conv1.2 conv2.1 conv2.2 conv3.1 conv3.2 conv3.3 conv4.1 conv4.2 conv4.3 conv5.1 conv5.2"
    " conv5.3 fc6 fc7 fc8",
    "squeezenet1_0": "conv1 fire2 fire3 fire4 fire5 fire6 fire7 fire8 fire9 conv10 pool10",
    "squeezenet1_1": "conv1 fire2 fire3 fire4 fire5 fire6 fire7 fire8 fire9 conv10 pool10",
    "googlenet": "conv1 conv2 conv3 inception3a inception3b inception4a inception4b inception4c inception4d"
    " inception4e inception5a inception5b fc",
    "inception_v3": "conv1a conv2a conv2b conv3b conv4a mixed5b mixed5c mixed5d mixed6a mixed6b mixed6c mixed6d"
    " mixed6e mixed7a mixed7b mixed7c fc",
    "resnet18": "conv1 layer1.0 layer1.1 layer2.0 layer2.1 layer3.0 layer3.1 layer4.0 layer4.1 fc",
    "shufflenet_v2_x1_0": "conv1 stage2.0 stage2.1 stage2.2 stage2.3 stage3.0 stage3.1 stage3.2 stage3.3 stage3.4"
    " stage3.5 stage3.6 stage3.7 stage4.0 stage4.1 stage4.2 stage4.3 conv5 fc",
    "mobilenet_v3_small": "conv1 block1.depthwise block1 block2.expand block2.depthwise block2 block3.expand"
    " block3.depthwise block3 block4.expand block4.depthwise block4 block5.expand block5.depthwise block5"
    " block6.expand block6.depthwise block6 block7.expand block7.depthwise block7 block8.expand block8.depthwise"
    " block8 block9.expand block9.depthwise block9 block10.expand block10.depthwise block10 block11.expand"
    " block11.depthwise block11 conv2 fc1 fc2",
    "convnext_tiny": "conv1 block1.0.expand block1.0 block1.1.expand block1.1 block1.2.expand block1.2"
    " block2.0.expand block2.0 block2.1.expand block2.1 block2.2.expand block2.2 block3.0.expand block3.0"
    " block3.1.expand block3.1 block3.2.expand block3.2 block3.3.expand block3.3 block3.4.expand block3.4"
    " block3.5.expand block3.5 block3.6.expand block3.6 block3.7.expand block3.7 block3.8.expand block3.8"
    " block4.0.expand block4.0 block4.1.expand block4.1 block4.2.expand block4.2 fc",
}
"""Whole tables where they are short."""

# these modules also join a maximum of the maps before them
PARTLY_RECTIFIED = {"mixed6a", "mixed7a"}
# their layers come out of other nonlinearities, or out of none
OTHERWISE_MADE = ("mobilenet_v3", "convnext")


def source(folder: Path, architecture: str = "squeezenet1_1", seed: int = 0) -> ZooSource:
    """Torchvision's file as it would be, had it come out of our seed."""
    file = folder / "weights.pth"
    torch.save(random_module(architecture, seed).state_dict(), file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    named = file.rename(folder / f"{architecture}-{digest[:8]}.pth")
    weights = ZooWeights(named.name, 5, 64, 73, "bilinear")
    return ZooSource(f"torchvision/{architecture}", (named,), architecture, weights)


@pytest.mark.parametrize(
    "architecture",
    [one if one == "squeezenet1_1" else pytest.param(one, marks=pytest.mark.slow) for one in SIDES],
)
def test_scores_are_the_modules_own_and_layers_are_sane(architecture: str) -> None:
    side = SIDES[architecture]
    module = random_module(architecture, seed=1).double()
    graph = trace(module, (3, side, side))
    pictures = torch.randn(2, 3, side, side, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    top = len(graph.nodes) - 1
    expected = module(pictures)
    difference = (graph.run({0: pictures}, [top])[top] - expected).abs().max()
    assert difference <= 1e-10 * expected.abs().max()
    check_layers(architecture, graph)


def test_layers_are_known_without_numbers() -> None:
    check_layers("vgg16_bn", trace(empty_module("vgg16_bn"), (3, 224, 224)))


def check_layers(architecture: str, graph: Graph) -> None:
    layers = layer_table(graph, zoo_layers(architecture, graph))
    nodes = [layer.node for layer in layers]
    assert nodes == sorted(set(nodes))
    assert nodes[-1] == len(graph.nodes) - 1
    assert layers[-1].units == 1000
    assert not layers[-1].rectified
    for layer in layers:
        assert Unit.parse(str(Unit(layer.name, 7))) == Unit(layer.name, 7)
        assert layer.units == graph.nodes[layer.node].shape[0]
        assert layer.spatial == (len(graph.nodes[layer.node].shape) == 3)
    if architecture in LAYERS:
        assert " ".join(layer.name for layer in layers) == LAYERS[architecture]
        if not architecture.startswith(OTHERWISE_MADE):
            assert {layer.name for layer in layers[:-1] if not layer.rectified} <= PARTLY_RECTIFIED


@pytest.mark.parametrize("architecture", ZOO)
def test_every_network_of_the_table_has_names_for_its_layers(architecture: str) -> None:
    assert set(zoo_layers(architecture, Graph((Node("input", Input(), (), (3, 64, 64)),))).values()) == {0}


def test_a_layer_is_the_activation_after_its_relu() -> None:
    network = random_network("resnet18", 0, (64, 64))
    node = network.graph.nodes[network.card.layer("layer3.1").node]
    assert isinstance(node.operation, ReLU)
    assert node.name == "layer3.1.relu:2"
    assert node.shape == (256, 4, 4)


def test_blocks_without_a_relu_at_their_end_say_so() -> None:
    layers = {layer.name: layer for layer in random_network("mobilenet_v2", 0, (64, 64)).card.layers}
    assert not layers["block3"].rectified
    assert layers["block3.depthwise"].rectified
    assert layers["block17"].units == 320


def test_labels_are_known_by_the_name_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / ZOO["squeezenet1_1"][0].file
    file.touch()
    assert ZooSource.of("squeezenet1_1", file).card().labels[281] == "tabby"


def test_labels_are_torchvisions_but_for_three_that_it_does_not_tell_apart() -> None:
    theirs = torchvision_models().get_model_weights("resnet18").DEFAULT.meta["categories"]
    pairs = enumerate(zip(imagenet_labels(), theirs, strict=True))
    differing = {index: pair for index, pair in pairs if pair[0] != pair[1]}
    assert differing == {
        134: ("crane (bird)", "crane bird"),
        517: ("crane (machine)", "crane"),
        639: ("tank suit", "maillot tank suit"),
    }
    for architecture in ZOO:
        for one in torchvision_models().get_model_weights(architecture):
            assert one.meta["categories"] in (theirs, [], None)


def test_efficientnet_says_what_its_lack_of_relus_means() -> None:
    network = random_network("efficientnet_b0", 0, (64, 64))
    said = notice(network.card.name, network.graph)
    assert said is not None
    assert said.startswith("torchvision/efficientnet_b0 has no ReLU but sigmoid and silu")
    assert not any(layer.rectified for layer in network.card.layers)


def test_the_maps_of_a_convnext_have_their_channels_first() -> None:
    graph = random_network("convnext_tiny", 0, (64, 64)).graph
    assert not any(isinstance(node.operation, Permute) for node in graph.nodes)
    assert {len(node.shape) for node in graph.nodes if isinstance(node.operation, LayerNorm)} == {3}
    assert [node.shape for node in graph.nodes if node.name == "features.1.0.block.4"] == [(384, 16, 16)]


def test_networks_of_relus_need_no_notice() -> None:
    assert notice("torchvision/squeezenet1_1", random_network("squeezenet1_1", 0, (64, 64)).graph) is None


def test_unknown_names_are_answered_with_near_ones() -> None:
    with pytest.raises(NetworkError, match="no network torchvision/resnet19") as caught:
        ZooSource.of("resnet19", Path("resnet19-00000000.pth"))
    assert "resnet18" in str(caught.value.hint)


@pytest.mark.parametrize(
    "architecture",
    ["swin_t", *(pytest.param(one, marks=pytest.mark.slow) for one in ("vit_b_16", "swin_v2_b", "maxvit_t"))],
)
def test_networks_of_attention_are_refused_with_what_it_would_take(architecture: str) -> None:
    with pytest.raises(NetworkError, match=f"torchvision/{architecture}: attention is not carried") as caught:
        zoo_weights(architecture)
    assert "units that are tokens" in str(caught.value.hint)
    module = torchvision_models().get_model(architecture, weights=None)
    with pytest.raises(NetworkError, match="attention is not carried back"):
        trace(module, (3, 224, 224))


def test_the_table_of_weights_is_torchvisions() -> None:
    models = torchvision_models()
    for architecture, versions in ZOO.items():
        theirs = [one for one in models.get_model_weights(architecture) if one.meta["categories"]]
        assert {published(one).address for one in versions} == {one.url for one in theirs}
        assert versions[0].file == models.get_model_weights(architecture).DEFAULT.url.rpartition("/")[2]
        for one in theirs:
            ours = next(version for version in versions if one.url.endswith(version.file))
            transform = one.transforms()
            assert transform.crop_size == [ours.side]
            assert transform.resize_size == [ours.short_side]
            assert transform.interpolation.value == ours.interpolation
            assert abs(one.meta["_file_size"] * 2**20 / 1e6 - ours.megabytes) <= 0.5


@pytest.mark.parametrize(
    "architecture", ["resnet50", "efficientnet_b0", "googlenet", "efficientnet_v2_l", "convnext_tiny"]
)
def test_preprocessing_is_torchvisions(architecture: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (400, 400, 3), dtype=np.uint8)
    picture = Image.fromarray(noise)
    weights = torchvision_models().get_model_weights(architecture).DEFAULT
    expected = weights.transforms()(picture)
    if architecture == "googlenet":  # it goes on inside torchvision's network
        module = empty_module(architecture)
        module.transform_input = True
        expected = module._transform_input(expected[None])[0]
    ours = zoo_preprocessing(architecture, ZOO[architecture][0])
    np.testing.assert_allclose(ours.normalise(ours.fit(picture)), expected.numpy(), atol=2e-6)


def test_a_file_of_weights_becomes_a_network(tmp_path: Path) -> None:
    from_file = source(tmp_path)
    network = from_file.load()
    assert network.card == from_file.card()
    assert network.card.digest == from_file.digest()
    assert source(tmp_path, seed=1).digest() != network.card.digest
    pictures = torch.rand(1, 3, 64, 64)
    expected = random_module("squeezenet1_1", 0)(pictures)
    torch.testing.assert_close(network.scores(pictures), expected)


def test_files_of_old_checkpoints_are_read(tmp_path: Path) -> None:
    module = random_module("densenet121", 0)
    old = {
        name.replace("norm1.", "norm.1.").replace("conv2.", "conv.2."): tensor
        for name, tensor in module.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    file = tmp_path / "old.pth"
    torch.save(old, file, _use_new_zipfile_serialization=False)
    filled = filled_module("densenet121", read_state(file), file)
    pictures = torch.rand(1, 3, 64, 64)
    torch.testing.assert_close(filled(pictures), module(pictures))


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["googlenet", "inception_v3"])
def test_heads_for_training_may_be_there_or_not(architecture: str, tmp_path: Path) -> None:
    state = random_module(architecture, 0).state_dict()
    file = tmp_path / "state.pth"
    for kept in (state, {name: one for name, one in state.items() if not name.startswith(("aux", "Aux"))}):
        torch.save(kept, file)
        filled = filled_module(architecture, read_state(file), file)
        assert torch.equal(filled.fc.weight, state["fc.weight"])


def test_a_file_with_another_hash_is_refused(tmp_path: Path) -> None:
    from_file = source(tmp_path)
    file = from_file.files[0]
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    with pytest.raises(WeightsError, match="is damaged: its SHA-256 begins with"):
        from_file.load()


def test_a_file_of_another_name_is_refused() -> None:
    with pytest.raises(WeightsError, match="none of torchvision's files for resnet18"):
        ZooSource.of("resnet18", Path("resnet50-11ad3fa6.pth"))


def test_tensors_of_another_network_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "state.pth"
    torch.save(random_module("squeezenet1_1", 0).state_dict(), file)
    state = read_state(file)
    with pytest.raises(
        WeightsError, match=r"does not fit resnet18 with 1000 classes: it has no conv1.weight, and \d+ more"
    ):
        filled_module("resnet18", state, file)
    with pytest.raises(WeightsError, match=r"classifier\.1\.weight has the shape 1000×512×1×1") as caught:
        filled_module("squeezenet1_1", state, file, classes=10)
    assert "10×512×1×1" in str(caught.value.hint)
    state["extra"] = torch.zeros(1)
    with pytest.raises(WeightsError, match="it has no place for extra"):
        filled_module("squeezenet1_1", state, file)


class Hostile:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("run",)


@pytest.mark.parametrize("name", ["state.pth", "state.npz", "state.safetensors"])
def test_nothing_in_a_file_is_run(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / name
    if name.endswith(".pth"):
        torch.save({"weight": Hostile()}, file)
    elif name.endswith(".npz"):
        np.savez(file, weight=np.array([Hostile()], dtype=object))
    else:
        file.write_bytes(pickle.dumps(Hostile()))
    with pytest.raises(WeightsError, match="cannot be read as"):
        read_state(file)
    assert "run" not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["state.pth", "state.npz", "state.safetensors"])
def test_damaged_and_missing_files_are_told(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    with pytest.raises(WeightsError, match="No such file"):
        read_state(file)
    for data in (b"", b"\x00" * 100, b"PK\x03\x04" + b"\x01" * 50):
        file.write_bytes(data)
        with pytest.raises(WeightsError, match="cannot be read as"):
            read_state(file)


def test_other_kinds_of_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no kind of weights file"):
        read_state(tmp_path / "weights.pkl")
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(WeightsError, match="does not hold tensors by name"):
        read_state(tmp_path / "list.pth")
