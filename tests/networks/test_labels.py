"""ImageNet's labels stand in the order in which networks score them."""

from __future__ import annotations

from pathlib import Path

from catvis.networks.labels import imagenet_labels


def test_a_thousand_different_names() -> None:
    labels = imagenet_labels()
    assert len(labels) == len(set(labels)) == 1000
    assert (labels[0], labels[281], labels[284], labels[999]) == (
        "tench",
        "tabby",
        "Siamese cat",
        "toilet tissue",
    )


def test_every_name_belongs_to_its_synset(shared: Path) -> None:
    lines = (shared / "weights" / "synset_words.txt").read_text().splitlines()
    for label, line in zip(imagenet_labels(), lines, strict=True):
        names = line.partition(" ")[2].split(", ")
        assert label.partition(" (")[0] in names
