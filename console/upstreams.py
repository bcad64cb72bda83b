"""The services as an operator reads them: their state, their quotas, and how long a batch takes with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from console.context import Context, zone
from console.formatting import duration, number, rows, second, when
from console.labels import Label
from console.poller import AWAY
from engine.public import (
    NAMES,
    Forecast,
    UpstreamState,
    UpstreamsView,
    UpstreamView,
    Wait,
    WorkerView,
    local_times,
)

EVERY_SECONDS = 20.0  # on other screens the services matter less

STATES: Mapping[UpstreamState, Label] = {
    UpstreamState.OK: Label("Answers", "green", "check_circle"),
    UpstreamState.WAITING: Label("Quota used up", "blue", "hourglass_top"),
    UpstreamState.DOWN: Label("Down", "orange", "cloud_off"),
    UpstreamState.REFUSED: Label("Refuses us", "red", "key_off"),
    UpstreamState.NOT_CONNECTED: Label("Not connected", "gray", "link_off"),
    UpstreamState.UNKNOWN: Label("Not known yet", "gray", "help"),
}
_WINDOWS = {1.0: "second", 60.0: "minute", 3600.0: "hour"}


def look(context: Context) -> UpstreamsView | None:
    """Return the services as they were last read; None when the store does not answer."""
    try:
        return context.poller.look("upstreams", context.engine.upstreams.all, every=EVERY_SECONDS).value
    except AWAY:
        return None


def state_line(view: UpstreamView, *, old: bool) -> str:
    """Return what the state of a service means; of an `old` view the moment of its last answer, not the age."""
    if view.state is UpstreamState.OK and view.last_ok_at:
        return f"Last good answer {_when(view, view.last_ok_at, old=old)}."
    return local_times(view.sentence, view.at, zone())


def quota_lines(view: UpstreamView) -> list[tuple[str, float | None]]:
    """Return what is used of each quota of a service, with its share of the whole, None where there is no limit."""
    quota, lines = view.quota, list[tuple[str, float | None]]()
    if quota.limit:
        full = f"full again at {second(view.full_at, zone())}" if view.full_at else "all of it free"
        window = _WINDOWS.get(quota.window_seconds, f"{quota.window_seconds:g} s")
        used = f"{number(quota.used)} of {number(quota.limit)} in the last {window}, {full}"
        lines.append((used, quota.used / quota.limit))
    if quota.daily_limit and view.daily_used is not None:
        reset = f", resets at {second(view.daily_resets_at, zone())}" if view.daily_resets_at else ""
        used = f"{number(view.daily_used)} of {number(quota.daily_limit)} today{reset}"
        lines.append((used, view.daily_used / quota.daily_limit))
    return lines or [("No limit of calls", None)]


def credentials_line(view: UpstreamView, *, old: bool) -> str:
    """Return whether a service accepts our credentials, and when it last said so."""
    known = view.credentials
    said = f" {_when(view, known.at, old=old)}" if known.at else ""
    return {
        "accepted": f"Accepted{said}",
        "refused": f"Refused{said}",
        "missing": "Not connected",
        "unneeded": "None needed",
    }.get(known.state, known.said or ("Set, not tried yet" if view.keys else "Not known yet"))


def error_line(view: UpstreamView, *, old: bool) -> str:
    """Return the last error and when it was, "" when there was none, or the state says it already."""
    if not view.last_error or (view.state is UpstreamState.REFUSED and view.last_error == view.credentials.said):
        return ""
    at = view.last_error_at
    return f"{view.last_error} ({_when(view, at, old=old)})" if at else view.last_error


def calls_line(view: UpstreamView) -> str:
    """Return how many calls were made and how long an answer takes, "" before the first."""
    if not view.calls:
        return ""
    took = f", {latency(view.latency_ms)} an answer" if view.latency_ms is not None else ""
    return f"{rows(view.calls, 'call')} so far{took}"


def test_line(view: UpstreamView, engines: int, *, old: bool) -> str:
    """Return the result of the test of a service, or what it waits for; "" when there was none."""
    test = view.test
    if test is None:
        return ""
    result = test.sentence_at(view.at, engines)
    if test.done_at is None:
        return result
    mark = {True: "✓ ", False: "✗ "}.get(test.ok, "") if test.ok is not None else ""
    took = f", {latency(test.latency_ms)}" if test.latency_ms is not None else ""
    return f"{mark}{result} ({_when(view, test.done_at, old=old)}{took})"


def wait_line(wait: Wait, at: datetime) -> str:
    """Return `4 items wait: Discogs quota until 14:52:10`."""
    return f"{rows(wait.rows)} {'waits' if wait.rows == 1 else 'wait'}: {local_times(wait.reason, at, zone())}"


def _when(view: UpstreamView, at: datetime, *, old: bool) -> str:
    return when(at, now=view.at, zone=zone(), old=old)


def latency(ms: float) -> str:
    """Return `210 ms`, and `1.4 s` from a second on."""
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms"


def heartbeat(worker: WorkerView, *, old: bool) -> str:
    """Return when a worker was heard of last, as it was read; where that is `old`, the moment and not the age."""
    return when(worker.heartbeat_at, now=worker.read_at, zone=zone(), old=old)


def ending(forecast: Forecast, upstreams: UpstreamsView) -> str:
    """Return `about 14 min, limited by Discogs (60 calls a minute)`."""
    about = f"about {duration(forecast.seconds)}"
    if forecast.limited_by is None:
        return about
    return f"{about}, limited by {NAMES[forecast.limited_by]} ({upstreams.of(forecast.limited_by).quota.words})"
