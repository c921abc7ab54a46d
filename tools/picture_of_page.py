"""Make README's picture of a page: ``python tools/picture_of_page.py`` after a build, with Chromium installed.

The page is opened from disk as a reader would open it, scrolled to the figure that is named, and photographed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "site" / "why-is-this-a-cat" / "index.html"
PICTURE = ROOT / "docs" / "page.png"
CHROMIUM = "/usr/bin/chromium"
WIDTH, HEIGHT = 1280, 1500


def main(figure: str = "which-of-them-say-the-same") -> None:
    """Photograph the part of the page that begins with a heading.

    Args:
        figure: the heading's anchor.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce")
        page.goto(PAGE.as_uri())
        for image in page.locator("img").all():
            image.evaluate("image => { image.loading = 'eager'; }")
        page.wait_for_function("[...document.images].every(image => image.complete)")
        page.evaluate("anchor => document.getElementById(anchor).scrollIntoView()", figure)
        page.screenshot(path=PICTURE)
        browser.close()
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
