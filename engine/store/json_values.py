"""The fields of a document as JSON text, with times that sort as text."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import orjson

from engine.store.base import Fields

TIME = "$at"


def encode(value: Any) -> str:
    """Return a value as JSON.

    Raises:
        TypeError: no document can hold it.
    """
    return orjson.dumps(value, default=_tag, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()


def _tag(value: object) -> dict[str, str]:
    """Return an aware time as JSON, in UTC and of fixed width, so that texts sort as times do."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError(f"{type(value).__name__} is not a JSON type or an aware time")
    at = value if value.tzinfo is UTC else value.astimezone(UTC)
    return {TIME: at.isoformat(timespec="microseconds")}


def decode(body: str) -> Fields:
    """Return the fields that `encode` made JSON of."""
    fields: Fields = json.loads(body, object_hook=_untag)
    return fields


def _untag(value: dict[str, Any]) -> Any:
    return datetime.fromisoformat(value[TIME]) if len(value) == 1 and TIME in value else value
