"""Calls that rows make together: what several ask for at about the same time goes in one bulk call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from engine.errors import EngineError, LeaseLost, RequestRefused, UpstreamError
from engine.pipeline.work import RowContext
from engine.telemetry import tracing

MOMENT_SECONDS = 0.05  # for company
BEHIND_SECONDS = 2.0  # behind a call that is under way

T = TypeVar("T")
R = TypeVar("R")


class Company:
    """The rows that are on their way, any of which may come to want a call. `changed` is the lock of all that wait."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.rows = 0

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Count a row for as long as the block lasts."""
        with self.changed:
            self.rows += 1
        try:
            yield
        finally:
            with self.changed:
                self.rows -= 1


@dataclass(eq=False, slots=True)
class _Request(Generic[T, R]):
    """What one row asks for. `taken` says that somebody makes the call for it; the outcome None is to ask alone."""

    context: RowContext
    sku: str
    content: T
    taken: bool = False
    outcome: Future[tuple[R] | None] = field(default_factory=Future)
    span: tracing.Span = field(default_factory=tracing.current)


class GroupedCall(Generic[T, R]):
    """One kind of call: `single` makes it for one SKU, `bulk` for up to `most`. Safe for threads.

    A row waits `moment` seconds for others (None: `MOMENT_SECONDS`), but not where none can come. While such a call is
    under way, no other begins that is not full, for `BEHIND_SECONDS` at most: so calls fill up when answers are slow. A
    row that stays alone makes the single call, as all rows do of a bulk call that is refused as a whole.
    """

    def __init__(
        self,
        single: Callable[[RowContext, str, T], R],
        bulk: Callable[[RowContext, Mapping[str, T]], Mapping[str, R | UpstreamError]],
        company: Company,
        most: int,
        moment: float | None = None,
    ) -> None:
        self._single = single
        self._bulk = bulk
        self._company = company
        self._most = most
        self._moment = MOMENT_SECONDS if moment is None else moment
        self._waiting: list[_Request[T, R]] = []
        self._gathering = False
        self._under_way = 0

    def ask(self, context: RowContext, sku: str, content: T) -> R:
        """Return what comes of the call for one SKU; the row must still be ours when it is made.

        Raises:
            UpstreamError: what comes of it instead.
            LeaseLost: the row is no longer ours, and was not sent.
            Requeued: the rows are not to go on.
        """
        if self._most > 1:
            mine = _Request[T, R](context, sku, content)
            while group := self._gather(mine):
                self._send(group)
            if outcome := mine.outcome.result():
                return outcome[0]
        context.port.ensure_ours()
        return self._single(context, sku, content)

    def _gather(self, mine: _Request[T, R]) -> list[_Request[T, R]]:
        """Return requests that the caller is to send in one call, [] once somebody sends its own."""
        with self._company.changed:
            if not mine.taken and mine not in self._waiting:
                self._waiting.append(mine)
                self._company.changed.notify_all()
            self._company.changed.wait_for(lambda: mine.taken or not self._gathering)
            if mine.taken:
                return []
            self._gathering = True
            try:
                self._company.changed.wait_for(self._complete, self._moment)
                self._company.changed.wait_for(self._may_go, BEHIND_SECONDS)
                return self._take()
            finally:
                self._gathering = False
                self._company.changed.notify_all()

    def _complete(self) -> bool:
        """Whether a call is full, or has all the rows that there are."""
        return len(self._waiting) >= min(self._most, self._company.rows)

    def _may_go(self) -> bool:
        """Whether a call is full, or none is under way."""
        return len(self._waiting) >= self._most or not self._under_way

    def _take(self) -> list[_Request[T, R]]:
        """Take the first requests, one a SKU."""
        group: dict[str, _Request[T, R]] = {}
        for request in self._waiting:
            if len(group) < self._most:
                group.setdefault(request.sku, request)
        for request in group.values():
            request.taken = True
        self._waiting = [request for request in self._waiting if not request.taken]
        self._under_way += 1
        return list(group.values())

    def _send(self, group: list[_Request[T, R]]) -> None:
        """Make the call for those rows that are still ours, and give each its outcome."""
        try:
            ours = [request for request in group if _is_ours(request)]
            for request, outcome in zip(ours, self._outcomes(ours), strict=True):
                if isinstance(outcome, UpstreamError):
                    request.outcome.set_exception(outcome)
                else:
                    request.outcome.set_result(outcome)
        except BaseException as error:
            for request in group:
                if not request.outcome.done():
                    request.outcome.set_exception(error)
            if not isinstance(error, EngineError):
                raise
        finally:
            with self._company.changed:
                self._under_way -= 1
                self._company.changed.notify_all()

    def _outcomes(self, group: Sequence[_Request[T, R]]) -> list[tuple[R] | UpstreamError | None]:
        """Return what comes of a call for each of its rows; None for a row that is to ask alone."""
        if len(group) < 2:
            return [(self._single(one.context, one.sku, one.content),) for one in group]
        try:
            with tracing.shared([one.span for one in group]):
                found = self._bulk(group[0].context, {one.sku: one.content for one in group})
        except RequestRefused:
            return [None] * len(group)
        parts = (found[one.sku] for one in group)
        return [part if isinstance(part, UpstreamError) else (part,) for part in parts]


def _is_ours(request: _Request[T, R]) -> bool:
    """Whether the row of a request is still ours; one that is not has this as its outcome."""
    try:
        request.context.port.ensure_ours()
    except LeaseLost as lost:
        request.outcome.set_exception(lost)
        return False
    return True
