"""Values as Firestore takes them and gives them back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from google.api_core.datetime_helpers import DatetimeWithNanoseconds
from google.protobuf.timestamp_pb2 import Timestamp

_LIST = "$list"
_PLAIN = frozenset({type(None), bool, int, float, str})


def stored(value: Any, *, in_list: bool = False) -> Any:
    """Return a value as Firestore takes it: it knows no list in a list, so that one is put into a map."""
    if type(value) in _PLAIN:
        return value
    match value:
        case bool() | int() | float() | str():  # of a kind of its own
            return value
        case datetime() if value.tzinfo is not None:
            return value
        case dict():
            return {name: inner if type(inner) in _PLAIN else stored(inner) for name, inner in value.items()}
        case list() | tuple():
            elements = [stored(inner, in_list=True) for inner in value]
            return {_LIST: elements} if in_list else elements
    raise TypeError(f"{type(value).__name__} is not a JSON type or an aware time")


def read_back(value: Any) -> Any:
    """Return what `_stored` was given, with times of Python's own kind in place of the library's."""
    match value:
        case datetime():
            return plain(value)
        case dict():
            if len(value) == 1 and _LIST in value:
                return [read_back(inner) for inner in value[_LIST]]
            return {name: read_back(inner) for name, inner in value.items()}
        case list():
            return [read_back(inner) for inner in value]
    return value


def plain(time: datetime | Timestamp) -> datetime:
    """Return a time of the library as one of Python's own kind."""
    time = exact(time)
    return datetime.combine(time.date(), time.timetz())


def exact(time: datetime | Timestamp) -> datetime:
    """Return a time to the nanosecond: a query of all collections of a name has it as it came over the wire."""
    return DatetimeWithNanoseconds.from_timestamp_pb(time) if isinstance(time, Timestamp) else time
