"""The preview: what it serves, how pages follow builds, and that it survives mistakes."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from threading import Event, Thread

import pytest

from catvis.digests import digest
from catvis.errors import ContentError, Place, UsageError
from catvis.loopback import HOST
from catvis.preview import watching
from catvis.preview.page_script import EVENTS, with_script
from catvis.preview.watching import serve
from catvis.progress import Reporter
from catvis.settings import Settings

POLICY = "default-src 'none'; img-src 'self' data:; script-src 'sha256-abc='; base-uri 'none'"
PAGE = (
    f'<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="{POLICY}"></head>'
    "<body><p>{text}</p></body></html>"
)


@dataclass
class Preview:
    """A running preview whose looks at the content happen when a test says so."""

    settings: Settings
    port: int
    looks: Queue[bool] = field(default_factory=Queue)
    built: Queue[str] = field(default_factory=Queue)
    rested: Queue[bool] = field(default_factory=Queue)
    stopped: Event = field(default_factory=Event)

    @property
    def source(self) -> Path:
        return self.settings.content / "a" / "post.md"

    def build(self, reporter: Reporter) -> str:
        text = self.source.read_text(encoding="utf-8")
        if "mistake" in text:
            self.built.put("mistake")
            raise ContentError("there is a mistake", where=Place(self.source, 1), hint="mend it")
        if "unforeseen" in text:
            raise RecursionError("too deep")
        reporter("tiles", 1, 2)
        page = self.settings.site / "a" / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(PAGE.replace("{text}", text), encoding="utf-8")
        self.built.put(text)
        return digest(text)

    def pause(self, _: float) -> None:
        self.rested.put(True)
        if not self.looks.get():
            raise KeyboardInterrupt

    def run(self) -> None:
        serve(self.settings, self.port, self.build, Reporter(quiet=True))
        self.stopped.set()

    def write(self, text: str) -> str:
        """Change the content, let the preview look, and wait for what it built."""
        self.source.write_text(text, encoding="utf-8")
        self.look()
        return self.built.get(timeout=10)

    def look(self) -> None:
        """Let the preview look at the content once, and wait until it has done what there was to do."""
        self.looks.put(True)
        self.rested.get(timeout=10)

    def get(self, path: str, method: str = "GET") -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()


def free_port() -> int:
    with socket.create_server((HOST, 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def preview(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Preview]:
    running = Preview(Settings(content=tmp_path / "content", site=tmp_path / "site"), free_port())
    running.source.parent.mkdir(parents=True)
    running.source.write_text("first", encoding="utf-8")
    monkeypatch.setattr(watching, "sleep", running.pause)
    thread = Thread(target=running.run)
    thread.start()
    running.rested.get(timeout=10)
    assert running.built.get(timeout=10) == "first"
    yield running
    running.looks.put(False)
    thread.join(timeout=10)
    assert running.stopped.is_set()


def edition_of(page: str) -> str:
    found = re.search(r'data-edition="([^"]+)"', page)
    assert found
    return found[1]


def next_news(stream: http.client.HTTPResponse) -> dict[str, object]:
    line = stream.readline()
    while not line.startswith(b"data: "):
        line = stream.readline()
    return json.loads(line.removeprefix(b"data: "))


def test_a_page_comes_with_the_script_and_the_published_file_without(preview: Preview) -> None:
    status, headers, page = preview.get("/a/")
    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert "<p>first</p>" in page
    assert EVENTS in page
    published = (preview.settings.site / "a" / "index.html").read_text(encoding="utf-8")
    assert published == PAGE.replace("{text}", "first")


def test_a_head_has_the_same_headers_and_no_body(preview: Preview) -> None:
    _, headers, page = preview.get("/a/index.html")
    status, alone, nothing = preview.get("/a/index.html", "HEAD")
    assert (status, nothing) == (200, "")
    assert alone["Content-Length"] == headers["Content-Length"] == str(len(page.encode()))


@pytest.mark.parametrize(("asked", "found"), [("/a", "/a/"), ("/", "/a/"), ("//a", "/a/"), ("/a?x=1", "/a/")])
def test_a_folder_leads_to_its_page(preview: Preview, asked: str, found: str) -> None:
    status, headers, _ = preview.get(asked)
    assert (status, headers["Location"]) == (302, found)


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/a/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/link.txt",
        "/folder/secret.txt",
        "/a%00b",
        "/" + "x" * 5000,
        "/missing.html",
    ],
)
def test_nothing_outside_the_site_is_served(preview: Preview, path: str) -> None:
    secret = preview.settings.site.parent / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    (preview.settings.site / "link.txt").symlink_to(secret)
    (preview.settings.site / "folder").symlink_to(secret.parent)
    status, _, body = preview.get(path)
    assert status == 404
    assert "secret" not in body


def test_a_change_is_built_and_told(preview: Preview) -> None:
    _, _, page = preview.get("/a/")
    events = http.client.HTTPConnection(HOST, preview.port, timeout=10)
    events.request("GET", EVENTS)
    stream = events.getresponse()
    assert stream.getheader("Content-Type") == "text/event-stream"
    assert next_news(stream)["edition"] == edition_of(page)
    assert preview.write("second") == "second"
    told = next_news(stream)
    while told["progress"]:
        told = next_news(stream)
    _, _, page = preview.get("/a/")
    assert "<p>second</p>" in page
    assert told == {"edition": edition_of(page), "mistakes": [], "progress": ""}
    events.close()


def test_nothing_is_built_while_nothing_changes(preview: Preview) -> None:
    preview.look()
    preview.look()
    preview.source.touch()
    assert preview.write("second") == "second"
    assert preview.built.empty()


def test_a_mistake_is_printed_and_the_last_site_stays(
    preview: Preview, capsys: pytest.CaptureFixture[str]
) -> None:
    assert preview.write("a mistake") == "mistake"
    _, _, page = preview.get("/a/")
    assert "<p>first</p>" in page
    assert preview.write("mended") == "mended"
    assert capsys.readouterr().err == f"{preview.source}:1: there is a mistake\n  mend it\n"


def test_an_error_that_nobody_thought_of_does_not_end_the_preview(
    preview: Preview, capsys: pytest.CaptureFixture[str]
) -> None:
    preview.source.write_text("the unforeseen", encoding="utf-8")
    preview.look()
    assert "catvis failed, which it should not: RecursionError: too deep" in capsys.readouterr().err
    assert preview.write("mended") == "mended"
    assert "<p>mended</p>" in preview.get("/a/")[2]


def test_a_taken_port_is_one_message_with_the_next_free_one(preview: Preview) -> None:
    with pytest.raises(UsageError) as mistake:
        serve(preview.settings, preview.port, preview.build, Reporter(quiet=True))
    hint = re.fullmatch(
        rf"port {preview.port} is taken\n  try --serve (\d+)|.*--serve PORT", str(mistake.value)
    )
    assert hint
    assert int(hint[1]) > preview.port
    assert mistake.value.exit_status == 2


def directives(page: str) -> dict[str, list[str]]:
    found = re.search(r'content="([^"]*)"', page)
    assert found
    return {words[0]: words[1:] for part in found[1].split(";") if (words := part.split())}


@pytest.mark.parametrize(
    ("policy", "scripts"),
    [
        (POLICY, ["'sha256-abc='"]),
        ("default-src 'none'", []),
        ("default-src 'self'; connect-src https:", ["'self'"]),
    ],
)
def test_the_security_policy_allows_the_script_and_loses_nothing(policy: str, scripts: list[str]) -> None:
    before = directives(f'content="{policy}"')
    page = with_script(PAGE.replace(POLICY, policy), "edition")
    script = page.rpartition("<script")[2].partition(">")[2].partition("</script>")[0]
    checksum = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    after = directives(page)
    assert after.pop("script-src") == [*scripts, f"'sha256-{checksum}'"]
    assert after.pop("connect-src")[-1] == "'self'"
    before.pop("script-src", None)
    before.pop("connect-src", None)
    assert after == before


def test_a_page_whose_scripts_nothing_restricts_keeps_its_policy() -> None:
    policy = "connect-src 'self'; img-src 'self'"
    assert directives(with_script(PAGE.replace(POLICY, policy), "edition")) == {
        "connect-src": ["'self'", "'self'"],
        "img-src": ["'self'"],
    }


@pytest.mark.parametrize(("host", "status"), [("localhost", 200), ("rebound.example", 421), ("", 421)])
def test_only_this_machines_name_is_answered(preview: Preview, host: str, status: int) -> None:
    connection = http.client.HTTPConnection(HOST, preview.port, timeout=10)
    connection.request("GET", "/a/", headers={"Host": f"{host}:{preview.port}"})
    assert connection.getresponse().status == status


@pytest.mark.parametrize("text", ["", "---\nlayout: post\n---\n<p>for Jekyll</p>", "no page at all"])
def test_what_is_no_whole_page_is_served_as_it_is(text: str) -> None:
    assert with_script(text, "edition") == text
