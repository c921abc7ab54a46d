"""What a forward pass remembers of itself: an object's answers, which go when it goes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

Owner = TypeVar("Owner")
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def remembered(
    method: Callable[Concatenate[Owner, Given], Answer],
) -> Callable[Concatenate[Owner, Given], Answer]:
    """A method whose answers its object keeps, by the arguments that they were asked for with.

    ``functools.cache`` over a bound method would tie the object to itself: its arrays, hundreds of megabytes that
    Python takes for one small object, would lie there until a collection of cycles that may come much later.
    """
    place = f"_remembered_{method.__name__}"

    @wraps(method)
    def answer(self: Owner, /, *arguments: Given.args, **named: Given.kwargs) -> Answer:
        known: dict[object, Answer] = self.__dict__.setdefault(place, {})
        asked = (arguments, *sorted(named.items()))
        if asked not in known:
            known[asked] = method(self, *arguments, **named)
        return known[asked]

    return answer
