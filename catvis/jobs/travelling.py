"""A network packed for a page: what its reader's browser computes with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from catvis.jobs.base import NetworkJob, Work
from catvis.results import Packed

LARGEST = 8_000_000
"""Bytes of numbers in half precision that a page may bring; a network of more stays at home."""


class PackedJob(NetworkJob[Packed]):
    """A network as a page takes it along, or why it cannot."""

    noun: ClassVar[str] = "packed networks"

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Packed]]:
        """Round the numbers and write them down."""
        import json

        from catvis.errors import NetworkError
        from catvis.networks.portable import portable

        for job in jobs:
            try:
                found = portable(work.network(job.network), LARGEST)
            except NetworkError as error:
                yield job, Packed("", b"", error.message)
            else:
                yield job, Packed(json.dumps(found.description), found.script.encode(), "")
