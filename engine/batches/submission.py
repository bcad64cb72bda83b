"""How a batch is submitted: checked, stored, queued."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import orjson

from engine.addresses import split
from engine.batches import claims
from engine.batches.documents import (
    REQUESTS,
    Change,
    event,
    job_path,
    load_job,
    log_change,
    retry_on_conflict,
    shard_path,
)
from engine.batches.exports import FailedFile
from engine.batches.known_headers import KnownHeaders
from engine.batches.uploads import CARRIED, Uploads
from engine.clock import Clock
from engine.codec import Value, decode, encode, replace
from engine.domain.batch.jobs import Job, JobStatus, fold, named
from engine.domain.batch.layout import FOUND, Layout
from engine.domain.batch.options import Options
from engine.domain.batch.progress import EngineState
from engine.domain.batch.shards import Shard, ShardKind
from engine.domain.listing.photos import PhotoPattern
from engine.errors import BadRequest, Conflict, FileForbidden, IllegalTransition, StoreAway, UnreadableFile
from engine.files.base import Files
from engine.reading import MOST_BYTES, Sheet, TableView, corrected, look, open_file
from engine.store.base import Expect, Put, Store, Write

NUMBERS_A_SECOND = 10_000
IN_ORDER, AT_RANDOM = 10, 90  # numbers of a second that are tried: the first ones, and where those are taken others
REQUEST_KEPT = timedelta(days=30)  # Firestore deletes the name of a request so long after its use
MAX_NAME = 100  # characters of a file name that are kept, its end


class Request(Value, frozen=True, omit_defaults=False):
    """The document `requests/{id}`: which batch a request has made. After `expires_at` Firestore deletes it."""

    job_id: str
    at: datetime | None = None
    expires_at: datetime | None = None


class Submission:
    """New batches. `buckets` are those that jobs may be read from, beside uploaded files; empty means all.

    `known_headers` are what people chose for the headers of files before, `uploads` the files that are not started yet.
    """

    def __init__(self, store: Store, files: Files, clock: Clock, buckets: frozenset[str] = frozenset()) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._buckets = buckets
        self.known_headers = KnownHeaders(store, clock)
        self.uploads = Uploads(store, clock)

    def open(self, content: bytes, filename: str, layout: Layout = FOUND) -> Sheet:
        """Return a file as it is read under `layout`; what that does not say is as is known of its header, or found.

        Raises:
            UnreadableFile: nothing in it can be used, or it does not have what `layout` names.
        """
        return open_file(content, filename, layout, self.known_headers.recall)

    def look(self, content: bytes, layout: Layout = FOUND) -> tuple[TableView, ...]:
        """Return the tables of a file as a person sees them, also where no row can be used.

        Raises:
            UnreadableFile: it cannot be opened, or does not have what `layout` names.
        """
        return look(content, layout, self.known_headers.recall)

    def corrected(
        self, content: bytes, filename: str, barcodes: Mapping[int, str], layout: Layout = FOUND
    ) -> tuple[bytes, Layout]:
        """Return the file as CSV with the barcodes of some rows, by index, corrected; every row stays in its place.

        It is read under the layout that is returned with it.

        Raises:
            UnreadableFile: nothing in it can be used, or it does not have what `layout` names.
        """
        return corrected(self.open(content, filename, layout), barcodes)

    def fetch(self, gcs_path: str) -> bytes:
        """Return the content of a file that jobs may be read from.

        Raises:
            BadRequest: `gcs_path` is not `gs://bucket/object`.
            FileForbidden: jobs may not be read from that bucket.
            FileMissing: there is no such file.
            UnreadableFile: it is too large.
        """
        self._allowed(gcs_path)
        found = self._files.stat(gcs_path)
        if found.size > MOST_BYTES:
            raise UnreadableFile(
                f"The file has {found.size / 1e6:.1f} MB and the most is 10: split it into smaller files"
            )
        return self._files.read(gcs_path, found.generation)

    def upload(
        self, content: bytes, filename: str, options: Options, *, name: str = "", by: str = "", request_id: str = ""
    ) -> Job:
        """Store a file and submit it.

        Raises:
            UnreadableFile: nothing in it can be used, or it does not have what the layout names; there is no job.
            BadRequest: the layout fits no file.
        """
        opened = self.open(content, filename, options.layout.checked())
        if options.layout or opened.known:
            options = replace(options, layout=opened.layout)
        found = len(opened.tally.first)
        total = found if options.first is None else min(found, options.first)
        path = self.keep(content, filename)
        return self.submit(path, options, name=name or filename, by=by, request_id=request_id, total=total)

    def keep(self, content: bytes, filename: str) -> str:
        """Store a file under an address made from the day and its content; the same file is stored once a day."""
        digest = hashlib.sha256(content).hexdigest()[:16]
        path = f"{self._files.home}/uploads/{self._clock.now():%Y%m%d}/{digest}/{_safe(filename)}"
        self._files.create(path, content)
        return path

    def submit(
        self,
        gcs_path: str,
        options: Options,
        *,
        name: str = "",
        by: str = "",
        request_id: str = "",
        total: int | None = None,
    ) -> Job:
        """Queue a batch over the file at `gcs_path`; the engine reads it, so it need not be there yet.

        With a `request_id` that was used before, the batch of that time is returned and nothing is queued.

        Raises:
            BadRequest: `gcs_path` is not `gs://bucket/object`, the photos are not named by a pattern, the layout fits
                no file, or the batch is limited to less than one row.
            FileForbidden: jobs, or photos, may not be read from that bucket.
        """
        filename = self._allowed(gcs_path)
        self.check_photos(options.photos)
        options.layout.checked()
        if options.first is not None and options.first < 1:
            raise BadRequest(f"a batch takes at least one row, not the first {options.first}")
        return self._numbered(_unnumbered(gcs_path, options, name or filename, by, total), request_id)

    def hand_over(self, job_id: str, failed: Callable[[Job], FailedFile], *, by: str = "", request_id: str = "") -> Job:
        """Queue a batch of the rows of another that `failed` finds there; from then on they belong to the new one.

        Done twice it is done once: where no such row is left, the batch that was made of them last is returned.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it has no such row, or its failed rows are being retried.
        """

        def step() -> Job:
            if earlier := self._earlier(request_id):
                return earlier
            job = load_job(self._store, job_id)
            if job.engine.has_open(ShardKind.RETRY) or job.engine.has_open(ShardKind.PRICE):
                raise IllegalTransition(f"The failed rows of job {job_id} are being retried; wait for their end")
            if job.engine.has_open(ShardKind.HANDOVER):
                return self._made_last(job)
            try:
                found = failed(job)
            except IllegalTransition:
                if not job.engine.handed_to:
                    raise
                return self._made_last(job)
            return self._handed_over(job, found, by, request_id)

        return retry_on_conflict(step, f"job {job_id}")

    def _made_last(self, job: Job) -> Job:
        """Return the newest batch that was made of failed rows of `job`."""
        return load_job(self._store, job.engine.handed_to)

    def _handed_over(self, job: Job, found: FailedFile, by: str, request_id: str) -> Job:
        """Queue the batch of the rows that were `found`.

        Raises:
            Conflict: they have changed since.
        """
        if not found.is_read_as(self.open(found.content, found.name, found.layout).rows()):
            raise IllegalTransition(
                f"The failed rows of job {job.job_id} cannot be a file of their own: retry them there"
            )
        path = self.keep(found.content, found.name)
        rows = [encode(row) for row in found.plan.rows]
        carried = self.keep(orjson.dumps(rows), f"{job.job_id}{CARRIED}")
        options = replace(job.options, layout=found.layout)
        new = _unnumbered(path, options, f"{job.name}, failed rows", by, len(found.rows))
        new = replace(new, retry_of=job.job_id, engine=EngineState(carried=carried))
        return self._numbered(new, request_id, lambda new: claims.begin(self._store, found.plan, new, by=by))

    def _numbered(self, job: Job, request_id: str, beside: Callable[[Job], list[Write]] | None = None) -> Job:
        """Queue `job` under a free name of this second, mostly the first, with the writes that are `beside` it.

        Raises:
            Conflict: from `beside`.
        """
        now = self._clock.now()
        others = random.sample(range(IN_ORDER, NUMBERS_A_SECOND), AT_RANDOM)
        for number in (*range(IN_ORDER), *others):
            engine = replace(job.engine, sku=f"DM{now:%y%m%d%H%M%S}N{number}R")
            job_id = f"batch_{now:%Y%m%d_%H%M%S}_{number}"
            if job_id == job.retry_of:
                continue  # made in this very second, too
            numbered = replace(job, job_id=job_id, created_at=now, updated_at=now, engine=engine)
            more = beside(numbered) if beside else []
            try:
                return self._queue(numbered, request_id, now, more)
            except Conflict:
                if earlier := self._earlier(request_id):
                    return earlier
        raise StoreAway("no free batch number; try again in a second")

    def check_photos(self, pattern: str) -> None:
        """Do nothing where photos may be looked for by `pattern`, or where it is "".

        Raises:
            BadRequest: it is not a pattern of names.
            FileForbidden: photos may not be read from that bucket.
        """
        if not pattern:
            return
        bucket = PhotoPattern.read(pattern).bucket
        if self._buckets and bucket not in self._buckets:
            raise FileForbidden(f"photos may not be read from the bucket {bucket}; DM_BUCKETS lists those they may")

    def _allowed(self, gcs_path: str) -> str:
        """Return the file name of an address that jobs may be read from."""
        parts = split(gcs_path)
        if parts is None:
            raise BadRequest(f"gcs_path must look like gs://bucket/object, not {gcs_path!r}")
        ours = gcs_path.startswith(f"{self._files.home}/uploads/")
        if self._buckets and parts[0] not in self._buckets and not ours:
            raise FileForbidden(f"jobs may not be read from the bucket {parts[0]}; DM_BUCKETS lists those they may")
        return parts[1].rpartition("/")[2]

    def _queue(self, job: Job, request_id: str, now: datetime, more: list[Write]) -> Job:
        shard = Shard(job.job_id, 0, ShardKind.UNREAD, 0, 0, 0, created_at=now, available_at=now)
        job = fold(job, [shard])
        submitted = Change(job, "submitted", job.gcs_path)
        writes: list[Write] = [
            Put(job_path(job.job_id), encode(job), Expect.ABSENT),
            Put(shard_path(shard), encode(shard), Expect.ABSENT),
            event(job.job_id, what=submitted.event, by=job.created_by, at=now, detail=submitted.detail),
            *more,
        ]
        if request_id:
            request = Request(job.job_id, at=now, expires_at=now + REQUEST_KEPT)
            writes.insert(0, Put(f"{REQUESTS}/{request_id}", encode(request), Expect.ABSENT))
        self._store.commit(*writes)
        log_change(submitted, by=job.created_by)
        return job

    def _earlier(self, request_id: str) -> Job | None:
        """Return the batch that was queued with `request_id`; None when there is none."""
        request = self._store.get(f"{REQUESTS}/{request_id}")[0] if request_id else None
        return load_job(self._store, decode(Request, request.fields, request.path).job_id) if request else None


def _unnumbered(gcs_path: str, options: Options, name: str, by: str, total: int | None) -> Job:
    """Return a batch that has neither a name in the store nor a time yet."""
    job = Job(
        job_id="",
        status=JobStatus.PENDING,
        gcs_path=gcs_path,
        created_at=datetime.min.replace(tzinfo=UTC),
        total_upcs=total,
        create_drafts=options.create_drafts,
        test_mode=options.test_mode,
        created_by=by,
        options=options,
    )
    return named(job, name)


def _safe(filename: str) -> str:
    """Return a file name as the last part of an address: no folders, no odd characters."""
    kept = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in filename.strip())
    return kept.strip(".")[-MAX_NAME:] or "upload.txt"
