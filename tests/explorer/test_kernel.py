"""The kernel's WebAssembly is what its source says."""

from __future__ import annotations

import pytest

from tools.kernel.compile import SCRIPT, compiled, script


@pytest.mark.slow
def test_the_source_makes_the_committed_webassembly_byte_for_byte() -> None:
    assert SCRIPT.read_text(encoding="utf-8") == script(compiled()), "run python -m tools.kernel.compile"
