"""The real kramdown, as a Ruby process that stays open."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

_PROGRAM = Path(__file__).with_suffix(".rb")


class Kramdown:
    """Asks the real kramdown; use as a context."""

    def __enter__(self) -> Kramdown:
        self._process = subprocess.Popen(
            ["ruby", str(_PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def html(self, text: str) -> str:
        """What kramdown makes of a text."""
        data = text.encode()
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(b"%d\n" % len(data) + data)
        stdin.flush()
        return stdout.read(int(stdout.readline())).decode()


def is_installed() -> bool:
    """Whether Ruby and kramdown with its GFM parser are there."""
    ruby = shutil.which("ruby")
    if ruby is None:
        return False
    command = [ruby, "-e", 'require "kramdown"; require "kramdown-parser-gfm"']
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
