"""The trade's grades as clients send and read them."""

from __future__ import annotations

from typing import Annotated

from pydantic import WithJsonSchema
from pydantic_core import PydanticCustomError

from engine.api.models.base import Answer
from engine.domain.batch.grades import OF_MEDIA, Grade, graded
from engine.domain.batch.rows import Condition

_MEDIA = "|".join(grade.replace("+", r"\+") for grade in OF_MEDIA)
_SLEEVES = "|".join(grade.replace("+", r"\+") for grade in Grade)
GRADING = rf"^(({_MEDIA})(/({_SLEEVES}))?|/({_SLEEVES}))$"
"""What a grade, or two for medium and sleeve, looks like in letters; words are read too."""
FORM_SCHEMA = {"type": "string", "pattern": rf"^({GRADING[1:-1]})?$"}  # a field left empty says nothing
GRADING_SCHEMA = {"anyOf": [{"type": "string", "pattern": GRADING}, {"type": "null"}]}
GradeMapBody = Annotated[
    dict[Grade, Condition],
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {grade: {"type": "string", "enum": [*Condition]} for grade in Grade},
        }
    ),
]


class GradingAnswer(Answer):
    """How the seller grades a copy by the trade's scale; null for what they do not say."""

    medium: str | None = None
    sleeve: str | None = None
    scale: str = ""


def checked_grading(text: str | None) -> str | None:
    """Return a text that grades a copy, or none at all.

    Raises:
        PydanticCustomError: it grades none.
    """
    if text is not None and graded(text) is None:
        raise PydanticCustomError("grading", "write a grade such as VG+, or two for medium and sleeve such as NM/VG+")
    return text
