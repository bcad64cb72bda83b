"""The audit: who did what, on what, from where, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.codec import Document
from engine.domain.access import TokenScope, Via
from engine.open_enum import OpenEnum


class Result(OpenEnum):
    """What came of an act. Stored and published: never renamed."""

    ASKED = "asked"  # it was begun; it stays so where the process died
    DONE = "done"
    REFUSED = "refused"  # who asked may not do that
    FAILED = "failed"


class Entry(Document, frozen=True):
    """The document `audit/{entry_id}`, whose ids sort by time. It holds no secret.

    `by` acted `via` a screen, the API or the command line, from `address`, and might go as far as `scope`. `action` is
    the name of what was asked for, `words` says it plainly, and `about` on what: rows, names, values. `batches` are
    the batches that it touched. `sentence` says why it was refused or failed.
    """

    entry_id: str
    at: datetime
    by: str
    via: Via
    address: str
    scope: TokenScope
    action: str
    words: str
    about: str = ""
    batches: tuple[str, ...] = ()
    result: Result = Result.ASKED
    sentence: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted: of one person or program, on one batch, made from `since` and before `until`."""

    by: str = ""
    batch: str = ""
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = AuditFilter()
