"""The part ``inputs``: valid inputs of every kind, mutated, each given to the command that reads it."""

from __future__ import annotations

from tools.torture.campaign import Budget, Part, State


def run(budget: Budget, seed: int, state: State) -> None:
    """Try inputs of all kinds in turn until the budget is spent."""


INPUTS = Part("inputs", 100_000, run)
