"""The valid inputs that mutation starts from: what documentation and tests hold, and small files made here."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r'^```yaml title="(?P<title>[^"\n]+)"\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"[\w→/.:-]+")
_FIXTURE = re.compile(r"^\.\n(?P<text>.*?)^\.\n", re.MULTILINE | re.DOTALL)

POST = """---
title: Why is this a cat?
description: A small network says so.
author: [Ada Lovelace, {name: Charles}]
date: 2015-12-31 10:00:00 +0100
layout: post
lang: en
published: true
liquid: false
toc: true
excerpt_separator: <!--more-->
tags: &tags [a, b]
more: {defaults: &d {a: 1}, both: {<<: *d, b: *tags}}
---

# A heading {#one .two key="three"}

Words, *emphasis*, **strong**, `code`, "quotes" -- and a [link](https://example.org "title")[^note], $$x^2$$.

![What one sees](imgs/seen.png){:.center}

| unit | share |
|:-----|------:|
| 4 | {::value top.label /} |

1. one
   * [x] two

> quoted

[^note]: A note.
"""
PATHS = """network: menagerie
picture: imgs/cat.png
figures:
  seen:
    units: [conv1_4, top]
"""
DRAWN = """network: menagerie
picture: imgs/cat.png
figures:
  seen: {path: fc8_0→conv5_27, children: {layer: conv4, top: 2}, ablation: true, activation: true}
  rules: {unit: top, rules: [gradient, deconvnet, guided]}
  two: {compare: [fc8_0, fc8_1], caption: Two}
  small: {diagram: [5, 3, 4, 1]}
  whole: {show: picture, fit: warp}
paths: [fc8_0→fc7_55→conv5_27]
claims: [{top: fc8_0}]
"""
"""What a build computes in a moment."""


@cache
def blocks(name: str) -> tuple[str, ...]:
    """The documentation's blocks that are files of a name."""
    pages = sorted((ROOT / "docs").glob("*.md"))
    found = (match for page in pages for match in _BLOCK.finditer(page.read_text(encoding="utf-8")))
    return tuple(match["text"] for match in found if Path(match["title"]).name == name)


@cache
def words(name: str) -> tuple[str, ...]:
    """What is written in those blocks, word by word."""
    return tuple(dict.fromkeys(word for block in blocks(name) for word in _WORD.findall(block)))


@cache
def markdown() -> tuple[str, ...]:
    """Texts of every construct, and whole pages."""
    fixtures = sorted((ROOT / "tests" / "kramdown" / "fixtures").glob("*.txt"))
    texts = [
        match["text"] for file in fixtures for match in _FIXTURE.finditer(file.read_text(encoding="utf-8"))
    ]
    posts = sorted((ROOT / "content").glob("*/post.md"))
    return (*texts, POST, *(post.read_text(encoding="utf-8") for post in posts))


def picture(side: int = 32, seed: int = 0) -> Image.Image:
    """Soft spots of colour."""
    coarse = np.random.default_rng(seed).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
