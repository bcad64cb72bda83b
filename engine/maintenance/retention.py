"""Retention: what has been over for long enough goes by rule, a page at a time, and the store says how much has gone.

A round is held under a lease, `due_at` of the record, and each page is one commit with the record at the version that
its holder wrote last. So what has gone is counted whoever is killed, and two workers never remove or count the same.
Files are no part of a commit: those that went just before a kill, twenty at most, are gone and not counted.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.clock import Clock
from engine.codec import decode, encode, replace
from engine.domain.retention import RetentionRecord
from engine.errors import Conflict, DocumentBroken, DocumentNewer
from engine.files.base import Files
from engine.log import get_logger
from engine.maintenance.retention_rules import Page, Rule
from engine.maintenance.store_record import read_record
from engine.store.base import Document, Expect, Patch, Put, Store, Version

log = get_logger(__name__)

PATH = "meta/retention"
ROUND = timedelta(days=1)
LEASE = timedelta(minutes=5)
LOOK_SECONDS = 60.0
PAUSE_SECONDS = 1.0  # after a page: 300 deletions a second, fewer than the 500 that Firestore takes to begin with


@dataclass(slots=True)
class _Round:
    """A round that this worker holds since `began_at`; the record as it was written last, and when, by the store."""

    record: RetentionRecord
    version: Version
    began_at: datetime
    at: datetime


class Retained:
    """What has gone so far. Its method raises StoreAway when the store does not answer."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def last(self) -> RetentionRecord | None:
        """Return how long each subject is kept and how much of it has gone, None before the first round."""
        found = self._store.get(PATH)[0]
        return _read(found) if found else None


class Retention:
    """Carries out the rules once a day, by whichever worker looks first; once `closing` is set another goes on."""

    def __init__(
        self, store: Store, files: Files, clock: Clock, rules: Sequence[Rule], *, pause: float = PAUSE_SECONDS
    ) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._rules = rules
        self._pause = pause
        self._looked_at = float("-inf")
        self.closing = threading.Event()

    def due(self) -> list[str]:
        """Return what is to be done now: nothing where no round is due. The store is asked once a minute.

        Raises:
            StoreAway: it does not answer.
        """
        if self._clock.monotonic() < self._looked_at + LOOK_SECONDS:
            return []
        self._looked_at = self._clock.monotonic()
        found = self._store.get(PATH)[0]
        return [PATH] if found is None or _is_due(found) else []

    def work(self) -> bool:
        """Go through the round that is due, to its end, or until it is closed or lost; return False: no other is due.

        Raises:
            StoreAway, FilesAway: a store does not answer; the round is due again when its lease has run out.
        """
        if held := self._take():
            done = all(self._try(rule, held) for rule in self._rules if rule.kept is not None)
            self._let_go(held, done=done)
        return False

    def _try(self, rule: Rule, held: _Round) -> bool:
        """Carry out a rule; one that comes upon a document which cannot be read holds up no other."""
        try:
            return self._carry_out(rule, held)
        except (DocumentBroken, DocumentNewer) as error:
            log.warning("retention_held_up", subject=str(rule.subject), error=str(error))
            return True

    def _take(self) -> _Round | None:
        """Take the round that is due; None where there is none, another worker has it, or a backup comes back."""
        found = self._store.get(PATH)[0]
        if (found and not _is_due(found)) or read_record(self._store)[0].restoring:
            return None
        now = found.read_at if found else self._clock.now()
        record = (_read(found) if found else RetentionRecord()).begun(
            {rule.subject: None if rule.kept is None else rule.kept.days for rule in self._rules}
        )
        record = replace(record, due_at=now + LEASE)
        fields = encode(record)
        write = Patch(PATH, fields, found.version) if found else Put(PATH, fields, Expect.ABSENT)
        try:
            written = self._store.transact(write)
        except Conflict:
            return None
        return _Round(record, written.versions[0], began_at=now, at=written.at)

    def _carry_out(self, rule: Rule, held: _Round) -> bool:
        """Go through the pages of a rule; return False where the round was closed or lost."""
        removed = 0
        for page in rule.pages(held.began_at - (rule.kept or timedelta(0))):
            if self.closing.is_set():
                return False
            try:
                self._remove(page, rule, held)
            except Conflict:
                if self._is_lost(held):
                    return False
                continue  # something in it has changed: the next round looks again
            removed += page.removed
            self.closing.wait(self._pause)
        if removed:
            log.info("retention_removed", subject=str(rule.subject), removed=removed)
        return True

    def _remove(self, page: Page, rule: Rule, held: _Round) -> None:
        """Remove a page, count it, and renew the lease.

        Raises:
            Conflict: the round was lost, or a document of the page has changed.
        """
        for path in page.files:
            self._files.delete(path)
        record = replace(held.record.counted(rule.subject, page.removed, held.at), due_at=held.at + LEASE)
        written = self._store.commit(Patch(PATH, encode(record), held.version), *page.writes)
        held.record, held.version, held.at = record, written.versions[0], written.at

    def _is_lost(self, held: _Round) -> bool:
        found = self._store.get(PATH)[0]
        return found is None or found.version != held.version

    def _let_go(self, held: _Round, *, done: bool) -> None:
        """Say when the next round is due: in a day, or now where this one was not gone through."""
        due_at, ended_at = (held.began_at + ROUND, held.at) if done else (held.at, held.record.ended_at)
        record = replace(held.record, due_at=due_at, ended_at=ended_at)
        try:
            self._store.commit(Patch(PATH, encode(record), held.version))
        except Conflict:
            log.info("retention_lost")


def _is_due(found: Document) -> bool:
    due_at = _read(found).due_at
    return due_at is None or due_at <= found.read_at


def _read(found: Document) -> RetentionRecord:
    return decode(RetentionRecord, found.fields, found.path)
