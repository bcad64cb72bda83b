"""What may go, found a page at a time: one rule for each subject. None finds what is open.

The next page is looked for once the one before is gone, so that a round which was stopped goes on where it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from engine.access.audit import Audit
from engine.access.sessions import SESSIONS
from engine.batches.deletion import DELETIONS, Deletions
from engine.batches.documents import JOBS, job_path, load, read_job, written
from engine.batches.fixes import FIXES
from engine.batches.listing import BEGINNING, BatchFilter, JobPages
from engine.batches.scan_documents import SESSIONS as SCAN_SESSIONS
from engine.batches.scan_documents import read_session, scans_of
from engine.batches.uploads import CARRIED
from engine.domain.batch.jobs import ENDED, Job
from engine.domain.batch.upload import UPLOADS
from engine.domain.notifications import NOTIFICATIONS
from engine.domain.retention import EXPIRING, Keep, Subject
from engine.errors import FileMissing, IllegalTransition, JobUnknown
from engine.files.base import Files
from engine.store.base import Delete, Document, Order, Store, Where, Write

AT_ONCE = 300  # documents of one commit; Firestore takes 500 writes
FILES_AT_ONCE = 20
BATCHES_AT_ONCE = 100  # that are looked at together
BY = "retention"
_DAY = re.compile(r"\d{8}")


@dataclass(frozen=True, slots=True)
class Page:
    """What goes together: `files` first, then all of `writes` in one commit; so many of the subject are `removed`."""

    removed: int
    writes: tuple[Write, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """How long a subject is `kept`, None for good, and the `pages` of what is from before a moment."""

    subject: Subject
    kept: timedelta | None
    pages: Callable[[datetime], Iterator[Page]]


class Rules:
    """The rules over one store and one file store."""

    def __init__(self, store: Store, files: Files, deletions: Deletions, keep: Keep, audit: Audit) -> None:
        self._store = store
        self._files = files
        self._deletions = deletions
        self._keep = keep
        self._audit = audit

    def all(self, *, expired: bool) -> list[Rule]:
        """Return every rule; with `expired` also those for what Firestore takes away by itself."""
        keep, once_over = self._keep, timedelta(0)
        rules = [
            Rule(Subject.BATCHES, keep.batches, self._batches),
            Rule(Subject.SCANS, keep.scans, self._scans),
            Rule(Subject.NOTIFICATIONS, keep.notifications, self._settled(NOTIFICATIONS)),
            Rule(Subject.ENTRIES, keep.audit, self._entries),
            Rule(Subject.FIXES, keep.audit, self._settled(FIXES)),
            Rule(Subject.DELETIONS, keep.audit, self._settled(DELETIONS)),
            Rule(Subject.SESSIONS, once_over, lambda before: _pages(self._older(SESSIONS, "ends_at", before))),
        ]
        rules += [Rule(subject, once_over, self._expiring(subject)) for subject in EXPIRING if expired]
        return [*rules, Rule(Subject.FILES, keep.files, self._uploads)]  # last: files that are away hold up no other

    def _batches(self, before: datetime) -> Iterator[Page]:
        """Mark batches as being deleted, one in a commit; workers then delete them as if a person had said so."""
        pages = JobPages(self._store)
        for status in sorted(ENDED):
            wanted, until = BatchFilter(status=status, until=before, visibility=None), None
            while True:
                found = pages.page(BATCHES_AT_ONCE, wanted, until)
                for job, _ in found.jobs:
                    yield from self._marked(job.job_id, before)
                if found.next is None:
                    break
                until = found.next

    def _marked(self, job_id: str, before: datetime) -> Iterator[Page]:
        """Yield the commit that marks a batch, unless it is open, was changed since, or is of use to one that is."""
        try:
            found = load(self._store, job_id)
            job = read_job(found)
            if job.engine.deleting or not _is_over(job, before) or self._has_open_relatives(job):
                return
            change = self._deletions.marked(job, found.read_at, by=BY, leave_drafts=True, alone_for=timedelta(0))
        except (JobUnknown, IllegalTransition):
            return
        yield Page(1, tuple(written(found, change, by=BY)))

    def _has_open_relatives(self, job: Job) -> bool:
        """Whether this batch has rows of one that has not ended, or gave rows to one."""
        paths = [job_path(name) for name in (job.retry_of, job.engine.handed_to) if name]
        found = self._store.get(*paths) if paths else []
        return any(read_job(document).status not in ENDED for document in found if document)

    def _scans(self, before: datetime) -> Iterator[Page]:
        """Take away sessions of which a file was made: the scans first, the session with the last commit."""
        for document in self._older(SCAN_SESSIONS, "changed_at", before):
            session = read_session(document)
            while session.path and (found := self._store.find(scans_of(session.session_id), limit=AT_ONCE)):
                yield Page(0, tuple(Delete(scan.path) for scan in found))
            if session.path:
                yield Page(1, (Delete(document.path, document.version),))

    def _settled(self, collection: str) -> Callable[[datetime], Iterator[Page]]:
        """Return what takes documents away, but for those with which something is still to be done."""

        def pages(before: datetime) -> Iterator[Page]:
            old = self._older(collection, "at", before)
            return _pages(document for document in old if document.fields.get("due_at") is None)

        return pages

    def _entries(self, before: datetime) -> Iterator[Page]:
        while found := self._audit.before(before, AT_ONCE):
            yield from _pages(found)

    def _uploads(self, before: datetime) -> Iterator[Page]:
        """Take away files that no batch, no upload and no scan session names.

        A file lies under the day on which it was given. One that is given again lies under another day, so what was
        found to be old is nobody's new file.
        """
        folder, last = f"{self._files.home}/uploads/", ""
        while found := self._listed(folder, last):
            last = found[-1]
            old = [path for path in found if _day_of(path, folder) < f"{before:%Y%m%d}"]
            if gone := [path for path in old if not self._is_named(path)]:
                yield Page(len(gone), files=tuple(gone))

    def _listed(self, folder: str, after: str) -> Sequence[str]:
        try:
            return self._files.walk(folder, FILES_AT_ONCE, after)
        except FileMissing:
            return []  # there is no bucket yet

    def _is_named(self, path: str) -> bool:
        """Whether a document names a file."""
        places = [(JOBS, "gcs_path"), (UPLOADS, "path"), (UPLOADS, "fixed"), (SCAN_SESSIONS, "path")]
        if any(self._store.count(collection, [Where(field, "==", path)]) for collection, field in places):
            return True
        parent = path.rpartition("/")[2].removesuffix(CARRIED)
        return path.endswith(CARRIED) and bool(self._store.count(JOBS, [Where("retry_of", "==", parent)]))

    def _expiring(self, subject: Subject) -> Callable[[datetime], Iterator[Page]]:
        return lambda before: _pages(self._older(EXPIRING[subject], "expires_at", before))

    def _older(self, collection: str, field: str, before: datetime) -> Iterator[Document]:
        """Yield the documents whose time is before that, the oldest first.

        More than a page of the very same moment wait for the next round.
        """
        after = BEGINNING
        while found := self._store.find(
            collection, [Where(field, ">", after), Where(field, "<", before)], Order(field), AT_ONCE
        ):
            yield from found
            after = found[-1].fields[field]


def _is_over(job: Job, before: datetime) -> bool:
    """Whether a batch has ended, and nothing was done to it since a moment."""
    changes = (job.created_at, job.completed_at, job.updated_at)
    return job.status in ENDED and max(at for at in changes if at) < before


def _day_of(path: str, folder: str) -> str:
    """Return the day on which an upload was given, "" for one of an earlier version, which is older than any day."""
    day = path.removeprefix(folder).partition("/")[0]
    return day if _DAY.fullmatch(day) else ""


def _pages(documents: Iterable[Document]) -> Iterator[Page]:
    """Yield documents as many at a time as one commit takes, each at the version that was read."""
    left = iter(documents)
    while found := list(islice(left, AT_ONCE)):
        yield Page(len(found), tuple(Delete(document.path, document.version) for document in found))
