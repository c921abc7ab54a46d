"""The live answerer as a page has it: in a worker or not, from disk, under a policy; its answers are Python's."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from catvis.backward.edges import ablations
from catvis.backward.sweep import Route, attributions
from catvis.drawing.display import GREY, display
from catvis.jobs.look import Look
from catvis.menagerie.shipped.files import WEIGHTS
from catvis.networks.embedded import EmbeddedSource
from catvis.networks.pictures import read_picture
from catvis.networks.portable import Portable, portable
from catvis.terms import Rule, Unit, UnitPath
from tests.explorer.pages import encoded, write_page

pytestmark = pytest.mark.browser

CHELSEA = Path(__file__).parents[2] / "content" / "why-is-this-a-cat" / "imgs" / "chelsea.png"
POLICY = "default-src 'none'; script-src 'self' file: 'wasm-unsafe-eval'; worker-src blob:; img-src data:"
WITHOUT_WASM = POLICY.replace(" 'wasm-unsafe-eval'", "")
WITHOUT_WORKERS = POLICY.replace("worker-src blob:", "worker-src 'none'")
PATH = "fc8_0→fc7_55→fc6_172"
CAT = "own-0"


@pytest.fixture(scope="module")
def look() -> Look:
    network = EmbeddedSource.trained(WEIGHTS).load()
    return Look(network, network.preprocessing.fit(read_picture(CHELSEA)), 1 << 30)


@pytest.fixture(scope="module")
def made(look: Look) -> Portable:
    return portable(look.network)


@pytest.fixture(scope="module")
def packed(made: Portable) -> str:
    """The network's script; to pack it takes seconds."""
    return made.script


@pytest.fixture(scope="module")
def short(made: Portable) -> str:
    """A script whose gzip is whole, of too few numbers."""
    less = Portable(made.description, made.numbers[:-2])
    return less.script.replace(less.digest, made.digest)


@dataclass
class Explorer:
    """A page whose answerer is asked; once it is open it has one picture, the cat.

    Attributes:
        page: where it runs.
        seen: the picture as the network sees it.
        complaints: of the page.
    """

    page: Page
    seen: np.ndarray
    complaints: list[str]

    def open(self) -> Any:
        """What the answerer says of itself, or why it cannot be opened."""
        about = self.ask("open")
        if isinstance(about, dict):
            assert self.add(self.seen) == CAT
        return about

    def add(self, seen: np.ndarray) -> Any:
        """The name of one more picture, or why it is refused."""
        rgba = np.concatenate([seen, np.full((*seen.shape[:2], 1), 255, np.uint8)], 2)
        return self.page.evaluate(
            """(text) => answerer.addPicture(Uint8ClampedArray.from(atob(text), (letter) => letter.charCodeAt(0)))
              .catch((problem) => problem.message)""",
            encoded(rgba),
        )

    def ask(self, method: str, *given: Any) -> Any:
        """One question; pixels come as base64, other numbers as lists, a problem as its sentence."""
        return self.page.evaluate(
            """async ([method, given]) => {
              const letters = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
              const plain = (value) => {
                if (value instanceof Uint8ClampedArray) return btoa(letters(value));
                if (ArrayBuffer.isView(value)) return [...value];
                if (Array.isArray(value)) return value.map(plain);
                if (!value || typeof value !== "object") return value;
                return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
              };
              try { return plain(await answerer[method](...given)); } catch (problem) { return problem.message; }
            }""",
            [method, list(given)],
        )


Start = Callable[..., Explorer]


@pytest.fixture
def start(shell: Browser, tmp_path: Path, made: Portable, packed: str, look: Look) -> Iterator[Start]:
    """Open a page from disk that has an answerer; `open` is still to be called."""
    context = shell.new_context()

    def opened(policy: str = POLICY, before: str = "", weights: str = "", script: str = "") -> Explorer:
        address = write_page(tmp_path, policy=policy, before=before).as_uri()
        (tmp_path / made.file_name).write_text(script or packed, encoding="utf-8")
        explorer = Explorer(context.new_page(), look.seen, [])
        explorer.page.on("pageerror", lambda error: explorer.complaints.append(str(error)))
        explorer.page.goto(address)
        explorer.page.evaluate(
            "([network, weights]) => { window.answerer = catvisExplorer.answerers.live({ network, weights }); }",
            [dict(made.description), weights or made.file_name],
        )
        return explorer

    yield opened
    context.close()


WAYS: dict[str, dict[str, str]] = {
    "in a worker": {},
    "in a worker, without WebAssembly": {"policy": WITHOUT_WASM},
    "where a browser has no workers": {"before": "delete globalThis.Worker;"},
    "where the page forbids workers": {"policy": WITHOUT_WORKERS},
    "without both": {"before": "delete globalThis.Worker; delete globalThis.WebAssembly;"},
}


@pytest.mark.parametrize("way", list(WAYS))
def test_it_answers_wherever_it_runs(start: Start, look: Look, way: str) -> None:
    explorer = start(**WAYS[way])
    about = explorer.open()
    assert about["fast"] == ("WebAssembly" not in way and "both" not in way)
    assert [layer["units"] for layer in about["layers"]] == [
        layer.units for layer in look.network.card.layers
    ]
    assert about["labels"] == list(look.network.card.labels)
    scores = look.trace.of("fc8")[0]
    classes = explorer.ask("classes", CAT, {"count": 3})
    assert [found["unit"] for found in classes] == scores.topk(3).indices.tolist()
    assert [found["probability"] for found in classes] == pytest.approx(
        scores.softmax(0).topk(3).values.tolist(), abs=1e-5
    )
    assert explorer.complaints == []


def test_an_overview_is_every_units_strongest_response(start: Start, look: Look) -> None:
    explorer = start()
    explorer.open()
    assert explorer.ask("overview", CAT, "conv3") == pytest.approx(
        look.trace.of("conv3")[0].amax((1, 2)).tolist(), abs=1e-5
    )


@pytest.mark.parametrize(("path", "layer"), [(PATH, "conv5"), ("fc8_0", "fc7"), ("fc8_0→conv5_37", "conv3")])
def test_children_are_the_builds_own(start: Start, look: Look, path: str, layer: str) -> None:
    explorer = start()
    explorer.open()
    found = explorer.ask("children", CAT, path, layer, {"count": 5})
    (weights,) = look.edges([(UnitPath.parse(path), layer)], "gradient")
    children = [Unit(layer, index) for index in weights.strongest(5)]
    assert [child["unit"] for child in found["children"]] == list(map(str, children))
    assert found["total"] == sum(weight != 0 for weight in weights.values)
    drops = ablations(look.trace, [(UnitPath.parse(path).end, child) for child in children])
    for child, unit, drop in zip(found["children"], children, drops, strict=True):
        assert child["weight"] == pytest.approx(weights.values[unit.index], rel=1e-4)
        assert child["share"] == pytest.approx(weights.share(unit.index), rel=1e-4)
        assert child["effect"] == pytest.approx(-drop, abs=1e-4)
    some = explorer.ask("children", CAT, path, layer, {"only": [str(children[4]), str(children[0])]})
    assert some["children"] == [found["children"][4], found["children"][0]]


def test_parents_are_whom_a_unit_has_the_largest_share_in(start: Start, look: Look) -> None:
    explorer = start()
    explorer.open()
    found = explorer.ask("parents", CAT, "conv4_96", "conv5", {"count": 4})
    firing = [unit for index in range(96) if not look.trace.is_silent(unit := Unit("conv5", index))]
    shares = [
        weights.share(96)
        for weights in look.edges([(UnitPath((unit,)), "conv4") for unit in firing], "gradient")
    ]
    order = sorted(range(len(firing)), key=lambda number: -shares[number])[:4]
    assert [parent["unit"] for parent in found["children"]] == [str(firing[number]) for number in order]
    assert [parent["share"] for parent in found["children"]] == pytest.approx(
        [shares[number] for number in order], rel=1e-4
    )
    drops = ablations(look.trace, [(firing[number], Unit("conv4", 96)) for number in order])
    assert [parent["effect"] for parent in found["children"]] == pytest.approx(
        [-drop for drop in drops], abs=1e-4
    )


@pytest.mark.parametrize("rule", ["guided", "gradient", "deconvnet"])
def test_tiles_are_the_builds_own(start: Start, look: Look, rule: Rule) -> None:
    texts = [PATH, f"{PATH}→conv5_37", "conv2_7", "fc8_3"]
    explorer = start()
    explorer.open()
    paths = [UnitPath.parse(text) for text in texts]
    routes = [Route(path, signs) for path, signs in zip(paths, look.signs(paths), strict=True)]
    expected = dict(attributions(look.trace, routes, rule))
    for number, tile in enumerate(explorer.ask("tiles", CAT, texts, {"rule": rule})):
        assert tile["path"] == texts[number]
        assert tile["response"] == pytest.approx(look.trace.peak(paths[number].end).activation, rel=1e-4)
        built = display(expected[number].whole().numpy()).pixels.astype(int)
        difference = np.abs(whole(tile) - built)
        assert difference.max() <= 1
        assert (difference > 0).mean() < 0.02  # near zero a grey level hangs on the sixth digit


def whole(tile: dict[str, Any]) -> np.ndarray:
    """A tile on its picture."""
    left, top, width, height = tile["box"]
    shown = np.full((227, 227, 3), GREY)
    pixels = np.frombuffer(base64.b64decode(tile["pixels"]), np.uint8).reshape(height, width, 4)
    assert (pixels[..., 3] == 255).all()
    shown[top : top + height, left : left + width] = pixels[..., :3]
    return shown


def test_a_silent_unit_has_no_tile_and_no_children(start: Start, look: Look) -> None:
    index = next(index for index in range(96) if look.trace.is_silent(Unit("fc7", index)))
    explorer = start()
    explorer.open()
    (tile,) = explorer.ask("tiles", CAT, [f"fc7_{index}"])
    assert (tile["silent"], tile["response"], tile["pixels"]) == (True, 0, "")
    assert explorer.ask("children", CAT, f"fc7_{index}", "conv5") == {"total": 0, "children": []}


def test_a_silenced_unit_is_zero_for_all_that_is_asked(start: Start, look: Look) -> None:
    explorer = start()
    explorer.open()
    silenced = ["conv5_37", "conv4_96"]
    values = dict(look.trace.values)
    for layer in ("conv4", "conv5"):  # once more from each, bottom to top
        node = look.network.card.layer(layer).node
        values[node] = values[node].clone()
        values[node][0, [unit.index for unit in map(Unit.parse, silenced) if unit.layer == layer]] = 0
        above = {above for above in values if node in look.network.graph.ancestors[above] and above != node}
        known = {index: value for index, value in values.items() if index not in above}
        values.update(look.network.graph.run(known, above))
    classes = explorer.ask("classes", CAT, {"count": 16, "silenced": silenced})
    scores = {found["unit"]: found["score"] for found in classes}
    assert [scores[index] for index in range(16)] == pytest.approx(
        values[look.network.card.top.node][0].tolist(), abs=1e-4
    )
    (tile,) = explorer.ask("tiles", CAT, ["fc6_40→conv5_37"], {"silenced": silenced, "rule": "deconvnet"})
    assert tile["silent"]
    assert explorer.ask("overview", CAT, "conv4", {"silenced": silenced})[96] == 0


def test_a_picture_of_the_readers_own(start: Start, look: Look) -> None:
    explorer = start()
    explorer.open()
    own = explorer.add(look.seen)
    assert own != CAT
    assert explorer.ask("classes", own) == explorer.ask("classes", CAT)
    small = explorer.add(np.zeros((10, 10, 3), np.uint8))
    assert small == "The picture has 100 pixels; the network takes 227 × 227."


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (("children", CAT, "fc8_16", "fc7"), "There is no unit fc8_16: fc8 has 16 units, from 0."),
        (("children", CAT, "fc9_0", "fc7"), "This network has no layer fc9."),
        (("children", CAT, "fc7_0", "fc8"), "fc8 is not below fc7: paths go down."),
        (("tiles", CAT, ["fc7_0→fc8_0"]), "fc8 is not below fc7: paths go down."),
        (("tiles", CAT, ["whisker"]), "whisker is not a unit"),
        (
            ("tiles", CAT, ["fc8_0"], {"rule": "best"}),
            "There is no rule best: there are gradient, deconvnet, guided.",
        ),
        (("classes", "dog"), "There is no picture dog."),
        (
            ("classes", CAT, {"silenced": ["conv5_96"]}),
            "There is no unit conv5_96: conv5 has 96 units, from 0.",
        ),
    ],
)
def test_what_does_not_exist_is_said_in_a_sentence(
    start: Start, question: tuple[Any, ...], answer: str
) -> None:
    explorer = start()
    explorer.open()
    found = explorer.ask(*question)
    assert isinstance(found, str)
    assert found.startswith(answer)
    assert len(explorer.ask("classes", CAT)) == 5  # and it goes on answering


@pytest.mark.parametrize("way", ["in a worker", "where a browser has no workers"])
def test_weights_that_fail_are_said_in_a_sentence(
    start: Start, made: Portable, packed: str, short: str, way: str
) -> None:
    wrong = {
        "could not be loaded": {"weights": "network-none.js"},
        "are another network's": {"script": packed.replace(made.digest, "0" * 16)},
        "are damaged": {"script": packed.replace(packed[60_000:60_004], "AAAA", 1)},
        "are damaged.": {"script": f'catvisExplorer.weights("{made.digest}","%")'},
        "bytes, not": {"script": short},
    }
    for sentence, given in wrong.items():
        explorer = start(**WAYS[way], **given)
        assert sentence in explorer.open()
        assert explorer.complaints == []
        assert explorer.ask("classes", CAT) in (
            "The explorer is not open.",
            "The network's weights are damaged.",
        )


def test_a_closed_answerer_says_so(start: Start) -> None:
    explorer = start()
    explorer.open()
    explorer.ask("close")
    assert explorer.ask("classes", CAT) == "The explorer is not open."


def test_a_page_that_is_closed_at_work_leaves_no_question_open(start: Start) -> None:
    explorer = start()
    explorer.open()
    found = explorer.page.evaluate(
        """async () => {
          const asked = answerer.classes("own-0").catch((problem) => problem.message);
          await answerer.close();
          return asked;
        }"""
    )
    assert found == "The explorer was closed."
