"""What docs/networks.md says that networks may be made of is what the code takes."""

from __future__ import annotations

import pytest

from catvis.networks.own.own_file import KEYS, PREPROCESSING_KEYS
from catvis.networks.torchvision.zoo_weights import ZOO
from catvis.networks.tracing.lowerings import SUPPORTED
from tools.supported import PAGE, page

WRITTEN = PAGE.read_text(encoding="utf-8")


def test_its_tables_are_the_codes() -> None:
    assert page(WRITTEN) == WRITTEN, "make docs"


def test_every_function_and_architecture_is_listed() -> None:
    listed = {
        word.strip("`") for line in WRITTEN.splitlines() if line.startswith("|") for word in line.split(", ")
    }
    names = {name for entry in listed for name in entry.replace("|", " ").replace("`", " ").split()}
    assert set(SUPPORTED) <= names
    assert set(ZOO) <= names


@pytest.mark.parametrize("key", [*KEYS, *PREPROCESSING_KEYS])
def test_every_key_is_explained(key: str) -> None:
    assert f"`{key}`" in WRITTEN


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="once each"):
        page(WRITTEN.replace("<!-- end of functions -->", ""))
