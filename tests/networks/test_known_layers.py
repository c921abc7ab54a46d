"""What a card refuses, and what it says would be right; the words are those of a post's mistakes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from catvis.errors import NetworkError
from catvis.networks.known_layers import Layer, NetworkCard
from catvis.terms import Unit, UnitPath

CARD = NetworkCard(
    name="small",
    digest="0",
    layers=(
        Layer("conv4", 1, 384, True, True),
        Layer("conv5", 2, 256, True, True),
        Layer("fc8", 3, 3, False, False),
    ),
    size=(227, 227),
    labels=("tench", "tabby", "toilet tissue"),
    parts={"conv5_1": "wheel"},
)
MISTAKES: list[tuple[Callable[[], object], str, str]] = [
    (lambda: CARD.check_unit(Unit("fc8", 3)), "there is no unit fc8_3", "fc8 has 3 units, fc8_0 (tench) to fc8_2"),
    (lambda: CARD.check_unit(Unit("conv5", 256)), "there is no unit conv5_256", "conv5_0 to conv5_255"),
    (lambda: CARD.check_unit(Unit("fc88", 0)), "unknown layer 'fc88'", "did you mean fc8? valid: fc8, conv5"),
    (lambda: CARD.layer("?"), "unknown layer '?'", "valid: fc8, conv5, conv4"),
    (lambda: CARD.check_below("fc8", "conv5"), "fc8 is not below conv5: paths go down", "valid: conv4"),
    (lambda: CARD.check_below("conv5", "conv4"), "conv5 is not below conv4: paths go down", "no layer is"),
    (lambda: CARD.check_below("conv5", "conv5"), "conv5 is not below conv5: paths go down", "did you mean conv4"),
    (lambda: CARD.check_below("conv6", "fc8"), "unknown layer 'conv6'", "did you mean conv5"),
    (lambda: CARD.check_count("conv5", 300), "conv5 has no 300 children to choose from", "conv5 has 256 units"),
    (lambda: CARD.require_class(Unit("conv5", 1)), "conv5_1 is not a class", "fc8 has 3 units"),
    (lambda: CARD.require_class(Unit("fc8", 9)), "there is no unit fc8_9", "fc8 has 3 units"),
    (lambda: CARD.check(UnitPath.parse("fc8_0→conv4_1→conv5_1")), "conv5 is not below conv4", "no layer is below"),
    (lambda: CARD.check(UnitPath.parse("fc8_0→conv4_999")), "there is no unit conv4_999", "conv4 has 384 units"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "message", "hint"), MISTAKES)
def test_mistakes(asked: Callable[[], object], message: str, hint: str) -> None:
    with pytest.raises(NetworkError) as caught:
        asked()
    assert caught.value.message.startswith(message)
    assert caught.value.hint is not None
    assert hint in caught.value.hint
    assert caught.value.where is None


def test_what_exists_is_not_refused() -> None:
    CARD.check(UnitPath.parse("fc8_2→conv5_255→conv4_0"))
    CARD.check_count("conv5", 256)
    CARD.require_class(Unit("fc8", 2))
    assert CARD.below("fc8") == ["conv5", "conv4"]
    assert CARD.below("conv4") == []
    assert CARD.level("conv5") == 1


def test_names_of_units() -> None:
    assert [CARD.label(Unit(*unit)) for unit in (("fc8", 1), ("conv5", 1), ("conv5", 2))] == [
        "tabby",
        "wheel",
        None,
    ]
