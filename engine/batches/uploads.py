"""Files that were given and are not started yet, in the store: no reload and no restart of the console loses them."""

from __future__ import annotations

from engine.batches.documents import is_name
from engine.clock import Clock
from engine.codec import decode, encode, replace
from engine.domain.batch.upload import KEPT, UPLOADS, Upload
from engine.errors import BadRequest
from engine.store.base import Delete, Document, Order, Put, Store, Where

MOST = 20  # that are listed
AT_ONCE = 300  # that are taken away in one commit
CARRIED = "-carried.json"  # behind the name of a batch: the file of what its failed rows have there


class Uploads:
    """What is kept of uploads until they are started. Every method raises StoreAway when the store does not answer."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def keep(self, upload: Upload) -> Upload:
        """Store an upload as it is now, for seven days; return it with its time.

        Raises:
            BadRequest: its id cannot be one.
        """
        now = self._clock.now()
        kept = replace(upload, changed_at=now, expires_at=now + KEPT)
        self._store.commit(Put(_path(upload.upload_id), encode(kept)))
        return kept

    def find(self, upload_id: str) -> Upload | None:
        """Return an upload; None where there is none, it was started, or it is too old."""
        document = self._store.get(_path(upload_id))[0] if is_name(upload_id) else None
        upload = _read(document) if document else None
        return upload if upload and not self._is_old(upload) else None

    def newest(self) -> list[Upload]:
        """Return the uploads that are not started, the one that was changed last first, and at most `MOST`."""
        found = self._store.find(UPLOADS, (), Order("changed_at", descending=True), MOST)
        return [upload for upload in map(_read, found) if not self._is_old(upload)]

    def drop(self, upload_id: str) -> None:
        """Forget an upload, and all that are too old. The files themselves stay, as those of batches do."""
        old = self._store.find(UPLOADS, [Where("changed_at", "<=", self._clock.now() - KEPT)], limit=AT_ONCE)
        paths = {document.path for document in old} | ({_path(upload_id)} if is_name(upload_id) else set())
        if paths:
            self._store.commit(*map(Delete, sorted(paths)))

    def _is_old(self, upload: Upload) -> bool:
        return upload.expires_at is not None and upload.expires_at <= self._clock.now()


def _path(upload_id: str) -> str:
    if not is_name(upload_id):
        raise BadRequest(f"an upload has an id of letters and digits, not {upload_id!r}")
    return f"{UPLOADS}/{upload_id}"


def _read(document: Document) -> Upload:
    return decode(Upload, document.fields, document.path)
