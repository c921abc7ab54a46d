"""The explorer's scripts in a real browser, and a network in one, with what tests ask it for."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

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

# What a page says travels as bytes, by HTTP: as text, gradients would take longer than to compute them.
_OPEN = """async ([description, numbers, wasm]) => {
  window.bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  window.send = (arrays) => fetch("/", { method: "POST", body: new Blob(arrays) });
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


class _Taker(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._say(b'<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">')

    def do_POST(self) -> None:
        self.server.taken = self.rfile.read(int(self.headers["Content-Length"]))
        self._say(b"")

    def log_message(self, *args: object) -> None:
        pass

    def _say(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Inbox(ThreadingHTTPServer):
    """Serves an empty page, and takes what it sends."""

    taken = b""

    @property
    def address(self) -> str:
        """Of the page."""
        return f"http://127.0.0.1:{self.server_port}/"


@contextmanager
def inbox() -> Iterator[Inbox]:
    """An inbox, on this machine alone."""
    with Inbox(("127.0.0.1", 0), _Taker) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


class InPage:
    """A network that a page has opened; `look` first.

    Args:
        page: the inbox's.
        box: the inbox.
        network: the network; the page computes `rounded(network)`.
        wasm: whether the kernel is WebAssembly.
    """

    def __init__(self, page: Page, box: Inbox, network: Network, *, wasm: bool) -> None:
        self.page, self._box, self.network = page, box, rounded(network)
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
        self.page.evaluate("(node) => send([trace.values[node]])", node)
        return next(self._sent(self.network.graph.nodes[node].shape))

    def attributions(self, paths: Sequence[str], signs: Sequence[Sequence[int]], rule: str) -> list[Tensor]:
        """The gradients of paths; zeros where nothing arrives."""
        arrived = self.page.evaluate(
            """async ([paths, signs, rule]) => {
              const found = network.attributions(trace, paths.map(network.pathOf), rule, signs);
              await send(found.filter(Boolean));
              return found.map(Boolean);
            }""",
            [list(paths), [list(one) for one in signs], rule],
        )
        shape = self.network.graph.nodes[0].shape
        sent = self._sent(shape)
        return [next(sent) if one else torch.zeros(shape) for one in arrived]

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

    def _sent(self, shape: tuple[int, ...]) -> Iterator[Tensor]:
        """What the page has sent; maps come place after place."""
        every = torch.from_numpy(np.frombuffer(bytearray(self._box.taken), np.float32))
        if len(shape) != 3:
            yield from every.reshape(-1, *shape)
        else:
            yield from every.reshape(-1, *shape[1:], shape[0]).permute(0, 3, 1, 2)
