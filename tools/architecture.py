"""Draw the floors of docs/architecture.md from the import contracts: ``python -m tools.architecture``.

The drawing is Mermaid text between two marks; nothing else of the page is touched.
"""

from __future__ import annotations

import re
import tomllib

from tools.marked import ROOT, with_part, write

PAGE = ROOT / "docs" / "architecture.md"
PACKAGE = "catvis"
OPEN, CLOSE = "<!-- floors: written by `make docs` -->", "<!-- end of floors -->"


def floors() -> dict[str, list[list[str]]]:
    """The floors of each package that a contract divides, highest first; a floor's modules by their full names."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    divided = [
        [re.split(r"\s*[|:]\s*", floor) for floor in contract["layers"]]
        for contract in contracts["contracts"]
        if contract["type"] == "layers"
    ]
    return {_common(found): found for found in divided}


def drawing() -> str:
    """The floors as a Mermaid flowchart: whoever stands higher may import what stands lower."""
    lines = [
        "```mermaid",
        '%%{init: {"flowchart": {"rankSpacing": 16, "wrappingWidth": 480}}}%%',
        "flowchart TB",
    ]
    for package, found in floors().items():
        nodes = [f"{package}/{place}" for place in range(len(found))]
        lines += [f"  subgraph {package}", "    direction TB"]
        for node, floor in zip(nodes, found, strict=True):
            rooms = " · ".join(module.removeprefix(f"{package}.") for module in floor)
            lines.append(f'    {node}["{rooms}"]')
        lines += [f"    {' --> '.join(nodes)}", "  end"]
    return "\n".join([*lines, "```"])


def page(text: str) -> str:
    """The page with the drawing as it should be.

    Raises:
        ValueError: the marks are not there, once each and in order.
    """
    return with_part(text, drawing(), OPEN, CLOSE)


def _common(found: list[list[str]]) -> str:
    """The package that all modules of a contract lie in."""
    parents = [module.split(".")[:-1] for floor in found for module in floor]
    common = [parts[0] for parts in zip(*parents, strict=False) if len(set(parts)) == 1]
    return ".".join(common)


if __name__ == "__main__":
    write(PAGE, page(PAGE.read_text(encoding="utf-8")))
