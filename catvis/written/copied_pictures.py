"""Pictures that a site gets as they are: by their names, nothing but pictures; of SVG, drawings that do nothing.

A browser that opens such a file by its address shows it as a page of the site's. A picture of pixels can do nothing
there, whatever its bytes are; an SVG is a document, and is let through only if nothing in it runs, leads elsewhere
or is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from catvis.errors import ContentError
from catvis.written.named_files import Expected, check_size

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".avif", ".svg")
_SVG = Expected("a drawing", 4 << 20)
_RUNS = {"script", "handler", "listener", "foreignobject", "iframe", "embed", "object", "audio", "video"}
_CHANGES = {"set", "animate", "animatemotion", "animatetransform"}
_INSIDE = re.compile(r"#|data:image/(?:png|jpeg|gif|webp);", re.IGNORECASE)
_FETCHES = re.compile(r"url\(\s*[\"']?(?!\s*#)|@import|\\", re.IGNORECASE)


def check_copied(file: Path) -> None:
    """Check that a site may get a file as it is.

    Args:
        file: which keeps to the rule of `named_files` already.

    Raises:
        OSError: it cannot be read.
        ContentError: it is no picture, or a drawing that does something; the caller knows the place.
    """
    suffix = file.suffix.lower()
    if suffix not in ENDINGS:
        hint = f"valid endings: {', '.join(ENDINGS)}"
        raise ContentError(f"{file.name} is no picture, and is not copied into a site", hint=hint)
    if suffix == ".svg":
        check_size(file.stat().st_size, _SVG)
        found = next(_doings(file.read_bytes()), None)
        if found:
            hint = "save it as a plain SVG: shapes and text, without scripts, links and files from elsewhere"
            raise ContentError(f"the drawing {file.name} has {found}", hint=hint)


def _doings(data: bytes) -> Iterator[str]:
    """What in an SVG is more than shapes and text, in words."""
    found: list[str] = []
    in_style = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal in_style
        element = _local(name)
        in_style += element == "style"
        if element in _RUNS:
            found.append(f"an element <{element}>")
        for key, value in attributes.items():
            local = _local(key)
            if local.startswith("on"):
                found.append(f"an attribute {local}")
            elif local in ("href", "src") and not _INSIDE.match(value.strip()):
                found.append(f"a link to {value[:40]!r}")
            elif (
                element in _CHANGES and local == "attributename" and _local(value).startswith(("on", "href"))
            ):
                found.append(f"an element <{element}> that changes {value!r}")
            elif ":" not in key and _FETCHES.search(value):
                found.append(f"an attribute {local} that fetches something")

    def end(name: str) -> None:
        nonlocal in_style
        in_style -= _local(name) == "style"

    def text(said: str) -> None:
        if in_style and _FETCHES.search(said):
            found.append("a style that fetches something")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.EntityDeclHandler = lambda *_: found.append("entities of its own")
    parser.ProcessingInstructionHandler = lambda target, _: found.append(f"an instruction <?{target}?>")
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        found.append(f"a mistake, and is no XML: {error}")
    return iter(found)


def _local(name: str) -> str:
    """A name without what stands before its colon, in small letters."""
    return name.rpartition(":")[2].lower()
