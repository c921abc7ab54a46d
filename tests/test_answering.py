"""The server of `catvis explore`: the page's files and answers for this machine, and nothing for anybody else."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Mapping

import pytest

from catvis.answering import ANSWERS, listen
from catvis.errors import ContentError, UsageError
from catvis.loopback import HOST

FILES = {"index.html": b"<p>page", "explorer/a.js": b"1"}


def answer(question: str, given: Mapping[str, object]) -> object:
    if question == "wrong":
        raise ContentError("that is not so")
    return [question, given]


@pytest.fixture
def port() -> Iterator[int]:
    server = listen(FILES, answer, 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def ask(port: int, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, given)
    response = connection.getresponse()
    told = response.status, response.headers.get_content_type(), response.read().decode()
    connection.close()
    return told


def question(port: int, body: str, **headers: str) -> tuple[int, str, str]:
    return ask(port, "POST", ANSWERS, body, **{"Content_Type": "application/json", **headers})


def test_files_are_given(port: int) -> None:
    assert ask(port, "GET", "/") == (200, "text/html", "<p>page")
    assert ask(port, "GET", "/?embed") == (200, "text/html", "<p>page")
    assert ask(port, "GET", "/explorer/a.js")[1:] == ("text/javascript", "1")


@pytest.mark.parametrize(
    "path", ["/../pyproject.toml", "/%2e%2e/pyproject.toml", "/explorer/", "//etc/passwd"]
)
def test_nothing_else_is(port: int, path: str) -> None:
    assert ask(port, "GET", path)[0] == 404


def test_questions_are_answered(port: int) -> None:
    status, kind, told = question(port, json.dumps({"question": "classes", "given": {"count": 3}}))
    assert (status, kind) == (200, "application/json")
    assert json.loads(told) == {"answer": ["classes", {"count": 3}]}


def test_what_cannot_be_answered_is_said(port: int) -> None:
    assert json.loads(question(port, '{"question": "wrong", "given": {}}')[2]) == {
        "problem": "that is not so"
    }


@pytest.mark.parametrize("body", ["", "{", "[]", '{"question": "classes"}', '"classes"'])
def test_what_is_no_question_is_said(port: int, body: str) -> None:
    assert "problem" in json.loads(question(port, body)[2])


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1:1", "127.0.0.1.evil.example:{port}"]
)
def test_another_name_of_this_machine_is_turned_away(port: int, host: str) -> None:
    for told in (
        ask(port, "GET", "/", Host=host.format(port=port)),
        question(port, '{"question": "classes", "given": {}}', Host=host.format(port=port)),
    ):
        assert told[0] == 403
        assert "page" not in told[2]


def test_another_pages_script_is_turned_away(port: int) -> None:
    body = '{"question": "classes", "given": {}}'
    assert question(port, body, Origin="http://evil.example")[0] == 403
    assert question(port, body, Origin="null")[0] == 403
    assert question(port, body, Origin=f"http://localhost:{port}")[0] == 200
    assert ask(port, "POST", ANSWERS, body, Content_Type="text/plain")[0] == 400


def test_a_huge_question_is_not_read(port: int) -> None:
    told = ask(port, "POST", ANSWERS, "{}", Content_Type="application/json", Content_Length="99999999999")
    assert told[0] == 400


def test_a_taken_port_is_said(port: int) -> None:
    with pytest.raises(UsageError, match=f"port {port} cannot be used"):
        listen(FILES, answer, port)
