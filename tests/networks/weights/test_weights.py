"""Where weights are looked for, and what is said where they are missing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from msgspec.structs import replace

from catvis.errors import NetworkError, WeightsError
from catvis.networks.registry import known_weights, known_weights_of
from catvis.networks.weights.folders import fetch_weights, found, weights_path
from catvis.settings import Settings
from tests.networks.weights.file_server import Behaviour, served


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name in ("mine", "fetched"):
        (tmp_path / name).mkdir()
    return Settings(weights=tmp_path / "mine", downloads=tmp_path / "fetched")


def put(folder: Path | None, name: str) -> Path:
    assert folder is not None
    (folder / name).write_bytes(b"weights")
    return folder / name


def test_the_named_folder_comes_first(settings: Settings) -> None:
    fetched = put(settings.downloads, "bvlc_alexnet.caffemodel")
    assert weights_path(known_weights_of("alexnet"), settings) == fetched
    mine = put(settings.weights, "bvlc_alexnet.caffemodel")
    assert weights_path(known_weights_of("alexnet"), settings) == mine


def test_the_convolutions_alone_come_before_the_whole(settings: Settings) -> None:
    whole = put(settings.weights, "bvlc_alexnet.caffemodel")
    assert weights_path(known_weights_of("alexnet-conv"), settings) == whole
    part = put(settings.weights, "bvlc_alexnet_conv.caffemodel")
    assert weights_path(known_weights_of("alexnet-conv"), settings) == part
    assert weights_path(known_weights_of("alexnet"), settings) == whole


def test_the_folder_of_fetched_files_is_enough(settings: Settings) -> None:
    fetched = put(settings.downloads, "squeezenet_v1.0.caffemodel")
    assert weights_path(known_weights_of("squeezenet"), replace(settings, weights=None)) == fetched


def test_the_environment_names_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATVIS_WEIGHTS", str(tmp_path))
    assert Settings().weights == tmp_path
    monkeypatch.setenv("CATVIS_WEIGHTS", "")
    assert Settings().weights is None


def test_missing_weights_say_how_to_get_them(settings: Settings) -> None:
    with pytest.raises(WeightsError) as caught:
        weights_path(known_weights_of("caffenet"), settings)
    said = str(caught.value)
    assert "the weights of caffenet are missing: no bvlc_reference_caffenet.caffemodel in" in said
    assert "fetched" in said
    assert "fetch 244 MB: python -m catvis weights fetch caffenet" in said
    assert "--weights DIR" in said


def test_an_unknown_network() -> None:
    with pytest.raises(NetworkError, match="did you mean caffenet"):
        known_weights_of("cafenet")


def test_the_list_names_all_and_where_they_are(settings: Settings) -> None:
    place = put(settings.weights, "squeezenet_v1.0.caffemodel")
    listed = {known.network: found(known, settings) for known in known_weights()}
    assert [network for network in listed if "/" not in network] == [
        "caffenet",
        "alexnet",
        "alexnet-conv",
        "squeezenet",
    ]
    assert "torchvision/resnet18" in listed
    assert [network for network, file in listed.items() if file] == ["squeezenet"]
    assert listed["squeezenet"] == place
    for known in known_weights():
        assert known.published.name in known.names
        assert known.published.megabytes > 0
        assert known.published.licence


def test_fetched_weights_are_found(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    content = b"weights of a network"
    with served(Behaviour(content)) as address:
        known = known_weights_of("squeezenet")
        published = replace(
            known.published,
            address=address,
            checksum=hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        )
        fetched = fetch_weights(replace(known, published=published), settings)
    assert fetched == settings.downloads / "squeezenet_v1.0.caffemodel"
    assert weights_path(known_weights_of("squeezenet"), settings) == fetched
