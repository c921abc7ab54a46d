"""`catvis explore`, as the command line runs it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from catvis.cli import main
from tests.small_world import World


@pytest.fixture
def here(at_home: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A working directory with a picture."""
    from tests.small_world import small_source

    at_home.write_post()
    monkeypatch.setattr("catvis.commands.explore.source", small_source)
    at_home.cat.rename(at_home.folder / "cat.png")
    return at_home


def run(*words: str) -> int:
    return main(["explore", "small", *words, "--cache", "cache"])


def test_a_site_is_written(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("cat.png", "--out", "out", "--children", "conv2") == 0
    assert capsys.readouterr().out == "out/index.html\n"
    page = Path("out/index.html").read_text()
    assert "cv-explorer" in page
    assert "What small sees" in page
    assert {file.name.partition("-")[0] for file in Path("out/explorer").iterdir()} == {
        "explorer", "figure", "live", "network", "seen"
    }  # fmt: skip
    assert not Path("out/jekyll").exists()
    assert run("cat.png", "--out", "out") == 0


def test_pictures_of_one_name_are_two(here: World) -> None:
    Path("more").mkdir()
    Path("more/cat.png").write_bytes(Path("cat.png").read_bytes())
    assert run("cat.png", "more/cat.png", "--out", "out") == 0
    (figure,) = Path("out/explorer").glob("figure-*.js")
    assert '"imgs/cat-2.png"' in figure.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["horse.png", "--out", "out"], "horse.png"),
        (["cat.png", "--out", "cat.png"], "cat.png is a file, not a folder"),
        (["cat.png", "--out", "weights"], "holds files that are not of a site"),
        (["cat.png", "--out", "out", "--children", "conv9"], "unknown layer 'conv9'"),
        (["cat.png", "--out", "out", "--start", "fc9_1"], "unknown layer 'fc9'"),
    ],
)
def test_mistakes_are_said(
    here: World, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert run(*words) != 0
    assert said in capsys.readouterr().err
    assert not Path("out").exists()


@pytest.mark.slow
def test_it_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    picture = Path(__file__).parents[2] / "content" / "explore" / "imgs" / "dog.jpg"
    words = ["explore", "menagerie", str(picture), "--children", "conv5", "--cache", str(tmp_path)]
    python = [sys.executable, "-m", "catvis", *words]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        python, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as running:
        address = running.stdout.readline().strip()
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        connection.request("GET", "/")
        assert "cv-explorer" in connection.getresponse().read().decode()
        asked = {"question": "classes", "given": {"picture": "imgs/dog.jpg", "count": 1}}
        connection.request(
            "POST", "/.catvis-answers", json.dumps(asked), {"Content-Type": "application/json"}
        )
        assert json.loads(connection.getresponse().read())["answer"][0]["unit"] == "fc8_1"
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 0
        assert "no longer served" in running.stderr.read()
