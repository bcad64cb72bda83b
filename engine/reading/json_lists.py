"""Lists in JSON: of barcodes, or of objects whose names are the columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import orjson

from engine.reading.exports import flat
from engine.reading.tables import Record, Table, is_blank


def open_json(text: str, encoding: str) -> Table | None:
    """Return the list in a JSON text as a table, the names in its first line; None when the text is none.

    A list may lie in an object, beside other things. An entry has the line after that of the one before it.
    """
    if not text.lstrip().startswith(("[", "{")):
        return None
    entries = _list(text)
    if not entries:
        return None
    entries = [(isinstance(entry, Mapping) and flat(entry)) or entry for entry in entries]
    names = list(dict.fromkeys(name for entry in entries if isinstance(entry, Mapping) for name in entry))
    return Table(partial(_records, entries, names), encoding=encoding)


def _list(text: str) -> Sequence[Any] | None:
    """Return the entries of the list, None when there is none. Objects may also stand one a line."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            found = [orjson.loads(line) for line in text.splitlines() if line.strip()]
        except orjson.JSONDecodeError:
            return None
    if isinstance(found, dict):
        return next((inner for inner in found.values() if isinstance(inner, list)), [found])
    return found if isinstance(found, list) else None


def _records(entries: Sequence[Any], names: Sequence[str]) -> Iterator[Record]:
    if names:
        yield 1, tuple(names)
    for line, entry in enumerate(entries, start=2 if names else 1):
        cells = _cells(entry, names)
        if not is_blank(cells):
            yield line, cells


def _cells(entry: Any, names: Sequence[str]) -> tuple[str, ...]:
    if isinstance(entry, Mapping):
        return tuple(_text(entry.get(name)) for name in names)
    return tuple(map(_text, entry)) if isinstance(entry, list) else (_text(entry),)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
