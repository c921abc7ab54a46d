"""How long a post takes to be read and written, and how that grows when the post is a hundred times as long.

    python -m tests.kramdown.speed ../shared/seed/post.md

Times are of the processor, the best of several runs; the last line compares the growth with the post's.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from catvis.kramdown import AS_WRITTEN, fill, read_body
from catvis.post.front_matter import split_front_matter


def seconds(text: str, runs: int) -> float:
    """The least processor time of several runs, from text to HTML."""
    best = float("inf")
    for _ in range(runs):
        start = time.process_time()
        fill(read_body(text).template, AS_WRITTEN)
        best = min(best, time.process_time() - start)
    return best


def main() -> None:
    """Measure the post once, ten and a hundred times as long."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("post", type=Path)
    path = parser.parse_args().post
    _, text, _ = split_front_matter(path, path.read_text(encoding="utf-8"))
    seconds(text, 1)
    once = seconds(text, 10)
    print(f"  1 x {len(text)} characters: {once:.4f} s")
    for times, runs in ((10, 3), (100, 2)):
        taken = seconds("\n\n".join([text] * times), runs)
        print(f"{times:3d} x: {taken:.3f} s, {taken / once:.1f} times as long")


if __name__ == "__main__":
    main()
