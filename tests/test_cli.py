"""The command line as a shell sees it: options, exit statuses, streams, and nothing heavy before it is needed."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from catvis.cli import build_main, main, run
from catvis.errors import ContentError, UsageError
from catvis.settings import Settings
from tests.small_world import POST, UNITS, World

ROOT = Path(__file__).parents[1]
HEAVY = {"torch", "numpy", "PIL", "yaml", "jinja2", "markdown", "jaxtyping", "sqlite3", "importlib.metadata"}


def program(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a program of the project in a process of its own."""
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, timeout=60, **options
    )


@pytest.mark.parametrize(
    "words",
    [
        ["build.py", "--help"],
        ["-m", "catvis", "--help"],
        ["-m", "catvis", "classify", "--help"],
        ["-m", "catvis", "mine", "--help"],
        ["-m", "catvis", "build", "--help"],
        ["-m", "catvis", "menagerie", "--help"],
    ],
)
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    done = program("-X", "importtime", *words)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert done.returncode == 0
    assert done.stdout.startswith("usage: ")
    assert "catvis.cli" in imported
    assert not imported & HEAVY


@pytest.mark.parametrize(
    "words", [["--helpp"], ["--serve", "99999"], ["--device", "abacus"], ["--memory", "much"]]
)
def test_a_wrong_build_line_ends_with_status_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        build_main(words)
    assert stopped.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "build.py: error: " in printed.err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["paint"],
        ["classify"],
        ["classify", "squeezenet"],
        ["classify", "squeezenet", "cat.png", "--top", "0"],
        ["classify", "squeezenet", "cat.png", "--top", "-3"],
        ["classify", "squeezenet", "cat.png", "--top", "1.5"],
        ["classify", "squeezenet", "cat.png", "--top", "٣"],
        ["classify", "squeezenet", "cat.png", "--top", "9" * 5000],
        ["classify", "squeezenet", "cat.png", "--memory", "0"],
        ["classify", "squeezenet", "cat.png", "--memory", "G"],
        ["attribute", "squeezenet", "cat.png", "fire9_1"],
        ["attribute", "squeezenet", "cat.png", "fire9_1", "--rule", "magic", "-o", "x.png"],
        ["children", "squeezenet", "cat.png", "fire9_1"],
        ["weights"],
        ["weights", "lose", "squeezenet"],
    ],
)
def test_a_wrong_line_ends_with_status_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "error: " in printed.err


def settings_of(words: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> tuple[Settings, dict[str, object]]:
    """What a build is started with."""
    seen: list[tuple[Settings, dict[str, object]]] = []
    monkeypatch.setattr("catvis.commands.posts.build", lambda a, s: seen.append((s, vars(a))) or 0)
    assert build_main(words) == 0
    return seen[0]


def test_every_option_of_a_build_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    folders = ("content", "site", "cache", "weights")
    words = [word for name in folders for word in (f"--{name}", f"in/{name}")]
    words += ["--unpublished", "--strict", "--device", "cuda", "--quiet", "--memory", "500M", "--allow-code"]
    settings, asked = settings_of(["a", "b", *words, "--serve", "8080"], monkeypatch)
    assert [getattr(settings, name) for name in folders] == [Path("in") / name for name in folders]
    assert (settings.device, settings.memory, settings.allow_code) == ("cuda", 500 << 20, True)
    assert (asked["posts"], asked["serve"]) == (["a", "b"], 8080)
    assert asked["unpublished"]
    assert asked["strict"]
    assert asked["quiet"]


def test_what_is_not_said_is_as_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    settings, asked = settings_of([], monkeypatch)
    assert settings == Settings()
    assert (asked["posts"], asked["serve"]) == ([], None)
    assert settings_of(["--serve"], monkeypatch)[1]["serve"] == 8000


def test_the_environment_names_weights_and_the_option_goes_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATVIS_WEIGHTS", "from/environment")
    assert settings_of([], monkeypatch)[0].weights == Path("from/environment")
    assert settings_of(["--weights", "given"], monkeypatch)[0].weights == Path("given")


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (ContentError("it is wrong", hint="do it so"), 1, "it is wrong\n  do it so\n"),
        (UsageError("it is wrong"), 2, "it is wrong\n"),
        (KeyboardInterrupt(), 130, "interrupted; what was computed is kept\n"),
        (
            RuntimeError("a bug"),
            1,
            "catvis failed, which it should not: RuntimeError: a bug\n  python -X dev shows where\n",
        ),
        (
            MemoryError(),
            1,
            "catvis failed, which it should not: MemoryError: \n  python -X dev shows where\n",
        ),
    ],
)
def test_what_goes_wrong_is_a_message_and_a_status(
    error: BaseException, status: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> int:
        raise error

    assert run(fail) == status
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", told)


def test_a_build_is_also_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["a", "--strict", "--site", "in/site", "--serve"]
    asked: list[dict[str, object]] = []
    monkeypatch.setattr("catvis.commands.posts.build", lambda a, s: asked.append({**vars(a), "all": s}) or 0)
    assert build_main(words) == main(["build", *words]) == 0
    assert asked[0] == asked[1]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_is_told_all_commands(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for word in ("build", "attribute", "--scheduler", "deconvnet", "dissect"):
        assert word in script
    assert "python -m" not in script


def test_bash_completes_options_and_folders(capsys: pytest.CaptureFixture[str]) -> None:
    main(["completion", "bash"])
    asked = """
    COMP_WORDS=(catvis build "$1" "$2") COMP_CWORD=3
    specification=($(complete -p catvis))
    ${specification[-2]}
    echo "${COMPREPLY[@]}"
    """
    script = capsys.readouterr().out + asked
    for before, word, completed in (("x", "--str", "--strict"), ("--content", "templ", "templates")):
        done = subprocess.run(
            ["bash", "-c", script, "bash", before, word], cwd=ROOT, capture_output=True, text=True
        )
        assert done.stdout.split() == [completed]


@pytest.mark.parametrize(
    ("program", "named"),
    [
        ("/usr/bin/catvis", "catvis"),
        ("catvis.exe", "catvis"),
        ("/a/catvis/__main__.py", "python -m catvis"),
        ("build.py", "python -m catvis"),
    ],
)
def test_messages_name_the_command_that_was_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], program: str, named: str
) -> None:
    monkeypatch.setattr("sys.argv", [program])
    assert main(["check", "--content", "nowhere"]) == 1
    assert f"begin one: {named} new my-post" in capsys.readouterr().err


@pytest.fixture
def at(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A post, the current directory beside it, and the folders that a build uses by default."""
    world.write_post()
    monkeypatch.chdir(world.folder)
    monkeypatch.setenv("CATVIS_WEIGHTS", "weights")
    return world


def test_a_build_prints_the_page_and_nothing_else(at: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert build_main(["--cache", "cache", "--quiet"]) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("site/a/index.html\n", "")


def test_a_build_tells_what_it_does_on_the_other_stream(
    at: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build_main(["--cache", "cache"]) == 0
    printed = capsys.readouterr()
    assert printed.out == "site/a/index.html\n"
    assert re.search(r"^  tiles: 2 of 2 in [\d.]+ s$", printed.err, re.MULTILINE)
    assert printed.err.endswith("files written, 0 unchanged in site\n")


def test_check_counts_what_is_right(at: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert capsys.readouterr().out == "a: 1 figure, 0 more examples, nothing wrong\n"
    assert not (at.folder / "site").exists()


def test_check_finds_what_a_build_finds(at: World, capsys: pytest.CaptureFixture[str]) -> None:
    at.write_post(UNITS.replace("conv1_1", "conv1_8"))
    for command in (lambda: main(["check", "a"]), lambda: build_main(["--cache", "cache"])):
        assert command() == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.startswith("content/a/paths.yaml:4:29: there is no unit conv1_8\n")


def test_a_post_that_does_not_exist_is_a_wrong_line(at: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert build_main(["b", "--cache", "cache"]) == 2
    assert main(["check", "b"]) == 2
    assert capsys.readouterr().err.count("there is no post 'b' in content") == 2


def test_markdown_prints_the_body(at: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["markdown", "content/a/post.md"]) == 0
    assert capsys.readouterr().out.lstrip().startswith('<h1 id="a-post">A post</h1>\n')
    assert main(["markdown", "missing.md"]) == 1
    assert capsys.readouterr().err.startswith("missing.md: the post cannot be read")


def test_a_claim_that_fails_under_strict_ends_with_status_1(
    at: World, capsys: pytest.CaptureFixture[str]
) -> None:
    at.write_post(UNITS + "claims: [{top: fc4_0}]\n")
    assert build_main(["--cache", "cache", "--strict", "--quiet"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert (
        "paths.yaml:5:10: the claim top: fc4_0 (ant) fails: the strongest class is fc4_8 (ibis)"
        in printed.err
    )


def test_weights_are_listed_and_found(at: World, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "weights" / "squeezenet_v1.0.caffemodel"
    file.write_bytes(b"")
    assert main(["weights", "list"]) == 0
    assert str(Path("weights") / file.name) in capsys.readouterr().out
    assert main(["weights", "path", "squeezenet"]) == 0
    assert capsys.readouterr().out == f"weights/{file.name}\n"
    assert main(["weights", "path", "caffenett"]) == 1
    assert "did you mean caffenet?" in capsys.readouterr().err


def test_weights_are_listed_by_a_part_of_their_name(at: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", "list", "ResNet18"]) == 0
    named = [line.split()[0] for line in capsys.readouterr().out.splitlines()[::2]]
    assert named == ["torchvision/resnet18"]
    assert main(["weights", "list", "alexnet"]) == 0
    named = [line.split()[0] for line in capsys.readouterr().out.splitlines()[::2]]
    assert named == ["alexnet", "alexnet-conv", "torchvision/alexnet"]
    assert main(["weights", "list", "squeezenett"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "no known network's name holds 'squeezenett'\n  did you mean squeezenet?" in printed.err


LONG = POST + "\nMany words.\n" * 20_000


@pytest.mark.slow
@pytest.mark.parametrize("words", ["-m catvis markdown {post}", "-m catvis --help", "build.py --help"])
def test_a_reader_that_goes_away_is_no_trouble(tmp_path: Path, words: str) -> None:
    post = tmp_path / "post.md"
    post.write_text(LONG, encoding="utf-8")
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, *words.format(post=post).split()],
        cwd=ROOT, stdout=write, stderr=subprocess.PIPE, text=True, timeout=60,
    )  # fmt: skip
    os.close(write)
    assert done.stderr == ""
    assert done.returncode in (0, 130)


def test_a_full_disk_behind_standard_output_is_a_message() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "catvis", "weights", "list"],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
        )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "No space left on device" in done.stderr


@pytest.fixture
def _interrupts() -> Iterator[None]:
    """Whoever runs the tests in the background may have switched interrupts off, which programs inherit."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.usefixtures("_interrupts")
def test_a_preview_tells_its_address_and_ends_with_an_interrupt(world: World) -> None:
    world.write_post("figures: {figure: {diagram: [2, 1]}}\n")
    folders = [f"--{name}={getattr(world.settings, name)}" for name in ("content", "site", "cache")]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with subprocess.Popen(
        [sys.executable, "build.py", *folders, "--serve", port],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as running:  # fmt: skip
        try:
            assert running.stdout
            assert running.stdout.readline() == f"http://127.0.0.1:{port}/\n"
            deadline = time.monotonic() + 60
            while not (world.settings.site / "a" / "index.html").is_file() and time.monotonic() < deadline:
                time.sleep(0.05)
            running.send_signal(signal.SIGINT)
            _, told = running.communicate(timeout=60)
        finally:
            running.kill()
    assert running.returncode == 0
    assert "Traceback" not in told
    assert told.endswith("no longer served\n")
