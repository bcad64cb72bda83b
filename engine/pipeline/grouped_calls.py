"""Calls that rows make together: what several ask for at about the same time goes in one bulk call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from engine.errors import EngineError, LeaseLost, RequestRefused, UpstreamError
from engine.pipeline.work import RowContext
from engine.telemetry import tracing

MOMENT_SECONDS = 0.4  # for company that is still to come, and behind each that comes for the next
SHORT_MOMENT_SECONDS = 0.05  # where all rows have come, and meet again
BEHIND_SECONDS = 2.0  # behind a call that is under way

T = TypeVar("T")
R = TypeVar("R")


class Company:
    """The `rows` that are on their way, any of which may come to want a call, and how many of them `have_come`.

    `changed` is the lock of all that wait.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.rows = 0
        self.have_come = 0

    @property
    def coming(self) -> int:
        """Return how many rows are still to make their first call."""
        return self.rows - self.have_come

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
                if not self.coming:
                    self.changed.notify_all()

    @contextmanager
    def one_has_come(self) -> Iterator[None]:
        """Count a row as one that makes its calls for as long as the block lasts."""
        with self.changed:
            self.have_come += 1
        try:
            yield
        finally:
            with self.changed:
                self.have_come -= 1


def moment_for(coming: int) -> float:
    """Return for how many seconds a row waits for company while `coming` rows are still to make their first call."""
    return MOMENT_SECONDS if coming else SHORT_MOMENT_SECONDS


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

    Rows wait for others for as long as these come within a moment of each other, but not where none can come; `moment`
    says how long that is, None for `moment_for`. While such a call is under way, no other begins that is not full, for
    `BEHIND_SECONDS` at most: so calls fill up when answers are slow. A row that stays alone makes the single call, as
    all rows do of a bulk call that is refused as a whole.
    """

    def __init__(
        self,
        single: Callable[[RowContext, str, T], R],
        bulk: Callable[[RowContext, Mapping[str, T]], Mapping[str, R | UpstreamError]],
        company: Company,
        most: int,
        moment: Callable[[int], float] | None = None,
    ) -> None:
        self._single = single
        self._bulk = bulk
        self._company = company
        self._most = most
        self._moment = moment or moment_for
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
                self._wait_for_company()
                self._company.changed.wait_for(self._may_go, BEHIND_SECONDS)
                return self._take()
            finally:
                self._gathering = False
                self._company.changed.notify_all()

    def _wait_for_company(self) -> None:
        """Wait until a call is complete, or nobody has come for a moment."""
        company, changed = self._company, True
        while changed and not self._complete():
            since = partial(self._changed, len(self._waiting), company.coming)
            changed = company.changed.wait_for(since, self._moment(company.coming))

    def _changed(self, waited: int, were_coming: int) -> bool:
        """Whether somebody has come beside those who waited, or nobody will any more, or the call is complete."""
        none_comes = bool(were_coming) and not self._company.coming
        return len(self._waiting) > waited or none_comes or self._complete()

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
