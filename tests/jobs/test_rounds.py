"""Those who ask: all that can be asked for at a time is answered at once, and slow jobs wait."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import ClassVar, Self

import pytest

from catvis.jobs.base import Answers, Job, Subject, Work
from catvis.jobs.responses import PeakJob
from catvis.jobs.rounds import Asking, ask, ask_all, complete, together, want
from catvis.terms import Unit


class Number(Job[int]):
    """Answered by itself."""

    noun: ClassVar[str] = "numbers"
    number: int

    @property
    def bench(self) -> Hashable:
        return ()

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, int]]:
        yield from ((job, job.number) for job in jobs)


class Slow(Number):
    is_slow: ClassVar[bool] = True


class Rounds:
    """Answers numbers, and remembers what was asked for in every round."""

    def __init__(self) -> None:
        self.rounds: list[list[Job]] = []

    def __call__(self, jobs: list[Job]) -> Answers:
        self.rounds.append(jobs)
        return Answers({job: job.number for job in jobs})


def counting(start: int, stop: int, kind: type[Number] = Number) -> Asking[int]:
    """Asks for one number after the other; gives their sum."""
    total = 0
    for number in range(start, stop):
        total += yield from ask(kind(number))
    return total


def test_those_who_need_nothing_are_done_at_once() -> None:
    rounds = Rounds()
    assert complete(together(counting(0, 0) for _ in range(3)), rounds) == [0, 0, 0]
    assert complete(together([]), rounds) == []
    assert rounds.rounds == []


def test_side_by_side_as_many_rounds_are_needed_as_by_the_one_who_needs_most() -> None:
    rounds = Rounds()
    assert complete(together([counting(0, 2), counting(10, 14), counting(1, 2)]), rounds) == [1, 46, 1]
    assert rounds.rounds == [
        [Number(0), Number(10), Number(1)],
        [Number(11)],
        [Number(12)],
        [Number(13)],
    ]


def test_what_is_known_costs_no_round() -> None:
    rounds = Rounds()

    def everything_first() -> Asking[int]:
        yield from want(Number(1), Number(2), Number(3))
        return (yield from counting(1, 4))

    def inner() -> Asking[list[int]]:
        return (yield from together([everything_first(), counting(1, 4)]))

    assert complete(together([inner(), inner()]), rounds) == [[6, 6], [6, 6]]
    assert rounds.rounds == [[Number(1), Number(2), Number(3)]]


def test_slow_jobs_wait_until_nothing_else_can_be_asked_for() -> None:
    rounds = Rounds()
    parts = [counting(0, 1, Slow), counting(10, 13), counting(1, 2, Slow)]
    assert complete(together(parts), rounds) == [0, 33, 1]
    assert rounds.rounds == [[Number(10)], [Number(11)], [Number(12)], [Slow(0), Slow(1)]]


def test_several_answers_come_in_the_order_of_the_jobs() -> None:
    def asking() -> Asking[list[int]]:
        return (yield from ask_all([Number(3), Number(1), Number(3)]))

    assert complete(asking(), Rounds()) == [3, 1, 3]


def test_a_job_that_is_not_answered_is_an_error_and_no_endless_loop() -> None:
    with pytest.raises(LookupError, match="no answer to Number"):
        complete(counting(0, 3), lambda jobs: Answers())


def test_what_one_raises_ends_the_whole_unless_it_is_caught() -> None:
    def failing() -> Asking[int]:
        yield from ask(Number(1))
        raise ValueError("wrong")

    def careful() -> Asking[int | None]:
        try:
            return (yield from failing())
        except ValueError:
            return None

    assert complete(together([careful(), counting(0, 4)]), Rounds()) == [None, 6]
    with pytest.raises(ValueError, match="wrong"):
        complete(together([failing(), counting(0, 4)]), Rounds())


def test_jobs_that_ask_the_same_are_one() -> None:
    one, same = (PeakJob(Subject("network", "picture", "crop"), Unit("conv1", 1)) for _ in range(2))
    assert len({one: 1, same: 2}) == 1
    assert one.key() == same.key() != PeakJob(Subject("network", "picture", "warp"), Unit("conv1", 1)).key()
