"""What a shift hands over as plain text: for a message, a terminal, a sheet of paper. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from engine.batches.shift import Running, ShiftReport
from engine.batches.stuck import Stuck
from engine.batches.upstream_views import local_times
from engine.domain.batch.advice import advice_on
from engine.domain.batch.fixes import Fix


def message(report: ShiftReport, zone: tzinfo = UTC, link: str = "") -> str:
    """Return all of a report, a line each, with times on the clock of `zone`; `link` leads to where it stands."""
    return "\n".join(_lines(report, zone, link))


def _lines(report: ShiftReport, zone: tzinfo, link: str) -> Iterator[str]:
    done = report.finished
    since, until = (moment(at, report.at, zone) for at in (report.since, report.at))
    yield f"Shift from {since} to {until} {report.at.astimezone(zone):%Z}"
    yield (
        f"Finished: {counted(done.batches, 'batch', 'batches')}, {counted(done.drafts, 'draft')} made or changed, "
        f"{counted(done.failed, 'row')} failed."
    )
    yield "Stuck:" if report.stuck else "Nothing is stuck."
    yield from (f"- {stuck_line(one, report.at, zone)}" for one in report.stuck)
    if report.unnamed:
        yield f"- and {counted(report.unnamed, 'batch', 'batches')} more that are paused or failed."
    if report.running:
        yield "Running:"
        yield from (f"- {running_line(one, report.at, zone)}" for one in report.running)
    if report.unnamed_running:
        yield f"- and {counted(report.unnamed_running, 'batch', 'batches')} more."
    yield from (f"Fix under way: {fix_line(fix)}" for fix in report.fixes)
    left = f"{counted(report.left, 'row')} of {counted(report.open, 'batch', 'batches')}" if report.open else "nothing"
    paused = f", and {counted(report.paused, 'row')} of paused batches" if report.paused else ""
    yield f"To do: {left}, by {counted(report.engines, 'engine')}{paused}."
    if link:
        yield link


def stuck_line(one: Stuck, now: datetime, zone: tzinfo) -> str:
    """Return what is stuck, why, since when, and what to do next."""
    rows = f" ({counted(one.rows, 'row')}{f', {one.lately:,} of them new' if one.lately else ''})" if one.rows else ""
    since = f" Since {moment(one.since, now, zone)}." if one.since else ""
    until = f" Until about {moment(one.until, now, zone)}." if one.until and one.until > now else ""
    return f"{one.name}{rows}: {_sentence(local_times(one.why, now, zone))}{since}{until} Next: {one.next_step}"


def running_line(one: Running, now: datetime, zone: tzinfo) -> str:
    """Return how far a batch is, how fast it goes and when it will be done."""
    total = "?" if one.total is None else f"{one.total:,}"
    pace = f", {one.per_minute:,.0f} a minute" if one.per_minute is not None else ""
    limit = f", limited by {one.limited_by}" if one.limited_by else ""
    end = f", done at about {moment(one.done_at, now, zone)}{limit}" if one.done_at else ""
    waits = "".join(f" {_sentence(local_times(wait, now, zone))}" for wait in one.waits)
    return f"{one.name}: {one.done:,} of {total} rows{pace}{end}.{waits}"


def fix_line(fix: Fix) -> str:
    """Return what a fix does and how far it is."""
    by = f", by {fix.by}" if fix.by else ""
    kind, left = str(fix.remedy.kind).replace("_", " "), f", {fix.left_alone:,} left alone" if fix.left_alone else ""
    return f"{kind}, {advice_on(fix.rows.cause).name}: {fix.done:,} of {counted(fix.total, 'row')} queued{left}{by}."


def moment(at: datetime, now: datetime, zone: tzinfo) -> str:
    """Return a time of day; with the day where that is another than today's."""
    local = at.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == now.astimezone(zone).date() else f"{local.day} {local:%b %H:%M}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return `1 batch` or `4,980 batches`."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def _sentence(text: str) -> str:
    return f"{text.rstrip('.')}."
