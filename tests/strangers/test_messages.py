"""Fault: words, names and streams that nobody expects; each is one message of ours, and a status that is not 0."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from torch import Tensor

from catvis.cache import Cache
from catvis.cli import main
from catvis.digests import digest
from catvis.errors import ContentError, NetworkError, StoreError
from catvis.exemplars.sheet import drawn_sheet
from catvis.exemplars.store import Cell
from catvis.exemplars.store_writer import writing
from catvis.networks.network import Network
from catvis.networks.own.own_file import read_network
from catvis.networks.stepwise.assembly import assemble
from catvis.post.front_matter import split_front_matter
from catvis.settings import Settings
from tests.small_world import ARCHITECTURE, SmallSource, World

ROOT = Path(__file__).parents[2]
POST_OF_CATS = "content/why-is-this-a-cat/post.md"


def told(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    try:
        status = main(words)
    except SystemExit as stopped:  # argparse
        status = int(str(stopped.code))
    return status, capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["menagerie", "sheet", "-o", "x.png", "--rows", "0"],
        ["menagerie", "sheet", "-o", "x.png", "--columns", "-1"],
        ["menagerie", "draw", "1", "-o", "x.png", "--size", "0"],
        ["menagerie", "draw", "1", "-o", "x.png", "--size", "1000000"],
        ["menagerie", "train", "--threads", "0"],
        ["classify", "menagerie", "x.png", "--top", "9" * 5000],
    ],
)
def test_a_number_that_makes_no_sense(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    status, said = told(words, capsys)
    assert status == 2
    assert "is not a" in said
    assert len(said) < 3000


@pytest.mark.parametrize(
    "words",
    [
        ["check", "--content", "x" * 400],
        ["markdown", "x" * 400],
        ["classify", "menagerie", "x" * 400],
        ["build", "--content", "content", "--site", "x" * 400],
        ["build", "--content", "content", "--cache", "x" * 400, "--site", "s"],
    ],
)
def test_a_name_that_no_file_has(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    world.write_post()
    monkeypatch.chdir(world.folder)
    monkeypatch.setattr("catvis.settings.Settings.network", "small")
    status, said = told(words, capsys)
    assert status == 1
    assert "which it should not" not in said


def test_a_post_whose_name_is_of_wrong_bytes(world: World) -> None:
    folder = world.write_post()
    folder.rename(os.fsdecode(os.fsencode(folder.parent) + b"/bad\xff"))
    arguments = ["--content", str(world.settings.content), "--site", str(world.settings.site)]
    done = program("build.py", *arguments, "--cache", str(world.settings.cache))
    assert done.returncode == 1
    assert done.stderr.endswith(
        "content: the name of the post 'bad\\udcff' is not UTF-8\n  rename the folder\n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('title: "\\UFFFFFFFF"', r"post\.md:2:9: \\UFFFFFFFF is no character"),
        (f"%YAML 1.{'9' * 5000}\n--- {{}}", r"post\.md:2:1: there is no such version of YAML"),
    ],
)
def test_numbers_that_yaml_passes_on(text: str, message: str, tmp_path: Path) -> None:
    source = f"---\n{text}\n...\n" if "%" in text else f"---\n{text}\n---\n"
    with pytest.raises(ContentError, match=message):
        split_front_matter(Path("post.md"), source)


@pytest.mark.parametrize("text", ['a: {b: "\\UFFFFFFFF"}', f"%YAML 1.{'9' * 5000}\n---\na: 1"])
def test_a_list_of_networks_with_such_numbers(text: str, tmp_path: Path) -> None:
    (tmp_path / "networks.yaml").write_text(text)
    with pytest.raises(ContentError, match="this is no YAML that can be read"):
        read_network("a", Settings(content=tmp_path))


def program(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, timeout=60, **options
    )


def test_a_disk_that_is_full_of_output() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "catvis", "markdown", POST_OF_CATS],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (1, "what was to be written: No space left on device\n")


def test_output_that_is_closed() -> None:
    closed = ["-c", "import os, sys; os.close(1); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"]
    done = program(*closed, "-m", "catvis", "markdown", POST_OF_CATS)
    assert (done.returncode, done.stderr) == (0, "")


def test_output_that_knows_only_ascii() -> None:
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = program("-m", "catvis", "markdown", POST_OF_CATS, env=ascii_only)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u2019" in done.stdout


def test_sigterm_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    site = tmp_path / "site"
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom catvis.cli import run\n"
        "from catvis.site.write import new_site\n"
        "def build():\n"
        "    with new_site(Path(sys.argv[1])) as new:\n"
        "        new.put('index.html', b'half')\n        print('at work', flush=True)\n        time.sleep(60)\n"
        "sys.exit(run(build))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(site)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (143, "terminated; what was computed is kept\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (signal.SIGTERM, (143, "terminated; what was computed is kept\n")),
        (signal.SIGINT, (130, "interrupted; what was computed is kept\n")),
    ],
)
def test_a_signal_that_comes_where_python_drops_what_is_raised(
    sent: signal.Signals, told: tuple[int, str]
) -> None:
    code = (
        "import os, signal, sys, time\nfrom catvis.cli import run\n"
        "class Gone:\n    def __del__(self):\n        os.kill(os.getpid(), int(sys.argv[1]))\n"
        "def work():\n    gone = Gone()\n    del gone\n    time.sleep(20)\n    return 0\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\nsys.exit(run(work))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(int(sent))], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stderr) == told


def test_weights_out_of_all_proportion(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    load = SmallSource.load

    def huge(self: SmallSource) -> Network:
        network = load(self)
        card, preprocessing = network.card, network.preprocessing

        def each(_: str, shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
            return torch.full(shape, 1e38), torch.zeros(shape[0])

        return Network(card, assemble(ARCHITECTURE, each), preprocessing)

    world.write_post()
    monkeypatch.setattr(SmallSource, "load", huge)
    with pytest.raises(NetworkError, match="conv1 of small has activations that are NaN or infinite"):
        world.build()
    assert not world.settings.site.exists()


def test_a_store_that_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"), writing(Path("/"), "digest"):
        pass


def test_a_damaged_store_is_told_as_one() -> None:
    cell = Cell(0, 1.0, "a.png", (0, 0, 1, 1), b"no picture", b"nor this")
    with pytest.raises(StoreError, match="a crop in it is no picture"):
        drawn_sheet([("conv1_1", [cell])])


def test_a_cache_entry_put_under_another_key_is_missing(tmp_path: Path) -> None:
    cache, one, other = Cache(tmp_path), digest("one"), digest("other")
    cache.put(one, b"the value of one")
    cache.put(other, b"the value of the other")
    files = {key: tmp_path / key[:2] / key[2:] for key in (one, other)}
    files[one].write_bytes(files[other].read_bytes())
    assert cache.get(one) is None
    assert cache.get(other) == b"the value of the other"
    cache.put(one, b"the value of one")
    assert cache.get(one) == b"the value of one"


@pytest.mark.parametrize(
    "value",
    [
        "!!timestamp x",
        "!!bool 3",
        "!!int ''",
        "0x" + 5000 * "f",
        "1" + 500 * ":59",
        "!!float ''",
        "!!pairs x",
    ],
)
def test_a_value_that_is_not_what_its_tag_says(value: str) -> None:
    with pytest.raises(ContentError, match=r"\Apost\.md:3:7: ") as caught:
        split_front_matter(Path("post.md"), f"---\ntitle: x\nmore: {value}\n---\n")
    assert "of the front matter cannot be read" in str(caught.value) or "this is not YAML" in str(
        caught.value
    )
