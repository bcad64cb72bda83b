"""How long what is over is kept, and what the store says of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.codec import Document, OpenEnum, Value, replace


class Subject(OpenEnum):
    """What a rule of retention is about. Stored: never renamed."""

    BATCHES = "batches"  # that have ended, each with its rows, its history and its copy of the file
    SCANS = "scans"  # sessions that were made a file
    FILES = "files"  # uploads that nothing names any more
    NOTIFICATIONS = "notifications"
    ENTRIES = "audit"  # of the audit
    FIXES = "fixes"  # of many failed rows, that have ended
    DELETIONS = "deletions"  # who deleted which batch
    SESSIONS = "sessions"  # of people who have signed in
    LOOKUPS = "lookups"
    HISTORY = "history"  # of batches
    REQUESTS = "requests"
    UPLOADS = "uploads"  # that were never started
    WORKERS = "workers"


EXPIRING: Mapping[Subject, str] = {
    Subject.LOOKUPS: "lookups",
    Subject.HISTORY: "*/events",
    Subject.REQUESTS: "requests",
    Subject.UPLOADS: "uploads",
    Subject.WORKERS: "workers",
}
"""The collections whose documents say in `expires_at` when they may go; Firestore takes these away by itself."""


@dataclass(frozen=True, slots=True)
class Keep:
    """How long each is kept after its end or its last change, None for good. Whole days.

    `audit` is for all that is kept of who did what: its entries, the fixes of many rows, the deletions of batches.
    """

    batches: timedelta | None = None
    scans: timedelta | None = timedelta(days=365)
    files: timedelta | None = None
    notifications: timedelta | None = timedelta(days=30)
    audit: timedelta | None = None


class RuleState(Value, frozen=True, omit_defaults=False):
    """How one rule did: so many were `removed` since the store began, the last of them at `removed_at`.

    `days` is how long they are kept, None for good, 0 until they have expired.
    """

    days: int | None = None
    removed: int = 0
    removed_at: datetime | None = None


class RetentionRecord(Document, frozen=True):
    """The document `meta/retention`. A worker takes the next round from `due_at` on; None before the first.

    `ended_at` is when a round was last gone through to its end.
    """

    due_at: datetime | None = None
    ended_at: datetime | None = None
    rules: Mapping[str, RuleState] = {}

    def counted(self, subject: Subject, removed: int, now: datetime) -> RetentionRecord:
        """Return the record after so many more of `subject` were removed."""
        before = self.rules.get(subject, RuleState())
        after = replace(before, removed=before.removed + removed, removed_at=now) if removed else before
        return replace(self, rules={**self.rules, str(subject): after})

    def begun(self, days: Mapping[Subject, int | None]) -> RetentionRecord:
        """Return the record with how long each is kept; what was removed before stays counted."""
        rules = {str(one): replace(self.rules.get(one, RuleState()), days=kept) for one, kept in days.items()}
        return replace(self, rules={**self.rules, **rules})
