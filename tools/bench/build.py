"""What an author waits for: builds of sites of several sizes, beside the bare sum of their sweeps and encoders.

    python -m tools.bench.build [--posts 1 10 100 1000] [--jekyll]

Every post has six figures of four tiles, a tree each, on a picture of its own; every build is a fresh process with
a cache of its own. The limit is the same attributions swept, displayed and encoded, and the same composites drawn,
in this process on the same cores. With ``--jekyll`` the real Jekyll builds the same texts and pictures beside it,
computing nothing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from PIL import Image

from tools.bench.processes import ENVIRONMENT

PHOTOGRAPH = Path("content/why-is-this-a-cat/imgs/chelsea.png")
FIGURES = 6
CHILDREN = 3
TILES = FIGURES * (1 + CHILDREN)
WORDS = "A unit fires on something, and whatever made it fire lies in the layer below. "


def write_content(content: Path, posts: int) -> None:
    """Fill a content folder."""
    with Image.open(PHOTOGRAPH) as opened:
        photograph = opened.convert("RGB")
    for number in range(posts):
        folder = content / f"post-{number:04}"
        (folder / "imgs").mkdir(parents=True)
        # Every picture is another one: a window that moves over the photograph.
        down, across = divmod(number, 40)
        window = (across, down, across + photograph.width - 40, down + photograph.height - 40)
        photograph.crop(window).save(folder / "imgs" / "cat.jpg", quality=92)
        figures = [
            f"  tree{index}: {{path: fc8_{index}, children: {{layer: conv5, top: {CHILDREN}}}}}"
            for index in range(FIGURES)
        ]
        yaml = "\n".join(["network: menagerie", "picture: imgs/cat.jpg", "figures:", *figures])
        (folder / "paths.yaml").write_text(yaml + "\n", encoding="utf-8")
        write_text(folder, number, "first")


def write_text(folder: Path, number: int, word: str) -> None:
    """Write a post's Markdown with one word in it that may be another."""
    shown = "\n\n".join(f"{WORDS * 4}\n\n![A tree](imgs/tree{index}.png)" for index in range(FIGURES))
    front = f"---\nlayout: default\ntitle: Post {number}\ndate: 2020-01-01\n---\n\n"
    (folder / "post.md").write_text(f"{front}A {word} word.\n\n{shown}\n", encoding="utf-8")


def run(words: list[str]) -> tuple[float, float]:
    """Seconds and the most megabytes of a process."""
    started = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENVIRONMENT)
    told = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(told.decode(errors="replace"))
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def limit(content: Path, cache: Path) -> float:
    """Seconds that the same sweeps, encoders and composites take with nothing around them."""
    from catvis.cache import Cache
    from catvis.drawing.raster import composite, encode_composite
    from catvis.jobs.attribution import attributions_of, drawn
    from catvis.jobs.composites import CompositeJob
    from catvis.jobs.engine import Engine
    from catvis.jobs.look import Look
    from catvis.networks.pictures import read_picture
    from catvis.settings import Settings
    from catvis.site.compose import compose_post
    from catvis.site.content_posts import post_folders
    from catvis.site.gather import Reader

    settings = Settings(content=content, cache=cache)
    reader, spent = Reader(settings), 0.0
    engine = Engine(settings, Cache(cache), reader.networks, reader.pictures)
    with ThreadPoolExecutor(os.cpu_count()) as cores:
        for folder in post_folders(content):
            post = reader.post(folder)
            asked: list = []

            def answers(jobs: list, asked: list = asked) -> object:
                asked += jobs
                return engine.answers(jobs)

            compose_post(post, answers)  # everything is in the cache: only what it asks for is wanted here
            tiles = [job for job in asked if type(job).__name__ == "TileJob"]
            composites = [job for job in asked if isinstance(job, CompositeJob)]
            network = engine.network(tiles[0].subject.network)
            mean = network.preprocessing.mean_picture()
            started = time.perf_counter()
            picture = read_picture(reader.pictures[tiles[0].subject.picture])
            look = Look(network, network.preprocessing.fit(picture, "crop"), settings.memory)
            arrays = [array for _, _, array in attributions_of(look, tiles)]
            list(cores.map(partial(drawn, kind="robust", mean=mean), arrays))
            list(
                cores.map(
                    lambda job: encode_composite(composite(job.drawing, job.fonts), job.suffix), composites
                )
            )
            spent += time.perf_counter() - started
    return spent


def jekyll(scratch: Path, content: Path, site: Path) -> float:
    """Seconds that Jekyll takes for the same texts and the finished pictures."""
    source = scratch / "jekyll"
    for folder in sorted(content.iterdir()):
        shutil.copytree(site / folder.name / "imgs", source / folder.name / "imgs")
        shutil.copy2(folder / "post.md", source / folder.name / "index.md")
    (source / "_layouts").mkdir()
    (source / "_layouts" / "default.html").write_text("<!doctype html><body>{{ content }}</body>")
    (source / "_config.yml").write_text("title: The same\n")
    words = ["jekyll", "build", "--source", str(source), "--destination", str(scratch / "jekyll-site")]
    return run([*words, "--disable-disk-cache"])[0]


def measure(posts: int, *, with_jekyll: bool) -> list[str]:
    """One row of the table."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        content, site, cache = scratch / "content", scratch / "site", scratch / "cache"
        write_content(content, posts)
        command = [sys.executable, "build.py", "--quiet", "--content", str(content)]
        command += ["--site", str(site), "--cache", str(cache)]
        first, memory = run(command)
        nothing = min(run(command)[0] for _ in range(3))
        last = content / f"post-{posts - 1:04}"
        words = []
        for attempt in range(3):
            write_text(last, posts - 1, f"changed{attempt}")
            words.append(run(command)[0])
        paths = last / "paths.yaml"
        text = paths.read_text(encoding="utf-8")
        paths.write_text(text.replace("path: fc8_0", "path: fc8_7"), encoding="utf-8")
        figure = run(command)[0]
        paths.write_text(text, encoding="utf-8")
        bare = limit(content, cache)
        row = [
            f"{posts:,}",
            f"{first:.1f} s",
            f"{1e3 * first / posts / TILES:.0f} ms",
            f"{bare:.1f} s",
            f"{first / bare:.1f}",
            f"{nothing:.2f} s",
            f"{min(words):.2f} s",
            f"{figure:.2f} s",
            f"{memory:.0f} MB",
        ]
        return [*row, f"{jekyll(scratch, content, site):.1f} s"] if with_jekyll else row


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--posts", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--jekyll", action="store_true", help="the real Jekyll beside it")
    given = parser.parse_args()
    head = ["posts", "first build", "a tile", "limit", "of the limit", "no change", "a word", "a figure"]
    head += ["peak memory", *(["Jekyll"] if given.jekyll else [])]
    print("| " + " | ".join(head) + " |\n|" + " --- |" * len(head))
    for posts in given.posts:
        print("| " + " | ".join(measure(posts, with_jekyll=given.jekyll)) + " |", flush=True)


if __name__ == "__main__":
    main()
