"""An explorer in a page: what stands around its figure, and the scripts that are loaded when a reader touches it.

All scripts are classic ones that open from disk. Each is called by what it holds, so that equal ones are stored
once and a browser may keep them for ever.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from jinja2 import Environment

from catvis.digests import data_digest
from catvis.drawing.exploration import ExplorableTree, Exploration, ExploredPicture
from catvis.frozen import Frozen
from catvis.page.folder import TEMPLATES
from catvis.page.templates import trusted
from catvis.terms import RULE_NAMES

FOLDER = "explorer"
PICTURES = "imgs"

_INVITATIONS = {
    "live": "any unit, on these pictures or on one of yours, which never leaves your machine.",
    "baked": "the units below, as deep as they were computed when this page was built.",
    "served": "any unit, on these pictures or on one of yours. The network runs in a program on this machine.",
}


_PRIVACY = {
    "live": "It never leaves your machine.",
    "served": "It goes to the program on this machine that answers, and nowhere else.",
}


class ExplorerHtml(Frozen):
    """A figure with its explorer around it, and the files that it loads, by path relative to the page."""

    html: str
    files: Mapping[str, bytes]


def explorer_html(
    figure: ExplorableTree, shown: str, environment: Environment, *, wide: bool
) -> ExplorerHtml:
    """Put an explorer around a figure.

    Args:
        figure: what it begins with.
        shown: the figure's own HTML.
        environment: the templates.
        wide: whether the figure leaves the column of text.
    """
    found = figure.exploration
    files: dict[str, bytes] = {}

    def put(name: str, data: bytes) -> str:
        stem, _, suffix = name.rpartition(".")
        address = f"{FOLDER}/{stem}-{data_digest(data)[:12]}.{suffix}"
        files[address] = data
        return address

    scripts = [put("explorer.js", packed("interface"))]
    scripts += [put(f"{name}.js", packed(name)) for name in found.answers]
    facts = _facts(figure.name, found, put)
    scripts.append(put("figure.js", _call("figure", figure.name, facts)))
    for picture in found.pictures:
        files[_shown(picture)] = picture.shown.data
    html = environment.get_template("explorer.html").render(
        name=figure.name,
        scripts=scripts,
        style=put("explorer.css", (TEMPLATES / FOLDER / "explorer.css").read_bytes()),
        figure=trusted(shown),
        wide=wide,
        invitation=_INVITATIONS[found.answers[0]],
    )
    return ExplorerHtml(html, files)


@cache
def beginning() -> str:
    """The few lines that a page with an explorer has from the start."""
    return packed("begin").decode()


@cache
def packed(name: str) -> bytes:
    """A script as pages bring it; ``tools/scripts/pack.mjs`` packs it of the parts that ``parts.json`` lists."""
    return (TEMPLATES / FOLDER / "shipped" / f"{name}.js").read_bytes()


def _facts(name: str, found: Exploration, put: Any) -> dict[str, Any]:
    ids = _ids(found.pictures)

    def picture_facts(picture: ExploredPicture) -> dict[str, Any]:
        facts = {"id": ids[picture.name], "name": picture.name, "shown": _shown(picture)}
        if "live" in found.answers:
            called = data_digest(picture.seen.packed)[:12]
            pixels = b64encode(picture.seen.packed).decode()
            facts |= {"input": called, "seen": put("seen.js", _call("seen", called, pixels))}
        if picture.baked is not None:
            called = data_digest(picture.baked.encode())[:12]
            facts |= {
                "tree": called,
                "baked": put("tree.js", _call("tree", called, json.loads(picture.baked))),
            }
        return facts

    live = {}
    if found.packed is not None:
        script = put("network.js", found.packed.script)
        live = {"live": {"network": json.loads(found.packed.description), "weights": script}}
    return {
        "name": name,
        "network": found.network,
        "size": found.size,
        "start": found.start,
        "layer": found.layer,
        "count": found.count,
        "rule": found.rule,
        "rules": list(RULE_NAMES),
        "answers": found.answers,
        "privacy": _PRIVACY.get(found.answers[0], ""),
        **json.loads(found.card),
        **live,
        "pictures": [picture_facts(picture) for picture in found.pictures],
    }


def _ids(pictures: Sequence[ExploredPicture]) -> dict[str, str]:
    """What addresses call each picture: its stem, or its whole name where two have the same."""
    stems = [PurePosixPath(picture.name).stem for picture in pictures]
    return {
        picture.name: stem if stems.count(stem) == 1 else picture.name
        for picture, stem in zip(pictures, stems, strict=True)
    }


def _shown(picture: ExploredPicture) -> str:
    return f"{PICTURES}/{picture.shown.name}"


def _call(function: str, *arguments: object) -> bytes:
    """A script that tells the explorer something."""
    written = ", ".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in arguments)
    return f"catvisExplorer.{function}({written});\n".encode()
