"""A look at a picture answers as the jobs do, takes whatever is a picture, and refuses what is none by name."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import catvis
from catvis.backward.sweep import Route, attributions
from catvis.backward.trace import Trace
from catvis.errors import (
    CatvisError,
    ContentError,
    NetworkError,
    PictureError,
    SilentUnitError,
    UsageError,
    WeightsError,
)
from catvis.interface.opened import OpenNetwork
from catvis.interface.picture_look import PictureLook
from catvis.networks.network import Network
from catvis.terms import Unit, UnitPath
from tests.small_world import LABELS, SIDE, World, picture, small_source


@pytest.fixture
def net(at_home: World) -> OpenNetwork:
    return catvis.open("small", cache=at_home.settings.cache)


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    picture().save(tmp_path / "cat.png")
    return tmp_path / "cat.png"


@pytest.fixture
def look(net: OpenNetwork, cat: Path) -> PictureLook:
    return net.look(cat)


@pytest.fixture
def network(world: World) -> Network:
    return small_source("small", world.settings).load()


def test_importing_costs_nothing() -> None:
    program = (
        "import sys, catvis; heavy = {'torch', 'numpy', 'PIL', 'yaml'} & set(sys.modules);"
        "print(*heavy, catvis.__all__, callable(catvis.open), callable(catvis.wrap))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout == "['CatvisError', 'open', 'wrap'] True True\n"


def test_a_network_says_what_it_is_made_of(net: OpenNetwork) -> None:
    assert (net.name, net.size, net.labels) == ("small", (SIDE, SIDE), LABELS)
    assert net.layers == {"conv1": 8, "conv2": 12, "fc3": 16, "fc4": 10}
    assert repr(net) == "<small: 4 layers, conv1 (8) to fc4 (10), on pictures of 26×26 pixels>"
    assert "<td>conv1</td><td>8</td><td>maps</td>" in net._repr_html_()


def test_the_strongest_classes(look: PictureLook) -> None:
    first, second = look.top(2)
    assert (first.unit, first.label, second.label) == (Unit("fc4", 8), "ibis", "jay")
    assert first.score == look.scores.max()
    assert sum(row.probability for row in look.top(99)) == pytest.approx(1)
    assert len(look.top()) == 5
    assert repr(look.top(2)) == f"{first}\n{second}"
    assert str(first).split()[1:3] == ["fc4_8", "ibis"]


def test_children_are_ranked_and_measured(look: PictureLook) -> None:
    children = look.children("fc4_2", "fc3", 3)
    assert [str(child.unit) for child in children] == ["fc3_10", "fc3_7", "fc3_8"]
    assert [child.weight > 0 for child in children] == [True, True, False]
    assert children[2].signed_share == -children[2].share < 0
    assert [child.ablation for child in children] == [
        pytest.approx(look.ablation("fc4_2", child.unit)) for child in children
    ]
    weights = look.weights("fc4_2", "fc3")
    assert [child.weight for child in children] == [weights.values[child.unit.index] for child in children]
    assert all(child.weight >= 0 for child in look.children("fc4_2", "fc3", edges="guided"))


def test_selectors_and_their_units_are_one(look: PictureLook) -> None:
    path = look.path("top→fc3:top1")
    assert path == UnitPath((Unit("fc4", 8), look.children("top", "fc3", 1)[0].unit))
    assert np.array_equal(look.tile("top->fc3:top1").array, look.tile(path).array)
    by_guided = look.path("fc4_2→fc3:top3", edges="guided").end
    assert by_guided == look.children("fc4_2", "fc3", 3, edges="guided")[2].unit
    assert by_guided != look.path("fc4_2→fc3:top3").end
    assert look.path(Unit("conv1", 2)) == look.path("conv1_2") == UnitPath((Unit("conv1", 2),))


@pytest.mark.parametrize("rule", ["gradient", "deconvnet", "guided"])
def test_a_tile_is_the_sweep_s_attribution(look: PictureLook, network: Network, rule: str) -> None:
    tile = look.tile("fc4_2→fc3_8", rule=rule)
    seen = network.preprocessing.fit(picture())
    trace = Trace(network, torch.from_numpy(network.preprocessing.normalise(seen))[None])
    ((_, found),) = attributions(trace, [Route(UnitPath.parse("fc4_2→fc3_8"), (1, -1))], rule)
    assert tile.signs == (1, -1)
    assert (tile.array.shape, tile.array.dtype) == ((3, SIDE, SIDE), np.float32)
    np.testing.assert_allclose(tile.array, found.whole().numpy(), rtol=1e-5, atol=1e-8)


def test_many_tiles_are_one_sweep(look: PictureLook, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = ["fc4_2", "fc4_2→fc3_10", "conv1_0", "top→fc3:top1", "fc4_2"]
    one_by_one = [look.tile(path).array for path in paths]
    sweeps = []

    def counted(*args: object, **options: object) -> object:
        sweeps.append(len(args[1]))
        return attributions(*args, **options)

    monkeypatch.setattr("catvis.backward.sweep.attributions", counted)
    tiles = look.tiles(paths)
    assert sweeps == [4]
    np.testing.assert_allclose(tiles.arrays, one_by_one, rtol=1e-5, atol=1e-8)
    assert [str(tile.path) for tile in tiles[:2]] == paths[:2]
    assert len(tiles) == 5


def test_activations(look: PictureLook) -> None:
    assert look.activations("conv2").shape[0] == 12
    assert look.activations("fc3").shape == (16,)
    peak = look.activation("conv2_3")
    assert peak.activation == look.activations("conv2")[3].max() == look.activations("conv2")[3][peak.place]
    assert look.activation("fc3_15").activation == 0


def test_a_picture_is_the_same_however_it_comes(net: OpenNetwork, cat: Path) -> None:
    pixels = np.asarray(picture())
    encoded = io.BytesIO()
    picture().save(encoded, "PNG")
    bytes_first = torch.from_numpy(pixels.copy()).permute(2, 0, 1)
    given = [str(cat), encoded.getvalue(), picture(), pixels, bytes_first, picture().convert("RGBA")]
    expected = net.look(cat).scores
    for one in given:
        assert np.array_equal(net.look(one).scores, expected)
    assert np.asarray(net.look(cat).input).shape == (SIDE, SIDE, 3)


def test_a_float_tensor_is_the_network_s_input(net: OpenNetwork, cat: Path, network: Network) -> None:
    values = network.preprocessing.normalise(network.preprocessing.fit(picture()))
    tensor = torch.from_numpy(values).requires_grad_()
    for given in (tensor, tensor[None], tensor.double(), tensor.half()):
        look = net.look(given)
        assert np.allclose(look.scores, net.look(cat).scores, atol=3e-3)
        assert np.array_equal(np.asarray(look.input), np.asarray(net.look(cat).input))
    doubled = net.look(2 * tensor)
    assert not np.allclose(doubled.scores, net.look(cat).scores, rtol=1e-2)
    assert tensor.grad is None


def test_a_warped_picture_is_another(net: OpenNetwork, cat: Path) -> None:
    warped = net.look(cat, fit="warp")
    assert not np.array_equal(warped.scores, net.look(cat).scores)
    assert str(warped.path("top→fc3:top1")) == str(
        warped.path("top").then(warped.children("top", "fc3")[0].unit)
    )


def test_several_pictures_go_forward_together(net: OpenNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [net.look(picture(seed)) for seed in range(3)]
    passes = []
    begun = Trace.__init__
    monkeypatch.setattr(
        Trace, "__init__", lambda *args, **more: passes.append(args[2].shape[0]) or begun(*args, **more)
    )
    together = net.looks([picture(seed) for seed in range(3)])
    found = [
        (look.scores, look.tile("top→fc3:top1").array, look.children("top", "conv2")) for look in together
    ]
    assert passes == [3]
    for (scores, array, children), look in zip(found, alone, strict=True):
        np.testing.assert_allclose(scores, look.scores, rtol=1e-5)
        np.testing.assert_allclose(array, look.tile("top→fc3:top1").array, rtol=1e-4, atol=1e-7)
        theirs = look.children("top", "conv2")
        assert [child.unit for child in children] == [child.unit for child in theirs]
        assert [child.ablation for child in children] == pytest.approx(
            [child.ablation for child in theirs], rel=1e-4
        )
    assert net.looks([]) == ()
    (only,) = net.looks(torch.stack([torch.zeros(3, SIDE, SIDE)]))
    assert only.scores.shape == (10,)


def test_a_look_keeps_its_forward_pass(net: OpenNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = [net.look(picture(seed)) for seed in range(6)]
    expected = [look.scores for look in looks]
    monkeypatch.setattr(Trace, "__init__", lambda *args: pytest.fail("looked again"))
    assert [look.tile("top").array.any() for look in looks]
    assert [list(look.scores) for look in looks] == [list(scores) for scores in expected]


def test_a_network_is_known_by_the_name_of_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.networks.caffe.caffe_writer import caffemodel, random_arrays, write

    write(tmp_path, "squeezenet_v1.0.caffemodel", caffemodel(random_arrays("squeezenet")))
    assert catvis.open(tmp_path / "squeezenet_v1.0.caffemodel").name == "squeezenet"
    monkeypatch.chdir(tmp_path)
    assert catvis.open("squeezenet_v1.0.caffemodel").name == "squeezenet"
    with pytest.raises(WeightsError, match=r"no network's weights are called best\.pth"):
        catvis.open(tmp_path / "best.pth")
    with pytest.raises(WeightsError, match=r"there is no .*bvlc_alexnet"):
        catvis.open(tmp_path / "bvlc_alexnet.caffemodel")


MISTAKES = {
    "unknown layer": (lambda look: look.tile("fc9_2"), NetworkError, "unknown layer 'fc9'"),
    "no unit": (lambda look: look.tile("fc4"), ContentError, "'fc4' is not a unit"),
    "no selector": (lambda look: look.tile("fc4:top"), ContentError, "'fc4:top' is not a selector"),
    "past the width": (lambda look: look.tile("conv1_8"), NetworkError, "there is no unit conv1_8"),
    "upwards": (lambda look: look.tile("conv1_1→fc3_8"), NetworkError, "fc3 is not below conv1: paths go down"),
    "silent": (lambda look: look.tile("fc3_0"), SilentUnitError, "fc3_0 does not fire on this picture"),
    "silent, followed": (lambda look: look.path("fc3_0→conv2:top1"), SilentUnitError, "fc3_0 does not fire"),
    "nothing arrives": (lambda look: look.tile("conv2_7→conv1_0"), SilentUnitError, "nothing arrives at conv1_0"),
    "one of several": (lambda look: look.tiles(["top", "fc3_0"]), SilentUnitError, "fc3_0 does not fire"),
    "children above": (lambda look: look.children("fc3_10", "fc4"), NetworkError, "fc4 is not below fc3"),
    "no such child": (lambda look: look.path("fc4_2→fc3:top9"), ContentError, "has 6 children in fc3, not 9"),
    "more than there are": (lambda look: look.path("top→fc3:top99"), NetworkError, "fc3 has no 99 children"),
    "unknown rule": (lambda look: look.tile("top", rule="guide"), UsageError, "there is no rule 'guide'"),
    "unknown display": (lambda look: look.tile("top", display="x"), UsageError, "there is no display 'x'"),
    "a path of a wrong type": (lambda look: look.tile(3), UsageError, "a path cannot be an int"),
    "a unit of a wrong type": (lambda look: look.activation(None), UsageError, "a unit cannot be a NoneType"),
    "paths as one text": (lambda look: look.tiles("top"), UsageError, "a list of paths cannot be a str"),
    "no paths": (lambda look: look.tiles([]), UsageError, "has at least one"),
    "a layer of a wrong type": (lambda look: look.children("top", 3), UsageError, "a layer cannot be an int"),
    "another": (lambda look: look.activations(None), UsageError, "a layer cannot be a NoneType"),
    "none": (lambda look: look.top(0), UsageError, "0 is not a number from 1"),
    "ablation upwards": (lambda look: look.ablation("conv1_0", "fc3_10"), NetworkError, "fc3 is not below"),
    "ablation of a silent one": (lambda look: look.ablation("fc3_0", "conv1_0"), SilentUnitError, "does not fire"),
    "a tree to a layer above": (lambda look: look.tree("top", ["fc3", "fc4"]), NetworkError, "is not below"),
    "a figure's file": (lambda look: look.tree("top", "fc3").save("x.gif"), UsageError, "ends neither in .svg"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_has_the_command_line_s_words(look: PictureLook, name: str) -> None:
    call, kind, says = MISTAKES[name]
    with pytest.raises(kind) as caught:
        call(look)
    assert says in str(caught.value)
    assert caught.value.where is None


NO_PICTURES = {
    "missing": ("none.png", PictureError, "there is no picture none.png"),
    "a number": (3, UsageError, "a picture cannot be an int"),
    "no rows": (np.zeros((0, 9, 3), np.uint8), PictureError, "the picture has no pixels"),
    "no columns": (Image.new("RGB", (0, 5)), PictureError, "the picture has no pixels"),
    "noise": (b"noise", PictureError, "the picture is no picture"),
    "floats": (np.zeros((9, 9, 3)), PictureError, "an array of float64, shape (9, 9, 3), is no picture"),
    "channels first": (np.zeros((3, 9, 9), np.uint8), PictureError, "is no picture"),
    "grey": (torch.zeros(1, SIDE, SIDE), PictureError, "a tensor of shape (1, 26, 26) is not one picture"),
    "a batch": (torch.zeros(2, 3, SIDE, SIDE), PictureError, "several pictures: net.looks(batch)"),
    "another size": (torch.zeros(3, 9, 9), UsageError, "has shape (3, 26, 26), the tensor (3, 9, 9)"),
    "whole numbers": (torch.zeros(3, SIDE, SIDE).long(), PictureError, "a tensor of torch.int64 is no picture"),
    "no numbers": (torch.full((3, SIDE, SIDE), torch.nan), PictureError, "NaN"),
    "32 bits": (Image.new("F", (9, 9)), PictureError, "floating-point numbers"),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_picture_is_refused(net: OpenNetwork, name: str) -> None:
    given, kind, says = NO_PICTURES[name]
    with pytest.raises(kind) as caught:
        net.look(given)
    assert says in str(caught.value)


def test_other_mistakes_of_a_notebook(net: OpenNetwork, world: World) -> None:
    with pytest.raises(UsageError, match="there is no fit 'stretch'"):
        net.look(picture(), fit="stretch")
    with pytest.raises(UsageError, match="a list of pictures cannot be a str"):
        net.looks("cat.png")
    with pytest.raises(UsageError, match="a list of pictures cannot be an int"):
        net.looks(5)
    with pytest.raises(UsageError, match="a network cannot be an int"):
        catvis.open(3)
    with pytest.raises(NetworkError, match="there is no network 'smal'"):
        catvis.open("smal")
    with pytest.raises(UsageError, match="weights cannot be an int"):
        catvis.open("small", weights=3)
    with pytest.raises(UsageError, match="a device cannot be an int"):
        catvis.open("small", device=3)
    with pytest.raises(UsageError, match="a folder of pictures cannot be an int"):
        net.mine(3)
    with pytest.raises(UsageError, match="a store cannot be an int"):
        net.exemplars("conv1_0", store=3)
    with pytest.raises(UsageError, match="there is no abacus device here"):
        catvis.open("small", device="abacus").look(picture())
    with pytest.raises(NetworkError, match="small-conv ends with conv2: it has no classes"):
        catvis.open("small-conv").look(picture()).top()
    assert catvis.CatvisError is CatvisError


def test_what_should_be_known_of_a_network_is_a_warning(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = small_source("small", world.settings)
    said: list[str] = []
    OpenNetwork(source, world.settings, note=said.append).look(picture())
    assert said == []
    monkeypatch.setattr("catvis.networks.rectification.notice", lambda name, graph: f"{name} has a sigmoid")
    with pytest.warns(UserWarning, match="small has a sigmoid"):
        OpenNetwork(source, world.settings).look(picture())
    with warnings.catch_warnings():
        OpenNetwork(source, world.settings, note=said.append).look(picture())
    assert said == ["small has a sigmoid"]
