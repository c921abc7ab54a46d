"""What frozen data is: a struct in C, of which a build defines hundreds in the time of a few dataclasses.

A dataclass takes half a millisecond to define, since Python compiles its methods; a struct takes a hundredth of it,
and is compared and hashed faster. What holds arrays is a dataclass, whose fields jaxtyping checks, and so is what
scripts are given.
"""

from __future__ import annotations

from abc import ABCMeta
from typing import dataclass_transform

import msgspec


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Frozen(msgspec.Struct, frozen=True):
    """Data that never changes; equal data of one kind are equal, and have one hash."""

    def __repr__(self) -> str:
        values = ((name, getattr(self, name)) for name in self.__struct_fields__)
        said = (
            f"{name}={f'<{len(value)} bytes>' if isinstance(value, bytes) else repr(value)}"
            for name, value in values
        )
        return f"{type(self).__qualname__}({', '.join(said)})"


class _Kinds(msgspec.StructMeta, ABCMeta):
    """Of structs with abstract methods."""


class AbstractFrozen(Frozen, metaclass=_Kinds):
    """Frozen data of several kinds: some methods are theirs to define."""
