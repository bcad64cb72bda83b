"""What all bodies have in common."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from engine.domain.batch.items import Outcome
from engine.domain.batch.jobs import JobStatus
from engine.domain.listing.readiness import DraftNeed
from engine.errors import Cause

Payload = Mapping[str, object]  # what eBay is sent, in eBay's words
Moment = datetime | str | None  # a time of the earlier service is text, and may be none that can be read
CauseWord = Annotated[str, Field(examples=[*Cause])]  # answers hand on words that only a newer version knows
OutcomeWord = Annotated[str, Field(examples=[*Outcome])]
NeedWord = Annotated[str, Field(examples=[*DraftNeed])]
StatusWord = Annotated[str, Field(examples=[*JobStatus])]
UNKNOWN_FIELD = "unknown_field"
SEEN = "`changed_at` of the row you looked at: 409 if it changed since"


def _text(given: Any) -> Any:
    """Refuse a number of seconds: which of its many meanings was meant, nobody can tell."""
    if isinstance(given, str) and ("T" not in given.upper()):
        raise PydanticCustomError("time", "a time is written like 2026-11-28T14:52:10Z")
    if not isinstance(given, str | datetime):
        raise PydanticCustomError("time", "a time is a text like 2026-11-28T14:52:10Z")
    return given


def _number(given: Any) -> Any:
    """Refuse what is no number in JSON; 700.0 is the whole number 700."""
    if isinstance(given, bool | str):
        raise PydanticCustomError("number", "a number is written without quotes")
    return given


NUMBER = BeforeValidator(_number)
Time = Annotated[AwareDatetime, BeforeValidator(_text)]  # with its zone
SeenAt = Annotated[Time | None, Field(description=SEEN)]


class Body(BaseModel):
    """A body that a client sends; a field that it does not have is refused by name."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        if isinstance(given, Mapping) and (strange := sorted(set(map(str, given)) - cls.model_fields.keys())):
            fields = {"names": ", ".join(strange), "known": ", ".join(sorted(cls.model_fields))}
            raise PydanticCustomError(UNKNOWN_FIELD, "{names}: no such field; there are {known}", fields)
        return given


class Answer(BaseModel):
    """A body that the API sends. A field that has a default is left out where nothing is known of it."""


class Entry(Answer):
    """An entry of a list in the published job document.

    The service before this one wrote fewer fields, and some of its own: they are handed on as they are.
    """

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)
