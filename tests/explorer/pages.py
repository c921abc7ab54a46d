"""The explorer's scripts in a real browser, and a network in one, with what tests ask it for."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import UInt8
from playwright.sync_api import Page
from torch import Tensor

from catvis.backward.trace import Trace
from catvis.networks.network import Network
from catvis.networks.portable import portable, rounded
from catvis.page.folder import TEMPLATES

_PARTS = json.loads((TEMPLATES / "explorer" / "parts.json").read_text(encoding="utf-8"))
SCRIPTS: list[str] = [*_PARTS["begin"], *_PARTS["live"]]

# Numbers travel as base64 of their bytes: as JSON, a picture's gradient would take longer than to compute it.
_OPEN = """async ([description, numbers, wasm]) => {
  window.bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  window.text = (floats) => {
    const all = new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
    let letters = "";
    for (let at = 0; at < all.length; at += 8192) letters += String.fromCharCode(...all.subarray(at, at + 8192));
    return btoa(letters);
  };
  const code = wasm ? bytes(catvisExplorer.wasm).buffer : null;
  window.network = await catvisExplorer.network(description, bytes(numbers), code);
  return network.fast;
}"""


def script(name: str) -> str:
    """The text of one of the explorer's scripts."""
    return (TEMPLATES / "explorer" / f"{name}.js").read_text(encoding="utf-8")


def encoded(numbers: np.ndarray) -> str:
    """An array's bytes, for a page."""
    return base64.b64encode(np.ascontiguousarray(numbers).tobytes()).decode("ascii")


def write_page(folder: Path, *, policy: str = "", before: str = "") -> Path:
    """A page with the explorer's scripts."""
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    scripts = "".join(f'<script src="{name}.js"></script>' for name in SCRIPTS)
    for name in SCRIPTS:
        (folder / f"{name}.js").write_text(script(name), encoding="utf-8")
    (folder / "before.js").write_text(before, encoding="utf-8")
    page = folder / "index.html"
    page.write_text(
        f'<!doctype html><meta charset="utf-8">{head}<link rel="icon" href="data:,">'
        f'<script src="before.js"></script>{scripts}',
        encoding="utf-8",
    )
    return page


class InPage:
    """A network that a page has opened; `look` first.

    Args:
        page: an empty page.
        network: the network; the page computes `rounded(network)`.
        wasm: whether the kernel is WebAssembly.
    """

    def __init__(self, page: Page, network: Network, *, wasm: bool) -> None:
        self.page, self.network = page, rounded(network)
        for name in SCRIPTS:
            page.add_script_tag(content=script(name))
        made = portable(network)
        assert (
            page.evaluate(
                _OPEN, [dict(made.description), encoded(np.frombuffer(made.numbers, np.uint8)), wasm]
            )
            == wasm
        )

    def look(self, seen: UInt8[np.ndarray, "height width 3"]) -> Tensor:
        """A forward pass in the page; gives the network's input."""
        self.page.evaluate("(seen) => { window.trace = network.look(bytes(seen)); }", encoded(seen))
        return torch.from_numpy(self.network.preprocessing.normalise(seen))[None]

    def trace(self) -> Trace:
        """Python's trace with the page's own activations in it: what the last bits decide is decided alike."""
        made = Trace(self.network, torch.zeros(1, *self.network.graph.nodes[0].shape))
        made.values = {node: self.value(node)[None] for node in made.values}
        return made

    def value(self, node: int) -> Tensor:
        """The output of a node."""
        return self._tensor(
            self.page.evaluate("(node) => text(trace.values[node])", node),
            self.network.graph.nodes[node].shape,
        )

    def attributions(self, paths: Sequence[str], signs: Sequence[Sequence[int]], rule: str) -> list[Tensor]:
        """The gradients of paths; zeros where nothing arrives."""
        found = self.page.evaluate(
            """([paths, signs, rule]) => network.attributions(trace, paths.map(network.pathOf), rule, signs)
              .map((g) => g && text(g))""",
            [list(paths), [list(one) for one in signs], rule],
        )
        shape = self.network.graph.nodes[0].shape
        return [torch.zeros(shape) if one is None else self._tensor(one, shape) for one in found]

    def edges(self, requests: Sequence[tuple[str, str]], rule: str) -> list[Tensor]:
        """Edge weights from paths to layers."""
        found = self.page.evaluate(
            """([requests, rule]) => {
              const { pathOf, layerOf } = network;
              const asked = requests.map(([path, name]) => ({ path: pathOf(path), layer: layerOf(name) }));
              return network.edges(trace, asked, rule).map((weights) => [...weights]);
            }""",
            [[list(one) for one in requests], rule],
        )
        return [torch.tensor(one) for one in found]

    def signs(self, paths: Sequence[str]) -> list[tuple[int, ...]]:
        """The signs of the steps of paths."""
        found = self.page.evaluate(
            "(paths) => network.signsOf(trace, paths.map(network.pathOf))", list(paths)
        )
        return [tuple(one) for one in found]

    def effects(self, pairs: Sequence[tuple[str, str]]) -> list[float | None]:
        """What becomes of a parent when a child is silenced; None of a silent parent."""
        found: list[float | None] = self.page.evaluate(
            """(pairs) => pairs.map((pair) => {
              const [upper, lower] = pair.map(network.unitOf);
              return network.effect(trace, upper, network.without(trace, [lower], [upper.layer]));
            })""",
            [list(pair) for pair in pairs],
        )
        return found

    def _tensor(self, text: str, shape: tuple[int, ...]) -> Tensor:
        """Maps come place after place."""
        flat = torch.from_numpy(np.frombuffer(base64.b64decode(text), np.float32).copy())
        if len(shape) != 3:
            return flat.reshape(shape)
        return flat.reshape(*shape[1:], shape[0]).permute(2, 0, 1)
