"""The documentation: its tables are the code's, every key is shown in an example, and it becomes a site."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from catvis.figures.table import KINDS
from catvis.post.claims import CLAIM_KEYS
from catvis.post.front_matter import FRONT_KEYS
from catvis.post.paths_file import HEAD_KEYS
from catvis.post.site_file import SITE_KEYS
from tests.blocks import ROOT, blocks
from tools.documentation import math
from tools.keys import PAGE, TABLES, page

WRITTEN = PAGE.read_text(encoding="utf-8")


def keys_of(value: object) -> set[str]:
    """All keys of a value, at any depth."""
    if isinstance(value, dict):
        return {str(key) for key in value}.union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


def shown_keys() -> set[str]:
    """The keys that stand in an example of the page, all of which a test reads."""
    examples = [block for block in blocks(PAGE) if block.reason is None]
    files = [yaml.safe_load(block.text) for block in examples if block.language == "yaml"]
    fronts = [
        yaml.safe_load(block.text.split("---\n")[1])
        for block in examples
        if block.language == "markdown" and block.text.startswith("---\n")
    ]
    return set().union(*map(keys_of, [*files, *fronts]))


def test_the_tables_of_keys_are_the_codes() -> None:
    assert page(WRITTEN) == WRITTEN, "make docs"


@pytest.mark.parametrize("name", TABLES)
def test_a_page_without_a_tables_marks_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="once each"):
        page(WRITTEN.replace(f"<!-- end of {name} -->", ""))


def test_every_key_is_shown_in_an_example() -> None:
    of_figures = {name for kind in KINDS for name in (*kind.keys, *kind.beside)}
    every = {*HEAD_KEYS, "figures", "paths", "claims", *of_figures, *CLAIM_KEYS, *SITE_KEYS, *FRONT_KEYS}
    assert every - shown_keys() == set()


def test_every_key_of_the_front_matter_that_is_read_is_explained() -> None:
    code = "".join(file.read_text("utf-8") for file in (ROOT / "catvis").rglob("*.py"))
    pattern = r'(?:self|front)\.values\.get\("(\w+)"|self\._text\("(\w+)"|"(\w+)" in front\.values'
    read = {name for names in re.findall(pattern, code) for name in names if name}
    assert read == set(FRONT_KEYS)


def test_tex_that_cannot_be_shown_is_refused() -> None:
    for tex in (r"\begin{aligned}a & b\end{aligned}", r"\nosuchcommand"):
        with pytest.raises(ValueError, match="cannot be shown"):
            math(tex)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation as a site."""
    folder = tmp_path_factory.mktemp("documentation")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.mark.slow
def test_it_becomes_a_site_without_a_warning(site: Path) -> None:
    pages = {file.name for file in site.glob("*.html")}
    written = {file.with_suffix(".html").name for file in (ROOT / "docs").glob("*.md")}
    assert pages == written | {"404.html", "changelog.html", "contributing.html", "tour.html"}


@pytest.mark.slow
def test_its_pages_ask_no_other_host_for_anything(site: Path) -> None:
    for file in site.glob("*.html"):
        html = file.read_text("utf-8")
        assert re.findall(r'<(?:script|img|link|iframe)\b[^>]*(?:src|href)="(?:https?:)?//[^>]*>', html) == []
        assert "mermaid" not in html
    assert "<math" in (site / "method.html").read_text("utf-8")
    assert "catvis.networks" in (site / "architecture.html").read_text("utf-8")


@pytest.mark.slow
def test_the_interface_is_explained(site: Path) -> None:
    html = (site / "interface.html").read_text("utf-8")
    for name in ("catvis.open", "catvis.wrap", "PictureLook.children", "PathTile.save", "SilentUnitError"):
        assert re.search(rf'id="[\w.]*{re.escape(name)}"', html), name
