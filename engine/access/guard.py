"""The engine as somebody may use it: every call is checked, has their name in it, and is written to the audit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import is_dataclass
from datetime import datetime
from functools import partial
from inspect import BoundArguments, signature
from typing import Any

from engine.access.audit import Audit
from engine.access.permissions import PARTS, PERMISSIONS, Permission
from engine.codec import Value, to_json
from engine.domain.access import Actor, TokenScope
from engine.domain.audit import Result
from engine.errors import EngineError, Forbidden

MOST_NAMED = 20  # of many rows or names, so many are named in the audit
NOBODY_FORESAW = "an error that nobody foresaw"


class Guarded:
    """A part of the engine, `path` is its place in it. It has the methods of the part that have a permission.

    Who acts is asked at every call that changes something, so that a role that was taken away counts no more; whoever
    was let in may read.
    """

    __slots__ = ("_actor", "_audit", "_part", "_path")  # nothing is put into it from outside

    def __init__(self, part: object, path: str, actor: Callable[[], Actor], audit: Audit) -> None:
        self._part = part
        self._path = path
        self._actor = actor
        self._audit = audit

    def __getattr__(self, name: str) -> Any:
        """Return a part of the part, or one of its methods as somebody may call it.

        Raises:
            Forbidden: nobody may: it has no permission.
        """
        if name.startswith("_"):
            raise AttributeError(name)
        path = f"{self._path}.{name}" if self._path else name
        value = getattr(self._part, name)
        if path in PARTS:
            return Guarded(value, path, self._actor, self._audit)
        if path not in PERMISSIONS:
            raise Forbidden(f"{path} is for the engine alone.")
        permission = PERMISSIONS[path]
        return value if permission.scope is TokenScope.READ else partial(self._call, path, permission, value)

    def _call(self, path: str, permission: Permission, method: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Do what `method` does, if who acts may, in their name.

        Raises:
            Forbidden: they may not; the sentence says who can change that.
            StoreAway: the audit cannot be written, so that nothing was done.
        """
        actor = self._actor()
        given = _given(method, actor, args, named)
        act = (actor, path, permission.words, _about(permission, given), _batches(given))
        if refusal := actor.refusal(permission.scope):
            if permission.words:
                self._audit.refused(*act, sentence=refusal)
            raise Forbidden(refusal)
        if not permission.words:
            return method(*given.args, **given.kwargs)
        asked = self._audit.asked(*act)
        try:
            result = method(*given.args, **given.kwargs)
        except Exception as error:
            self._audit.ended(asked, Result.FAILED, str(error) if isinstance(error, EngineError) else NOBODY_FORESAW)
            raise
        made = getattr(result, "job_id", "")
        self._audit.ended(asked, Result.DONE, batches=[made] if isinstance(made, str) and made else [])
        return result


def _given(method: Callable[..., Any], actor: Actor, args: tuple[Any, ...], named: dict[str, Any]) -> BoundArguments:
    """Return the arguments of a call in the name of `actor`; what can be read once only is read into a tuple."""
    taken = signature(method)
    if "by" in taken.parameters:
        named = named | {"by": actor.name}
    given = taken.bind(*args, **named)
    for name, value in given.arguments.items():
        if isinstance(value, Iterator):
            given.arguments[name] = tuple(value)
    return given


def _batches(given: BoundArguments) -> list[str]:
    """Return the batches that a call names: by `job_id`, in what is `wanted`, or in each of its `rows`."""
    asked = given.arguments
    named = [asked.get("job_id", ""), getattr(asked.get("wanted"), "job_id", "")]
    return [
        str(job_id) for job_id in (*named, *(getattr(row, "job_id", "") for row in asked.get("rows", ()))) if job_id
    ]


def _about(permission: Permission, given: BoundArguments) -> str:
    """Return on what a call acts, in words."""
    found = []
    for what in permission.about:
        label, _, name = what.rpartition("=")
        if text := _text(given.arguments.get(name)):
            found.append(f"{(label or name).replace('_', ' ')} {text}")
    return " · ".join(found)


def _text(value: object) -> str:
    """Return a value as the audit shows it, "" for none or no: a row by its number, what has a name by that."""
    if value is None or value is False:
        return ""
    if isinstance(value, str | int | float | datetime):
        return str(value)
    if isinstance(index := getattr(value, "index", None), int):
        return f"{getattr(value, 'job_id', '')} {index}".strip()
    if isinstance(name := getattr(value, "name", None), str):
        return name
    if isinstance(value, Iterable):
        return _listed(map(_text, value))
    if isinstance(value, Value) or is_dataclass(value):
        told = to_json(value)
        return ", ".join(f"{name} {text}" for name, part in told.items() if part and (text := _text(part)))
    return type(value).__name__


def _listed(texts: Iterable[str]) -> str:
    """Return texts as one, the first twenty of many."""
    every = list(texts)
    more = f" and {len(every) - MOST_NAMED:,} more" if len(every) > MOST_NAMED else ""
    return ", ".join(every[:MOST_NAMED]) + more
