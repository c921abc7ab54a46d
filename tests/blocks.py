r"""The fenced blocks of README and docs/, in the order of each page, and what it takes to run one.

    ```console                  commands after "$ ", in bash; what stands below is all that they print, if anything
                                does, with … for any lines
    ```python                   run in the page's own namespace
    ```yaml title="FILE"        written to that file, then read by whatever reads files of that name
    ```markdown                 written (to the title, if there is one) and read as a post
    ```math, ```mermaid         drawn as the documentation's site draws it

A block below ``<!-- not run: REASON -->`` is only shown. All others of a page run in one folder, one after another.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catvis.networks.registry import source
from catvis.post.document import read_document
from catvis.post.paths_file import PathsFile, read_paths_file
from catvis.post.site_file import read_site_file
from catvis.settings import Settings
from tools import documentation

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))

_BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<reason>[^\n]+) -->\n+)?"
    r"^(?P<fence>```+)(?P<language>\w*)(?: title=\"(?P<title>[^\"\n]+)\")?\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
_FENCE = re.compile(r"^ *```", re.MULTILINE)
_AND_SO_ON = "…"
_LONGEST_COMMAND = 60  # seconds


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes:
        page: the file.
        line: where it opens.
        language: what stands behind the fence.
        title: the file that it is, if it is one.
        text: what stands in it.
        reason: why it is not run; None where it is.
    """

    page: Path
    line: int
    language: str
    title: str | None
    text: str
    reason: str | None

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """The blocks of a page.

    Raises:
        ValueError: a fence is not written as the others are, so that its block would be overlooked.
    """
    text = page.read_text(encoding="utf-8")
    found = list(_BLOCK.finditer(text))
    if len(_FENCE.findall(text)) != sum(len(_FENCE.findall(match[0])) for match in found):
        raise ValueError(f"{page.name} has a fence that opens or closes no block")
    return [
        Block(
            page,
            text.count("\n", 0, match.start("fence")) + 1,
            *(match[part] for part in ("language", "title", "text", "reason")),
        )
        for match in found
    ]


@dataclass
class Runner:
    """Runs the blocks of one page.

    Attributes:
        folder: where they run, which is the working directory.
        names: what Python blocks have defined so far.
    """

    folder: Path
    names: dict[str, Any] = field(default_factory=dict)

    def run(self, block: Block) -> None:
        """Run a block; whatever is wrong with it is raised."""
        kinds: dict[str, Callable[[Block], None]] = {
            "console": self._console,
            "python": self._python,
            "yaml": self._yaml,
            "markdown": self._markdown,
            "math": lambda one: self._drawn(documentation.math(one.text)),
            "mermaid": lambda one: self._drawn(documentation.floors(one.text)),
        }
        assert block.language in kinds, f"{block}: one of {', '.join(kinds)}, or <!-- not run: REASON -->"
        kinds[block.language](block)

    def _console(self, block: Block) -> None:
        lines = block.text.splitlines()
        script = "\n".join(line[2:] for line in lines if line.startswith("$ "))
        shown = [line for line in lines if not line.startswith("$ ")]
        assert script, f"{block}: a command stands after a dollar sign"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=_LONGEST_COMMAND,
        )
        assert done.returncode == 0, f"{block}: {done.stdout}{done.stderr}"
        expected = "".join(".*" if line == _AND_SO_ON else re.escape(f"{line}\n") for line in shown)
        if shown:
            printed = re.fullmatch(expected, done.stdout, re.DOTALL)
            assert printed, f"{block}: printed is not what is shown, but\n{done.stdout}"

    def _python(self, block: Block) -> None:
        if block.title is not None:
            self._written(block)
        code = compile("\n" * block.line + block.text, str(block.page), "exec")
        exec(code, self.names)

    def _yaml(self, block: Block) -> None:
        file = self._written(block)
        match file.name:
            case "paths.yaml":
                _check(read_paths_file(file))
            case "site.yaml":
                read_site_file(file)
            case "networks.yaml":
                settings = Settings(content=file.parent, allow_code=True)
                for name in re.findall(r"^[\w.-]+(?=:)", block.text, re.MULTILINE):
                    source(name, settings).card()
            case other:
                raise AssertionError(f"{block}: nothing reads {other}")

    def _markdown(self, block: Block) -> None:
        document = read_document(self._written(block, "post.md"))
        assert document.warnings == (), block

    def _written(self, block: Block, usual: str | None = None) -> Path:
        name = block.title or usual
        assert name is not None, f'{block}: title="FILE" says what it is'
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
        return file

    def _drawn(self, html: str) -> None:
        assert "<math" in html or "<li>" in html


def _check(paths: PathsFile) -> None:
    """Hold figures, examples and claims against the networks that they are about."""
    usual = Settings().network
    for figure in (*paths.figures, *paths.examples):
        if figure.has_network:
            figure.check(source(figure.network.value if figure.network else usual, Settings()).card())
    card = source(paths.head.network.value if paths.head.network else usual, Settings()).card()
    for claim in paths.claims:
        claim.check(card)
