"""The version of a job: it changes with the code that makes the answer's bytes, and with no other."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import catvis
from catvis.jobs.versions import sources

PACKAGE = Path(catvis.__file__).parent

LOOKED = {
    "jobs/look.py",
    "networks/pictures.py",
    "networks/preprocessing.py",
    "networks/network.py",
    "networks/graph.py",
    "networks/operations.py",
    "backward/trace.py",
}
CARRIED = LOOKED | {f"backward/{name}.py" for name in ("sweep", "rules", "carry", "front", "stops", "edges")}
DRAWN = {"drawing/display.py", "drawing/encode.py"}
MADE_BY = {
    "TileJob": {"jobs/attribution.py"} | CARRIED | DRAWN,
    "ControlJob": {"jobs/contrast.py", "jobs/randomised.py"} | CARRIED | DRAWN,
    "DifferenceJob": {"jobs/contrast.py", "jobs/attribution.py"} | CARRIED | DRAWN,
    "ScoresJob": {"jobs/responses.py"} | LOOKED,
    "PeakJob": {"jobs/responses.py"} | LOOKED,
    "ResponsesJob": {"jobs/responses.py"} | LOOKED,
    "SeenJob": {"jobs/responses.py", "drawing/encode.py"} | LOOKED,
    "InputJob": {"jobs/responses.py", "drawing/encode.py"} | LOOKED,
    "EdgesJob": {"jobs/edge_weights.py"} | CARRIED,
    "AblationJob": {"jobs/edge_weights.py"} | CARRIED,
    "KeptJob": {"jobs/keeping.py", "backward/sufficiency.py", "backward/silencing.py"} | CARRIED,
    "KeptCurvesJob": {"jobs/keeping.py", "backward/sufficiency.py", "backward/silencing.py"} | CARRIED,
    "MaximizeJob": {"jobs/optimisation.py", "jobs/ascent.py", "networks/operations.py", "drawing/encode.py"},
    "DreamJob": {
        "jobs/optimisation.py",
        "jobs/dreaming.py",
        "jobs/ascent.py",
        "networks/pictures.py",
        "networks/preprocessing.py",
        "drawing/encode.py",
    },
    "PackedJob": {"jobs/travelling.py", "networks/portable.py", "networks/graph.py"},
    "ExemplarsJob": {"jobs/exemplar_grids.py", "exemplars/store.py", "exemplars/mine.py"} | DRAWN,
    "GatheredJob": {"jobs/redundancy.py", "exemplars/store.py"},
    "StrengthsJob": {"jobs/redundancy.py", "exemplars/sample.py", "exemplars/store.py"},
    "DistinctJob": {"jobs/redundancy.py", "exemplars/pursuit.py"},
    "PairJob": {"jobs/redundancy.py", "exemplars/beside.py"},
    "StrongestPicturesJob": {"jobs/place_counts.py", "exemplars/store.py"},
    "PlacesJob": {"jobs/place_counts.py", "exemplars/whereabouts.py", "exemplars/store.py"} | CARRIED | DRAWN,
    "AgreementJob": {"jobs/truthfulness.py", "backward/silencing.py"} | CARRIED,
    "PointingJob": {"jobs/truthfulness.py", "exemplars/pointed.py", "menagerie/world/draw.py"} | CARRIED,
    "MosaicJob": {"jobs/exemplar_grids.py", "drawing/encode.py"},
    "CompositeJob": {"jobs/composites.py", "drawing/raster.py", "drawing/figure.py"},
    "ThumbnailJob": {"jobs/composites.py", "drawing/raster.py"},
}
"""By kind of job, files without which its answer would be another."""

KIND = re.compile(r"(Subject|Network|Collection|Answer)?Job\[")
ELSEWHERE = ("page/", "site/", "figures/", "post/", "commands/", "kramdown/", "cli.py", "preview/")


def kinds() -> dict[str, str]:
    """Every kind of job that the package has, with the module that it stands in."""
    return {
        node.name: f"catvis.jobs.{file.stem}"
        for file in (PACKAGE / "jobs").glob("*.py")
        if file.stem != "base"
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and any(KIND.match(ast.unparse(base)) for base in node.bases)
    }


def files(kind: str) -> set[str]:
    return {file.relative_to(PACKAGE).as_posix() for file in sources(kinds()[kind])}


def test_every_kind_of_job_is_looked_at() -> None:
    assert kinds().keys() == MADE_BY.keys()


@pytest.mark.parametrize("kind", MADE_BY)
def test_the_version_covers_the_code_that_makes_the_answer(kind: str) -> None:
    assert MADE_BY[kind] - files(kind) == set()


@pytest.mark.parametrize("kind", MADE_BY)
def test_the_version_covers_nothing_that_shows_the_answer(kind: str) -> None:
    assert [file for file in files(kind) if file.startswith(ELSEWHERE)] == []


def version_in(folder: Path, module: str = "catvis.jobs.attribution") -> str:
    """A module's version, as the package in a folder has it."""
    program = f"from catvis.jobs.versions import version; print(version({module!r}))"
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_one_byte_of_the_code_that_draws_is_another_version(tmp_path: Path) -> None:
    code = shutil.ignore_patterns("__pycache__", "*.safetensors", "*.npz", "*.csv", "*.json")
    shutil.copytree(PACKAGE, tmp_path / "catvis", ignore=code)
    before = version_in(tmp_path)
    (tmp_path / "catvis" / "page" / "render.py").write_bytes(b"#")
    assert version_in(tmp_path) == before
    display = tmp_path / "catvis" / "drawing" / "display.py"
    changed = bytearray(display.read_bytes())
    changed[-1] = ord(" ")
    display.write_bytes(changed)
    assert version_in(tmp_path) != before
