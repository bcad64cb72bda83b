"""Numbers, money and times as an operator reads them. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

NONE = "–"
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def number(count: int) -> str:
    """Return `4,980`."""
    return f"{count:,}"


def rows(count: int, noun: str = "item", plural: str = "") -> str:
    """Return `1 item` or `4,980 items`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {plural or noun + 's'}"


def share(part: int, whole: int) -> str:
    """Return `68.5 %`; a part that is not the whole is never shown as 100 %."""
    if not whole:
        return "0 %"
    percent = 100 * part / whole
    if part < whole:
        percent = min(percent, 99.9)
    return f"{percent:.0f} %" if percent in {0, 100} else f"{percent:.1f} %"


def money(cents: int | None) -> str:
    """Return `$36.67`, "" when there is no price."""
    return "" if cents is None else f"${cents / 100:,.2f}"


def span(length: timedelta) -> str:
    """Return a length of time in its largest fitting unit: `2 s`, `6 min`, `3 h`, `2 days`."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _DAY:
        return f"{seconds // _HOUR} h"
    days = seconds // _DAY
    return "1 day" if days == 1 else f"{days} days"


def duration(seconds: float) -> str:
    """Return how long something takes: `40 s`, `14 min`, `2 h 03 min`, `3 days`."""
    if seconds < _MINUTE or seconds >= _DAY:
        return span(timedelta(seconds=seconds))
    minutes = round(seconds / _MINUTE)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def ago(length: timedelta) -> str:
    """Return `6 min ago`, and `just now` for less than a second."""
    return "just now" if length < timedelta(seconds=1) else f"{span(length)} ago"


def moment(at: datetime | None, *, now: datetime, zone: tzinfo = UTC) -> str:
    """Return when something was, on the operator's clock: `14:41` today, `yesterday 11:40`, else `12 Oct 14:30`."""
    if at is None:
        return NONE
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if local.date() == today - timedelta(days=1):
        return f"yesterday {local:%H:%M}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%b}{year} {local:%H:%M}"


def when(at: datetime, *, now: datetime, zone: tzinfo = UTC, old: bool = False) -> str:
    """Return how long before `now` something was, `6 min ago`; where `now` is `old` the moment itself, `at 14:41`."""
    if not old:
        return ago(now - at)
    said = moment(at, now=now, zone=zone)
    return said if " " in said else f"at {said}"


def second(at: datetime, zone: tzinfo = UTC) -> str:
    """Return the time of day to the second: `14:41:57`."""
    return f"{at.astimezone(zone):%H:%M:%S}"


def speed(per_minute: float | None) -> str:
    """Return `41 / min`, a dash while it is not known."""
    if per_minute is None:
        return NONE
    return f"{per_minute:.1f} / min" if 0 < per_minute < 10 else f"{per_minute:,.0f} / min"


def reference(job_id: str) -> str:
    """Return the short name of a batch, which still identifies it: `20261123_143401_1`."""
    return job_id.removeprefix("batch_")


def waiting_note(open_: str, paused: int) -> str:
    """Return where rows wait, `in 2 batches, 176 paused`; "" where none waits."""
    return ", ".join(filter(None, (open_, f"{number(paused)} paused" if paused else "")))
