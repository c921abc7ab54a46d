"""What people write, mutated: `paths.yaml`, `site.yaml`, `networks.yaml`, front matter and Markdown."""

from __future__ import annotations

from pathlib import Path
from random import Random

from catvis import cli
from tools.torture import corpus
from tools.torture.cases import Case
from tools.torture.mutation import OUTSIDE, changed_text, changed_yaml
from tools.torture.small_network import CODE, NETWORKS, small_state

CHECK = ("catvis", "check")
BUILD = ("catvis", "build", "--quiet", "--cache", "cache")
_BUILT = 0.03
"""The part of the cases that are built, not checked alone: it takes ten times as long."""
_LINKS = (
    "](",
    "![",
    "{:",
    "{::value ",
    "[^",
    "$$",
    "```",
    "~~~",
    "***",
    "|---|",
    "<div>",
    "</div>",
    "<p",
    "&",
    "1. ",
    "> ",
)


def _write_post(home: Path, paths: str, markdown: str = corpus.POST) -> None:
    (home / OUTSIDE).write_text("this lies outside of the content, and is read by nobody", encoding="utf-8")
    folder = home / "content" / "a"
    (folder / "imgs").mkdir(parents=True)
    (folder / "post.md").write_text(markdown, encoding="utf-8")
    (folder / "paths.yaml").write_text(paths, encoding="utf-8")
    for name in ("cat.png", "cat.jpg", "dog.jpg"):
        corpus.picture(64, seed=len(name)).save(folder / "imgs" / name)


def _write_site(home: Path) -> None:
    cli.main([*BUILD[1:]])
    if not (home / "site").is_dir():
        raise RuntimeError("the corpus cannot be built")


class PathsFile:
    """A post's `paths.yaml`: checked, and now and then built."""

    name = "paths.yaml"
    share = 150

    def prepare(self, home: Path) -> None:
        """A post, and its site."""
        _write_post(
            home,
            corpus.DRAWN,
            corpus.POST + "".join(f"\n![{n}](imgs/{n}.png)\n" for n in ("rules", "two", "small", "whole")),
        )
        _write_site(home)

    def case(self, home: Path, random: Random) -> Case:
        """A file that the check or the build reads."""
        builds = random.random() < _BUILT
        texts = (corpus.DRAWN,) if builds else (corpus.PATHS, corpus.DRAWN, *corpus.blocks("paths.yaml"))
        words = [
            word
            for word in corpus.words("paths.yaml")
            if not builds or word not in ("maximize:", "maximize", "steps")
        ]
        data = changed_yaml(random.choice(texts), random, words, texts)
        return Case(BUILD if builds else CHECK, {"content/a/paths.yaml": data}, builds)


class _OfBuiltPost:
    """What lies in or beside a post that is built already."""

    def prepare(self, home: Path) -> None:
        """A post, and its site."""
        _write_post(home, corpus.PATHS)
        _write_site(home)


class SiteFile(_OfBuiltPost):
    """`site.yaml`, beside a post that is built already."""

    name = "site.yaml"
    share = 60

    def case(self, home: Path, random: Random) -> Case:
        """A file that the check or the build reads."""
        builds = random.random() < _BUILT
        texts = corpus.blocks("site.yaml")
        data = changed_yaml(random.choice(texts), random, corpus.words("site.yaml"), texts)
        return Case(BUILD if builds else CHECK, {"content/site.yaml": data}, builds)


class NetworksFile:
    """`networks.yaml`, with weights beside it that fit or do not."""

    name = "networks.yaml"
    share = 80

    def prepare(self, home: Path) -> None:
        """A post about a network of its own, the files that this names, and a picture."""
        from safetensors.torch import save_file

        _write_post(home, corpus.PATHS.replace("menagerie", "mine").replace("conv1_4", "conv1_2"))
        content = home / "content"
        (content / "networks.py").write_text(CODE, encoding="utf-8")
        (content / "weights").mkdir()
        (content / "weights" / "cats.txt").write_text("cat\ndog\n", encoding="utf-8")
        for name in ("small.safetensors", "weights/cats.pth"):
            save_file(small_state(), content / name)

    def case(self, home: Path, random: Random) -> Case:
        """A file that the check reads, or a network of it that looks at a picture."""
        texts = (*corpus.blocks("networks.yaml"), NETWORKS.format("small.safetensors"))
        data = changed_yaml(
            random.choice((texts[-1], *texts)),
            random,
            [*corpus.words("networks.yaml"), "mine", "cats"],
            texts,
        )
        name = random.choice(("mine", "cats"))
        looks = ("catvis", "classify", name, "content/a/imgs/cat.png", "--allow-code")
        words = looks if random.random() < 0.3 else (*CHECK, "--allow-code")
        return Case(words, {"content/networks.yaml": data})


class FrontMatter(_OfBuiltPost):
    """What stands above a post's text."""

    name = "front matter"
    share = 120

    def case(self, home: Path, random: Random) -> Case:
        """A post that is checked or built, or whose Markdown is read."""
        _, above, below = corpus.POST.split("---\n", 2)
        builds = random.random() < _BUILT
        data = changed_yaml(above, random, corpus.words("site.yaml"))
        body = below if builds or random.random() < 0.2 else "\n![What one sees](imgs/seen.png)\n"
        post = b"---\n" + data + (b"" if data.endswith(b"\n") else b"\n") + b"---\n" + body.encode()
        return Case(BUILD if builds else CHECK, {"content/a/post.md": post}, builds)


class Markdown(_OfBuiltPost):
    """A post's text."""

    name = "Markdown"
    share = 200

    def case(self, home: Path, random: Random) -> Case:
        """A text that is read, or a post that is built."""
        texts = corpus.markdown()
        builds = random.random() < _BUILT
        text = corpus.POST if builds or random.random() < 0.1 else random.choice(texts)
        data = changed_text(text, random, _LINKS, texts)
        if builds:
            untrusted = ("--untrusted",) if random.random() < 0.5 else ()
            return Case((*BUILD, *untrusted), {"content/a/post.md": data}, builds)
        return Case(("catvis", "markdown", "out/post.md"), {"out/post.md": data})
