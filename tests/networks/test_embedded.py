"""The embedded network's graph, made from its file alone, is the network that was trained."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace
from safetensors.torch import save_file

import catvis
from catvis.cli import main
from catvis.errors import WeightsError
from catvis.menagerie.study.menagerie_net import MenagerieNet, Widths, activations, load
from catvis.menagerie.world.kinds import KINDS
from catvis.networks.embedded import EmbeddedSource, evidence, stranger

IMAGES = Path(__file__).parents[2] / "content" / "why-is-this-a-cat" / "imgs"

SMALL = Widths(conv1=4, conv2=6, conv3=8, conv4=5, conv5=7, fc6=9, fc7=10)


@pytest.fixture
def source(tmp_path: Path) -> EmbeddedSource:
    torch.manual_seed(0)
    file = tmp_path / "menagerie.safetensors"
    save_file({name: one.half() for name, one in MenagerieNet(SMALL).state_dict().items()}, file)
    return EmbeddedSource("menagerie", (file,), {"conv5_3": "wheel"})


def test_the_graph_is_the_trained_network(source: EmbeddedSource) -> None:
    network = source.load()
    batch = torch.randn(2, 3, 227, 227)
    wanted = activations(load(source.files[0]), batch)
    found = network.activations(batch, wanted)
    for layer, values in wanted.items():
        torch.testing.assert_close(found[layer], values)


def test_the_card_needs_the_header_alone(source: EmbeddedSource) -> None:
    card = source.card()
    assert card.widths == {
        **{"conv1": 4, "conv2": 6, "conv3": 8, "conv4": 5, "conv5": 7, "fc6": 9, "fc7": 10},
        "fc8": len(KINDS),
    }
    assert card.labels == KINDS
    assert card.parts == {"conv5_3": "wheel"}
    assert [layer.rectified for layer in card.layers] == [True] * 7 + [False]
    assert source.load().card == card


def test_the_digest_follows_the_bytes(source: EmbeddedSource) -> None:
    before = source.digest()
    file = source.files[0]
    assert EmbeddedSource("menagerie", (file,), source.unit_parts).digest() == before
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert EmbeddedSource("menagerie", (file,), source.unit_parts).digest() != before


@pytest.mark.parametrize("content", [None, b"", b"no safetensors at all", "cut", "other"])
def test_missing_or_damaged_weights(source: EmbeddedSource, content: bytes | str | None) -> None:
    file = source.files[0]
    if content is None:
        file.unlink()
    elif content == "cut":
        file.write_bytes(file.read_bytes()[:1000])
    elif content == "other":
        save_file({"other": torch.zeros(3)}, file)
    else:
        file.write_bytes(content)
    with pytest.raises(WeightsError, match=r"menagerie\.safetensors"):
        source.card()


def test_a_missing_bias(source: EmbeddedSource) -> None:
    file = source.files[0]
    tensors = MenagerieNet(SMALL).state_dict()
    del tensors["conv3.bias"]
    save_file(tensors, file)
    with pytest.raises(WeightsError, match=r"has no conv3\.bias\n  it has conv1\.bias, .* and 7 more"):
        source.load()
    tensors["conv3.bias"] = torch.zeros(3)
    save_file(tensors, file)
    with pytest.raises(WeightsError, match=r"conv3\.bias of .* has the shape 3\n  the network needs 8"):
        source.load()


def test_a_drawing_is_of_its_world_and_a_photograph_is_not() -> None:
    card = EmbeddedSource.shipped().card()
    drawing, photograph = (
        catvis.open("menagerie").look(IMAGES / name).scores.tolist() for name in ("drawn.png", "chelsea.png")
    )
    assert stranger(card, drawing, "drawn.png") is None
    said = stranger(card, photograph, "chelsea.png")
    assert said
    assert said.startswith("chelsea.png is probably none of the drawings")
    assert "weights fetch squeezenet" in said
    assert stranger(replace(card, name="mine"), photograph, "chelsea.png") is None


def test_evidence_is_the_log_of_the_sum_of_exponentials() -> None:
    assert evidence([1.0, 2.0, 3.0]) == pytest.approx(math.log(math.e + math.e**2 + math.e**3))
    assert evidence([1000.0, 1000.0]) == pytest.approx(1000 + math.log(2))


def test_classify_and_suggest_say_so_of_a_photograph(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("classify", "suggest"):
        assert main([name, "menagerie", str(IMAGES / "chelsea.png")]) == 0
        assert "squeezenet" in capsys.readouterr().err
    assert main(["classify", "menagerie", str(IMAGES / "drawn.png")]) == 0
    assert capsys.readouterr().err == ""


def test_a_build_says_so_of_a_posts_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    post = tmp_path / "content" / "a"
    (post / "imgs").mkdir(parents=True)
    shutil.copy(IMAGES / "chelsea.png", post / "imgs")
    (post / "post.md").write_text("# A post\n\n![Seen](imgs/seen.png)\n", encoding="utf-8")
    (post / "paths.yaml").write_text(
        "network: menagerie\npicture: imgs/chelsea.png\nfigures:\n  seen: {show: picture}\n", encoding="utf-8"
    )
    folders = [f"--{name}={tmp_path / name}" for name in ("content", "site", "cache")]
    assert main(["build", *folders, "--quiet"]) == 0
    said = capsys.readouterr().err
    assert "imgs/chelsea.png is probably none of the drawings" in said
    assert "weights fetch squeezenet" in said
