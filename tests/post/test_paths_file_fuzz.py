"""Whatever a list of paths or a site's file holds, a person gets what it asks for or a message: nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catvis.errors import ContentError
from catvis.figures.options import OPTION_KEYS
from catvis.post.paths_file import read_paths_file
from catvis.post.site_file import read_site_file
from tests.small_world import card_of

LAYERS = {"conv1": 96, "conv5": 256, "fc6": 4096, "fc8": 1000}
KEYS = (
    *(
        "network",
        "picture",
        "figures",
        "paths",
        "claims",
        "units",
        "unit",
        "path",
        "children",
        "rules",
        "diagram",
    ),
    *(
        "show",
        "maximize",
        "steps",
        "seed",
        "compare",
        "explore",
        "answers",
        "caption",
        "layer",
        "top",
        "child",
        "<<",
        "conv1.png",
    ),
    *("address", "title", "author", "description", "language", *OPTION_KEYS),
)
WORDS = (
    *(
        "conv1_4",
        "fc8_284→fc6_1",
        "fc6_1→fc8_2",
        "top",
        "fc6:top2",
        "top→fc6:top9999",
        "conv9_1",
        "conv1_96",
        "→",
    ),
    *(
        "guided",
        "original",
        "warp",
        "picture",
        "imgs/cat.png",
        "../x.png",
        "no",
        "https://example.org",
        "\ud800",
    ),
)
YAML_SIGNS = "abc_1→->:,[]{}&*!|>'\"%@`#?-\n\t \\~=<\r\x85\u2028\ufeff\0"

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(WORDS),
    st.text(max_size=8),
    st.dates(),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), scalars), inner, max_size=5),
    ),
    max_leaves=12,
)
figures = st.dictionaries(
    st.sampled_from(KEYS), st.dictionaries(st.sampled_from(KEYS), values, max_size=4), max_size=4
)
posts = st.fixed_dictionaries(
    {"figures": figures, "paths": st.lists(st.sampled_from(WORDS), max_size=3)},
    optional={"claims": values, "rule": values, "network": values},
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    return tmp_path_factory.mktemp("post") / "any.yaml"


def read_whatever(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    for read in (read_all, read_site_file):
        message = message_of(read, file)
        assert not message or message.startswith(str(file))
        message.encode()


def message_of(read: Callable[[Path], object], file: Path) -> str:
    try:
        read(file)
    except ContentError as error:
        return str(error)
    return ""


def read_all(file: Path) -> None:
    post = read_paths_file(file)
    for figure in (*post.figures, *post.examples):
        figure.check(card_of(LAYERS))
    for claim in post.claims:
        claim.check(card_of(LAYERS))


@pytest.mark.slow
@given(st.binary(max_size=200))
@example(b"%YAML 1." + b"9" * 5000 + b"\n---\na")
@example(b'"\\UFFFFFFFF": 1')
@example(b"[" * 5000)
@example(b"? " * 5000)
@example(b"- " * 5000)
@example(b"{a: " * 5000)
@settings(max_examples=200, deadline=None)
def test_bytes(file: Path, content: bytes) -> None:
    read_whatever(file, content)


@pytest.mark.slow
@given(st.text(st.sampled_from(YAML_SIGNS), max_size=40))
@settings(max_examples=400, deadline=None)
def test_the_signs_of_yaml(file: Path, text: str) -> None:
    read_whatever(file, text.encode())


@pytest.mark.slow
@given(st.one_of(values, posts))
@settings(max_examples=200, deadline=None)
def test_structures(file: Path, value: object) -> None:
    read_whatever(file, yaml.dump(value, allow_unicode=True, sort_keys=False).encode(errors="surrogatepass"))


@pytest.mark.slow
@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_right_file_with_some_of_it_damaged(file: Path, data: st.DataObject) -> None:
    right = (
        "network: menagerie\nfigures:\n  tree:\n    path: fc8_284→fc6_1068\n    children: {layer: conv5, top: 3}\n"
        "  row: {units: [conv1_4, 'conv5_65'], exemplars: true}\npaths: [top]\nclaims:\n  - top: fc8_284\n"
    )
    start = data.draw(st.integers(0, len(right)))
    end = data.draw(st.integers(start, min(start + 5, len(right))))
    damage = data.draw(st.text(st.sampled_from(YAML_SIGNS), max_size=3))
    read_whatever(file, (right[:start] + damage + right[end:]).encode())
