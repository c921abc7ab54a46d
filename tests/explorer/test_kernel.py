"""The kernel's WebAssembly is what its source says."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tools.kernel.compile import SCRIPT, compiled, script


# A compiler is large, and a page needs none; where changes are checked it is installed, and a skip is a failure.
@pytest.mark.slow
@pytest.mark.skipif(
    find_spec("ziglang") is None, reason="there is no ziglang: it is in requirements-test.txt"
)
def test_the_source_makes_the_committed_webassembly_byte_for_byte() -> None:
    assert SCRIPT.read_text(encoding="utf-8") == script(compiled()), "run python -m tools.kernel.compile"
