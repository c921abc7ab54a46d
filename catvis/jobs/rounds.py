"""Asking: whoever needs answers says so as it goes on, and all that can be asked for at a time is answered at once.

What needs answers is a generator: it yields jobs and goes on with their answers. So what is asked for and what is
made of it stand side by side, nothing is said twice, and nothing is begun again. `together` lets several go on
side by side; `complete` drives them, round by round. (Marlow et al., "There is no fork", ICFP 2014, batch
requests of concurrent readers in the same way.)
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any, TypeAlias, TypeVar

from catvis.jobs.base import Answers, Job

A = TypeVar("A")
T = TypeVar("T")

Asking: TypeAlias = Generator[Sequence[Job[Any]], Answers, T]
"""Something that needs answers before it can give a ``T``."""


def ask(job: Job[A]) -> Asking[A]:
    """One answer."""
    (answer,) = yield from ask_all([job])
    return answer


def ask_all(jobs: Sequence[Job[A]]) -> Asking[list[A]]:
    """Answers to several jobs, asked for at once."""
    missing = jobs
    while missing:
        answers = yield missing
        missing = [job for job in jobs if job not in answers]
    return [answers[job] for job in jobs] if jobs else []


def want(*jobs: Job[Any]) -> Asking[None]:
    """Make sure that jobs of any kinds are answered together before going on; asking for them is free then."""
    yield from ask_all(jobs)


def together(parts: Iterable[Asking[T]]) -> Asking[list[T]]:
    """Let several go on side by side: what any of them asks for next is asked for at once."""
    waiting = dict(enumerate(parts))
    found: dict[int, T] = {}
    answers: Answers | None = None
    while True:
        wanted: list[Job[Any]] = []
        for number, part in list(waiting.items()):
            try:
                wanted += next(part) if answers is None else part.send(answers)
            except StopIteration as end:
                found[number] = end.value
                del waiting[number]
        if not waiting:
            return [found[number] for number in sorted(found)]
        answers = yield wanted


def complete(part: Asking[T], compute: Callable[[list[Job[Any]]], Answers]) -> T:
    """Answer whatever is asked for until there is nothing more to ask, slow jobs last.

    Args:
        part: who asks.
        compute: answers jobs, all that it is given.

    Raises:
        LookupError: a job was not answered.
    """
    known = Answers()
    try:
        wanted = list(dict.fromkeys(next(part)))
        while True:
            if all(job not in known for job in wanted):
                now = [job for job in wanted if not job.is_slow] or wanted
                known.update(compute(now))
                if lacking := [job for job in now if job not in known]:
                    raise LookupError(f"no answer to {lacking[0]}")
            wanted = list(dict.fromkeys(part.send(known)))
    except StopIteration as end:
        done: T = end.value
        return done
