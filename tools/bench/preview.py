"""From saving to seeing: how long the preview takes until Chromium shows a changed word, or a new figure.

    python -m tools.bench.preview [--rounds 5]

The post that comes along is copied and served, without exemplars: what they take is measured elsewhere.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tools.bench.processes import ENVIRONMENT

POST = Path("content/why-is-this-a-cat")
PORT = 8473


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        scratch = Path(name)
        folder = scratch / "content" / "post"
        shutil.copytree(POST, folder)
        yaml = re.sub(r"\n +exemplars: true", "", (folder / "paths.yaml").read_text(encoding="utf-8"))
        (folder / "paths.yaml").write_text(yaml, encoding="utf-8")
        words = [sys.executable, "build.py", "--quiet", "--serve", str(PORT)]
        for option in ("content", "site", "cache"):
            words += [f"--{option}", str(scratch / option)]
        served = subprocess.Popen(words, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
        try:
            while not (scratch / "site" / "post" / "index.html").is_file():
                time.sleep(0.2)
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{PORT}/post/")
            words_seen = [_word(page, folder, number) for number in range(given.rounds)]
            figures_seen = [_figure(page, folder, number) for number in range(given.rounds)]
            browser.close()
        finally:
            served.kill()
    print("| saved | seen after, median | at most |\n| --- | --- | --- |")
    for what, seconds in (("a word", words_seen), ("a new figure", figures_seen)):
        print(f"| {what} | {statistics.median(seconds):.2f} s | {max(seconds):.2f} s |")


def _word(page: Page, folder: Path, number: int) -> float:
    post = folder / "post.md"
    text = post.read_text(encoding="utf-8")
    return _seen(page, post, text + f"\n\nSaved for the {number}th time.\n", f"Saved for the {number}th time")


def _figure(page: Page, folder: Path, number: int) -> float:
    paths, post = folder / "paths.yaml", folder / "post.md"
    text = paths.read_text(encoding="utf-8")
    unit = f"conv3_{20 + number}"
    new = f"figures:\n  new{number}:\n    path: fc8_{1 + number}\n    children: {{layer: conv5, top: 3}}\n"
    paths.write_text(text.replace("figures:\n", new, 1), encoding="utf-8")
    shown = post.read_text(encoding="utf-8") + f"\n\nWith {unit}.\n\n![New](imgs/new{number}.png)\n"
    return _seen(page, post, shown, f"With {unit}")


def _seen(page: Page, file: Path, text: str, words: str) -> float:
    file.write_text(text, encoding="utf-8")
    started = time.perf_counter()
    page.wait_for_function("words => document.body.textContent.includes(words)", arg=words, polling=20)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
