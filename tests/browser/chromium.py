"""What the browser tests do with any page: serve it, open it, listen for trouble, measure it, zoom."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FloatRect, Locator, Page, Route

SCREENSHOTS = Path(__file__).parents[1] / "screenshots"

#: Widths, colour schemes and JavaScript on or off: every pair of them at least once, in half of the states.
PAIRWISE = [(1280, "light", True), (1280, "dark", False), (390, "dark", True), (390, "light", False)]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder over HTTP, on this machine alone; its address ends with a slash."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


class Visits:
    """Opens pages and keeps whatever they complain of or ask another host for."""

    def __init__(self, browser: Browser) -> None:
        self.trouble: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def open(self, address: str, width: int = 1280, height: int = 900, **more: object) -> Page:
        """A page in a window of its own, loaded."""
        context = self._browser.new_context(viewport={"width": width, "height": height}, **more)
        # A machine that does other things at the same time may take a while over ten thousand rows of pixels.
        context.set_default_timeout(120_000)
        self._contexts.append(context)
        page = context.new_page()
        host = "/".join(address.split("/")[:3])
        page.on("console", lambda message: self.trouble.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        page.on("requestfailed", lambda request: self.trouble.append(f"failed: {request.url}"))
        page.on("response", lambda got: self._note(got.status >= 400, f"{got.status}: {got.url}"))
        page.on(
            "request",
            lambda asked: self._note(not asked.url.startswith((host, f"blob:{host}", "data:")), asked.url),
        )
        page.goto(address, wait_until="load")
        return page

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()

    def _note(self, wrong: bool, what: str) -> None:
        if wrong:
            self.trouble.append(what)


def visited(browser: Browser) -> Iterator[Visits]:
    """Visits of a test; at its end none may have complained."""
    opened = Visits(browser)
    yield opened
    opened.close()
    assert opened.trouble == []


# The document, and whatever a page holds apart from it.
_ROOTS = """const roots = [document, ...[...document.querySelectorAll('*')].flatMap(host => host.shadowRoot ?? [])];
  const all = selector => roots.flatMap(root => [...root.querySelectorAll(selector)]);"""

# Every visible part of a stroke, as points of the window, against the boxes of all visible words of its figure.
_CROSSINGS = (
    f"""() => {{ {_ROOTS}"""
    + """
  const hits = [];
  for (const stage of all('.cv-stage')) {
    const words = [...stage.querySelectorAll('.cv-share, .cv-title, .cv-label, .cv-foot span')].map(word => {
      const range = document.createRange();
      range.selectNodeContents(word);
      return [word.textContent, range.getBoundingClientRect()];
    });
    for (const line of stage.querySelectorAll('.cv-lines path')) {
      if (!line.checkVisibility()) continue;
      const origin = line.ownerSVGElement.getBoundingClientRect(), length = line.getTotalLength();
      for (let at = 0; at <= length; at += 3) {
        const point = line.getPointAtLength(at), x = origin.left + point.x, y = origin.top + point.y;
        for (const [text, box] of words)
          if (x > box.left && x < box.right && y > box.top + 1 && y < box.bottom - 1) hits.push(text);
      }
    }
  }
  return hits;
}"""
)

_OVERLAPS = (
    f"""() => {{ {_ROOTS}"""
    + """
  const hits = [];
  for (const stage of all('.cv-stage')) {
    const parts = [...stage.querySelectorAll('.cv-share, .cv-head > *, .cv-foot span, .cv-picture, .cv-grid')]
      .map(part => [part.className + ' ' + part.textContent.trim(), part.getBoundingClientRect()]);
    for (let i = 0; i < parts.length; i++) for (let j = i + 1; j < parts.length; j++) {
      const [a, one] = parts[i], [b, two] = parts[j];
      const across = Math.min(one.right, two.right) - Math.max(one.left, two.left);
      const down = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
      if (across > 0.5 && down > 0.5) hits.push(a + ' / ' + b);
    }
  }
  return hits;
}"""
)

# Every picture that is shown, brought into the window and waited for.
_BROKEN = (
    f"""async () => {{ {_ROOTS}"""
    + """
  const broken = [];
  for (const image of all('img')) {
    if (!image.checkVisibility()) continue;
    image.scrollIntoView({ block: 'center' });
    await image.decode().catch(() => broken.push(image.src));
  }
  scrollTo(0, 0);
  return broken;
}"""
)

_ATTRIBUTES = """images => images.map(image =>
  ['alt', 'width', 'height'].map(name => image.getAttribute(name)))"""

# Browsers' own measure: of each move, the share of the window that it concerns times how far it goes.
_SHIFTS = """globalThis.shifted = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => { globalThis.shifted += entry.value; }))
    .observe({ type: 'layout-shift', buffered: true });"""

_TRANSFERRED = """() => [...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]
  .reduce((sum, entry) => sum + entry.transferSize, 0)"""


def scroll_through(page: Page) -> None:
    """Down to the end, a window at a time, as a reader goes."""
    height = page.locator("body").bounding_box()
    assert height is not None
    for _ in range(1 + int(height["height"]) // 800):
        page.mouse.wheel(0, 800)
        page.wait_for_timeout(40)


def transferred(page: Page) -> int:
    """Bytes that came over the wire so far, headers included."""
    page.wait_for_load_state("networkidle")
    return int(page.evaluate(_TRANSFERRED))


def shifts_for_fonts(page: Page) -> float:
    """How much a page moves while it loads, with fonts that come when its text is painted already."""
    late: list[Route] = []
    page.add_init_script(_SHIFTS)
    page.route("**/*.woff2", lambda route: late.append(route))
    page.reload(wait_until="domcontentloaded")
    page.wait_for_timeout(500)
    assert late
    assert page.evaluate("performance.getEntriesByType('paint').length")
    for route in late:
        route.continue_()
    page.unroute("**/*.woff2")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)
    return float(page.evaluate("shifted"))


def check_boxes(page: Page, width: int) -> None:
    """Nothing sticks out, no line crosses a word, nothing lies on anything else."""
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(_CROSSINGS) == []
    assert page.evaluate(_OVERLAPS) == []


def check_state(page: Page, width: int, screenshot: str) -> None:
    """The page as a reader of some width sees it, whether JavaScript is on or off; photographed from top to end."""
    scroll_through(page)
    found = page.locator(".cv-picture > img, .cv-grid").evaluate_all(_ATTRIBUTES)
    assert found
    assert all(map(all, found)), found
    check_boxes(page, width)
    assert page.evaluate(_BROKEN) == []
    photograph(page, screenshot, full_page=True)


def photograph(page: Page, name: str, *, full_page: bool = False) -> None:
    """A picture to be looked at, in `SCREENSHOTS`; a whole page is one in half the time that PNG takes."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.jpg", full_page=full_page, quality=90)


def state_name(page: str, width: int, scheme: str, script: bool) -> str:
    """What the screenshot of a page in a state is called."""
    return f"{page}-{width}-{scheme}-{'with' if script else 'without'}-script"


def _once_as_wide_as(image: Locator, width: float) -> FloatRect:
    """The box of an image when it has grown or shrunk to a width; it fails if it never does."""
    for _ in range(100):
        box = image.bounding_box()
        assert box is not None
        if box["width"] == pytest.approx(width, rel=0.01):
            return box
        image.page.wait_for_timeout(50)
    pytest.fail(f"{box['width']} pixels wide, not {width}")


def check_mouse_zoom(page: Page, every: int = 3) -> None:
    """The pointer doubles a tile, inside the window, and nothing else moves."""
    width, height = page.viewport_size["width"], page.viewport_size["height"]
    for picture in page.locator(".cv-picture:has(img)").all()[::every]:
        page.mouse.move(2, 2)
        picture.scroll_into_view_if_needed()
        before = picture.bounding_box()
        assert before is not None
        page.mouse.move(before["x"] + before["width"] / 2, before["y"] + before["height"] / 2)
        after = _once_as_wide_as(picture.locator("> img"), 2 * before["width"])
        assert after["x"] >= -1
        assert after["x"] + after["width"] <= width + 1
        assert after["y"] >= -1
        assert after["y"] + after["height"] <= height + 1
        assert picture.bounding_box() == before
    assert page.evaluate("document.documentElement.scrollWidth") == width


def check_keyboard_zoom(page: Page) -> None:
    """Tab from the first tile of a tree to the second doubles that; Escape ends it."""
    page.mouse.move(2, 2)
    tiles = page.locator(".cv-tree").first.locator(".cv-picture")
    image = tiles.nth(1).locator("> img")
    tiles.first.focus()
    small = tiles.nth(1).bounding_box()
    assert small is not None
    page.keyboard.press("Tab")
    _once_as_wide_as(image, 2 * small["width"])
    page.keyboard.press("Escape")
    _once_as_wide_as(image, small["width"])


def check_touch_zoom(page: Page, screenshot: str) -> None:
    """A tap shows a tree's second tile at twice its size, with its details, until it is closed."""
    picture = page.locator(".cv-tree").first.locator(".cv-picture").nth(1)
    small = picture.bounding_box()
    picture.tap()
    page.wait_for_timeout(300)
    sheet = page.locator(".cv-details:popover-open")
    large = sheet.locator(".cv-large").bounding_box()
    assert small is not None
    assert large is not None
    assert large["width"] >= 2 * small["width"]
    photograph(page, screenshot)
    sheet.locator(".cv-close").tap()
    sheet.wait_for(state="detached")
