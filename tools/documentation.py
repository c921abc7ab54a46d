"""What MkDocs does to docs/ on its way to a site, as mkdocs.yml asks: formulas, drawings, and pages from elsewhere.

Formulas and drawings become HTML here, so that a reader's browser has nothing to fetch. Every page reads well on
GitHub, too: links lead to files of the repository, and those that the site has as pages are turned to them.
"""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

from latex2mathml.converter import convert
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from tools.marked import ROOT

FROM_ELSEWHERE = {"contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md"}
"""Pages of the site that lie above docs/, where everybody looks for them."""
NOTEBOOK = "tour.ipynb"
_LINKS = {
    **{f"](../{file}": f"]({page}" for page, file in FROM_ELSEWHERE.items()},
    f"]({NOTEBOOK}": "](tour.md",
}
_UNREAD = re.compile(r">(&|\\[^<]*)<")
_ROOM = re.compile(r'\["(?P<modules>[^"]+)"\]')


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie elsewhere, and the notebook as a page."""
    for page, file in FROM_ELSEWHERE.items():
        text = (ROOT / file).read_text(encoding="utf-8").replace("](docs/", "](")
        files.append(File.generated(config, page, content=text))
    notebook = (ROOT / "docs" / NOTEBOOK).read_text(encoding="utf-8")
    files.append(File.generated(config, "tour.md", content=_page_of(json.loads(notebook))))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Turn links to files that are pages here."""
    for file, page in _LINKS.items():
        markdown = markdown.replace(file, page)
    return markdown


def math(source: str, *_: Any, **__: Any) -> str:
    """TeX as MathML, in a block of its own.

    Raises:
        ValueError: the converter left something of the TeX as it was.
    """
    written = convert(source, display="block")
    if left := _UNREAD.search(written):
        raise ValueError(f"{left[1]} of this TeX cannot be shown: {source}")
    return f'<div class="math">{written}</div>'


def floors(source: str, *_: Any, **__: Any) -> str:
    """The drawing of docs/architecture.md as lists of floors, highest first."""
    houses = source.split("subgraph ")[1:]
    lists = (
        "".join(f"<li>{escape(room['modules'])}</li>" for room in _ROOM.finditer(house)) for house in houses
    )
    names = (house.split()[0] for house in houses)
    shown = (
        f"<div><code>{name}</code><ol>{rooms}</ol></div>" for name, rooms in zip(names, lists, strict=True)
    )
    return f'<div class="floors">{"".join(shown)}</div>'


def _page_of(notebook: dict[str, Any]) -> str:
    """A notebook's text and code as Markdown."""
    cells = ((cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"])
    return "\n\n".join(text if kind == "markdown" else f"```python\n{text}\n```" for kind, text in cells)
