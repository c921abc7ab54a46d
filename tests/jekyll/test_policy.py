"""A stranger's post in somebody's theme: its front matter brings a policy, which the theme puts into the head."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from catvis.page.policy import script_source
from catvis.progress import Reporter
from catvis.site.build import Request, build_site
from tests.browser.chromium import Visits, served
from tests.jekyll.jekyll_world import POST, JekyllWorld, jekyll_build, needs_jekyll

ROOT = Path(__file__).parents[2]
(LINE,) = re.findall(
    r"^\{% if page\.catvis_policy.*$", (ROOT / "docs" / "jekyll.md").read_text(), re.MULTILINE
)
LAYOUT = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">{LINE}<title>{{{{ page.title }}}}</title>
<link rel="icon" href="data:,"></head>
<body><script>document.body.dataset.ran = "theme"</script><article>{{{{ content }}}}</article></body></html>
"""
DOCUMENT = "_posts/2024-02-03-a.md"


def publish(site: JekyllWorld, *, untrusted: bool) -> str:
    """Have catvis publish the post; give its document."""
    site.write("_layouts/post.html", LAYOUT)
    site.write_post(markdown=POST)
    settings = replace(site.settings, untrusted=untrusted)
    build_site(settings, Request(), Reporter(quiet=True))
    return site.read(DOCUMENT)


def test_a_strangers_document_brings_a_policy_and_ones_own_does_not(site: JekyllWorld) -> None:
    assert "catvis_policy" not in publish(site, untrusted=False)
    assert "integrity" not in site.read(DOCUMENT)
    text = publish(site, untrusted=True)
    source = script_source(site.read("assets/catvis/catvis.js"))
    assert re.search(rf'^catvis_policy: "[^"]*; script-src {re.escape(source)}"$', text, re.MULTILINE)
    assert f' integrity="{source[1:-1]}"></script>' in text


def test_a_stranger_cannot_write_the_policy_herself(site: JekyllWorld) -> None:
    site.write_post(markdown=POST.replace("layout: post", "layout: post\ncatvis_policy: script-src *"))
    build_site(replace(site.settings, untrusted=True), Request(), Reporter(quiet=True))
    policies = re.findall(r"^catvis_policy: .*$", site.read(DOCUMENT), re.MULTILINE)
    assert "script-src 'sha256-" in policies[-1]  # of equal keys the last one counts


@needs_jekyll
@pytest.mark.browser
@pytest.mark.parametrize("untrusted", [True, False])
def test_in_a_browser_only_the_script_of_figures_runs(
    site: JekyllWorld, visits: Visits, *, untrusted: bool
) -> None:
    publish(site, untrusted=untrusted)
    with served(jekyll_build(site.root)) as address:
        page = visits.open(f"{address}2024/02/03/a.html")
        # Not by a function, whose evaluation the policy blocks.
        page.locator("catvis-figure .catvis").first.wait_for(state="attached")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.body.dataset.ran") == (None if untrusted else "theme")
        page.evaluate("document.body.setAttribute('onclick', 'document.body.dataset.ran = \"handler\"')")
        page.locator("article").click(position={"x": 1, "y": 1})
        assert page.evaluate("document.body.dataset.ran") == (None if untrusted else "handler")
    if untrusted:  # the browser says what it has not run: the theme's script and the handler
        assert len(visits.trouble) == 2
        assert all("Content Security Policy" in line for line in visits.trouble)
        visits.trouble.clear()
