"""What is killed: a command in a folder where something has changed since it last ran, and what has to come of it.

Each scene is played undisturbed first: what it makes of its folder is what every disturbed one has to end with.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from catvis.networks.weights.published import PublishedFile
from tools.torture.running import CACHE, ROOT, Copy, Running, ended, whole_process

LONGEST = 60.0
"""Seconds that a run may take; one that takes more hangs."""
_PLAYED = 2
_PICTURE = ROOT / "content" / "why-is-this-a-cat" / "imgs" / "drawn.png"
_POST = "---\ntitle: {title}\ndate: 2024-02-03\n---\n\nThe {edition}th edition.\n\n![Parts](imgs/parts.png)\n"
_PATHS = """network: menagerie
picture: imgs/cat.png
figures:
  parts: {{path: top, children: {{layer: conv5, top: {edition}}}}}
"""
_QUERIES = (
    "SELECT * FROM fact ORDER BY key",
    "SELECT name, digest, look FROM picture ORDER BY name",
    "SELECT * FROM unreadable ORDER BY name",
    "SELECT layer, unit, rank, activation, name, place, top, left, bottom, right, crop, attribution"
    " FROM cell JOIN picture ON picture.id = picture ORDER BY layer, unit, rank",
    "SELECT layer, name, units FROM strength JOIN picture ON picture.id = picture ORDER BY layer, name",
)


class WrongError(Exception):
    """A try went wrong.

    Args:
        what: in a word or two.
        said: what was seen.
    """

    def __init__(self, what: str, said: str) -> None:
        super().__init__(said)
        self.what = what


Tree = Mapping[str, str]
"""What lies in a folder: digests of files by path, ``folder`` of folders."""


@dataclass(frozen=True)
class Scene:
    """A command, and the folder that it is given.

    Attributes:
        name: what the table calls it.
        words: of the command that is disturbed.
        write: puts one of two editions of the author's files into a folder.
        again: words of the command that mends what was disturbed; the same by default.
        whole: the path of what is all as it was or all new at every moment.
        before: editions that the command has seen before, one after the other; then comes edition 2.
        processes: how many run at once.
        from_shell: whether the interpreter starts anew each time.
        published: what ``weights fetch`` downloads.
        kept: endings of names that may stay when it is interrupted, for the next run to go on from.
        ends: whether it ends by itself.
    """

    name: str
    words: tuple[str, ...]
    write: Callable[[Path, int], None]
    again: tuple[str, ...] = ()
    whole: str = "site"
    before: tuple[int, ...] = (1,)
    processes: int = 1
    from_shell: bool = False
    published: PublishedFile | None = None
    kept: tuple[str, ...] = ()
    ends: bool = True

    def start(self, words: tuple[str, ...], folder: Path, said: Path) -> Running:
        """Begin the command in a folder."""
        if self.from_shell:
            return whole_process(words, folder, said)
        return Copy(words, folder, said, self.published)

    @property
    def mending(self) -> tuple[str, ...]:
        """The words of the command that ends what was disturbed."""
        return self.again or self.words


@dataclass(frozen=True)
class Stage:
    """A scene that was played undisturbed.

    Attributes:
        scene: which one.
        folder: what it is played in, always the same: what is kept for later may hold its path.
        before: what lies there when it begins.
        after: what lies there at its end.
        seconds: how long that takes.
    """

    scene: Scene
    folder: Path
    before: Tree
    after: Tree
    seconds: float

    @property
    def said(self) -> Path:
        """The file for what its commands say."""
        return self.folder.with_name("said")

    def fresh(self) -> None:
        """Put the folder back to how it is at the beginning."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.fill()

    def fill(self) -> None:
        """Put what lies there at the beginning into the folder, which is empty."""
        shutil.copytree(_kept(self.folder), self.folder, symlinks=True, dirs_exist_ok=True)

    def check(self, *, tidy: bool) -> None:
        """Check what lies in the folder after a run that was cut short.

        Args:
            tidy: whether it could clear away what it had begun.

        Raises:
            WrongError: something is half, or lies there that should not.
        """
        now, whole = tree(self.folder, at_rest=False), self.scene.whole
        if whole and part_of(now, whole) not in (part_of(self.before, whole), part_of(self.after, whole)):
            found, wanted = part_of(now, whole), part_of(self.after, whole)
            names = sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))
            raise WrongError("half", f"neither the old nor the new: {', '.join(names[:3])}")
        torn = [
            name
            for name in now.keys() & self.after.keys()
            if now[name] not in (self.before.get(name), self.after[name], "store") and _is_seen(name)
        ]
        if torn:
            raise WrongError("half", f"neither the old file nor the new: {', '.join(sorted(torn)[:3])}")
        more = now.keys() - self.before.keys() - self.after.keys()
        left = sorted(name for name in more if not name.endswith(self.scene.kept or "/"))
        if tidy and left:
            raise WrongError("left over", ", ".join(left[:3]))

    @property
    def is_done(self) -> bool:
        """Whether all lies in the folder that the command makes undisturbed."""
        return not unlike(tree(self.folder), self.after)

    def mended(self) -> str:
        """Run the command once more, undisturbed; give what is wrong with it, or with what it made."""
        status = ended(self.scene.start(self.scene.mending, self.folder, self.said), LONGEST)
        if status != 0:
            return f"the next run ended with {status}: {self.said.read_text(errors='replace')}"
        return unlike(tree(self.folder), self.after)


def prepared(scene: Scene, scratch: Path) -> Stage:
    """Play a scene undisturbed.

    Args:
        scene: which one.
        scratch: an empty folder for it.

    Raises:
        RuntimeError: it does not end well, or not twice the same way.
    """
    folder, said = scratch / "played", scratch / "said"
    folder.mkdir(parents=True)
    for edition in scene.before:
        scene.write(folder, edition)
        _play(scene, folder, said)
    scene.write(folder, 2)
    shutil.copytree(folder, _kept(folder), symlinks=True)
    before, seconds, ends = tree(folder), [], []
    for _ in range(_PLAYED):
        shutil.rmtree(folder)
        shutil.copytree(_kept(folder), folder, symlinks=True)
        seconds.append(_play(scene, folder, said))
        ends.append(tree(folder))
        if found := unlike(ends[-1], ends[0]):
            raise RuntimeError(f"{scene.name}: undisturbed, it does not end twice the same way: {found}")
    return Stage(scene, folder, before, ends[0], statistics.median(seconds))


def unlike(found: Tree, wanted: Tree) -> str:
    """How a folder differs from what it should be; "" where it does not.

    What is in the cache may differ in a number's last bits, since fewer questions were asked at once. But nothing
    may lie there that would not else.
    """
    if more := sorted(found.keys() - wanted.keys()):
        return f"left over: {', '.join(more[:3])}"
    if less := sorted(wanted.keys() - found.keys()):
        return f"missing: {', '.join(less[:3])}"
    other = [name for name in wanted if found[name] != wanted[name] and not _is_answer(name)]
    return f"other bytes: {', '.join(other[:3])}" if other else ""


def tree(folder: Path, *, at_rest: bool = True) -> Tree:
    """What lies in a folder.

    Args:
        folder: the folder.
        at_rest: whether no run was cut short in it: to read a store that is not closed would close it.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir():
            found[name] = "folder"
        elif path.suffix == ".sqlite":
            found[name] = hashlib.sha256(_rows(path)).hexdigest() if at_rest else "store"
        else:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def part_of(found: Tree, place: str) -> Tree:
    """What lies at a place in a folder, and below it."""
    return {name: one for name, one in found.items() if name == place or name.startswith(f"{place}/")}


def scenes(published: PublishedFile, port: int) -> tuple[Scene, ...]:
    """All scenes.

    Args:
        published: what ``weights fetch`` downloads from this machine.
        port: a free one for the preview.
    """
    build = ("build", "--quiet")
    return (
        Scene("first build", build, write_posts, before=()),
        Scene("build", build, write_posts),
        Scene("build, all computed", build, _many_posts, before=(1, 2, 1)),
        Scene("two builds at once", build, _many_posts, before=(1, 2, 1), processes=2),
        Scene("preview", (*build, "--serve", str(port)), write_posts, again=build, ends=False),
        Scene("build into Jekyll", build, _jekyll, whole=""),
        Scene("mine", _MINE, _pictures, whole=""),
        Scene(
            "weights fetch",
            ("weights", "fetch", "squeezenet"),
            _nothing,
            before=(),
            whole=f"{CACHE}/catvis/weights/{published.name}",
            published=published,
            kept=(".part",),
        ),
        Scene("build from a shell", build, write_posts, from_shell=True),
    )


_MINE = (
    *("mine", "menagerie", "pictures", "--layers", "conv1", "conv2", "--units", "conv2_1", "conv2_2"),
    *("--per-unit", "4", "--workers", "0", "--quiet"),
)


def _play(scene: Scene, folder: Path, said: Path) -> float:
    """Run the undisturbed command to its end; give the seconds that it took."""
    running, begun = scene.start(scene.mending, folder, said), time.monotonic()
    status = ended(running, LONGEST)
    if status != 0:
        raise RuntimeError(f"{scene.name}: undisturbed, it ends with {status}: {said.read_text()}")
    return time.monotonic() - begun


def write_posts(
    folder: Path, edition: int, names: tuple[str, ...] = ("a",), content: str = "content"
) -> None:
    """Write posts about a drawing.

    Args:
        folder: where the content lies.
        edition: says what they say.
        names: of the posts.
        content: the folder of posts in it.
    """
    for name in names:
        post = folder / content / name
        (post / "imgs").mkdir(parents=True, exist_ok=True)
        (post / "post.md").write_text(_POST.format(title=name, edition=edition), encoding="utf-8")
        (post / "paths.yaml").write_text(_PATHS.format(edition=edition), encoding="utf-8")
        shutil.copyfile(_PICTURE, post / "imgs" / "cat.png")


def _many_posts(folder: Path, edition: int) -> None:
    write_posts(folder, edition, tuple("abcdef"))


def _jekyll(folder: Path, edition: int) -> None:
    (folder / "_config.yml").write_text("title: Mine\n", encoding="utf-8")
    (folder / "_posts").mkdir(exist_ok=True)
    (folder / "_posts" / "2023-01-01-mine.md").write_text("---\ntitle: Mine\n---\nMy words.\n")
    write_posts(folder, edition, ("a", "b") if edition == 1 else ("b", "c"), "_catvis")
    if edition != 1:
        shutil.rmtree(folder / "_catvis" / "a")


def _pictures(folder: Path, edition: int) -> None:
    pictures = folder / "pictures"
    pictures.mkdir(exist_ok=True)
    for number in range(24 * edition):
        coarse = np.random.default_rng(number).integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((128, 128)).save(pictures / f"{number:03}.png")


def _nothing(folder: Path, edition: int) -> None:
    del folder, edition


def _rows(file: Path) -> bytes:
    """All that a store says, wherever in the file its rows lie; a copy is read, since that closes it."""
    with tempfile.TemporaryDirectory() as folder:
        for part in file.parent.glob(f"{file.name}*"):
            shutil.copyfile(part, Path(folder, part.name))
        with closing(sqlite3.connect(Path(folder, file.name))) as connection:
            return repr([connection.execute(query).fetchall() for query in _QUERIES]).encode()


def _is_answer(name: str) -> bool:
    return name.startswith(f"{CACHE}/catvis/results/") and not name.endswith(".sqlite")


def _is_seen(name: str) -> bool:
    """Whether somebody may look at a file while it is written: not into the cache, nor at a build's own list."""
    return not name.startswith(f"{CACHE}/") and not name.endswith(".catvis-jekyll.json")


def _kept(folder: Path) -> Path:
    return folder.with_name("before")
