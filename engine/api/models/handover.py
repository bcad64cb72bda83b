"""What a shift hands over to the next."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from engine.api.models.attention import FixAnswer
from engine.api.models.base import Answer, CauseWord
from engine.public import MendedAt


class FinishedBatch(Answer):
    """A batch that was completed."""

    job_id: str
    name: str


class StuckAnswer(Answer):
    """Something that does not go on by itself: a batch, failed rows of a cause, a service, the engine."""

    screen: MendedAt = Field(description="the screen of the console that mends it")
    name: str
    why: str
    next_step: str
    since: datetime | None
    until: datetime | None = Field(description="when it may be over by itself")
    rows: int
    lately: int = Field(description="how many of the rows failed in the shift")
    job_id: str
    cause: CauseWord | None


class RunningAnswer(Answer):
    """A batch whose rows are being done."""

    job_id: str
    name: str
    done: int
    total: int | None
    per_minute: float | None
    done_at: datetime | None
    limited_by: str
    waits: list[str]


class HandoverAnswer(Answer):
    """A shift from `since` to `at`; of each kind the newest twenty batches are named."""

    since: datetime
    at: datetime
    finished: int = Field(description="batches that were completed")
    finished_batches: list[FinishedBatch]
    drafts: int = Field(description="drafts that were made or changed")
    failed: int = Field(description="rows that failed")
    stuck: list[StuckAnswer]
    unnamed: int = Field(description="batches that are paused or failed and not named")
    running: list[RunningAnswer]
    unnamed_running: int
    left: int = Field(description="rows that wait or are being done")
    open: int = Field(description="batches that they are of")
    workers: int = Field(description="workers that are alive")
    fixes: list[FixAnswer]
    text: str = Field(description="the same as a message")
