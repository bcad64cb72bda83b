"""When rows will be done: the calls they still cost against what each service grants, and the speed so far. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from engine.domain.services import Service

TELLING_SECONDS = 10.0  # a quota that costs less says nothing of the end while nobody knows the speed
LIMITING_SHARE = 0.75  # of the whole time: a service that takes as much of it is what limits
DAY_SECONDS = 86_400.0
_ENOUGH_ROWS = 5  # from which the cost of a row is known
SEARCH = 1 / 20  # a row's share of a search of MusicBrainz, which is for many rows
_TRACKS = 0.7  # of the rows are known to both services: MusicBrainz tells their tracks
_WINDOWS = {1.0: "a second", 60.0: "a minute", 3600.0: "an hour"}


@dataclass(frozen=True, slots=True)
class Quota:
    """What a service grants, and what of it is used at one moment.

    `limit` calls in a moving window of `window_seconds`, None without a limit. `busy` holds, for each used slot, the
    seconds until it is free again, the soonest first. `daily_left` calls remain of the day that ends in
    `day_ends_seconds`, None without a daily limit.
    """

    limit: int | None = None
    window_seconds: float = 60.0
    busy: tuple[float, ...] = ()
    daily_limit: int | None = None
    daily_left: int | None = None
    day_ends_seconds: float = 0.0

    @property
    def used(self) -> int:
        """Return how many calls of the window are used, never more than its limit."""
        return len(self.busy) if self.limit is None else min(len(self.busy), self.limit)

    @property
    def remaining(self) -> int | None:
        """Return how many calls may be made now, None without a limit."""
        return None if self.limit is None else self.limit - self.used

    @property
    def exhausted(self) -> bool:
        """Whether no call may be made now."""
        return self.remaining == 0 or self.daily_left == 0

    def seconds_for(self, calls: float) -> float:
        """Return the seconds until the last of `calls` calls may be made, when each takes the next free slot."""
        whole = max(0, int(-(-calls // 1)))
        if not whole:
            return 0.0
        if self.daily_limit and self.daily_left is not None and whole > self.daily_left:
            days, rest = divmod(whole - self.daily_left - 1, self.daily_limit)
            return self.day_ends_seconds + days * DAY_SECONDS + self._round(rest + 1, ())
        return self._round(whole, self.busy)

    def _round(self, calls: int, busy: tuple[float, ...]) -> float:
        if not self.limit:
            return 0.0
        soonest = sorted(busy)[-self.limit :]
        slots = [0.0] * (self.limit - len(soonest)) + soonest
        rounds, last = divmod(calls - 1, self.limit)
        return slots[last] + rounds * self.window_seconds

    def rows_a_minute(self, calls: float) -> float | None:
        """Return how many rows of so many `calls` each its window lets through in a minute, None without a limit."""
        return self.limit * 60 / self.window_seconds / calls if self.limit and calls else None

    @property
    def words(self) -> str:
        """Return the limit as an operator reads it, `60 calls a minute`; "" without one."""
        window = _WINDOWS.get(self.window_seconds, f"in {self.window_seconds:g} s")
        parts = [
            f"{limit:,} {'call' if limit == 1 else 'calls'} {length}"
            for limit, length in ((self.limit, window), (self.daily_limit, "a day"))
            if limit is not None
        ]
        return ", ".join(parts)


class DiscogsUse(Enum):
    """For what rows ask Discogs: the calls a row, as the releases of the sandbox are known to the services."""

    NOTHING = 0.0
    WHEN_NEEDED = 0.6  # search and release, where MusicBrainz does not decide
    FACTS = 1.3  # a search; the release where MusicBrainz does not tell the same
    LOWEST = 2.0  # a search and the release, which has the lowest offer
    SUGGESTIONS = 3.0  # a call more for these


@dataclass(frozen=True, slots=True)
class Forecast:
    """The seconds until the rows are done, and the service that keeps them from being done sooner, None for none.

    `at_most` is how many rows a minute the window of that service lets through, None where no window of it limits.
    """

    seconds: float
    limited_by: Service | None = None
    at_most: float | None = None


def calls_a_row(
    *, discogs: DiscogsUse, compares: bool, taken: Mapping[Service, int] | None = None, rows: int = 0
) -> dict[Service, float]:
    """Return the calls of each service that a row costs.

    `discogs` says what Discogs is asked for, `compares` whether rows are priced by asking prices at eBay. When enough
    `rows` were done while `taken` calls were made for them, that is what counts, else experience.
    """
    usual = {
        Service.DISCOGS: discogs.value,
        Service.MUSICBRAINZ: SEARCH + (_TRACKS if discogs is DiscogsUse.FACTS else 0.0),
        Service.EBAY_BROWSE: float(compares),
    }
    seen = {service: calls / rows for service, calls in taken.items()} if taken and rows >= _ENOUGH_ROWS else {}
    return {service: seen.get(service, calls) for service, calls in usual.items() if calls}


def forecast(
    rows: int, calls: Mapping[Service, float], quotas: Mapping[Service, Quota], speed: float | None
) -> Forecast | None:
    """Return when `rows` rows will be done, None while that cannot be known.

    `calls` are those a row costs, `quotas` those of the services that answer, `speed` is in rows a minute, None while
    it is not known. The longest of all counts.
    """
    if rows <= 0:
        return None
    needed = {service: quotas[service].seconds_for(rows * each) for service, each in calls.items() if service in quotas}
    slowest = max(needed, key=needed.__getitem__, default=None)
    quota_seconds = needed[slowest] if slowest else 0.0
    if not speed and quota_seconds < TELLING_SECONDS:
        return None
    seconds = max(quota_seconds, 60 * rows / speed if speed else 0.0)
    if slowest is None or quota_seconds < LIMITING_SHARE * seconds:
        return Forecast(seconds)
    return Forecast(seconds, slowest, quotas[slowest].rows_a_minute(calls[slowest]))
