"""Attack: a stranger's post brings what runs in the page; with ``trust: none`` none of it is there."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from catvis.errors import ContentError
from catvis.page.policy import security_policy
from catvis.page.sanitised import Aside
from catvis.post.site_file import read_site_file
from tests.browser.chromium import Visits
from tests.small_world import POST, World

HOSTILE = r"""
<script>document.body.dataset.ran = 'script'</script>

<p onclick="ran('handler')" onmouseover="ran('handler')">a paragraph</p>

[a link](javascript:ran('link')) <a href="jav&#x09;ascript:ran('tab')">tab</a>
<a href=" data:text/html,<script>">data</a>

![An image](imgs/cat.png){: onerror="ran('list')" onload="ran('list')"}

*A span*{: onclick="ran('list')"} $$\href{javascript:ran('math')}{x}$$ and $$x^2$$.

<svg onload="ran('svg')"><script>ran('svg')</script><a href="javascript:ran('svg')"><text>t</text></a></svg>
<math><annotation-xml encoding="text/html"><script>ran('annotation')</script></annotation-xml></math>
<iframe srcdoc="<script>ran('frame')</script>"></iframe><object data="x"></object><embed src="x">
<form action="https://example.org"><input name="password" type="password">
<button formaction="javascript:x">b</button></form>
<base href="https://example.org/"><meta http-equiv="refresh" content="0;url=https://example.org/">
<link rel="stylesheet" href="https://example.org/a.css">
<div style="position: fixed; inset: 0; background: url(https://example.org/a.png); text-align: right">over all</div>
<style>body { display: none }</style>
<img src="data:," onerror="ran('image')"><video src="x" onerror="ran('video')"></video>
<noscript><p title="</noscript><img src=x onerror=ran('noscript')>"></noscript>

{::nomarkdown}<script>document.body.dataset.ran = 'raw'</script>{:/nomarkdown}
"""
RUNS = re.compile(
    r"ran\(|javascript:|\son\w+=|<iframe|<object|<embed|<form|<base|http-equiv=\"refresh|<style>x"
    r"|position|example\.org|password",
    re.IGNORECASE,
)


def page(world: World, **changed: object) -> tuple[str, dict[Path, str]]:
    world.write_post(markdown=POST + HOSTILE)
    world.build(**changed)
    site = world.settings.site
    texts = {file: file.read_text() for file in site.rglob("*.html")}
    return texts[site / "a" / "index.html"], texts


def body(html: str) -> str:
    """A page without what is ours of it."""
    start, end = html.find("<article"), html.find("</article>")
    return html[start:end] if start >= 0 else html


def running(html: str) -> list[str]:
    """The tags of a page, without what is ours of it, that do something; words may say whatever they like."""
    return [tag for tag in re.findall(r"<[^>]*>", body(html)) if RUNS.search(f"{tag}x")]


@pytest.mark.parametrize("said", ["by the site", "on the command line"])
def test_nothing_of_a_strangers_runs(world: World, said: str) -> None:
    if said == "by the site":
        world.settings.content.mkdir()
        (world.settings.content / "site.yaml").write_text("trust: none\n")
    text, texts = page(world, untrusted=said == "on the command line")
    for html in texts.values():
        assert not running(html)
        assert "dataset.ran" not in html
    assert "script-src 'sha256-" in text
    # what is ours, and what an author may write, is all there
    assert 'data-figure="figure"' in text
    assert '<button class="cv-picture"' in text
    assert "<msup>" in text
    assert '<img src="imgs/cat.png" alt="An image">' in text
    assert "a paragraph" in text
    assert "text-align" in text


def test_ones_own_post_is_as_one_wrote_it(world: World) -> None:
    text, _ = page(world)
    assert "document.body.dataset.ran = 'script'" in text
    assert "script-src" not in text


def test_a_site_that_was_trusted_is_built_again_when_it_is_not(world: World) -> None:
    page(world)
    text, _ = page(world, untrusted=True)
    assert not running(text)


def test_a_stranger_has_no_liquid(world: World) -> None:
    world.write_post(markdown=POST.replace("---\n\n", "liquid: true\n---\n\n", 1) + "\n{{ site.secret }}\n")
    world.build(untrusted=True)
    assert "{{ site.secret }}" not in (world.settings.site / "jekyll" / "a" / "index.html").read_text()


def test_text_that_needs_no_cleaning_stays(world: World) -> None:
    """Everything that the dialect writes of plain Markdown is the same, trusted or not."""
    markdown = (
        POST
        + '\n## Two {#two}\n\n* [x] done\n\n| a | b |\n|:-:|--:|\n| 1 | `c` |\n\nA note[^n] and "quotes".\n\n'
        "``` python\nx = 1\n```\n\n[^n]: The note.\n"
    )
    world.write_post(markdown=markdown)
    texts = []
    for untrusted in (False, True):
        world.build(untrusted=untrusted)
        texts.append(body((world.settings.site / "a" / "index.html").read_text()))
    assert plainly(texts[1]) == plainly(texts[0])


def plainly(html: str) -> list[str]:
    """A page's tags and words, without how attributes are ordered and signs are written."""
    without = re.sub(r' rel="[^"]*"|(?<=disabled)="[^"]*"|(?<=checked)="[^"]*"| /(?=>)', "", html)
    pieces = re.findall(r"<[^>]+>|[^<]+", without)
    return [" ".join(sorted(re.sub(r'[;:>"]', " ", unescape(piece)).split())) for piece in pieces]


def test_a_mark_cannot_be_forged() -> None:
    aside = Aside()
    ours = aside.mark("<b onclick='ours'>ours</b>")
    guess = re.sub(r"[0-9a-f]{32}", "0" * 32, ours)
    assert aside.sanitised(f"<p>{ours} {guess} &#14;0&#15;</p>").count("onclick") == 1


def test_a_policy_can_be_given_more() -> None:
    policy = security_policy("x", trusted=False, script_src="'wasm-unsafe-eval'", worker_src="blob:")
    assert re.search(r"script-src 'sha256-\S+' 'wasm-unsafe-eval'", policy)
    assert "worker-src blob:" in policy
    assert "script-src" not in security_policy("x", trusted=True)


def test_a_trust_that_is_none_of_both(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("trust: some\n")
    with pytest.raises(ContentError, match=r"site\.yaml:1:8: 'trust' cannot be 'some'"):
        read_site_file(tmp_path / "site.yaml")


@pytest.mark.browser
def test_in_a_browser_nothing_of_it_runs(world: World, visits: Visits) -> None:
    page(world, untrusted=True)
    opened = visits.open((world.settings.site / "a" / "index.html").as_uri())
    for element in opened.query_selector_all("article a[href], article p"):
        element.dispatch_event("click")
    assert opened.evaluate("document.body.dataset.ran") is None
    opened.locator(".cv-picture").first.click()
    assert opened.locator(".cv-details:popover-open").count() == 1
