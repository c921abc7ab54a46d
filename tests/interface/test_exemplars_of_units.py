"""Exemplars from Python: mined into a store, read from it, shown; and what a store does not hold, said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import catvis
from catvis.errors import NetworkError, StoreError, UsageError
from catvis.interface.opened import OpenNetwork
from tests.small_world import World, picture


@pytest.fixture
def net(at_home: World) -> OpenNetwork:
    Path("photos").mkdir()
    for seed in range(6):
        picture(seed).save(f"photos/{seed}.png")
    return catvis.open("small", cache=at_home.settings.cache)


def test_a_unit_s_exemplars(net: OpenNetwork) -> None:
    assert net.mine("photos", per_unit=4).pictures == 6
    found = net.exemplars("conv2_3")
    assert 1 <= len(found) <= 4
    assert found.activations == sorted(found.activations, reverse=True)
    strongest = max(range(6), key=lambda seed: net.look(picture(seed)).activation("conv2_3").activation)
    assert found.names[0] == f"{strongest}.png"
    expected = net.look(picture(strongest)).activation("conv2_3").activation
    assert found.activations[0] == pytest.approx(expected, rel=1e-5)
    assert all(isinstance(one, Image.Image) for one in (*found.crops, *found.attributions))
    assert [crop.size for crop in found.crops] == [one.size for one in found.attributions]
    assert repr(found).startswith(f"<conv2_3: {len(found)} exemplars, ")
    assert found._repr_png_().startswith(b"\x89PNG")
    found.save("sheet.png")
    with pytest.raises(UsageError, match=r"does not end in .png"):
        found.save("sheet.svg")


@pytest.mark.slow
def test_a_plain_script_mines_with_processes_and_is_run_once(tmp_path: Path) -> None:
    """Without ``if __name__ == "__main__"``, which processes of multiprocessing ask for."""
    (tmp_path / "photos").mkdir()
    for seed in range(4):
        picture(seed).save(tmp_path / "photos" / f"{seed}.png")
    script = """
import catvis
print("begun")
net = catvis.open("menagerie")
print(net.mine("photos", store="store.sqlite", layers=["conv1"], workers=2).pictures)
import __main__
print(__main__.__file__)
"""
    (tmp_path / "script.py").write_text(script)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["begun", "4", str(tmp_path / "script.py")]


def test_a_unit_that_never_fires_has_none(net: OpenNetwork) -> None:
    net.mine("photos", store="store.sqlite")
    found = net.exemplars("conv1_7", store="store.sqlite")
    assert (len(found), found.crops, repr(found)) == (0, [], "<conv1_7: no exemplars>")


def test_what_a_store_does_not_hold_is_said(net: OpenNetwork) -> None:
    with pytest.raises(StoreError, match="there is no store"):
        net.exemplars("conv1_3")
    net.mine("photos", store="store.sqlite", layers=["conv2"])
    with pytest.raises(StoreError, match=r"store.sqlite holds nothing of conv1, fc3: conv2 was scanned"):
        net.exemplars_of(["conv1_3", "conv2_0", "fc3_1"], store="store.sqlite")
    with pytest.raises(NetworkError, match="there is no unit conv2_12"):
        net.exemplars("conv2_12", store="store.sqlite")
    with pytest.raises(NetworkError, match="unknown layer 'conv9'"):
        net.mine("photos", store="other.sqlite", layers=["conv9"])


def test_a_tree_shows_them(net: OpenNetwork) -> None:
    net.mine("photos")
    (parent,), (child,) = net.look(picture()).tree("fc4_2", "conv2", 1, exemplars=True).drawing.rows
    assert parent.exemplars
    assert child.exemplars


@pytest.mark.slow
def test_a_wrapped_model_has_a_store_of_its_own(net: OpenNetwork, world: World) -> None:
    from tests.interface.test_wrapping import Tidy, filled

    mine = catvis.wrap(filled(Tidy()), size=26, mean=0.5, std=0.25, cache=world.settings.cache)
    mine.mine("photos")
    again = catvis.wrap(filled(Tidy()), size=26, mean=0.5, std=0.25, cache=world.settings.cache)
    assert again.exemplars("conv2_3").activations == mine.exemplars("conv2_3").activations
    other = catvis.wrap(filled(Tidy()), size=26, mean=0.4, std=0.25, cache=world.settings.cache)
    with pytest.raises(StoreError, match="was made with other weights of Tidy"):
        other.exemplars("conv2_3")
