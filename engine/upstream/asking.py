"""For whom a service is called: how a wait is shown and ended, and whose share of a quota a call takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Event
from typing import Protocol


class Asker(Protocol):
    """Who wants something of a service, most often a row of a batch."""

    @property
    def batch(self) -> str:
        """Return the name of the batch it belongs to, "" for none."""
        ...

    def wait(self, seconds: float, reason: str) -> None:
        """Let `seconds` pass while `reason` is what an operator reads of it.

        Raises:
            GivenBack: it is not to go on: the worker stops, or its batch is held.
        """
        ...


@dataclass(frozen=True)
class Nobody:
    """Who asks outside of any batch: a test of a connection, a script."""

    batch: str = ""

    def wait(self, seconds: float, reason: str) -> None:  # noqa: ARG002 - nobody reads it
        """Let `seconds` pass."""
        Event().wait(seconds)


_asker: ContextVar[Asker] = ContextVar("asker", default=Nobody())  # noqa: B039 - it holds nothing


def asker() -> Asker:
    """Return who is asking in this thread."""
    return _asker.get()


@contextmanager
def asking(who: Asker) -> Iterator[None]:
    """Let `who` be the asker of every call that this thread makes in the block."""
    before = _asker.set(who)
    try:
        yield
    finally:
        _asker.reset(before)
