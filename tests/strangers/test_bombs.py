"""Attack: a few bytes of content ask for hours, or for all of the memory."""

from __future__ import annotations

import io
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from catvis.errors import ContentError, NetworkError, PictureError, WeightsError
from catvis.kramdown.tree import Element
from catvis.networks.own.own_file import read_network
from catvis.networks.pictures import read_picture
from catvis.networks.weights.state_files import read_state
from catvis.post.front_matter import split_front_matter
from catvis.post.jekyll_config import read_jekyll_config
from catvis.settings import Settings
from tests.kramdown.plain import plain

MEGABYTE = 1 << 20


@contextmanager
def little(seconds: float = 5, memory: int = 100 * MEGABYTE) -> Iterator[None]:
    """Whatever happens inside takes neither long nor much."""
    tracemalloc.start()
    started = time.process_time()
    try:
        yield
        assert time.process_time() - started < seconds
        assert tracemalloc.get_traced_memory()[1] < memory
    finally:
        tracemalloc.stop()


def aliases(levels: int = 30) -> str:
    """Each level is ten times the one before."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]" for n in range(levels)]
    return "\n".join(lines)


def merge_keys(levels: int = 30) -> str:
    """Each level merges ten of the one before."""
    lines = ["a0: &a0 {k: 1}"]
    lines += [f"a{n + 1}: &a{n + 1} {{<<: [{', '.join([f'*a{n}'] * 10)}]}}" for n in range(levels)]
    return "\n".join(lines)


def read_front_matter(text: str, _: Path) -> None:
    split_front_matter(Path("post.md"), f"---\n{text}\n---\n")


def read_config(text: str, folder: Path) -> None:
    (folder / "_config.yml").write_text(text)
    read_jekyll_config(folder / "_config.yml")


def read_networks(text: str, folder: Path) -> None:
    (folder / "networks.yaml").write_text(text)
    read_network("a0", Settings(content=folder))


READERS = {"front matter": read_front_matter, "_config.yml": read_config, "networks.yaml": read_networks}
TOO_MUCH = {
    "aliases": (aliases(), "has too many values"),
    "aliases below a key that shows its value": (f"{aliases(8)}\ntitle: *a8", "has too many values"),
    "merge keys": (merge_keys(), "has too many values"),
    "an alias inside what it stands for": ("a0: &a [*a]", r"has an alias \*a inside"),
    "a long list": (f"a0: [{'x, ' * 12_000}x]", "has too many values"),
    "brackets": ("a0: " + "[" * 20_000, "is nested too deep"),
    "aliases that nest": (
        "a0: &a0 [x]\n" + "\n".join(f"a{n + 1}: &a{n + 1} [*a{n}]" for n in range(2000)),
        "is nested too deep",
    ),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(*case, id=name, marks=pytest.mark.slow if len(case[0]) > 20_000 else ())
        for name, case in TOO_MUCH.items()
    ],
)
def test_yaml_that_stands_for_more_than_it_says(
    tmp_path: Path, read: Callable[[str, Path], None], text: str, told: str
) -> None:
    with little(), pytest.raises(ContentError, match=told) as caught:
        read(text, tmp_path)
    assert caught.value.where is not None
    assert caught.value.where.line is not None


def test_a_few_aliases_and_merge_keys_are_read() -> None:
    text = "---\ntitle: &t Mine\nname: *t\ndefaults: &d {a: 1}\nmore: {<<: *d, b: [*t, *d]}\n---\n"
    front, _, _ = split_front_matter(Path("post.md"), text)
    assert front.values["more"] == {"a": 1, "b": ["Mine", {"a": 1}]}


def test_a_network_that_sees_more_than_a_machine_can_hold(tmp_path: Path) -> None:
    (tmp_path / "w.npz").write_bytes(b"")
    (tmp_path / "networks.yaml").write_text(
        "a0: {architecture: torchvision/resnet18, weights: w.npz, preprocessing: {size: 4096}}"
    )
    with pytest.raises(ContentError, match="a size is a number of pixels to 1024"):
        read_network("a0", Settings(content=tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["npz", "pth"])
def test_weights_that_are_a_bomb(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"bomb.{ending}"
    array = io.BytesIO()
    np.save(array, np.zeros(1, np.float32))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.npy", "w") as entry:
        entry.write(array.getvalue())
        for _ in range(200):
            entry.write(bytes(MEGABYTE))
    with little(), pytest.raises(WeightsError, match=r"unpacks to 209,\d{3},\d{3} bytes"):
        read_state(file)


def test_a_tensor_that_claims_more_numbers_than_it_stores(tmp_path: Path) -> None:
    file = tmp_path / "bomb.pth"
    torch.save({"a": torch.zeros(1, dtype=torch.float16).expand(1 << 20, 1 << 20)}, file)
    with little(), pytest.raises(NetworkError, match=r"a of .* claims 1,099,511,627,776 numbers"):
        read_state(file)


@pytest.mark.slow
def test_a_picture_whose_decoder_holds_it_four_times(tmp_path: Path) -> None:
    Image.new("RGB", (8000, 8000)).save(tmp_path / "it.webp", quality=1, method=0)
    with pytest.raises(PictureError, match=r"8000×8000 pixels\n  at most 32 million are read"):
        read_picture(tmp_path / "it.webp")


def test_a_picture_of_very_many_rows(tmp_path: Path) -> None:
    Image.new("1", (1, 70_000)).save(tmp_path / "it.png")
    with pytest.raises(
        PictureError, match=r"1×70000 pixels\n  at most 64 million are read, 65,535 on a side"
    ):
        read_picture(tmp_path / "it.png")


@pytest.mark.parametrize(("mode", "seen"), [("LA", 205), ("I;16", 51)])
def test_a_large_picture_is_made_plain_strip_by_strip(tmp_path: Path, mode: str, seen: int) -> None:
    colour = (5, 51) if mode == "LA" else 51 * 257
    Image.new(mode, (3000, 1001), colour).save(tmp_path / "it.png")
    assert read_picture(tmp_path / "it.png").getextrema() == ((seen, seen),) * 3


def test_weights_of_zeros_are_read(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "w.npz", a=np.zeros(MEGABYTE, np.float32))
    assert read_state(tmp_path / "w.npz")["a"].shape == (MEGABYTE,)


def test_attribute_lists_that_refer_to_each_other_a_thousand_deep() -> None:
    deep = 3 * sys.getrecursionlimit()
    text = "".join(f"{{:r{n}: r{n + 1} .c{n}}}\n" for n in range(deep)) + "\nwords\n{:r0}\n"
    assert plain(text).endswith(' c1 c0">words</p>\n')


def test_lists_that_refer_in_circles_are_each_read_once() -> None:
    text = "{:a: b d .a}\n{:b: a c .b}\n{:c: .c}\n{:d: c .d}\n\nwords\n{:a}\n"
    assert plain(text).strip() == '<p class="c b d a">words</p>'


def test_text_that_grows_piece_by_piece_takes_time_that_grows_with_it() -> None:
    node = Element("p")
    started = time.process_time()
    for _ in range(1_000_000):
        node.append_text("a b ")
    assert time.process_time() - started < 10  # piece by copied piece it would be minutes
    assert len(node.children[0].text) == 4_000_000


@pytest.mark.slow
def test_emphasis_that_never_ends_well() -> None:
    def seconds(times: int) -> float:
        started = time.process_time()
        plain("**a *b " * times)
        return time.process_time() - started

    seconds(1_000)  # whatever is made once
    assert seconds(32_000) < 3 * 8 * seconds(4_000)  # it was fifty times as long
