"""Errors that end the run of a row or of a shard."""

from __future__ import annotations

from engine.errors.base import Blame, Cause, EngineError


class LeaseLost(EngineError):
    """Another worker holds the shard, or an operator stopped it. Nothing more may be written."""

    blame = Blame.JOB


class Requeued(EngineError):
    """The row is given back undone: the worker stops, or the batch is held."""

    blame = Blame.JOB


class ItemError(EngineError):
    """This row cannot become a draft; the message is the sentence an operator reads."""

    def __init__(self, cause: Cause, reason: str) -> None:
        super().__init__(reason)
        self.cause = cause


class AlreadyListed(ItemError):
    """The draft of the row is a live listing by now, which offers `quantity` copies, None when eBay does not say."""

    def __init__(self, cause: Cause, reason: str, quantity: int | None) -> None:
        super().__init__(cause, reason)
        self.quantity = quantity
