"""classify, attribute, children and suggest, as the command line runs them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from catvis.cli import main
from catvis.post.paths_file import read_paths_file
from catvis.site.compose import check_post
from catvis.site.gather import gather
from tests.small_world import LABELS, SIDE, World, picture


@pytest.fixture
def here(at_home: World) -> World:
    """A working directory with a picture."""
    at_home.write_post()
    at_home.cat.rename(at_home.folder / "cat.png")
    return at_home


def run(*words: str) -> int:
    return main(words)


def test_classify_as_a_table(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("classify", "small", "cat.png", "--top", "2") == 0
    printed = capsys.readouterr()
    first, second = printed.out.splitlines()
    assert first.split()[1:3] == ["fc4_8", "ibis"]
    assert second.split()[1:3] == ["fc4_9", "jay"]
    assert printed.err == ""


def test_classify_as_json(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("classify", "small", "cat.png", "--json", "--top", "99") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [list(row) for row in rows] == [["unit", "label", "score", "probability"]] * 10
    assert {(row["unit"], row["label"]) for row in rows} == {
        (f"fc4_{place}", name) for place, name in enumerate(LABELS)
    }
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert sum(row["probability"] for row in rows) == pytest.approx(1)
    softmax = np.exp(scores) / np.exp(scores).sum()
    assert [row["probability"] for row in rows] == pytest.approx(list(softmax))


def test_children_as_json(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("children", "small", "cat.png", "fc4_2", "fc3", "--json", "--top", "3") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [list(row) for row in rows] == [["unit", "label", "weight", "share", "ablation"]] * 3
    assert [row["unit"] for row in rows] == ["fc3_10", "fc3_7", "fc3_8"]
    assert [row["weight"] > 0 for row in rows] == [True, True, False]
    assert rows[0]["share"] > rows[1]["share"] > rows[2]["share"] > 0
    # one linear layer apart, what silencing costs is the weight over the activation
    ratios = [row["ablation"] / row["weight"] for row in rows]
    assert ratios == pytest.approx([ratios[0]] * 3, rel=1e-4)
    assert ratios[0] > 0


def test_selectors_are_those_of_a_post(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("classify", "small", "cat.png", "--json", "--top", "1") == 0
    top = json.loads(capsys.readouterr().out)[0]["unit"]
    printed = []
    for path in ("top", top):
        assert run("children", "small", "cat.png", path, "fc3", "--json") == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    child = json.loads(printed[0])[1]["unit"]
    for name, path in (("a.npy", "top->fc3:top2"), ("b.npy", "fc3:top2"), ("c.npy", f"{top}→{child}")):
        assert run("attribute", "small", "cat.png", path, "-o", name) == 0
    assert np.array_equal(np.load("a.npy"), np.load("b.npy"))
    assert np.array_equal(np.load("a.npy"), np.load("c.npy"))


def test_an_inhibitory_child_s_share_has_its_sign(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("children", "small", "cat.png", "fc4_2", "fc3", "--top", "3") == 0
    shares = [line.split("share ")[1].split()[0] for line in capsys.readouterr().out.splitlines()]
    assert [share[0] for share in shares] == ["+", "+", "-"]


def test_json_has_labels(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("children", "small", "cat.png", "fc4_2", "conv2", "--json", "--top", "12") == 0
    labels = {row["unit"]: row["label"] for row in json.loads(capsys.readouterr().out)}
    assert labels.pop("conv2_1") == "wheel"
    assert set(labels.values()) == {None}


def test_distinct_children_need_a_collection(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    cache = str(here.folder / "no-cache")
    assert run("children", "small", "cat.png", "fc4_2", "fc3", "--distinct", "--cache", cache) == 1
    assert "small has no collection of pictures to find distinct children over" in capsys.readouterr().err


@pytest.mark.slow
def test_distinct_children_are_those_of_a_page(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    collection = here.folder / "collection"
    collection.mkdir()
    for seed in range(24):
        picture(seed, (SIDE, SIDE)).save(collection / f"{seed:02}.png")
    cache = str(here.folder / "mined")
    assert run("mine", "small", str(collection), "--cache", cache, "--workers", "0", "--quiet") == 0
    capsys.readouterr()
    words = ("children", "small", "cat.png", "fc4_2", "fc3", "--distinct", "--top", "2", "--cache", cache)
    assert run(*words, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["explained", "strongest", "random", "spread", "pictures", "children"]
    assert found["pictures"] == 24
    assert len(found["children"]) == 2
    assert run(*words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:2]] == [child["unit"] for child in found["children"]]
    assert lines[2].startswith(
        "Chosen on 12 pictures and judged on 12 others, these 2 of 16 units of fc3 explain "
    )

    # fc3_0 does not fire on this picture, and does on others.
    words = (
        "children",
        "small",
        "cat.png",
        "fc4_2->fc3_0",
        "conv2",
        "--distinct",
        "--top",
        "2",
        "--cache",
        cache,
    )
    assert run(*words, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["strongest"] is None
    assert [child["ablation"] for child in found["children"]] == [None, None]
    assert run(*words) == 0
    assert "on this picture" not in capsys.readouterr().out


def test_children_by_guided_are_never_negative(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("children", "small", "cat.png", "fc4_2", "fc3", "--edges", "guided", "--json") == 0
    assert all(row["weight"] >= 0 for row in json.loads(capsys.readouterr().out))


def test_children_in_words(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("children", "small", "cat.png", "fc4_2→fc3_8", "conv2") == 0
    assert len(capsys.readouterr().out.splitlines()) == 5
    assert run("children", "small", "cat.png", "fc4_2->fc3_0", "conv2") == 0
    assert capsys.readouterr().out == "no unit of conv2 had anything to do with fc4_2→fc3_0\n"
    assert run("children", "small", "cat.png", "fc4_2->fc3_0", "conv2", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize("rule", ["gradient", "deconvnet", "guided"])
def test_attribute_as_an_array(here: World, capsys: pytest.CaptureFixture[str], rule: str) -> None:
    assert run("attribute", "small", "cat.png", "fc4_2->fc3_10", "--rule", rule, "-o", "x.npy") == 0
    assert capsys.readouterr().out == "x.npy\n"
    array = np.load("x.npy")
    assert (array.shape, array.dtype) == ((3, SIDE, SIDE), np.float32)
    assert array.any()


def test_an_inhibitory_step_is_drawn_from_its_negative(here: World) -> None:
    for rule in ("gradient", "guided"):
        run("attribute", "small", "cat.png", "fc4_2->fc3_8", "--rule", rule, "-o", "path.npy")
        run("attribute", "small", "cat.png", "fc3_8", "--rule", rule, "-o", "unit.npy")
        path, unit = np.load("path.npy"), np.load("unit.npy")
        scale = (path * unit).sum() / (unit * unit).sum()
        assert scale > 0
        assert np.allclose(path, scale * unit, atol=1e-5 * abs(path).max())


def test_attribute_as_a_picture(here: World) -> None:
    for name, more in (("x.png", []), ("x.PNG", ["--display", "original"]), ("y.png", ["--fit", "warp"])):
        assert run("attribute", "small", "cat.png", "fc4_2", *more, "-o", name) == 0
        with Image.open(name) as shown:
            assert (shown.format, shown.mode) == ("PNG", "RGB")
            assert shown.size[0] % SIDE == 0


def test_attribute_as_vectors(here: World) -> None:
    assert run("attribute", "small", "cat.png", "fc4_2->fc3_10", "-o", "x.svg") == 0
    drawing = ElementTree.parse("x.svg").getroot()
    assert "fc3_10" in "".join(drawing.itertext())
    (image,) = drawing.iter("{http://www.w3.org/2000/svg}image")
    assert image.get("href", "").startswith("data:image/jpeg;base64,")


@pytest.mark.parametrize(("options", "begin"), [([], b"\x89PNG"), (["--format", "npy"], b"\x93NUMPY")])
def test_attribute_to_standard_output(
    here: World, capfdbinary: pytest.CaptureFixture[bytes], options: list[str], begin: bytes
) -> None:
    assert run("attribute", "small", "cat.png", "fc4_2", "-o", "-", *options) == 0
    printed = capfdbinary.readouterr()
    assert printed.out.startswith(begin)
    assert printed.err == b""
    assert run("attribute", "small", "cat.png", "fc4_2", "-o", "x.bin", "--format", "npy") == 0
    if options:
        assert Path("x.bin").read_bytes() == printed.out


def test_a_terminal_is_shown_no_bytes(
    here: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run("attribute", "small", "cat.png", "fc4_2", "-o", "-") == 2
    assert "a terminal shows no pictures" in capsys.readouterr().err


def test_a_capital_ending_is_kept(here: World) -> None:
    assert run("attribute", "small", "cat.png", "fc4_2", "-o", "x.NPY") == 0
    assert Path("x.NPY").is_file()


def test_suggest_can_be_pasted(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    Path("cat.png").rename("my #1: cat's.png")
    assert run("suggest", "small", "my #1: cat's.png") == 0
    text = capsys.readouterr().out
    folder = here.settings.content / "a"
    Path("my #1: cat's.png").rename(folder / "imgs" / "my #1: cat's.png")
    (folder / "paths.yaml").write_text(text, encoding="utf-8")
    names = [figure.name for figure in read_paths_file(folder / "paths.yaml").figures]
    assert names
    shown = "\n\n".join(f"![What one sees](imgs/{name}.png)" for name in names)
    (folder / "post.md").write_text(f"# A post\n\n{shown}\n", encoding="utf-8")
    check_post(gather(here.settings)[0])
    (post,) = gather(here.settings)
    assert post.paths.claims
    assert post.paths.examples


def test_suggest_prints_the_markdown_that_shows_its_figures(
    here: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("suggest", "small", "cat.png") == 0
    text = capsys.readouterr().out
    folder = here.settings.content / "a"
    Path("cat.png").rename(folder / "imgs" / "cat.png")
    (folder / "paths.yaml").write_text(text, encoding="utf-8")
    lines = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ![")]
    (folder / "post.md").write_text("# A post\n\n" + "\n\n".join(lines) + "\n", encoding="utf-8")
    (post,) = gather(here.settings)
    check_post(post)
    assert {slot.name for slot in post.document.slots} == {figure.name for figure in post.paths.figures}


def test_no_suggested_figure_draws_the_way_to_its_unit_again(
    here: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("suggest", "small", "cat.png") == 0
    paths = [line for line in capsys.readouterr().out.splitlines() if line.startswith("    path:")]
    assert paths
    assert not any("→" in path for path in paths)


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["classify", "smal", "cat.png"], 1, "there is no network 'smal'"),
        (["classify", "small", "dog.png"], 1, "there is no picture dog.png"),
        (["classify", "small", "."], 1, "is a folder"),
        (["classify", "small", "noise.png"], 1, "noise.png is no picture"),
        (["classify", "small-conv", "cat.png"], 1, "small-conv ends with conv2: it has no classes"),
        (["suggest", "small-conv", "cat.png"], 1, "small-conv ends with conv2: it has no classes"),
        (["children", "small", "cat.png", "fc4", "fc3"], 1, "'fc4' is not a unit"),
        (["children", "small", "cat.png", "fc3:topp", "fc3"], 1, "'fc3:topp' is not a selector"),
        (["children", "small", "cat.png", "fc4_2->fc3:top9", "conv1"], 1, "has 6 children in fc3, not 9"),
        (["children", "small", "cat.png", "fc4_2", "fc9"], 1, "unknown layer 'fc9'"),
        (["children", "small", "cat.png", "fc3_10", "fc4"], 1, "fc4 is not below fc3: paths go down"),
        (["children", "small", "cat.png", "conv1_0", "conv1"], 1, "no layer is below conv1"),
        (["children", "small", "cat.png", "fc3_0", "conv1"], 1, "fc3_0 does not fire"),
        (
            ["attribute", "small", "cat.png", "conv1_8", "-o", "x.png"],
            1,
            "there is no unit conv1_8",
        ),
        (
            ["attribute", "small", "cat.png", "conv1_1->fc3_8", "-o", "x.png"],
            1,
            "fc3 is not below conv1",
        ),
        (["attribute", "small", "cat.png", "fc3_0", "-o", "x.png"], 1, "fc3_0 does not fire"),
        (
            ["attribute", "small", "cat.png", "conv2_7->conv1_0", "-o", "x.png"],
            1,
            "nothing arrives at conv1_0",
        ),
        (["attribute", "small", "cat.png", "fc4_2", "-o", "x.gif"], 2, "ends neither in .png nor in .npy"),
        (["attribute", "small", "cat.png", "fc4_2", "-o", "none/x.png"], 1, "none/x.png cannot be written"),
        (["attribute", "small", "cat.png", "fc4_2", "-o", "none/x.npy"], 1, "none/x.npy cannot be written"),
        (["attribute", "small", "cat.png", "fc4_2", "-o", "folder.npy"], 1, "folder.npy cannot be written"),
    ],
)
def test_a_mistake_is_one_message(
    here: World, capsys: pytest.CaptureFixture[str], words: list[str], status: int, told: str
) -> None:
    Path("noise.png").write_bytes(os.urandom(100))
    Path("folder.npy").mkdir()
    assert run(*words) == status
    printed = capsys.readouterr()
    assert told in printed.err
    assert printed.out == ""
    assert len(printed.err.splitlines()) <= 2


def test_missing_weights_say_how_to_get_them(
    here: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "nothing"))
    assert run("classify", "squeezenet", "cat.png") == 1
    told = capsys.readouterr().err
    assert "weights of squeezenet are missing" in told
    assert "python -m catvis weights fetch squeezenet" in told


def test_a_real_network(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weights, cat = shared / "weights", str(shared / "pictures" / "grumpy_cat_227.png")
    assert run("classify", "squeezenet", cat, "--json", "--top", "1", "--weights", str(weights)) == 0
    (top,) = json.loads(capsys.readouterr().out)
    assert (top["unit"], top["label"]) == ("pool10_284", "Siamese cat")
    assert top["probability"] == pytest.approx(0.72, abs=0.005)
    words = ("alexnet-conv", cat, "conv5_78", "conv4", "--json", "--weights", str(weights))
    assert run("children", *words) == 0
    assert json.loads(capsys.readouterr().out)[0]["unit"] == "conv4_64"
