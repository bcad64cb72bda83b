"""What the doctor found, and where the last report is kept."""

from __future__ import annotations

from datetime import datetime

from engine.codec import Document, Value, decode, encode
from engine.open_enum import OpenEnum
from engine.store.base import Put, Store

PATH = "doctor/report"


class Level(OpenEnum):
    """How a finding is. Stored and published: never renamed."""

    OK = "ok"
    WARNING = "warning"  # it works, and something is worth knowing
    PROBLEM = "problem"  # batches will not do what they should


class Finding(Value, frozen=True, omit_defaults=False):
    """What one check found, in a sentence; `advice` says what to do, "" where nothing is."""

    check: str
    level: Level
    sentence: str
    advice: str = ""


class Report(Document, frozen=True):
    """All findings of one machine, `at` by its clock. `services` says whether the services were called too."""

    at: datetime
    host: str
    services: bool
    findings: tuple[Finding, ...]

    def of(self, level: Level) -> list[Finding]:
        """Return the findings of a level."""
        return [finding for finding in self.findings if finding.level == level]

    @property
    def summary(self) -> str:
        """Return how it is, in a few words."""
        counts = {"problem": len(self.of(Level.PROBLEM)), "warning": len(self.of(Level.WARNING))}
        found = [f"{count} {word}{'s' if count > 1 else ''}" for word, count in counts.items() if count]
        return ", ".join(found) or "All is well"


def ok(check: str, sentence: str) -> Finding:
    """Return that a check found nothing wrong."""
    return Finding(check, Level.OK, sentence)


def warning(check: str, sentence: str, advice: str = "") -> Finding:
    """Return what is worth knowing."""
    return Finding(check, Level.WARNING, sentence, advice)


def problem(check: str, sentence: str, advice: str) -> Finding:
    """Return what keeps batches from doing what they should."""
    return Finding(check, Level.PROBLEM, sentence, advice)


def keep(store: Store, report: Report) -> None:
    """Keep a report in place of the last one.

    Raises:
        StoreAway: the store does not answer.
    """
    store.commit(Put(PATH, encode(report)))


def kept(store: Store) -> Report | None:
    """Return the last report, None when there was never one.

    Raises:
        StoreAway: the store does not answer.
        DocumentBroken: it cannot be read.
    """
    found = store.get(PATH)[0]
    return decode(Report, found.fields, PATH) if found else None
