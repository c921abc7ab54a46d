"""A figure on its own in a real browser: readable on white whatever is preferred, whole at every width, live."""

from __future__ import annotations

from pathlib import Path

import pytest

from catvis.drawing.figure import Edge, Tree
from catvis.interface.figure_views import FigureView
from tests.browser.chromium import Visits, served
from tests.drawing.figures import tile

pytestmark = pytest.mark.browser

DARKEST = """() => Math.max(...[...document.querySelectorAll('.cv-title, .cv-label, .cv-share')].map(
  word => Math.max(...getComputedStyle(word).color.match(/\\d+/g).slice(0, 3).map(Number))))"""


def tree(*children: str) -> FigureView:
    edges = tuple(Edge("a_0", child, 0.2) for child in children)
    return FigureView(Tree("t", "A tree.", ((tile("a_0"),), tuple(map(tile, children))), edges))


@pytest.mark.parametrize("width", [1280, 390])
def test_a_saved_figure(visits: Visits, tmp_path: Path, width: int) -> None:
    tree("b_0", "b_1", "b_2", "b_3").save(tmp_path / "index.html")
    with served(tmp_path) as address:
        page = visits.open(f"{address}index.html", width, color_scheme="dark")
        assert page.evaluate(DARKEST) < 160
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert page.evaluate("() => [...document.images].every(one => one.naturalWidth > 0)")
        page.locator(".cv-picture").first.click()
        assert page.locator(".cv-details:popover-open").count() == 1


def test_two_figures_in_a_notebook(visits: Visits, tmp_path: Path) -> None:
    html = "".join(tree(*children)._repr_html_() for children in (("b_0",), ("b_0", "b_1")))
    (tmp_path / "index.html").write_text(
        f"<!DOCTYPE html><meta charset=utf-8><link rel=icon href=data:,>{html}", "utf-8"
    )
    with served(tmp_path) as address:
        page = visits.open(f"{address}index.html")
        second = page.locator(".catvis").nth(1)
        second.locator(".cv-picture").first.click()
        assert second.locator(".cv-details:popover-open").count() == 1
