"""The explorer's scripts: packed from what stands in templates/explorer, and small."""

from __future__ import annotations

import hashlib
import json

import pytest

from catvis.page.explorer_files import packed
from catvis.page.folder import TEMPLATES

PARTS = json.loads((TEMPLATES / "explorer" / "parts.json").read_text())


@pytest.mark.parametrize("name", PARTS)
def test_what_is_shipped_was_packed_from_what_stands_there(name: str) -> None:
    parts = ((TEMPLATES / "explorer" / f"{part}.js").read_text(encoding="utf-8") for part in PARTS[name])
    digest = hashlib.sha256("\n;\n".join(parts).encode()).hexdigest()[:16]
    assert packed(name).startswith(f"// {digest}\n".encode()), "run `make scripts`, and commit what it packs"


def test_every_script_is_part_of_one_that_is_shipped() -> None:
    there = {file.stem for file in (TEMPLATES / "explorer").glob("*.js")}
    assert there == {part for parts in PARTS.values() for part in parts}


def test_a_live_explorer_takes_at_most_sixty_kilobytes() -> None:
    assert sum(len(packed(name)) for name in ("begin", "interface", "live")) <= 60_000


@pytest.mark.parametrize("name", PARTS)
def test_nothing_is_evaluated_and_no_other_host_named(name: str) -> None:
    code = packed(name).decode()
    for word in ("eval(", "new Function", "import(", "https://", "http://www.g", "XMLHttpRequest"):
        assert word not in code
    assert ("fetch(" in code) == (name == "served")
