"""What is stored has a type, and this is the one way from a type to a document and back.

A document that another version wrote is read as far as this one knows it: fields that are new there are ignored, fields
that are new here have their defaults, and a word that an `OpenEnum` does not know stays as it stands. Refused is only a
value of the wrong type, and a document of a later schema.

Source: https://jcristharif.com/msgspec (read 2026-11). Why this library: docs/adr/0074.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeVar

import msgspec
from msgspec.structs import asdict, replace

from engine.errors import DocumentBroken, DocumentNewer
from engine.open_enum import OpenEnum

__all__ = [
    "Document",
    "Json",
    "OpenEnum",
    "Part",
    "Value",
    "decode",
    "decode_json",
    "encode",
    "encode_json",
    "replace",
    "to_json",
    "to_json_text",
    "to_write",
]

Fields = dict[str, Any]
_BUILTIN = (datetime,)  # what stores take beside JSON types
_CONTAINERS = frozenset({dict, list, tuple})
T = TypeVar("T")
Json = Mapping[str, object]  # what another service defines, kept as it is


class Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of a document. What stands at its default is not written."""


class Document(msgspec.Struct, frozen=True):
    """A whole document. Every field is written, because a patch replaces the fields that it names and no others.

    `SCHEMA` is the number of the shape that this version writes; it stands in the document as `schema`. Documents from
    before there were numbers have none. It grows where an earlier version could not read the new shape, or would take
    it for something else, and the format of the store with it: such a version ends, and does not start again. A field
    that is added leaves it as it is.
    """

    SCHEMA: ClassVar[int] = 1


class Part(Value, frozen=True):
    """A part of a document that may be missing: it is false while every field stands at its default."""

    def __bool__(self) -> bool:
        return self != type(self)()


_known: set[type] = set()
_schemas: dict[type, int] = {}  # of documents, the latest that can be read
_learning = threading.Lock()


def _learn(kind: type) -> None:
    """Have msgspec build what it knows of a type in one thread: two that do it at once crash the process (0.22)."""
    with _learning, contextlib.suppress(msgspec.ValidationError):
        msgspec.convert(None, kind)
    if isinstance(kind, type) and issubclass(kind, Document):
        _schemas[kind] = kind.SCHEMA
    _known.add(kind)


def encode(value: msgspec.Struct) -> Fields:
    """Return a value or document as JSON types and aware times."""
    fields: Fields = to_json(value)
    if isinstance(value, Document):
        fields["schema"] = value.SCHEMA
    return fields


def to_write(value: Document, missing: Iterable[tuple[str, msgspec.Struct]]) -> Fields:
    """Return what `encode` does, but with tuples, which stores write as lists: faster, where nothing is compared.

    A part that is as `missing` has it is written as `{}`.
    """
    parts = asdict(value)
    for name, nothing in missing:
        if parts[name] == nothing:
            parts[name] = {}
    fields: Fields = msgspec.to_builtins(parts, builtin_types=_BUILTIN)
    fields["schema"] = value.SCHEMA
    return fields


def to_json(value: object) -> Any:
    """Return any value that is made of such types as JSON types and aware times."""
    return _with_lists(msgspec.to_builtins(value, builtin_types=_BUILTIN))


def _with_lists(value: Any) -> Any:
    """Return the value with lists for tuples: what is encoded equals what is read back. Its maps are changed."""
    if type(value) is dict:
        for name, part in value.items():
            kind = type(part)
            if kind in _CONTAINERS and (part or kind is tuple):  # most parts of a document are empty
                value[name] = _with_lists(part) if part else []
        return value
    if type(value) in _CONTAINERS:
        return [_with_lists(part) if type(part) in _CONTAINERS else part for part in value]
    return value


def decode(kind: type[T], fields: object, path: str = "") -> T:
    """Return the `kind` that `fields` describe. `path` names the document in an error.

    Raises:
        DocumentBroken: a field is missing or has a value of the wrong type.
        DocumentNewer: it has a later schema than this version writes.
    """
    if kind not in _known:
        _learn(kind)
    if (known := _schemas.get(kind)) and (written := _schema_of(fields)) > known:
        raise DocumentNewer(path or kind.__name__, written, known)
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as wrong:
        raise DocumentBroken(path or kind.__name__, str(wrong)) from wrong


def _schema_of(fields: object) -> int:
    """Return the number of the shape that a document has, 0 where it has none."""
    schema = fields.get("schema") if type(fields) is dict else None
    return schema if type(schema) is int else 0


def encode_json(value: msgspec.Struct) -> bytes:
    """Return a value as JSON text, for a file that holds nothing else."""
    return to_json_text(value)


def to_json_text(value: object) -> bytes:
    """Return any value that is made of such types as JSON text."""
    return msgspec.json.encode(value)


def decode_json(kind: type[T], text: bytes | str, path: str = "") -> T:
    """Return the `kind` that a JSON text describes. `path` names the text in an error.

    Raises:
        DocumentBroken: it is no JSON, or a field is missing or has a value of the wrong type.
    """
    if kind not in _known:
        _learn(kind)
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise DocumentBroken(path or kind.__name__, str(wrong)) from wrong
