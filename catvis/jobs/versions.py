"""The version of the code that answers a job: a digest of every source file that the job's own module leads to.

So nobody has to remember to raise a number: an answer that other code computed is another answer.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from catvis.digests import digest, file_digest

_ROOT = Path(__file__).parents[1]
_IMPORT = re.compile(
    rf"^[ ]*(?:from[ ](?P<source>{_ROOT.name}[\w.]*)[ ]import[ ](?P<names>\([^)]*\)|[^\n]*)"
    rf"|import[ ](?P<module>{_ROOT.name}[\w.]*))",
    re.MULTILINE,
)
_LIBRARIES = {"numpy": "version.py", "PIL": "_version.py", "torch": "version.py"}
"""By library, its file that says which version it is: a digest of that takes no time, and no import."""


@cache
def version(module: str) -> str:
    """The digest of a module and of all that it imports, directly or not, at whatever place in the code.

    Args:
        module: its full name, such as ``catvis.jobs.attribution``.

    Returns:
        A hex digest; the versions of the libraries that compute and encode are part of it.
    """
    code = {str(file.relative_to(_ROOT.parent)): _digest(file) for file in sorted(sources(module))}
    return digest(code, [_digest(file) for file in _library_files()])


@cache
def sources(module: str) -> frozenset[Path]:
    """The source files that a module leads to. Imports for types alone count: a job is handed such things."""
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        file = _file(waiting.pop())
        if file is not None and file not in found:
            found.add(file)
            waiting += _imported(file)
    return frozenset(found)


@cache
def _library_files() -> tuple[Path, ...]:
    found = [(find_spec(library), name) for library, name in _LIBRARIES.items()]
    return tuple(Path(spec.origin).with_name(name) for spec, name in found if spec and spec.origin)


@cache
def _digest(file: Path) -> str:
    return file_digest(file)


@cache
def _imported(file: Path) -> tuple[str, ...]:
    names: list[str] = []
    for match in _IMPORT.finditer(file.read_text(encoding="utf-8")):
        if match["module"]:
            names.append(match["module"])
            continue
        listed = re.sub(r"#[^\n]*", "", match["names"]).strip("()")
        names += [match["source"]]
        names += [f"{match['source']}.{part.split()[0]}" for part in listed.split(",") if part.strip()]
    return tuple(names)


@cache
def _file(module: str) -> Path | None:
    """A module's file, or a package's ``__init__.py``; None for a name that is neither."""
    place = _ROOT.parent.joinpath(*module.split("."))
    choices = (place.with_name(f"{place.name}.py"), place / "__init__.py")
    return next((file for file in choices if file.is_file()), None)
