"""Where the templates lie: at the top of a checkout, or inside the package once it is installed.

A wheel holds ``templates/`` as ``catvis/_templates``; nothing else of the project asks which of the two it is.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = _PACKAGE / "_templates"

TEMPLATES = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "templates"
