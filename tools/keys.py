"""Write down every key that an author may write in docs/writing.md: ``python -m tools.keys``.

Nothing is declared here: a key, what it takes and what it means are what the readers' own tables say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import asdict

from catvis.figures.options import OPTION_KEYS, Options
from catvis.figures.path_spec import CHILDREN
from catvis.figures.table import KINDS
from catvis.post.claims import CLAIM_KEYS
from catvis.post.front_matter import FRONT_KEYS
from catvis.post.paths_file import HEAD_KEYS
from catvis.post.schema import paths_schema
from catvis.post.site_file import SITE_KEYS
from catvis.written.keys import Key, Schema
from tools.marked import ROOT, with_part, write

PAGE = ROOT / "docs" / "writing.md"
_USUAL = asdict(Options())


def of_post() -> str:
    """The keys of ``paths.yaml`` itself; its lists, which a figure does not have, last."""
    every = json.loads(paths_schema())["properties"]
    lists = {name: every[name]["description"] for name in every if name not in HEAD_KEYS}
    plain = [(name, _values(name, key.schema), key.about) for name, key in HEAD_KEYS.items()]
    return _table(("key", "values", "what it says"), [*plain, *((name, "", lists[name]) for name in lists)])


def of_figures() -> str:
    """The kinds of figures by the keys that decide, with what may stand beside each."""
    rows = [
        (name, key.about, ", ".join(f"`{other}`" for other in sorted(kind.beside)))
        for kind in KINDS
        for name, key in kind.keys.items()
    ]
    return _table(("key", "what the figure shows", "what may stand beside it"), rows)


def beside_figures() -> str:
    """What may stand beside a figure's key and is no key of a post; below it what `children` has in it."""
    every = {name: key for kind in KINDS for name, key in kind.beside.items() if name not in HEAD_KEYS}
    (inner,) = (form["properties"] for form in CHILDREN.schema["anyOf"] if "properties" in form)
    rows = [(name, _values(name, key.schema), key.about) for name, key in every.items()]
    rows += [(f"children: {{{name}}}", _values(name, one), one["description"]) for name, one in inner.items()]
    return _table(("key", "values", "what it says"), rows)


def of_claims() -> str:
    """What a claim can be."""
    return _abouts(CLAIM_KEYS)


def of_site() -> str:
    """The keys of ``site.yaml``."""
    return _abouts(SITE_KEYS)


def of_front_matter() -> str:
    """The keys of the front matter that mean something here."""
    return _table(("key", "what it says"), [(name, key.about) for name, key in FRONT_KEYS.items()])


TABLES = {
    "keys of a post": of_post,
    "kinds of figures": of_figures,
    "keys of a figure": beside_figures,
    "keys of a claim": of_claims,
    "keys of a site": of_site,
    "keys of the front matter": of_front_matter,
}
"""By what the marks call them."""


def page(text: str) -> str:
    """The page with its tables as they should be.

    Raises:
        ValueError: a table's marks are not there, once each and in order.
    """
    for name, table in TABLES.items():
        text = with_part(text, table(), f"<!-- {name}: written by `make docs` -->", f"<!-- end of {name} -->")
    return text


def _abouts(keys: Mapping[str, Key[Any]]) -> str:
    return _table(("key", "what it says"), [(name, key.about) for name, key in keys.items()])


def _values(name: str, schema: Schema) -> str:
    """What may be written, with what holds where nothing is."""
    match schema:
        case {"enum": words}:
            usual = _USUAL.get(name)
            return ", ".join(f"**`{word}`**" if word == usual else f"`{word}`" for word in words)
        case {"type": "boolean"} if name in OPTION_KEYS:
            return "`true`, **`false`**"
        case {"type": "integer", "minimum": lowest, "maximum": highest}:
            return f"{lowest} to {highest}"
    return ""


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *((f"`{name}`", *cells) for name, *cells in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    write(PAGE, page(PAGE.read_text(encoding="utf-8")))
