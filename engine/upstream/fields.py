"""The fields of an answer, read as what they should be: what is something else is left out, and nothing raises."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

Body: TypeAlias = Mapping[str, Any]
"""What a service answers, or a part of it."""

_LONGEST = 40  # characters of a number
_MOST = 10**12
_DATE = re.compile(r"(?!0000)[0-9]{4}(-(?!00)[0-9]{2}(-(?!00)[0-9]{2})?)?")


def text(value: object) -> str:
    """Return a text, also one that comes as a number; "" for anything else."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode(errors="replace").decode()
    number = _number(value) if isinstance(value, int | float) else None
    return "" if number is None else f"{number.normalize():f}"


def texts(value: object) -> tuple[str, ...]:
    """Return the texts of a list, without those that are "", () when it is no list."""
    return tuple(filter(None, map(text, value))) if isinstance(value, list | tuple) else ()


def body(value: object) -> Body:
    """Return a map, {} for anything else."""
    return value if isinstance(value, Mapping) else {}


def bodies(value: object) -> list[Body]:
    """Return the maps of a list, [] when it is no list."""
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list | tuple) else []


def count(value: object) -> int | None:
    """Return a whole number from 0 up, also one that comes as text; None for anything else."""
    number = _number(value)
    return int(number) if number is not None and number >= 0 and number == int(number) else None


def cents(value: object) -> int | None:
    """Return an amount of money from 0 up in cents, also one that comes as text; None for anything else."""
    number = _number(value)
    return round(number * 100) if number is not None and number >= 0 else None


def date(value: object) -> str:
    """Return as much of a date as is known: `1999-03-00` is `1999-03`, `?` is ""; the number 1999 is a year."""
    known = _DATE.match(text(value))
    return known[0] if known else ""


def _number(value: object) -> Decimal | None:
    """Return a number that is not out of all proportion."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, int) and not -_MOST < value < _MOST:
        return None
    try:
        number = Decimal(str(value)[: _LONGEST + 1].strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and -_MOST < number < _MOST else None
