"""kernel.c as WebAssembly, in the script that pages take along.

    python -m tools.kernel.compile

The same compiler makes the same bytes on every machine: tests/explorer/test_kernel.py holds the committed script to
the source. ziglang, which is clang and a linker in one wheel, is pinned in requirements-test.txt.
"""

from __future__ import annotations

import base64
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("kernel.c")
SCRIPT = Path(__file__).parents[2] / "templates" / "explorer" / "kernel_wasm.js"
_OPTIONS = ("-target", "wasm32-freestanding", "-mcpu=generic+simd128", "-O3", "-nostdlib", "-Wall", "-Werror")
_LINKING = ("-Wl,--no-entry", "-Wl,--import-memory", "-Wl,--strip-all", "-Wl,-z,stack-size=0")
_TEXT = """\
/* tools/kernel/kernel.c as WebAssembly; tools/kernel/compile.py writes this. */
"use strict";
catvisExplorer.wasm = "{code}";
"""


def compiled() -> bytes:
    """The WebAssembly of `kernel.c`, by the installed ziglang."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "kernel.wasm"
        words = [sys.executable, "-m", "ziglang", "cc", *_OPTIONS, *_LINKING, "-o", str(out), SOURCE.name]
        subprocess.run(words, check=True, cwd=SOURCE.parent)
        return out.read_bytes()


def script(code: bytes) -> str:
    """The script that holds some WebAssembly."""
    return _TEXT.format(code=base64.b64encode(code).decode("ascii"))


if __name__ == "__main__":
    SCRIPT.write_text(script(compiled()), encoding="utf-8")
