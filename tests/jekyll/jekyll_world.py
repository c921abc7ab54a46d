"""A Jekyll site with posts about a small network in it, and the real Jekyll that builds it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from catvis.settings import Settings
from tests.small_world import World

FRONT = "---\ntitle: A post\ndate: 2024-02-03\nlayout: post\n---\n"
POST = f"{FRONT}\n![What one sees](imgs/figure.png)\n\nIt's *words*.\n\nMore words.\n"

# Where changes are checked it is installed, and a skip is a failure.
needs_jekyll = pytest.mark.skipif(
    shutil.which("jekyll") is None, reason="Ruby is no requirement of catvis, and there is no Debian's jekyll"
)


class JekyllWorld(World):
    """The folder of a Jekyll site, with the small network's weights beside it."""

    @property
    def root(self) -> Path:
        return self.folder / "jekyll"

    @property
    def settings(self) -> Settings:
        return replace(super().settings, content=self.root / "_catvis", site=self.root, jekyll=True)

    def write(self, name: str, text: str) -> Path:
        """An author's own file."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def read(self, name: str) -> str:
        return (self.root / name).read_text(encoding="utf-8")

    def files(self) -> dict[str, bytes]:
        """All that lies in the site's folder but for the posts' sources."""
        found = (file for file in self.root.rglob("*") if file.is_file())
        names = {file.relative_to(self.root).as_posix(): file for file in found}
        return {name: file.read_bytes() for name, file in names.items() if not name.startswith("_catvis/")}


def jekyll_build(root: Path) -> Path:
    """Have the real Jekyll build a site; nothing of it may be complained of."""
    site = root / "_site"
    command = ["jekyll", "build", "--source", str(root), "--destination", str(site), "--disable-disk-cache"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert not any(word in said for word in ("Liquid", "Error", "Warning", "Conflict")), said
    return site
