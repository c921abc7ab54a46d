"""Command lines of every command, their words exchanged, left out, repeated or replaced."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

from tools.torture.cases import Case
from tools.torture.mutation import OUTSIDE, STRANGE_TEXT
from tools.torture.text_kinds import PathsFile

_CAT = "content/a/imgs/cat.png"
_LINES: tuple[tuple[str, ...], ...] = (
    ("new", "b", "--picture", _CAT, "--network", "menagerie", "--fit", "warp"),
    (
        "build",
        "a",
        "--strict",
        "--untrusted",
        "--unpublished",
        "--quiet",
        "--cache",
        "cache",
        "--site",
        "site",
    ),
    ("check", "a", "--unpublished", "--content", "content", "--weights", "weights"),
    ("markdown", "content/a/post.md"),
    ("schema",),
    (
        "classify",
        "menagerie",
        _CAT,
        "--top",
        "3",
        "--json",
        "--fit",
        "crop",
        "--device",
        "cpu",
        "--memory",
        "500M",
    ),
    (
        "attribute",
        "menagerie",
        _CAT,
        "top->fc6:top1",
        "-o",
        "out.png",
        "--rule",
        "guided",
        "--display",
        "original",
    ),
    ("attribute", "menagerie", _CAT, "fc8_0→conv5_27", "-o", "-", "--format", "svg", "--edges", "guided"),
    ("children", "menagerie", _CAT, "fc8_0", "conv5", "--top", "2", "--json"),
    ("suggest", "menagerie", _CAT, "--post", "c"),
    ("weights", "list", "caffe"),
    ("weights", "path", "squeezenet", "--weights", "weights"),
    (
        "mine",
        "menagerie",
        "content/a/imgs",
        "--layers",
        "conv1",
        "--per-unit",
        "2",
        "--workers",
        "0",
        "--store",
        "s.sqlite",
        "--quiet",
    ),
    ("exemplars", "menagerie", "conv1_0", "conv1_1", "-o", "sheet.png", "--store", "s.sqlite"),
    ("menagerie", "draw", "3", "-o", "drawn.png", "--size", "64", "--kind", "cat"),
    ("menagerie", "sheet", "-o", "sheet.png", "--rows", "1", "--columns", "2", "--first", "5", "--masks"),
    (
        "explore",
        "menagerie",
        _CAT,
        "--out",
        "explored",
        "--start",
        "top",
        "--children",
        "conv5",
        "--answers",
        "live",
        "--cache",
        "cache",
    ),
    ("completion", "bash"),
)
_NEVER = (
    "serve",
    "fetch",
    "train",
    "dissect",
    "units",
    "report",
    "distinct",
    "--open",
    "--scheduler",
    "--help",
)
"""What ends only when it is ended, works for minutes, asks the network, or starts processes."""
_WORDS = (
    *(
        "conv1",
        "conv5",
        "fc8",
        "fc8_0",
        "conv1_99999",
        "top",
        "top→top",
        "fc8_0→fc8_0",
        "conv1_0→fc8_0",
        "→",
        "->",
        "_0",
        "top:top1",
    ),
    *(
        "menagerie",
        "squeezenet",
        "caffenet",
        "torchvision/resnet18",
        "mine",
        "a",
        "content",
        "content/a",
        "site",
        "cache",
        "s.sqlite",
    ),
    *(
        "--top",
        "--json",
        "--content",
        "--site",
        "--cache",
        "--store",
        "-o",
        "--fit",
        "--workers",
        "--network",
        "--out",
        "--",
        "-x",
    ),
    *(
        "0",
        "1",
        "2",
        "-5",
        "1.5",
        "1e3",
        "999999999999999999999",
        "1K",
        "K",
        "cpu",
        "cuda",
        "crop",
        "png",
        "npy",
        "svg",
        "out.svg",
    ),
    *(
        "out.npy",
        "out.gif",
        "no/such/place.png",
        "/dev/full",
        "/dev/null",
        "content/a/post.md",
        "x" * 5000,
        "a/" * 400,
    ),
)


class Arguments:
    """A command line."""

    name = "arguments"
    share = 20

    def prepare(self, home: Path) -> None:
        """A post and its site; whoever writes the command may read whatever he likes."""
        PathsFile().prepare(home)
        (home / OUTSIDE).unlink()

    def case(self, home: Path, random: Random) -> Case:
        """Some command with other words."""
        line = list(random.choice(_LINES))
        for _ in range(random.choice((1, 1, 2, 4))):
            line = _changed(line, random)
        return Case(("catvis", *line))


def _changed(line: Sequence[str], random: Random) -> list[str]:
    new = list(line)
    at = random.randrange(1, len(new) + 1)
    choice = random.randrange(6)
    if choice == 0:
        del new[at : at + 1]
    elif choice == 1:
        new.insert(at, _word(random))
    elif choice == 2:
        new[at : at + 1] = [_word(random)]
    elif choice == 3:
        new[at:at] = new[at : at + 1] * random.choice((1, 2, 30))
    elif choice == 4:
        other = random.choice(_LINES)
        start = random.randrange(len(other))
        new[at:at] = other[start : start + 2]
    elif at < len(new):
        new[at] = new[at] + random.choice(STRANGE_TEXT)
    return [word for word in new if not any(never in word for never in _NEVER)]


def _word(random: Random) -> str:
    words = STRANGE_TEXT if random.random() < 0.3 else _WORDS
    return random.choice(words).replace("\0", "").encode("utf-8", "replace").decode()
