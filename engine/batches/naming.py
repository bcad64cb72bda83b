"""How the name of a batch is changed."""

from __future__ import annotations

from datetime import datetime

from engine.batches.documents import Change
from engine.codec import replace
from engine.domain.batch.jobs import Job, named
from engine.errors import BadRequest

MOST_NAME = 200  # letters of a name


def renamed(job: Job, now: datetime, *, name: str) -> Change | None:
    """Return the change that gives a batch another name; None where it has that name.

    Raises:
        BadRequest: the name is empty or too long.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= MOST_NAME:
        raise BadRequest(f"A batch's name has 1 to {MOST_NAME} letters, not {len(name)}")
    if name == job.name:
        return None
    return Change(replace(named(job, name), updated_at=now), "renamed", f"from {job.name} to {name}")
