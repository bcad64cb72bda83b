"""Which batches the URL of the list asks for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from console import labels
from console.labels import Label
from engine.public import BatchFilter, JobStatus, Visibility

STATES: Mapping[str, Label] = {
    JobStatus.PENDING: labels.WAITING,
    JobStatus.RUNNING: labels.RUNNING,
    JobStatus.PAUSED: labels.PAUSED,
    JobStatus.COMPLETED: labels.DONE,
    JobStatus.FAILED: labels.FAILED,
    JobStatus.CANCELLED: labels.CANCELLED,
}
_LAST = date(9999, 12, 1)  # of the days that can be asked for


@dataclass(frozen=True, slots=True)
class Query:
    """What the operator wants to see. Days are theirs, both included; the page begins at `before`, "" at the newest.

    With `archived` it is the archive and nothing else.
    """

    q: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None
    before: str = ""
    archived: bool = False

    @classmethod
    def of(cls, address: Mapping[str, str]) -> Query:
        """Return what the parameters of a URL ask for; values that cannot be read are ignored."""
        state, before = address.get("state", ""), address.get("before", "")
        return cls(
            address.get("q", "").strip(),
            state if state in STATES else "",
            _day(address.get("from", "")),
            _day(address.get("to", "")),
            before if _moment(before) else "",
            address.get("archived") == "1",
        )

    @property
    def narrow(self) -> bool:
        """Whether it leaves batches out, beside those of other pages."""
        return bool(self.q or self.state or self.since or self.until)

    @property
    def start(self) -> datetime | None:
        """Return the time before which the batches of the page were made, None on the first."""
        return _moment(self.before)

    def address(self) -> dict[str, str]:
        """Return the parameters that ask for it, without defaults."""
        days = {
            "from": self.since.isoformat() if self.since else "",
            "to": self.until.isoformat() if self.until else "",
        }
        archived = "1" if self.archived else ""
        given = {"q": self.q, "state": self.state, **days, "archived": archived, "before": self.before}
        return {name: value for name, value in given.items() if value}

    def wanted(self, zone: tzinfo) -> BatchFilter:
        """Return the same for the engine; `zone` is where the operator's days begin."""
        return BatchFilter(
            self.q,
            JobStatus(self.state) if self.state else None,
            _midnight(self.since, zone),
            _midnight(self.until + timedelta(days=1) if self.until else None, zone),
            Visibility.ARCHIVED if self.archived else Visibility.VISIBLE,
        )


def _midnight(day: date | None, zone: tzinfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None


def _day(text: str) -> date | None:
    with suppress(ValueError):
        day = date.fromisoformat(text)
        return day if date(1970, 1, 2) <= day <= _LAST else None
    return None


def _moment(text: str) -> datetime | None:
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else None
    return None
