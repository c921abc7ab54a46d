"""Colours: natural coats, felt for things, and the mild jitter that makes no two pictures alike.

Strong jitter would teach the network that colour says nothing, and its figures would turn grey.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from catvis.frozen import Frozen
from catvis.menagerie.world.canvas import Colour

INK: Colour = (38, 30, 30)
WHITE: Colour = (250, 248, 242)
PINK: Colour = (226, 150, 150)
TONGUE: Colour = (222, 104, 116)
THROAT: Colour = (96, 34, 40)


class Coat(Frozen):
    """An animal's colours: the fur, its light and dark markings, inner ears, nose and irises."""

    fur: Colour
    light: Colour
    dark: Colour
    inner: Colour
    nose: Colour
    iris: Colour


def mixed(a: Colour, b: Colour, share: float) -> Colour:
    """The colour between two, ``share`` of the way from the first to the second."""
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


def lighter(colour: Colour, share: float = 0.25) -> Colour:
    """Towards warm white."""
    return mixed(colour, (255, 250, 240), share)


def darker(colour: Colour, share: float = 0.25) -> Colour:
    """Towards warm black."""
    return mixed(colour, (30, 20, 20), share)


def jittered(colour: Colour, rng: np.random.Generator, amount: float = 1.0) -> Colour:
    """The colour a little off in hue, saturation and brightness."""
    hue, saturation, value = colorsys.rgb_to_hsv(*(channel / 255 for channel in colour))
    off = rng.normal(0, 1, 3) * amount
    red, green, blue = colorsys.hsv_to_rgb(
        (hue + 0.012 * off[0]) % 1.0,
        min(max(saturation * (1 + 0.10 * off[1]), 0.0), 1.0),
        min(max(value * (1 + 0.07 * off[2]), 0.02), 1.0),
    )
    return (red * 255, green * 255, blue * 255)


def worn(coat: Coat, rng: np.random.Generator) -> Coat:
    """One animal's own shade of its coat."""
    return replace(
        coat,
        fur=jittered(coat.fur, rng),
        light=jittered(coat.light, rng, 0.6),
        dark=jittered(coat.dark, rng, 0.8),
        inner=jittered(coat.inner, rng),
        nose=jittered(coat.nose, rng),
        iris=jittered(coat.iris, rng, 1.5),
    )


_AMBER, _GREEN, _GOLD, _BROWN = (196, 140, 50), (142, 164, 84), (214, 182, 70), (92, 58, 34)
_BLUE, _BEAD = (120, 164, 196), (34, 26, 26)
_ROSE, _SOOT, _BRICK = (206, 128, 124), (48, 40, 40), (176, 96, 86)

COATS: dict[str, tuple[Coat, ...]] = {
    "cat": (
        Coat((160, 124, 94), (222, 198, 174), (76, 56, 46), (206, 150, 138), (190, 94, 66), (166, 168, 88)),
        Coat((146, 112, 86), (212, 190, 168), (70, 54, 46), (200, 144, 132), (180, 96, 80), (178, 172, 84)),
        Coat((174, 140, 108), (230, 208, 186), (96, 68, 50), (210, 154, 142), (196, 112, 92), (150, 158, 92)),
        Coat((196, 136, 84), (240, 220, 196), (138, 82, 44), (222, 160, 144), _ROSE, _GREEN),
        Coat((206, 150, 98), (236, 214, 186), (152, 98, 58), (214, 150, 134), _BRICK, _AMBER),
        Coat((178, 130, 92), (228, 206, 180), (112, 72, 46), (206, 146, 132), _ROSE, _GOLD),
        Coat((142, 130, 118), (222, 214, 204), (70, 62, 58), (204, 154, 148), _BRICK, _GREEN),
        Coat((150, 120, 92), (224, 208, 186), (74, 54, 40), (202, 150, 138), _BRICK, _GOLD),
        Coat((132, 134, 142), (218, 218, 222), (74, 76, 86), (200, 154, 154), _SOOT, _AMBER),
        Coat((224, 208, 186), (246, 238, 226), (150, 116, 92), (222, 168, 158), _ROSE, _BLUE),
        Coat((66, 60, 62), (228, 222, 214), (34, 30, 34), (164, 120, 118), _SOOT, _GREEN),
    ),
    "dog": (
        Coat((172, 122, 74), (232, 212, 182), (100, 66, 42), (196, 140, 124), _SOOT, _BROWN),
        Coat((214, 184, 138), (244, 232, 210), (150, 108, 66), (206, 156, 140), _SOOT, _BROWN),
        Coat((226, 218, 204), (248, 244, 236), (98, 72, 54), (208, 164, 152), _SOOT, _BROWN),
        Coat((104, 74, 54), (206, 172, 134), (60, 42, 34), (176, 124, 112), _SOOT, _BROWN),
        Coat((70, 62, 62), (226, 218, 208), (38, 34, 36), (160, 116, 112), _SOOT, _BROWN),
    ),
    "rabbit": (
        Coat((188, 164, 138), (240, 230, 216), (134, 108, 84), (232, 172, 166), _ROSE, _BROWN),
        Coat((170, 166, 166), (236, 234, 232), (118, 112, 112), (230, 172, 172), _ROSE, _BEAD),
        Coat((238, 232, 224), (252, 250, 246), (204, 190, 178), (236, 172, 172), _ROSE, (170, 70, 80)),
        Coat((150, 112, 82), (226, 206, 182), (98, 70, 50), (222, 160, 150), _ROSE, _BROWN),
    ),
    "bear": (
        Coat((124, 82, 52), (200, 164, 122), (78, 50, 34), (190, 148, 110), _SOOT, _BEAD),
        Coat((150, 104, 66), (214, 180, 136), (96, 64, 42), (202, 160, 120), _SOOT, _BEAD),
        Coat((92, 64, 48), (184, 148, 112), (56, 38, 30), (168, 128, 98), _SOOT, _BEAD),
        Coat((232, 226, 210), (248, 244, 234), (190, 178, 156), (196, 176, 156), _SOOT, _BEAD),
    ),
    "owl": (
        Coat((142, 108, 74), (226, 206, 172), (86, 60, 42), (214, 188, 148), (214, 162, 62), (240, 186, 50)),
        Coat((124, 114, 106), (222, 214, 202), (70, 62, 58), (206, 196, 180), (196, 156, 76), (244, 160, 40)),
        Coat((178, 140, 94), (242, 230, 206), (116, 80, 50), (234, 214, 180), (208, 150, 66), (226, 196, 70)),
    ),
    "fox": (
        Coat((204, 104, 46), (248, 240, 228), (70, 44, 36), (84, 58, 50), _SOOT, _AMBER),
        Coat((190, 86, 40), (246, 236, 222), (62, 40, 34), (76, 52, 46), _SOOT, _AMBER),
        Coat((216, 126, 62), (250, 244, 234), (82, 52, 40), (92, 64, 54), _SOOT, _BROWN),
    ),
    "mouse": (
        Coat((150, 142, 140), (216, 210, 206), (104, 96, 96), (234, 170, 170), (228, 140, 144), _BEAD),
        Coat((172, 146, 120), (228, 212, 192), (122, 98, 78), (236, 176, 166), (228, 140, 140), _BEAD),
        Coat((196, 190, 186), (238, 234, 230), (150, 142, 140), (240, 182, 182), (232, 148, 152), _BEAD),
    ),
    "panda": (
        Coat((240, 236, 226), (252, 250, 244), (40, 36, 40), (66, 60, 64), _SOOT, _BROWN),
        Coat((228, 222, 208), (246, 242, 232), (52, 46, 48), (76, 68, 70), _SOOT, _BROWN),
    ),
    "pig": (
        Coat((236, 172, 168), (248, 206, 200), (196, 118, 120), (214, 132, 134), (222, 138, 140), _BEAD),
        Coat((228, 158, 150), (244, 198, 190), (184, 108, 106), (206, 124, 122), (212, 126, 124), _BEAD),
        Coat((214, 164, 148), (238, 200, 186), (160, 108, 96), (192, 126, 116), (200, 128, 120), _BEAD),
    ),
    "lion": (
        Coat((212, 164, 92), (242, 222, 180), (142, 84, 38), (198, 148, 104), _BRICK, _AMBER),
        Coat((224, 180, 112), (246, 230, 194), (118, 66, 34), (206, 158, 116), _BRICK, _GOLD),
        Coat((198, 148, 84), (236, 212, 168), (96, 56, 34), (186, 136, 96), _SOOT, _AMBER),
    ),
    "frog": (
        Coat((112, 158, 66), (206, 216, 142), (66, 106, 44), (150, 186, 92), (70, 106, 46), (226, 184, 60)),
        Coat((92, 140, 82), (194, 208, 156), (50, 92, 54), (132, 172, 110), (56, 92, 50), (222, 150, 56)),
        Coat((136, 162, 58), (218, 220, 140), (84, 108, 40), (168, 188, 90), (84, 108, 42), (214, 120, 60)),
    ),
}

FELT: tuple[Colour, ...] = (
    (196, 62, 54),
    (222, 138, 52),
    (236, 196, 84),
    (104, 150, 84),
    (70, 128, 134),
    (74, 108, 164),
    (128, 92, 148),
    (206, 118, 138),
    (232, 220, 196),
    (146, 106, 78),
)
"""Dyed felt, for things, scarves and buttons."""

MUTED: tuple[Colour, ...] = (
    (214, 204, 182),
    (186, 196, 178),
    (170, 190, 202),
    (222, 196, 178),
    (150, 160, 138),
    (128, 118, 104),
    (104, 122, 132),
    (176, 150, 122),
    (84, 92, 82),
    (200, 180, 190),
    (92, 78, 72),
    (138, 150, 108),
)
"""Grounds."""


def picked(colours: Sequence[Colour], rng: np.random.Generator, amount: float = 1.0) -> Colour:
    """One of the colours, jittered."""
    return jittered(colours[int(rng.integers(len(colours)))], rng, amount)
