"""What the page's own network takes: forward, an expand, the first answer; in Chromium, by WebAssembly and without.

    python -m tools.bench.explorer [--rounds 15]

An expand is five children, each with what it is worth by ablation, and their five tiles, one step after the other
from the strongest class down: the middle one of all, and the slowest step's own median. At a quarter of the speed
Chromium itself slows the page down.
"""

from __future__ import annotations

import argparse
import base64
import shutil
import statistics
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from catvis.menagerie.shipped.files import WEIGHTS
from catvis.networks.embedded import EmbeddedSource
from catvis.networks.pictures import read_picture
from catvis.networks.portable import portable
from catvis.page.explorer_files import packed

PICTURE = Path("content/why-is-this-a-cat/imgs/chelsea.png")
SCRIPTS = ("begin", "live")

# Forward passes are of pictures that nobody has asked for yet; expands are of steps that nobody has taken.
_MEASURE = """async ([network, seen, rounds, wasm]) => {
  if (!wasm) catvisExplorer.wasm = null;
  delete globalThis.Worker; // Chromium slows the page down, not its workers
  const begun = performance.now();
  const answerer = catvisExplorer.answerers.live({ network, weights: "" });
  const about = await answerer.open();
  const pixels = Uint8ClampedArray.from(atob(seen), (letter) => letter.charCodeAt(0));
  const [{ unit }] = await answerer.classes(await answerer.addPicture(pixels), { count: 1 });
  const first = performance.now() - begun, forward = [], expand = {};
  const layers = about.layers.map(({ name }) => name).reverse();
  for (let round = 0; round < rounds; round++) {
    const cat = await answerer.addPicture(pixels);
    let start = performance.now();
    await answerer.classes(cat);
    forward.push(performance.now() - start);
    let path = `${layers[0]}_${unit}`;
    for (const layer of layers.slice(1)) {
      start = performance.now();
      const { children } = await answerer.children(cat, path, layer);
      await answerer.tiles(cat, children.map((child) => `${path}→${child.unit}`));
      (expand[layer] ??= []).push(performance.now() - start);
      if (!children.length) break;
      path += `→${children[0].unit}`;
    }
  }
  return { fast: about.fast, first, forward, expand };
}"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    network = EmbeddedSource.trained(WEIGHTS).load()
    made = portable(network)
    seen = Image.fromarray(network.preprocessing.fit(read_picture(PICTURE))).convert("RGBA")
    question = [dict(made.description), base64.b64encode(seen.tobytes()).decode("ascii"), given.rounds]
    print(
        "| engine | speed | first answer | forward | expand | at most |\n| --- | --- | --- | --- | --- | --- |"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for wasm in (True, False):
            for slowed in (1, 4):
                found = _opened(browser, made.script, slowed).evaluate(_MEASURE, [*question, wasm])
                print(_row(found, wasm, slowed))
        browser.close()
    size = sum(len(packed(name)) for name in ("interface", *SCRIPTS))
    print(f"\nscripts: {size:,} bytes; weights: {len(made.script):,} bytes")


def _opened(browser: Browser, weights: str, slowed: int) -> Page:
    page = browser.new_page()
    for name in SCRIPTS:
        page.add_script_tag(content=packed(name).decode())
    page.add_script_tag(content=weights)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    return page


def _row(found: dict[str, Any], wasm: bool, slowed: int) -> str:
    if found["fast"] != wasm:
        raise SystemExit("this Chromium has no WebAssembly with SIMD")
    engine = "WebAssembly" if wasm else "plain JavaScript"
    steps = {layer: statistics.median(times) for layer, times in found["expand"].items()}
    slowest = max(steps, key=lambda layer: steps[layer])
    medians = statistics.median(found["forward"]), statistics.median(steps.values()), steps[slowest]
    times = [f"{median:.1f} ms" for median in medians]
    times[-1] += f" (to {slowest})"
    return " | ".join((f"| {engine}", f"1/{slowed}", f"{found['first']:.0f} ms", *times)) + " |"


if __name__ == "__main__":
    main()
