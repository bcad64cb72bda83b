"""On whose behalf a service is called: how a wait is shown and ended, and whose share of a quota a call takes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import copy
from dataclasses import dataclass
from threading import Event
from typing import Protocol, Self

from engine.clock import Clock
from engine.errors import Requeued


class Caller(Protocol):
    """What needs a service, most often a row of a batch."""

    @property
    def batch(self) -> str:
        """Return the name of the batch it belongs to, "" for none."""
        ...

    def wait(self, seconds: float, reason: str) -> None:
        """Let `seconds` pass while an operator reads `reason`.

        Raises:
            Requeued: it must not go on: the worker stops, or its batch is held.
        """
        ...


@dataclass(frozen=True)
class Unattended:
    """A caller outside of any batch, whose waits nobody sees or ends: a script, the thread that keeps eBay's rules."""

    batch: str = ""

    def wait(self, seconds: float, reason: str) -> None:  # noqa: ARG002 - nobody reads it
        """Let `seconds` pass."""
        Event().wait(seconds)


UNATTENDED = Unattended()


class Impatient:
    """The caller of a test: it waits `seconds` in all; `waited` are those spent so far."""

    batch = ""

    def __init__(self, clock: Clock, closing: Event, seconds: float) -> None:
        self._clock = clock
        self._closing = closing
        self._until = clock.monotonic() + seconds
        self.waited = 0.0

    def wait(self, seconds: float, reason: str) -> None:
        """Let `seconds` pass, unless that is too long.

        Raises:
            Requeued: it is, or the process stops.
        """
        began = self._clock.monotonic()
        if began + seconds > self._until or self._closing.wait(seconds):
            raise Requeued(reason)
        self.waited += self._clock.monotonic() - began


class CallerBound(ABC):
    """Something that calls services on behalf of one caller, at first of `UNATTENDED`."""

    def for_caller(self, caller: Caller) -> Self:
        """Return the same, calling on behalf of `caller`, who waits for every answer."""
        bound = copy(self)
        bound._bind(caller)  # noqa: SLF001 - a copy of its own
        return bound

    @abstractmethod
    def _bind(self, caller: Caller) -> None:
        """Make `caller` the one that calls are made for."""
