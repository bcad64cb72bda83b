"""Words that are stored and may grow."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self


class OpenEnum(StrEnum):
    """Words that are stored and may grow: one that only a newer version knows is kept as it is.

    That is so for what the store holds. A client must send a word that this version knows.
    """

    @property
    def known(self) -> bool:
        """Whether this version knows the word."""
        return any(self is member for member in type(self))

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: object) -> dict[str, Any]:
        """Return the schema of a request's field: the known words and no others."""
        words = {"type": "literal", "expected": [member.value for member in cls]}
        return {"type": "function-after", "function": {"type": "no-info", "function": cls}, "schema": words}
