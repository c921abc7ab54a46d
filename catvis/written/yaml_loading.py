"""YAML with its tags, aliases and merge keys as plain values: front matter, and the settings of a Jekyll site.

Whatever is wrong with it is a `ContentError` with its place: PyYAML's makers of values fail in many ways at what
stands behind a tag.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from catvis.errors import ContentError, Place
from catvis.written.yaml_bounds import check_bounds
from catvis.written.yaml_problems import explain, place_of, too_large_number

_MOST_BITS = 256


class _ValueError(Exception):
    """A value is not what its tag, or its own form, says that it is.

    Args:
        node: the value.
        reason: what its maker said.
    """

    def __init__(self, node: yaml.Node, reason: Exception) -> None:
        super().__init__(str(reason))
        self.node = node
        self.reason = reason


class _Loader(yaml.SafeLoader):
    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            made = super().construct_object(node, deep)
            if isinstance(made, int) and made.bit_length() > _MOST_BITS:
                raise ValueError("the number is too large")  # Python writes no number of 4,300 digits
            return made
        except (yaml.YAMLError, _ValueError, RecursionError):
            raise
        except Exception as error:
            raise _ValueError(node, error) from error


def load_yaml(text: str, file: Path, deepest: int, what: str = "the file") -> object:
    """Load one document.

    Args:
        text: the YAML.
        file: where it was read.
        deepest: how many mappings and lists may stand in each other.
        what: it is, for messages.

    Returns:
        dicts, lists, numbers, texts and dates; None where there is nothing.

    Raises:
        ContentError: it is no YAML, stands for too much, or a value is not what it says that it is.
    """
    try:
        check_bounds(text, file, deepest, what)
        return _Loader(text).get_single_data()
    except yaml.YAMLError as error:
        raise explain(error, file, text) from None
    except _ValueError as error:
        place = place_of(error.node.start_mark, file)
        said = f": {error}" if isinstance(error.reason, (ValueError, OverflowError)) else ""
        hint = 'a text that is meant as it is stands between "…", without a tag'
        raise ContentError(f"a value of {what} cannot be read{said}", where=place, hint=hint) from None
    except (ValueError, OverflowError) as error:  # numbers in escapes and directives
        raise too_large_number(text, file) or ContentError(
            f"{what} is not YAML: {error}", where=Place(file)
        ) from None
