"""Frozen data: what is equal, what is said of it, and what nobody can do to it."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path

import pytest

from catvis.errors import Place
from catvis.frozen import AbstractFrozen, Frozen
from catvis.results import Picture
from catvis.terms import Unit
from catvis.written.located import Located


class One(Frozen):
    name: str


class Other(Frozen):
    name: str


class Shape(AbstractFrozen):
    @property
    @abstractmethod
    def area(self) -> float:
        """How large it is."""


class Square(Shape):
    side: float

    @property
    def area(self) -> float:
        return self.side**2


def test_equal_data_of_one_kind_are_equal() -> None:
    assert One("a") == One("a")
    assert hash(One("a")) == hash(One("a"))
    assert One("a") != One("b")


def test_data_of_two_kinds_are_never_equal() -> None:
    assert One("a") != Other("a")
    assert {One("a"): 1, Other("a"): 2} == {Other("a"): 2, One("a"): 1}


def test_nothing_is_changed_or_added() -> None:
    unit = Unit("conv1", 3)
    with pytest.raises(AttributeError):
        unit.index = 4
    with pytest.raises(AttributeError):
        unit.name = "conv1_3"


def test_what_has_abstract_methods_is_never_made() -> None:
    assert Square(3).area == 9
    with pytest.raises(TypeError, match="area"):
        Shape()


def test_bytes_are_counted_and_not_printed() -> None:
    picture = Picture(b"\xff" * 1000, "image/jpeg", 3, 5)
    assert repr(picture) == "Picture(data=<1000 bytes>, media_type='image/jpeg', width=3, height=5)"


def test_what_is_written_twice_is_equal_wherever_it_stands() -> None:
    here, there = Place(Path("paths.yaml"), 1), Place(Path("paths.yaml"), 2)
    assert here != there
    assert Located("conv5", here) == Located("conv5", there)
    assert hash(Located("conv5", here)) == hash(Located("conv5", there))
    assert Located("conv5", here) != Located("conv4", here)
