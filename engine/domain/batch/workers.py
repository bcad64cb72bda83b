"""What a worker reports of itself: the document `workers/{name}`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from engine.codec import Document, Value

SILENT_AFTER = timedelta(seconds=10)  # a worker without a heartbeat for so long does not count as alive


class RowInFlight(Value, frozen=True, omit_defaults=False):
    """A row that a worker works on. `waits_for` is what it waits for, "" when it does not wait."""

    job_id: str | None
    index: int
    upc: str
    step: str = ""
    waits_for: str = ""


class WorkerRecord(Document, frozen=True):
    """The document of a worker. `state` is idle, working, stopping or stopped.

    `job_id` is the batch whose `rows` it works on, None without one; `waits_for` are the reasons of those that wait.
    `connections` says for which services it has credentials, {} when it does not say, `credentials` which generation of
    them it uses. After `expires_at` Firestore
    deletes the document.
    """

    state: str
    heartbeat_at: datetime
    started_at: datetime
    host: str = ""
    job_id: str | None = None
    rows: tuple[RowInFlight, ...] = ()
    waits_for: str = ""
    connections: Mapping[str, bool] = {}
    credentials: int = 0
    expires_at: datetime | None = None


def counts_as_alive(age: timedelta) -> bool:
    """Whether a worker does whose last heartbeat is of this age; one from the time to come is of a clock set back."""
    return abs(age) <= SILENT_AFTER
