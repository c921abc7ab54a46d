"""A training log as a picture: loss and accuracies over the epochs, as one SVG."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

_WIDTH, _HEIGHT, _MARGIN = 640, 300, 46
_SERIES = (("loss", "#888888"), ("training", "#5b8fb9"), ("held_out", "#c8553d"), ("worst_class", "#e0a458"))


def read_log(log: Path) -> list[dict[str, float]]:
    """The epochs of a training log, first to last; its first line, the recipe, is left out."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [line for line in lines if "epoch" in line]


def curves(epochs: Sequence[dict[str, float]], title: str) -> str:
    """The SVG: shares from 0 to 1 on the left axis, and the loss drawn as a share of its first value."""
    inner_width, inner_height = _WIDTH - 2 * _MARGIN, _HEIGHT - 2 * _MARGIN
    span = max(1, len(epochs) - 1)

    def place(index: int, share: float) -> str:
        return f"{_MARGIN + inner_width * index / span:.1f},{_MARGIN + inner_height * (1 - share):.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"',
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_MARGIN}" y="24" font-size="14">{title}</text>',
    ]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _MARGIN + inner_height * (1 - share)
        parts.append(
            f'<line x1="{_MARGIN}" x2="{_WIDTH - _MARGIN}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>'
        )
        parts.append(f'<text x="{_MARGIN - 6}" y="{y + 4:.1f}" text-anchor="end">{share:g}</text>')
    for number, (name, colour) in enumerate(_SERIES):
        values = [epoch[name] for epoch in epochs]
        scale = max(values) if name == "loss" else 1.0
        points = " ".join(place(index, value / scale) for index, value in enumerate(values))
        label = f"{name.replace('_', ' ')} {values[-1]:.3f}"
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{_MARGIN + 130 * number}" y="{_HEIGHT - 14}" fill="{colour}">{label}</text>')
    return "\n".join([*parts, "</svg>", ""])
