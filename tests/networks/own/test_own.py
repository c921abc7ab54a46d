"""Networks of one's own: what `networks.yaml` may say, what becomes of it, and how mistakes are told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from msgspec.structs import replace
from torch import Tensor

from catvis.errors import ContentError, NetworkError, WeightsError
from catvis.networks.own.own_file import own_names
from catvis.networks.own.own_source import OwnSource, own_source
from catvis.networks.registry import source
from catvis.networks.torchvision.zoo_modules import empty_module
from catvis.settings import Settings

CODE = """
import torch
from torch import nn
import torch.nn.functional as F

class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        return self.fc(F.relu(self.conv1(x)).mean((2, 3)))

def small():
    return Small()

def number():
    return 5

def broken():
    return 1 / 0
"""
SMALL = """
small:
  architecture: networks.py:small
  weights: small.safetensors
  preprocessing: {size: 16, mean: 0.5, std: [0.25, 0.5, 1]}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A content folder with weights for everything that the tests name."""
    content, weights = tmp_path / "content", tmp_path / "weights"
    content.mkdir()
    weights.mkdir()
    (content / "networks.py").write_text(CODE)
    state = {
        "conv1.weight": seeded(4, 3, 3, 3),
        "conv1.bias": seeded(4),
        "fc.weight": seeded(3, 4),
        "fc.bias": seeded(3),
    }
    safetensors.torch.save_file(state, content / "small.safetensors")
    return Settings(content=content, weights=weights, downloads=tmp_path / "downloads", allow_code=True)


def seeded(*shape: int) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(sum(shape))) - 0.5


def opened(text: str, settings: Settings) -> OwnSource:
    """The only entry of a `networks.yaml`."""
    (settings.content / "networks.yaml").write_text(text)
    (name,) = own_names(settings)
    found = own_source(name, settings)
    assert found is not None
    return found


def squeezenet_file(folder: Path, classes: int, suffix: str) -> Path:
    state = {
        name: seeded(*tensor.shape)
        for name, tensor in empty_module("squeezenet1_1", classes).state_dict().items()
    }
    file = folder / f"cats{suffix}"
    if suffix == ".npz":
        np.savez(file, **{name: tensor.numpy() for name, tensor in state.items()})
    elif suffix == ".pth":
        torch.save({"state_dict": state}, file)
    else:
        safetensors.torch.save_file(state, file)
    return file


def test_without_a_file_there_are_no_networks(tmp_path: Path) -> None:
    assert own_source("small", Settings(content=tmp_path)) is None


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".npz", ".pth", ".safetensors"])
def test_an_architecture_of_torchvision(settings: Settings, suffix: str) -> None:
    squeezenet_file(settings.content, 3, suffix)
    (settings.content / "cats.txt").write_text("tabby\nSiamese cat\nEgyptian cat\n")
    source = opened(
        f"""
cats:
  architecture: torchvision/squeezenet1_1
  weights: cats{suffix}
  labels: cats.txt
  layers: {{edges: conv1, fire2: fire2, scores: pool10}}
  preprocessing: {{size: [64, 80]}}
""",
        settings,
    )
    network = source.load()
    assert network.card == source.card()
    assert network.card.widths == {"edges": 64, "fire2": 128, "scores": 3}
    assert network.card.labels == ("tabby", "Siamese cat", "Egyptian cat")
    assert network.card.size == (64, 80)
    assert network.preprocessing.short_side == 80
    assert network.preprocessing.interpolation == "bilinear"
    assert network.scores(torch.zeros(2, 3, 64, 80)).shape == (2, 3)


def test_the_caffe_family_takes_named_tensors_too(settings: Settings) -> None:
    shapes = {"conv1": (96, 3, 11, 11), "conv2": (256, 48, 5, 5), "conv3": (384, 256, 3, 3),
              "conv4": (384, 192, 3, 3), "conv5": (8, 192, 3, 3)}  # fmt: skip
    state = {f"{name}.weight": seeded(*shape) for name, shape in shapes.items()}
    state |= {f"{name}.bias": seeded(shape[0]) for name, shape in shapes.items()}
    safetensors.torch.save_file(state, settings.content / "conv.safetensors")
    source = opened(
        "mine:\n  architecture: alexnet-conv\n  weights: conv.safetensors\n  classes: 8\n"
        "  preprocessing: {size: 99}\n",
        settings,
    )
    network = source.load()
    assert network.card == source.card()
    assert network.card.widths == {"conv1": 96, "conv2": 256, "conv3": 384, "conv4": 384, "conv5": 8}
    assert network.preprocessing.order == "BGR"
    top = network.activations(torch.zeros(1, 3, 99, 99), ["conv5"])["conv5"]
    assert top.shape[1] == 8


def test_an_architecture_in_python(settings: Settings) -> None:
    source = opened(SMALL, settings)
    network = source.load()
    assert [(layer.name, layer.units, layer.rectified) for layer in network.card.layers] == [
        ("conv1", 4, True),
        ("fc", 3, False),
    ]
    assert network.preprocessing.scale == 1 / 255
    assert network.preprocessing.std == (0.25, 0.5, 1)
    weight = next(node.operation for node in network.graph.nodes if node.name == "conv1").weight
    assert torch.equal(weight, seeded(4, 3, 3, 3))


def test_a_checkpoint_of_several_networks_says_which(settings: Settings) -> None:
    state = safetensors.torch.load_file(settings.content / "small.safetensors")
    averaged = {f"module.{name}": value / 2 for name, value in state.items()}
    torch.save({"model": state, "model_ema": averaged}, settings.content / "small.pth")
    text = SMALL.replace("small.safetensors", "small.pth")
    with pytest.raises(WeightsError, match="several networks: model, model_ema"):
        opened(text, settings).load()
    graph = opened(text + "  checkpoint: model_ema\n", settings).load().graph
    weight = next(node.operation for node in graph.nodes if node.name == "conv1").weight
    assert torch.equal(weight, state["conv1.weight"] / 2)


def test_the_digest_covers_weights_code_and_what_is_written(settings: Settings) -> None:
    digests = {opened(SMALL, settings).digest()}
    digests.add(opened(SMALL.replace("0.25", "0.3"), settings).digest())
    digests.add(opened(SMALL + "  layers: [conv1]\n", settings).digest())
    (settings.content / "networks.py").write_text(CODE + "\n")
    digests.add(opened(SMALL, settings).digest())
    file = settings.content / "small.safetensors"
    safetensors.torch.save_file({"fc.bias": seeded(3)}, file)
    digests.add(opened(SMALL, settings).digest())
    assert len(digests) == 5
    assert opened(SMALL, settings).digest() in digests


def test_code_is_not_run_unless_that_is_allowed(settings: Settings) -> None:
    (settings.content / "networks.py").write_text("raise SystemExit('run')")
    with pytest.raises(ContentError, match="code in a content folder is not run") as caught:
        opened(SMALL, replace(settings, allow_code=False))
    assert "networks.yaml:3:17" in str(caught.value)
    assert "--allow-code" in str(caught.value)


def test_weights_may_lie_in_the_folder_of_weights(settings: Settings) -> None:
    assert settings.weights is not None
    (settings.content / "small.safetensors").rename(settings.weights / "small.safetensors")
    assert opened(SMALL, settings).load().card.top.name == "fc"


def test_layers_chosen_keep_the_class_scores(settings: Settings) -> None:
    card = opened(SMALL + "  layers: {first: conv1}\n", settings).card()
    assert list(card.widths) == ["first", "fc"]


MISTAKES = {
    "- a": (1, "expected networks by their names"),
    "small: [": (1, "this is no YAML"),
    "small: 5": (1, "expected a network"),
    "5small: {}": (1, "'5small' is no name for a network"),
    "small: {}": (1, "small has no architecture"),
    SMALL + "  sise: 3": (6, "unknown key 'sise'"),
    SMALL + "  weights: small.safetensors": (6, "'weights' stands here twice"),
    SMALL + "small: {}": (6, "'small' stands here twice"),
    SMALL.replace("small.safetensors", "smal.safetensors"): (4, "there is no file 'smal.safetensors'"),
    SMALL.replace("small.safetensors", "../small.safetensors"): (4, "leads out of the content folder"),
    SMALL.replace("small.safetensors", "/etc/passwd"): (4, "leads out of the content folder"),
    SMALL.replace("small.safetensors", "link.safetensors"): (4, "is a link that leads out"),
    SMALL.replace("networks.py:small", "torchvision/resnet19"): (3, "no architecture 'torchvision/resnet19'"),
    SMALL.replace("networks.py:small", "alexnt"): (3, "there is no architecture 'alexnt'"),
    SMALL.replace("networks.py:small", "resnet18"): (3, "there is no architecture 'resnet18'"),
    SMALL.replace("small:\n", "caffenet:\n"): (3, "caffenet is the name of another network"),
    SMALL.replace("size: 16", "size: 0"): (5, "a size is a number of pixels"),
    SMALL.replace("size: 16", "size: [16, 16, 16]"): (5, "size is no number or a list of 2"),
    SMALL.replace("mean: 0.5", "mean: .nan"): (5, "mean is no number"),
    SMALL.replace("mean: 0.5", "mean: [[[1]], 2, 3]"): (5, "mean is no number"),
    SMALL.replace("mean: 0.5", "order: GBR"): (5, "order is 'GBR'"),
    SMALL.replace("mean: 0.5", "scale: 0"): (5, "a scale is greater than 0"),
    SMALL.replace("0.25, 0.5, 1", "0.25, 0, 1"): (5, "standard deviations are greater than 0"),
    SMALL.replace("size: 16", "short_side: 1.5"): (5, "short_side is a whole number"),
    SMALL + "  classes: none": (6, "classes is no number"),
    SMALL + "  layers: {}": (6, "at least one layer"),
    SMALL + "  layers: {conv_1: conv1}": (6, "'conv_1' is no name for a layer"),
    SMALL + "  layers: {a: []}": (6, "expected a word"),
    SMALL + "  labels: none.txt": (6, "there is no file 'none.txt'"),
    SMALL + "  labels: labels.txt\n  classes: 4": (6, "there are 2 labels for 4 classes"),
    SMALL + "  labels: empty.txt": (6, "empty.txt has an empty line"),
    SMALL + "  labels: small.safetensors": (6, "small.safetensors is no text in UTF-8"),
}


def test_a_mistake_in_one_network_does_not_block_the_others(settings: Settings) -> None:
    broken = "other:\n  architecture: networks.py:small\n  weights: gone.safetensors\n"
    (settings.content / "networks.yaml").write_text(broken + SMALL)
    found = own_source("small", settings)
    assert found is not None
    assert found.card().top.name == "fc"
    with pytest.raises(ContentError, match=r"there is no file 'gone\.safetensors'"):
        own_source("other", settings)


def test_a_broken_file_blocks_only_what_may_stand_in_it(settings: Settings) -> None:
    (settings.content / "networks.yaml").write_text("small: [")
    assert source("menagerie", settings).card().top.name == "fc8"
    with pytest.raises(NetworkError, match="there is no network torchvision/resnet19"):
        source("torchvision/resnet19", settings)
    with pytest.raises(ContentError, match="this is no YAML"):
        source("small", settings)


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes_are_told_with_their_line(text: str, settings: Settings) -> None:
    (settings.content / "labels.txt").write_text("cat\ndog\n")
    (settings.content / "empty.txt").write_text("cat\n\ndog\n")
    outside = settings.content.parent / "outside.safetensors"
    outside.write_bytes(b"")
    (settings.content / "link.safetensors").symlink_to(outside)
    line, message = MISTAKES[text]
    with pytest.raises(ContentError) as caught:
        opened(text, settings)
    assert message in caught.value.message
    assert caught.value.where is not None
    assert caught.value.where.line == line


def test_an_architecture_of_attention_is_refused_with_its_line(settings: Settings) -> None:
    with pytest.raises(NetworkError, match="torchvision/vit_b_16: attention is not carried back") as caught:
        opened(SMALL.replace("networks.py:small", "torchvision/vit_b_16"), settings)
    assert caught.value.where is not None
    assert caught.value.where.line == 3


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("smal", "networks.py has no function 'smal'"),
        ("number", "number returns int, not a torch.nn.Module"),
        ("broken", "ZeroDivisionError: division by zero"),
    ],
)
def test_mistakes_in_code_are_told(function: str, message: str, settings: Settings) -> None:
    source = opened(SMALL.replace("networks.py:small", f"networks.py:{function}"), settings)
    with pytest.raises((ContentError, NetworkError)) as caught:
        source.load()
    assert message in str(caught.value)
    if function == "broken":
        assert f"networks.py:{CODE.splitlines().index('    return 1 / 0') + 1}" in str(caught.value)


def test_a_syntax_error_in_code_is_told_with_its_line(settings: Settings) -> None:
    (settings.content / "networks.py").write_text("import torch\n\ndef small(:\n")
    with pytest.raises(NetworkError, match=r"networks\.py:3: SyntaxError"):
        opened(SMALL, settings).load()


def test_layers_that_are_not_there_are_told(settings: Settings) -> None:
    with pytest.raises(ContentError, match="has no layer 'conv2'") as caught:
        opened(SMALL + "  layers: [conv2]\n", settings).card()
    assert "conv1" in str(caught.value.hint)
    with pytest.raises(ContentError, match="twice"):
        opened(SMALL + "  layers: {a: conv1, b: conv1}\n", settings).card()


def test_labels_are_as_many_as_class_scores(settings: Settings) -> None:
    (settings.content / "labels.txt").write_text("cat\ndog\n")
    with pytest.raises(ContentError, match="there are 2 labels for 3 class scores"):
        opened(SMALL + "  labels: labels.txt\n", settings).card()


def test_an_architecture_in_python_has_to_say_its_size(settings: Settings) -> None:
    text = SMALL.replace("size: 16, ", "")
    with pytest.raises(ContentError, match="does not say how large its input is"):
        opened(text, settings).preprocessing()


def test_weights_of_another_network_are_refused(settings: Settings) -> None:
    safetensors.torch.save_file({"conv1.weight": seeded(4, 3, 5, 5)}, settings.content / "small.safetensors")
    with pytest.raises(WeightsError, match=r"does not fit networks\.py:small: it has no conv1\.bias"):
        opened(SMALL, settings).load()


def test_caffes_weights_are_for_caffes_architectures(settings: Settings) -> None:
    (settings.content / "small.caffemodel").write_bytes(b"")
    with pytest.raises(ContentError, match="is Caffe's"):
        opened(SMALL.replace("small.safetensors", "small.caffemodel"), settings)


@pytest.mark.parametrize(
    "text",
    ["a: " + "[" * 5000, "x" * 1_100_000, "a: &a [*a]", "a: !!python/object/apply:os.system [ls]", "\0", "%"],
)
def test_hostile_files_are_refused(text: str, settings: Settings) -> None:
    with pytest.raises(ContentError):
        opened(text, settings)
