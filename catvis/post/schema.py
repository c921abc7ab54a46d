"""The tables by which ``paths.yaml`` is read → a JSON Schema of it, by which editors check and complete.

Nothing is declared here: a key is what the reader's own tables say.
"""

from __future__ import annotations

import json

from catvis.figures.path_spec import A_PATH
from catvis.figures.table import figures_schema
from catvis.post.claims import CLAIM_KEYS
from catvis.post.paths_file import HEAD_KEYS
from catvis.written.keys import Schema, mapping

_DRAFT = "http://json-schema.org/draft-07/schema#"
"""The newest that editors know well."""


def paths_schema() -> str:
    """The schema, as JSON."""
    of_post = mapping(HEAD_KEYS)
    lists = {
        "paths": (A_PATH, "more examples: each becomes a tree at the end of the page"),
        "claims": (
            mapping(CLAIM_KEYS, minProperties=1, maxProperties=1),
            "what the prose relies on, and the build checks",
        ),
    }
    listed: dict[str, Schema] = {
        name: {"type": ["array", "null"], "items": item, "description": about}
        for name, (item, about) in lists.items()
    }
    figures = {**figures_schema(), "description": "by the names by which the Markdown shows them"}
    schema = {
        "$schema": _DRAFT,
        "title": "paths.yaml of catvis",
        **of_post,
        "type": ["object", "null"],
        "properties": {**of_post["properties"], "figures": figures, **listed},
    }
    return json.dumps(schema, indent=1)
