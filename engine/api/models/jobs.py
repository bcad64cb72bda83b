"""A batch as clients read it: the published document, its short names, and `results` as an object."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import Field

from engine.api.models.base import Answer, Entry, Moment, StatusWord
from engine.api.models.grades import GradingAnswer
from engine.api.models.layouts import LayoutAnswer
from engine.domain.batch.jobs import Visibility
from engine.domain.batch.options import Ambiguous, DraftedBefore, Duplicates, Need, NoPrice
from engine.domain.batch.rows import Condition
from engine.domain.listing.pricing import PriceBasis


class FailedRow(Entry):
    """A row that failed."""

    upc: str
    index: int | None = None
    error: str | None = None
    timestamp: Moment = None


class EndedRow(Entry):
    """What became of a row."""

    upc: str
    index: int | None = None
    status: str | None = None
    success: bool | None = None
    cause: str | None = None
    error: str | None = None
    outcome: str | None = None
    not_sent: str = ""
    artist: str = ""
    title: str = ""
    price_cents: int | None = None
    sku: str = ""
    offer_id: str | None = None
    timestamp: Moment = None
    needs: list[str] = Field([], description="what its draft is not ready for want of")


class Checkpoint(Entry):
    """A row that was done, and when."""

    upc: str
    upc_index: int | None = None
    success: bool | None = None
    timestamp: Moment = None


class PriceRuleAnswer(Answer):
    """How prices are found; amounts in US cents."""

    basis: Annotated[str, Field(examples=[*PriceBasis])]
    factor: float
    floor_cents: int | None
    ceiling_cents: int | None
    ending_cents: int | None
    fixed: Mapping[str, Mapping[str, int]]
    factors: Mapping[str, Mapping[str, float]]


class OptionsAnswer(Answer):
    """How a batch is run."""

    create_drafts: bool
    test_mode: bool
    condition: Annotated[str, Field(examples=[*Condition])] | None
    duplicates: Annotated[str, Field(examples=[*Duplicates])]
    first: int | None
    price_rule: PriceRuleAnswer
    discogs: Annotated[str, Field(examples=[*Need])]
    ambiguous: Annotated[str, Field(examples=[*Ambiguous])]
    drafted_before: Annotated[str, Field(examples=[*DraftedBefore])]
    photos: str
    no_price: Annotated[str, Field(examples=[*NoPrice])]
    profile: str
    grading: GradingAnswer | None
    grade_map: dict[str, str]
    early_stop: bool
    layout: LayoutAnswer


class Results(Answer):
    """How a batch went so far."""

    failed_upc_list: list[FailedRow] = Field(description="in the order of the rows; bounded, see the next three")
    failed_upc_list_complete: bool = Field(description="whether every failed row is in the list")
    failed_upc_list_left_out: int = Field(description="how many failed rows are not in the list")
    failed_upc_list_all: str | None = Field(description="where all of them are, null when the list has them all")
    success_rate: float = Field(description="percent of the rows that are done")
    processing_time_seconds: float | None = Field(description="null before the start")
    results: list[EndedRow] = Field(description="the newest outcomes, oldest first")
    next: str | None = Field(description="where all rows are, null when `results` has them all")


class JobAnswer(Answer):
    """A batch."""

    job_id: str
    status: StatusWord
    gcs_path: str
    name: str
    visibility: Annotated[str, Field(examples=[*Visibility])]
    created_by: str
    retry_of: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    updated_at: datetime | None
    last_heartbeat: datetime | None
    total_upcs: int | None = Field(description="null before the file was read")
    processed_upcs: int
    successful_upcs: int
    failed_upcs: int
    skipped_upcs: int
    successful: int
    failed: int
    skipped: int
    last_processed_index: int = Field(
        description="the highest index up to which every row is done, -1 before the first"
    )
    error: str | None
    create_drafts: bool
    test_mode: bool
    options: OptionsAnswer
    checkpoints: list[Checkpoint] = Field(description="the newest few, oldest first")
    failed_upc_list: list[FailedRow]
    results: Results


class StartedJobAnswer(JobAnswer):
    """A batch that was just queued."""

    drafted_before: int | None = Field(
        description="how many barcodes of its file have drafts in other batches; null while the file cannot be read"
    )


class OpenJobAnswer(JobAnswer):
    """A batch with what it waits for, while it waits or runs, and when it will be done."""

    waits_for: list[str] = Field([], description="what its rows wait for")
    eta_seconds: int | None = Field(None, description="in how many seconds it will be done, null when nobody can tell")
    needs_price: int = Field(0, description="drafts that are not ready for want of a price")
    eta_limited_by: str | None = Field(None, description="the service that keeps it from being done sooner")


class JobsAnswer(Answer):
    """Batches, newest first."""

    total: int = Field(description="of all there are")
    filtered: int = Field(description="of those that were asked for")
    next: datetime | None = Field(description="`before` of the next page, null on the last")
    jobs: list[JobAnswer]
