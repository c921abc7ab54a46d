"""The JSON Schema of ``paths.yaml`` says what the reader does, of every case that the reader's tests know.

Where they differ, the schema lets pass what the reader refuses, and the case stands here with the reason.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from jsonschema import Draft7Validator

from catvis.errors import ContentError
from catvis.post.paths_file import read_paths_file
from catvis.post.schema import paths_schema
from tests.blocks import PAGES, blocks
from tests.post.test_paths_file import POST
from tests.post.test_paths_file_fuzz import posts, values
from tests.post.test_paths_file_mistakes import CASES

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCHEMA = json.loads(paths_schema())

ONLY_THE_READER = {
    **dict.fromkeys(
        ["a duplicate key of the file", "a duplicate figure", "a duplicate key of a figure"],
        "what stands twice is there once when a schema comes to see it",
    ),
    **dict.fromkeys(
        ["figures that differ in case alone", "an example twice", "an example named like a figure"],
        "a schema compares the names of figures with nothing",
    ),
    "an example that is too long for a file": "its spelling with → and without blanks is what counts",
    "what two pictures share": "what is compared is told by its neighbours, and one of them may be left out",
    "what children of two layers keep": "a pattern cannot hold one unit's layer against another's",
    "an anchor": "a schema sees the value, and not that it has a name",
    "half a surrogate pair": "a pattern for halves would refuse whole pairs where letters are 16 bits",
}


class _AsEditorsRead(yaml.SafeLoader):
    """Keys are texts, whatever they look like, and so are dates: JSON has no others."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                key.tag = "tag:yaml.org,2002:str"


_AsEditorsRead.add_constructor("tag:yaml.org,2002:timestamp", yaml.SafeLoader.construct_yaml_str)


def passes(text: str) -> bool:
    """Whether the schema takes a file."""
    return Draft7Validator(SCHEMA).is_valid(yaml.load(text, Loader=_AsEditorsRead))


def is_read(text: str, file: Path) -> bool:
    """Whether the reader takes it."""
    file.write_bytes(text.encode(errors="surrogatepass"))
    try:
        read_paths_file(file)
    except ContentError:
        return False
    return True


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(("title", "_", "case"), CASES, ids=[title for title, _, _ in CASES])
def test_what_the_reader_refuses_the_schema_refuses(title: str, _: str, case: str) -> None:
    text = case.partition("~~~\n")[0]
    try:
        taken = passes(text)
    except yaml.YAMLError:
        return  # no schema is asked about what is not YAML
    assert taken == (title in ONLY_THE_READER)


def test_the_exceptions_are_cases() -> None:
    assert set(ONLY_THE_READER) <= {title for title, _, _ in CASES}


def valid_files() -> list[str]:
    """Every file that a test, the first post or the documentation has right; of tests' figures also each alone."""
    written = re.findall(r"figures: \{[^\n]*\}(?=\n|$)", (HERE / "test_paths_file.py").read_text("utf-8"))
    figures = [
        *("path: fc8_284", "path: fc8_284->fc7_4032", "path: '  fc8_284  →  fc7_4032  '", "unit: top"),
        *("path: top→fc7:top1→fc6:top2", "path: fc7:top2", "path: layer1.0.conv1_3→inception_3a_7"),
        *(f"path: fc6_1, children: {chosen}" for chosen in ("conv5", "3", "[conv5_1, conv4_2]")),
        *(f"path: fc6_1, children: {{{chosen}}}" for chosen in ("layer: conv5", "top: 3")),
        "paths: [fc8_1→fc7_2, fc8_1→fc7_3], children: 2, edges: guided, ablation: true",
        "path: fc8_1→fc7_2, rules: [guided], control: true",
        "show: picture, picture: imgs/dog.png, fit: warp",
        "maximize: fc8_130, steps: 256, seed: 7, exemplars: false",
        "maximize: fc8_130, from: imgs/b.jpg, steps: 10, octaves: 6, seed: 7, fit: warp",
        "maximize: {layer: conv4}, from: a.png, caption: What conv4 likes",
        "explore: top, pictures: [a.png, imgs/b.jpg], answers: both, baked: {depth: 2, top: 3, megabytes: 1}",
        "explore: fc8_1→fc7_2, children: {layer: conv5, top: 3}, ablation: true",
        "compare: [fc8_1, fc8_2]",
        "compare: [a.png, imgs/b.jpg], unit: top, caption: 'A: b'",
        "units: [conv1_4, top], activation: true, outline: true, network: 12, picture: no, caption: 2015-12-31",
        "diagram: [1, 16]",
    ]
    names = ("conv1", "2012", "größe", "a.b-c_d", "yes", "1.5", "null", "2015-12-31")
    shown = [
        block.text for page in PAGES for block in blocks(page) if (block.title or "").endswith("paths.yaml")
    ]
    return [
        POST,
        *("", "# nothing yet\n", "figures:\npaths:\nclaims:\n", "{}", "---\n...\n", "null"),
        *(text for text in written if "{x: {{" not in text),
        *(f"figures: {{x: {{{figure}}}}}" for figure in figures),
        *(f"figures: {{{name}: {{show: picture}}}}" for name in names),
        *shown,
        *(file.read_text("utf-8") for file in ROOT.glob("content/*/paths.yaml")),
        (ROOT / "tests" / "end_to_end" / "seed_paths.yaml").read_text("utf-8"),
    ]


@pytest.mark.parametrize("text", valid_files())
def test_what_is_right_passes(text: str, tmp_path: Path) -> None:
    assert is_read(text, tmp_path / "paths.yaml")
    assert passes(text)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("post") / "paths.yaml"


@pytest.mark.slow
@given(value=values | posts)
@settings(max_examples=200, deadline=None)
def test_the_schema_never_refuses_what_is_read(file: Path, value: object) -> None:
    text = yaml.dump(value, allow_unicode=True, sort_keys=False)
    if is_read(text, file):
        assert passes(text)
