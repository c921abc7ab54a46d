"""The few words and numbers that stand on a figure, and the alternative text that is made of its facts.

Shared by the page and by the composite picture, so that both say the same.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from catvis.drawing.figure import Edge, Tile
from catvis.results import Box

_LETTER = 6.3
_MINUS = "\N{MINUS SIGN}"
_SPACE = "\N{NO-BREAK SPACE}"


def percent(fraction: float) -> str:
    """A share with two significant digits at most: ``12 %``, ``3.4 %``, ``0.2 %``, ``<0.1 %``."""
    hundredths = abs(fraction) * 100
    if 0 < hundredths < 0.05:
        return f"<0.1{_SPACE}%"
    digits = 0 if hundredths >= 9.95 else 1
    return f"{hundredths:.{digits}f}{_SPACE}%"


def share_text(edge: Edge) -> str:
    """What stands on an edge; an inhibitory one has a minus sign before it."""
    return (_MINUS if edge.inhibitory else "") + percent(edge.share)


def change_text(change: float) -> str:
    """A relative change with its sign, as ablation reports it: ``−18 %``."""
    sign = _MINUS if change < 0 else "+" if change > 0 else "±"
    return sign + percent(change)


def part_text(part: float) -> str:
    """A part of something, which may be below 0 or more than all: ``74 %``, ``−3 %``."""
    return (_MINUS if part < 0 else "") + percent(part)


def number(value: float) -> str:
    """An activation with three significant digits: ``41.2``, ``0.0312``, ``1.2e+06`` past a million."""
    if value == 0:
        return "0"
    shown = f"{value:.3g}" if abs(value) < 1000 or abs(value) >= 1e6 else f"{value:.0f}"
    return shown.replace("-", _MINUS)


def hundredths(value: float) -> str:
    """A number from −1 to 1, such as a correlation: ``0.04``, ``−0.30``."""
    return f"{round(value, 2) + 0:.2f}".replace("-", _MINUS)


def head_lines(tile: Tile) -> tuple[str, ...]:
    """The lines above a tile: its title, and what it stands for; a tile that needs no words has none."""
    return tuple(line for line in (tile.title, tile.label) if line)


def foot_lines(tile: Tile, arriving: Sequence[Edge]) -> tuple[str, ...]:
    """The lines below a tile, for the edges that end in it from left to right."""
    lines = [tile.note] if tile.note else []
    if tile.activation is not None:
        lines.append(f"activation {number(tile.activation)}")
    changes = [change_text(edge.ablation) for edge in arriving if edge.ablation is not None]
    if changes:
        lines.append(f"without it {', '.join(changes)}")
    return tuple(lines)


def wrapped(lines: Sequence[str], width: float) -> tuple[str, ...]:
    """Lines cut at spaces so that each fits a width in CSS pixels, by the average letter's width."""
    letters = max(1, int(width / _LETTER))
    return tuple(part for line in lines for part in textwrap.wrap(line, letters, break_long_words=False))


def place_words(box: Box) -> str:
    """Where a part of a picture lies, in words, such as ``the upper left`` or ``the centre``."""
    if box.width * box.height > 0.7:
        return "nearly the whole picture"
    across = _third((box.left + box.right) / 2, "left", "right")
    down = _third((box.top + box.bottom) / 2, "upper", "lower")
    if not across and not down:
        return "the centre"
    if across and down:
        return f"the {down} {across}"
    return f"the {across} side" if across else f"the {down} part"


def tile_alt(
    title: str,
    *,
    label: str | None = None,
    activation: float | None = None,
    region: Box | None = None,
    silent: bool = False,
    reason: str | None = None,
) -> str:
    """A tile's alternative text, from its facts.

    Args:
        title: what the picture is of.
        label: what the unit stands for.
        activation: how strongly it fires.
        region: where the attribution lies, as `energy_box` finds it.
        silent: there is nothing to show.
        reason: one more fact to say, such as the rule; no full stop.
    """
    name = f"{title} ({label})" if label else title
    if silent:
        return f"{name} does not fire on this picture."
    strength = f", activation {number(activation)}" if activation is not None else ""
    where = f": what excites it lies in {place_words(region)}" if region else ""
    more = f"; {reason}" if reason else ""
    return f"{name}{strength}{where}{more}."


def tree_alt(parents: Sequence[Tile], edges: Sequence[Edge], tiles: Sequence[Tile]) -> str:
    """A tree's alternative text: each parent with the units that made it fire, strongest first."""
    titles = {tile.key: tile.title for tile in tiles}
    sentences = []
    for parent in parents:
        ranked = sorted((e for e in edges if e.parent == parent.key), key=lambda edge: -edge.share)
        verbs = [(edge, "inhibits" if edge.inhibitory else "excites") for edge in ranked]
        named = [f"{titles[edge.child]} {verb} it with {percent(edge.share)}" for edge, verb in verbs]
        if named:
            sentences.append(f"{' '.join(head_lines(parent))}: {', '.join(named)}.")
    return " ".join(sentences)


def _third(middle: float, low: str, high: str) -> str:
    return low if middle < 0.4 else high if middle > 0.6 else ""
