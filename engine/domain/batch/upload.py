"""A file that was given on New batch and is not started yet, with what was chosen for it so far."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from engine.codec import Document
from engine.domain.batch.options import Options

UPLOADS = "uploads"
KEPT = timedelta(days=7)  # after the last change


class Upload(Document, frozen=True):
    """The document `uploads/{upload_id}`: the address of the file, how it is read, the name and options of the batch.

    `layout` and `fixed_layout` are packed layouts, `fixed` is the address of the corrected copy; each is "" where there
    is none. `name` is "" and `options` None until they were shown. After `expires_at` it goes away.
    """

    SCHEMA: ClassVar[int] = 1

    upload_id: str
    path: str
    layout: str = ""
    fixed: str = ""
    fixed_layout: str = ""
    name: str = ""
    options: Options | None = None
    by: str = ""
    changed_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def filename(self) -> str:
        """Return the name of the file."""
        return self.path.rpartition("/")[2]
