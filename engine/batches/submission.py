"""How a batch comes in: checked, stored, queued."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from engine.batches.records import REQUESTS, event, job_path, load, shard_path
from engine.clock import Clock
from engine.domain.jobs import Job, JobStatus, fold
from engine.domain.options import Options
from engine.domain.photos import PhotoPattern
from engine.domain.rows import Row, RowState
from engine.domain.shards import Shard, ShardKind
from engine.errors import BadRequest, Conflict, FileForbidden, StoreAway, UnreadableFile
from engine.files.base import Files, split
from engine.reading import MOST_BYTES, Check, check, corrected, open_file
from engine.store.base import Expect, Put, Store, Write

NUMBERS_A_SECOND = 100
REQUEST_KEPT = timedelta(days=30)  # Firestore forgets the name of a request so long after it was used
MAX_NAME = 100  # characters of a file name that are kept, its end


class Submission:
    """New batches. `buckets` are those that jobs may be read from, beside what was uploaded; empty means every one."""

    def __init__(self, store: Store, files: Files, clock: Clock, buckets: frozenset[str] = frozenset()) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._buckets = buckets

    def check(self, content: bytes, filename: str) -> Check:
        """Return what is in a file, row by row, before anything is started.

        Raises:
            UnreadableFile: nothing in it can be used.
        """
        return check(content, filename)

    def rows(self, content: bytes, filename: str, *states: RowState) -> Iterator[Row]:
        """Return the rows of a file in its order, all or those in one of `states`.

        Raises:
            UnreadableFile: nothing in it can be used.
        """
        return open_file(content, filename).rows(*states)

    def corrected(self, content: bytes, filename: str, barcodes: Mapping[int, str]) -> bytes:
        """Return the file as CSV with the barcodes of some lines corrected; every row stays, at the line it had.

        Raises:
            UnreadableFile: nothing in it can be used.
        """
        return corrected(open_file(content, filename), barcodes)

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
            UnreadableFile: nothing in it can be used; there is no job.
        """
        found = self.check(content, filename)
        total = found.total if options.first is None else min(found.total, options.first)
        path = self.keep(content, filename)
        return self.submit(path, options, name=name or filename, by=by, request_id=request_id, total=total)

    def keep(self, content: bytes, filename: str) -> str:
        """Store a file under an address made from its content; the same file is stored once."""
        digest = hashlib.sha256(content).hexdigest()[:16]
        path = f"{self._files.home}/uploads/{digest}/{_safe(filename)}"
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
        retry_of: str | None = None,
    ) -> Job:
        """Queue a batch over the file at `gcs_path`; the engine reads it, so it need not be there yet.

        With a `request_id` that was used before, the batch of that time is returned and nothing is queued.

        Raises:
            BadRequest: `gcs_path` is not `gs://bucket/object`, the photos are not named by a pattern, or the batch is
                limited to less than one row.
            FileForbidden: jobs, or photos, may not be read from that bucket.
        """
        filename = self._allowed(gcs_path)
        self.check_photos(options.photos)
        if options.first is not None and options.first < 1:
            raise BadRequest(f"a batch takes at least one row, not the first {options.first}")
        now = self._clock.now()
        for number in range(NUMBERS_A_SECOND):
            job = Job(
                job_id=f"batch_{now:%Y%m%d_%H%M%S}_{number}",
                status=JobStatus.PENDING,
                gcs_path=gcs_path,
                created_at=now,
                updated_at=now,
                total_upcs=total,
                create_drafts=options.create_drafts,
                test_mode=options.test_mode,
                name=name or filename,
                created_by=by,
                retry_of=retry_of,
                options=options,
                engine={"sku": f"DM{now:%y%m%d%H%M%S}N{number}R"},
            )
            try:
                return self._queue(job, request_id, now)
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

    def _queue(self, job: Job, request_id: str, now: datetime) -> Job:
        shard = Shard(job.job_id, 0, ShardKind.UNREAD, 0, 0, 0, created_at=now, available_at=now)
        job = fold(job, [shard])
        writes: list[Write] = [
            Put(job_path(job.job_id), job.document(), Expect.ABSENT),
            Put(shard_path(shard), shard.document(), Expect.ABSENT),
            event(job.job_id, what="submitted", by=job.created_by, at=now, detail=job.gcs_path),
        ]
        if request_id:
            request = {"job_id": job.job_id, "at": now, "expires_at": now + REQUEST_KEPT}
            writes.insert(0, Put(f"{REQUESTS}/{request_id}", request, Expect.ABSENT))
        self._store.commit(*writes)
        return job

    def _earlier(self, request_id: str) -> Job | None:
        """Return the batch that was queued with `request_id`; None when there is none."""
        request = self._store.get(f"{REQUESTS}/{request_id}")[0] if request_id else None
        return Job.from_document(load(self._store, request.fields["job_id"]).fields) if request else None


def _safe(filename: str) -> str:
    """Return a file name as the last part of an address: no folders, no odd characters."""
    kept = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in filename.strip())
    return kept.strip(".")[-MAX_NAME:] or "upload.txt"
