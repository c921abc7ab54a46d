"""Every block of code in README and docs/ runs, and what only stands there is known."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.blocks import PAGES, ROOT, Runner, blocks

NOT_RUN = {
    "README.md": 1,
    "CONTRIBUTING.md": 2,
    "exemplars.md": 1,
    "index.md": 2,
    "jekyll.md": 1,
    "networks.md": 1,
}
"""How many blocks of a page are only shown; of pages that are not named here, none."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a picture of a cat, some photographs, and `catvis` on the path, as an installation writes it."""
    home = tmp_path_factory.mktemp("home")
    cat = Image.open(ROOT / "content" / "why-is-this-a-cat" / "imgs" / "chelsea.png").convert("RGB")
    cat.save(home / "cat.jpg")
    (home / "photos").mkdir()
    for degrees in (0, 90):
        cat.resize((96, 96)).rotate(degrees).save(home / "photos" / f"{degrees}.jpg")
    program = home / "bin" / "catvis"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\n"
        "import sys\n\nfrom catvis.__main__ import main\n\n"
        'if __name__ == "__main__":\n    sys.exit(main())\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return home


@pytest.fixture
def runner(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    """A folder with the picture in it, where results of other pages are known."""
    shutil.copy(home / "cat.jpg", tmp_path)
    monkeypatch.chdir(tmp_path)
    folders = (home / "bin", Path(sys.executable).parent)
    monkeypatch.setenv("PATH", os.pathsep.join([*map(str, folders), os.environ["PATH"]]))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.delenv("CATVIS_WEIGHTS", raising=False)
    return Runner(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_runs(page: Path, runner: Runner) -> None:
    for block in blocks(page):
        if block.reason is None:
            runner.run(block)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_not_run_is_counted(page: Path) -> None:
    assert sum(block.reason is not None for block in blocks(page)) == NOT_RUN.get(page.name, 0)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("```console\n$ false\n```\n", "page.md:1"),
        ("```console\n$ echo 1\n2\n```\n", "printed is not what is shown"),
        ("```console\n$ seq 3\n…\n2\n```\n", "printed is not what is shown"),
        ("```python\n1 / 0\n```\n", "division by zero"),
        ('```yaml title="paths.yaml"\nfigures: {x: {unit: fc8_99}}\n```\n', "fc8_99"),
        ('```yaml title="site.yaml"\nadress: x\n```\n', "unknown key"),
        ("```yaml\nx: 1\n```\n", "says what it is"),
        ("```\nx\n```\n", "not run: REASON"),
    ],
)
def test_what_is_wrong_is_found(text: str, complaint: str, runner: Runner) -> None:
    page = runner.folder / "page.md"
    page.write_text(text)
    (block,) = blocks(page)
    with pytest.raises(Exception, match=complaint):
        runner.run(block)


def test_a_fence_that_would_be_overlooked_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("- a list\n\n  ```python\n  1 / 0\n  ```\n")
    with pytest.raises(ValueError, match="no block"):
        blocks(page)
