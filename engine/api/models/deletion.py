"""A batch that was deleted, as clients read it."""

from __future__ import annotations

from datetime import datetime

from engine.api.models.base import Answer
from engine.public import Deletion


class DeletedAnswer(Answer):
    """Who deleted a batch and when; `drafts_left` are those at eBay."""

    job_id: str
    name: str
    deleted_by: str
    deleted_at: datetime
    rows: int
    drafts_left: int

    @classmethod
    def of(cls, deletion: Deletion) -> DeletedAnswer:
        """Return the answer for a batch that was deleted."""
        return cls(
            job_id=deletion.job_id,
            name=deletion.name,
            deleted_by=deletion.by,
            deleted_at=deletion.at,
            rows=deletion.rows,
            drafts_left=deletion.drafts,
        )
