"""What one waits for at the command line: help, and the classes of a picture by networks that are opened for it.

    python -m tools.bench.open [--rounds 5]

Every command is a process of its own. Torchvision's architectures are read from files of random tensors, named in a
`networks.yaml`; the import of torch alone stands beside them, since nothing that opens a network does without.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from catvis.networks.torchvision.torchvision_import import torchvision_models
from tools.bench.processes import ENVIRONMENT

PHOTOGRAPH = Path("content/why-is-this-a-cat/imgs/chelsea.png")
LIMITS = {"help": 0.15, "menagerie": 1.5, "resnet18": 2.5}
"""Seconds that it should not take longer than."""
ARCHITECTURES = ("resnet18", "mobilenet_v3_large", "efficientnet_b0", "convnext_tiny", "vgg16")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print("| command | median | fastest | wanted | file |\n| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        content = Path(name)
        show("`catvis --help`", ["-m", "catvis", "--help"], rounds, LIMITS["help"])
        show("`import torch`", ["-c", "import torch"], rounds)
        show("`classify menagerie`", classify("menagerie", content), rounds, LIMITS["menagerie"])
        for architecture in ARCHITECTURES:
            file = write_network(content, architecture)
            words = classify(architecture, content)
            show(f"`classify`, {architecture}", words, rounds, LIMITS.get(architecture), file)
            file.unlink()


def write_network(content: Path, architecture: str) -> Path:
    """Write an architecture's file of random tensors, and the `networks.yaml` that names it."""
    file = content / f"{architecture}.pth"
    torch.save(torchvision_models().get_model(architecture, weights=None).state_dict(), file)
    entry = f"{architecture}: {{architecture: torchvision/{architecture}, weights: {file.name}}}\n"
    (content / "networks.yaml").write_text(entry, encoding="utf-8")
    return file


def classify(network: str, content: Path) -> list[str]:
    """The command that names the classes of the photograph."""
    return ["-m", "catvis", "classify", network, str(PHOTOGRAPH), "--content", str(content)]


def show(
    what: str, words: Sequence[str], rounds: int, limit: float | None = None, file: Path | None = None
) -> None:
    """Print a command's line of the table."""
    seconds = [once(words) for _ in range(rounds + 1)][1:]
    wanted = "" if limit is None else f"{limit:g} s"
    size = "" if file is None else f"{file.stat().st_size / 1e6:.0f} MB"
    print(f"| {what} | {statistics.median(seconds):.2f} s | {min(seconds):.2f} s | {wanted} | {size} |")


def once(words: Sequence[str]) -> float:
    """Seconds of one process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
