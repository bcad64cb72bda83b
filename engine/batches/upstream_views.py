"""What a reader sees of the services: from their budgets, the workers and the tests of connections."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from math import ceil

from engine.batches.connections import ConnectionTest
from engine.batches.views import BatchView
from engine.domain.batch.options import Need, Options
from engine.domain.listing.pricing import PriceBasis
from engine.domain.services import NAMES, Service
from engine.quota.forecast import DiscogsUse, Forecast, Quota, calls_a_row, forecast

MISSING: Mapping[Service, str] = {
    Service.DISCOGS: "Discogs is not connected: barcodes are looked up at MusicBrainz alone.",
    Service.EBAY: "eBay is not connected: drafts are composed here and not sent.",
    Service.EBAY_BROWSE: "eBay is not connected: no asking prices can be compared.",
}
_CLOCK = re.compile(r"(\d\d:\d\d:\d\d) UTC")


class UpstreamState(StrEnum):
    """How a service is, in one word. Published: never renamed."""

    OK = "ok"
    WAITING = "waiting"
    DOWN = "down"
    REFUSED = "refused"
    NOT_CONNECTED = "not connected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Breaker:
    """Whether calls are let through: `closed` lets all, `open` none before `open_until`, `probing` one.

    `failures` counts outages in a row, `opened_at` is when the first of them shut it.
    """

    state: str = "closed"
    failures: int = 0
    opened_at: datetime | None = None
    open_until: datetime | None = None

    @property
    def closed(self) -> bool:
        """Whether all calls are let through."""
        return self.state == "closed"


@dataclass(frozen=True, slots=True)
class Credentials:
    """`state` is unknown, accepted, refused, missing or unneeded; `said` is what the service said, `at` when."""

    state: str = "unknown"
    said: str = ""
    at: datetime | None = None

    @property
    def accepted(self) -> bool | None:
        """Whether the service accepts them; None where nobody knows, or none are needed."""
        return {"accepted": True, "refused": False, "missing": False}.get(self.state)


@dataclass(frozen=True, slots=True)
class UpstreamView:
    """A service `at` one moment, by the store's clock.

    `granted` is the limit that its own headers named last, None when they named none. `calls` counts all that were ever
    made, `takers` those of each batch among the used slots of the window. `latency_ms` is a moving average, None before
    the first answer. `keys` is whether live workers have credentials for it, None when unknown. `test` is the
    last test of the connection, None when there was none.
    """

    service: Service
    at: datetime
    quota: Quota = field(default_factory=Quota)
    granted: int | None = None
    daily_resets_at: datetime | None = None
    breaker: Breaker = Breaker()
    credentials: Credentials = Credentials()
    last_error: str = ""
    last_error_at: datetime | None = None
    last_ok_at: datetime | None = None
    latency_ms: float | None = None
    calls: int = 0
    updated_at: datetime | None = None
    takers: Mapping[str, int] = field(default_factory=dict)
    keys: bool | None = None
    test: ConnectionTest | None = None

    @property
    def name(self) -> str:
        """Return the service as an operator knows it."""
        return NAMES[self.service]

    @property
    def daily_used(self) -> int | None:
        """Return how many calls of the day are used; None without a daily limit."""
        quota = self.quota
        return None if quota.daily_limit is None else quota.daily_limit - (quota.daily_left or 0)

    @property
    def next_at(self) -> datetime | None:
        """Return when the next call may be made; None when one may be made now."""
        if self.quota.daily_left == 0:
            return self.daily_resets_at
        return self.at + timedelta(seconds=min(self.quota.busy)) if self.quota.exhausted else None

    @property
    def full_at(self) -> datetime | None:
        """Return when the whole budget of the window is free again; None when it is."""
        return self.at + timedelta(seconds=max(self.quota.busy)) if self.quota.busy else None

    @property
    def state(self) -> UpstreamState:
        """Return how the service is."""
        if self.credentials.state == "missing":
            return UpstreamState.NOT_CONNECTED
        if self.credentials.state == "refused":
            return UpstreamState.REFUSED
        if not self.breaker.closed:
            return UpstreamState.DOWN
        if self.quota.exhausted:
            return UpstreamState.WAITING
        return UpstreamState.OK if self.last_ok_at else UpstreamState.UNKNOWN

    @property
    def sentence(self) -> str:
        """Return what that means, with the time it holds until."""
        breaker = self.breaker
        match self.state:
            case UpstreamState.NOT_CONNECTED:
                return self.credentials.said or MISSING.get(self.service, "It is not connected.")
            case UpstreamState.REFUSED:
                return self.credentials.said or f"{self.name} does not accept our credentials."
            case UpstreamState.DOWN:
                since = f"Down since {clock(breaker.opened_at)}" if breaker.opened_at else "Down"
                if breaker.state == "probing":
                    return f"{since}; one call is trying it now."
                later = breaker.open_until is not None and breaker.open_until > self.at
                return (
                    f"{since}; next try at {clock(breaker.open_until)}."
                    if later
                    else f"{since}; the next call tries it."
                )
            case UpstreamState.WAITING:
                until = f" the next call may be made at {clock(self.next_at)}." if self.next_at else ""
                return f"Its quota is used up:{until}" if until else "Its quota is used up."
            case UpstreamState.OK:
                return "It answers."
            case _:
                return f"No good answer yet: {self.last_error}" if self.last_error else "It was not asked yet."


@dataclass(frozen=True, slots=True)
class CallsAhead:
    """The `calls` of a service that a batch will make, about; what its quota for the day leaves, None without one.

    Where they are more than the `daily_left`, the others are made from `rest_from` on, `daily_limit` a day; None where
    they are not.
    """

    service: Service
    calls: int
    daily_limit: int | None = None
    daily_left: int | None = None
    rest_from: datetime | None = None

    @property
    def today(self) -> str:
        """Return what is left of the day, ` (4,990 left today)`, and when the rest follows; "" without a quota."""
        if self.daily_left is None:
            return ""
        rest = f", the rest from {clock(self.rest_from)}" if self.rest_from else ""
        return f" ({self.daily_left:,} left today{rest})"

    @property
    def words(self) -> str:
        """Return it as an operator reads it, `200 of eBay prices (4,990 left today)`."""
        return f"{self.calls:,} of {NAMES[self.service]}{self.today}"


@dataclass(frozen=True, slots=True)
class UpstreamsView:
    """All services `at` one moment. `engines` counts the workers alive: without one nobody answers a test."""

    upstreams: tuple[UpstreamView, ...]
    engines: int
    at: datetime

    def of(self, service: Service) -> UpstreamView:
        """Return one of them."""
        return next(view for view in self.upstreams if view.service is service)

    def connected(self, service: Service) -> bool | None:
        """Whether the engine has credentials for a service; None when unknown, as before the first engine."""
        view = self.of(service)
        state = view.credentials.state
        return view.keys if state == "unknown" else state != "missing"

    def forecast(
        self, rows: int, options: Options, *, job_id: str = "", done: int = 0, speed: float | None = None
    ) -> Forecast | None:
        """Return when `rows` rows of a batch will be done, None while it cannot be estimated.

        `speed` is in rows a minute, None while it is not known. With it, the calls of the last minute for `job_id`, of
        which `done` rows are done, show what a row costs.
        """
        discogs = self.of(Service.DISCOGS)
        taken = {Service.DISCOGS: discogs.takers[job_id]} if job_id in discogs.takers else {}
        lately = min(done, int((speed or 0.0) * discogs.quota.window_seconds / 60))
        return forecast(rows, self._calls_a_row(options, taken, lately), self.answering, speed)

    def ending(self, batch: BatchView) -> Forecast | None:
        """Return when a batch will be done, None while no worker runs or it cannot be estimated."""
        job = batch.job
        if not batch.moving or not batch.engines or job.started_at is None:
            return None
        speed = batch.throughput.per_minute
        return self.forecast(batch.left, job.options, job_id=job.job_id, done=job.processed_upcs, speed=speed)

    def calls_ahead(self, rows: int, options: Options) -> tuple[CallsAhead, ...]:
        """Return the calls that `rows` rows cost that were never looked up; of none for no rows."""
        calls = {service: ceil(rows * each) for service, each in self._calls_a_row(options, {}, 0).items()}
        return self.ahead(calls) if rows else ()

    def ahead(self, calls: Mapping[Service, int]) -> tuple[CallsAhead, ...]:
        """Return calls to come, beside what the quotas for the day leave."""
        return tuple(self._ahead(service, count) for service, count in calls.items())

    def _ahead(self, service: Service, calls: int) -> CallsAhead:
        view = self.of(service)
        quota, day_ends = view.quota, view.at + timedelta(seconds=view.quota.day_ends_seconds)
        later = quota.daily_left is not None and calls > quota.daily_left
        return CallsAhead(service, calls, quota.daily_limit, quota.daily_left, day_ends if later else None)

    def _calls_a_row(self, options: Options, taken: Mapping[Service, int], rows: int) -> dict[Service, float]:
        return calls_a_row(
            discogs=discogs_use(options, connected=self.connected(Service.DISCOGS) is not False),
            compares=options.price_rule.basis is PriceBasis.COMPARABLE and self.connected(Service.EBAY) is not False,
            taken=taken,
            rows=rows,
        )

    @property
    def answering(self) -> dict[Service, Quota]:
        """Return the quotas of the services that may be called."""
        held = (UpstreamState.DOWN, UpstreamState.REFUSED, UpstreamState.NOT_CONNECTED)
        return {view.service: view.quota for view in self.upstreams if view.state not in held}


def discogs_use(options: Options, *, connected: bool) -> DiscogsUse:
    """Return what the rows of a batch ask Discogs for."""
    if not connected:
        return DiscogsUse.NOTHING
    priced = {PriceBasis.DISCOGS_LOWEST: DiscogsUse.LOWEST, PriceBasis.DISCOGS_SUGGESTED: DiscogsUse.SUGGESTIONS}
    usual = DiscogsUse.WHEN_NEEDED if options.discogs is Need.WHEN_NEEDED else DiscogsUse.FACTS
    return priced.get(options.price_rule.basis, usual)


def clock(at: datetime | None) -> str:
    """Return a time of day as the services' sentences write it, `14:52:10 UTC`; "" for None."""
    return f"{at:%H:%M:%S} UTC" if at else ""


def local_times(text: str, now: datetime, zone: tzinfo) -> str:
    """Return a sentence with the times of day that `clock` wrote as the clock of `zone` shows them: `15:52:10`."""
    today = now.astimezone(UTC).date()

    def local(found: re.Match[str]) -> str:
        return f"{datetime.combine(today, time.fromisoformat(found[1]), UTC).astimezone(zone):%H:%M:%S}"

    return _CLOCK.sub(local, text)
