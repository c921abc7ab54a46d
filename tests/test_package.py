"""The distributions: every file of the program is in them, and they ask for what the project is tested with.

`make package` installs the wheel into an environment of its own and builds a post there.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
NOT_THE_PROGRAM = {"__pycache__", ".mypy_cache", ".ruff_cache"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both distributions: the wheel is built from the sdist, so what that lacks is missing in both."""
    folder = tmp_path_factory.mktemp("dist")
    program = Path(sys.executable).with_name("pyproject-build")
    done = subprocess.run(
        [program, "--no-isolation", "--outdir", folder, ROOT], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def wheel(dist: Path) -> ZipFile:
    (file,) = dist.glob("*.whl")
    return ZipFile(file)


@pytest.fixture
def metadata(wheel: ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return message_from_bytes(wheel.read(name))


def files_of(folder: str) -> dict[str, bytes]:
    """The checkout's files below a folder, by path relative to it."""
    home = ROOT / folder
    files = (file for file in home.rglob("*") if file.is_file() and not NOT_THE_PROGRAM & set(file.parts))
    return {file.relative_to(home).as_posix(): file.read_bytes() for file in files}


def test_every_file_is_in_the_wheel_and_no_other(wheel: ZipFile) -> None:
    expected = {f"catvis/{name}": data for name, data in files_of("catvis").items()}
    expected |= {f"catvis/_templates/{name}": data for name, data in files_of("templates").items()}
    assert "catvis/py.typed" in expected
    held = {name: wheel.read(name) for name in wheel.namelist() if ".dist-info/" not in name}
    assert held.keys() == expected.keys()
    assert held == expected


def test_the_source_is_whole(dist: Path) -> None:
    (file,) = dist.glob("*.tar.gz")
    with tarfile.open(file) as source:
        held = {name.partition("/")[2] for name in source.getnames()}
    assert held >= {"build.py", "LICENSE", "requirements.txt", "requirements-test.txt"}
    for folder in ("templates", "content", "tests"):
        assert held >= {
            f"{folder}/{name}" for name in files_of(folder) if not name.startswith("screenshots/")
        }


def pinned(file: str) -> dict[str, Version]:
    """What a file of requirements pins, by name in lower case."""
    lines = (ROOT / file).read_text("utf-8").splitlines()
    pairs = [line.lower().split("==") for line in lines if not line.startswith("#")]
    return {name: Version(version) for name, version in pairs}


def lowest(asked: Requirement) -> Version:
    """The oldest version that is admitted."""
    (least,) = [Version(one.version) for one in asked.specifier if one.operator == ">="]
    return least


def test_what_is_asked_for_is_what_is_tested_with(metadata: Message) -> None:
    asked = {found.name.lower(): found for found in map(Requirement, metadata.get_all("Requires-Dist", []))}
    newest, oldest = pinned("requirements.txt"), pinned("requirements-oldest.txt")
    assert asked.keys() == newest.keys() == oldest.keys()
    assert not [name for name, found in asked.items() if not found.specifier.contains(newest[name])]
    assert {name: lowest(found) for name, found in asked.items()} == oldest
    extras = {name: str(found.marker) for name, found in asked.items() if found.marker}
    assert extras == dict.fromkeys(("dask", "distributed"), 'extra == "cluster"')


def test_who_what_and_under_which_terms(metadata: Message) -> None:
    for field in ("Summary", "Author", "License-Expression", "License-File", "Description-Content-Type"):
        assert metadata[field]
    assert (metadata["Name"], metadata["Requires-Python"]) == ("catvis", ">=3.11")
