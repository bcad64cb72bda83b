"""Everything that may be asked of the engine, in one value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import cast

from engine.access.audit import Audit
from engine.access.guard import Guarded
from engine.access.people import People
from engine.access.sessions import Sessions
from engine.access.tokens import Tokens
from engine.batches.archive import Archive
from engine.batches.attention import Attention
from engine.batches.bulk_actions import BulkActions
from engine.batches.commands import Commands
from engine.batches.deletion import Deletions
from engine.batches.drafts import Drafts
from engine.batches.exports import Exports
from engine.batches.fixes import Fixes
from engine.batches.fleet import FleetWatch
from engine.batches.health import HealthCheck
from engine.batches.notifications import Notifications
from engine.batches.previews import Previews
from engine.batches.queries import Queries
from engine.batches.scans import Scans
from engine.batches.seller import Profiles
from engine.batches.seller_account import Account
from engine.batches.shift import Shifts
from engine.batches.submission import Submission
from engine.batches.upstreams import Upstreams
from engine.catalog.catalogue import Catalogue
from engine.credentials.accounts import Accounts
from engine.doctor.doctor import Doctor
from engine.domain.access import Actor
from engine.domain.batch.items import Item
from engine.domain.batch.jobs import Job
from engine.domain.batch.layout import FOUND, Layout
from engine.domain.batch.rows import RowState
from engine.errors import BadRequest, FileError, IllegalTransition, StoreError, UnreadableFile
from engine.maintenance.retention import Retained
from engine.pipeline.kept_answers import Forgotten, KeptAnswers


@dataclass(frozen=True, slots=True)
class ListedBefore:
    """What of a file has drafts in other batches: so many `barcodes`, and so many rows that the check finds in a state.

    A row that repeats an earlier one of the file counts by that.
    """

    barcodes: int
    rows: Mapping[RowState, int]

    @property
    def usable(self) -> int:
        """Return how many rows have a draft in another batch and repeat no earlier row."""
        return self.rows.get(RowState.READY, 0) + self.rows.get(RowState.REPAIRED, 0)


@dataclass(frozen=True, slots=True)
class Engine:
    """Submit, steer, read and export batches; made once a process, safe for threads."""

    submission: Submission
    commands: Commands
    queries: Queries
    exports: Exports
    health: HealthCheck
    upstreams: Upstreams
    drafts: Drafts
    accounts: Accounts
    profiles: Profiles
    previews: Previews
    seller_account: Account
    answers: KeptAnswers
    doctor: Doctor
    catalogue: Catalogue
    attention: Attention
    fixes: Fixes
    deletions: Deletions
    scans: Scans
    archive: Archive
    tokens: Tokens
    sessions: Sessions
    notifications: Notifications
    people: People
    audit: Audit
    retained: Retained
    fleet: FleetWatch

    def acting_for(self, actor: Callable[[], Actor]) -> Engine:
        """Return the engine as somebody may use it: checked at every call, in their name, and audited."""
        return cast(Engine, Guarded(self, "", actor, self.audit))

    def drafted_before(
        self, gcs_path: str, *, layout: Layout = FOUND, first: int | None = None, job_id: str = ""
    ) -> int | None:
        """Return how many barcodes of a file, or of its `first` rows, have drafts in other batches than `job_id`.

        None where nobody can tell.
        """
        before = self.listed_before(gcs_path, layout=layout, first=first, job_id=job_id)
        return before.barcodes if before else None

    def listed_before(
        self, gcs_path: str, *, layout: Layout = FOUND, first: int | None = None, job_id: str = ""
    ) -> ListedBefore | None:
        """Return what of a file, or of its `first` rows, has drafts in other batches than `job_id`.

        None where nobody can tell: the file is not there, cannot be used, or a store does not answer.
        """
        try:
            content = self.submission.fetch(gcs_path)
            rows = islice(self.submission.open(content, gcs_path.rpartition("/")[2], layout).rows(), first)
            found = [(row.key, row.state) for row in rows if row.key]
            drafted = self.drafts.drafted({key for key, _ in found}, job_id)
        except (BadRequest, FileError, StoreError, UnreadableFile):
            return None
        return ListedBefore(len(drafted), Counter(state for key, state in found if key in drafted))

    @property
    def bulk_actions(self) -> BulkActions:
        """Return what can be done with several drafts at once."""
        return BulkActions(self.queries, self.commands)

    @property
    def shifts(self) -> Shifts:
        """Return what a shift hands over to the next."""
        return Shifts(self.queries, self.attention, self.upstreams, self.fixes)

    def ask_anew(self, item: Item, job_id: str, *, by: str = "") -> Forgotten:
        """Forget what the services said of a row's barcode and have the row done again; return what was forgotten.

        Raises:
            IllegalTransition: the row was changed since it was read, or the state of the batch does not allow it.
            BadRequest: the row has no barcode that can be used.
        """
        (forgotten,) = self.answers.forget([item.key or item.upc])
        seen = {item.index: item.changed_at} if item.changed_at else {}
        self.commands.again(job_id, {item.index: {}}, by=by, seen=seen)
        return forgotten

    def retry_as_new(self, job_id: str, *, by: str = "", request_id: str = "") -> Job:
        """Hand the failed rows of a batch, those that a retry can mend, to a new batch, as `Submission.hand_over` says.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it has no such row, or its failed rows are being retried.
        """
        return self.submission.hand_over(job_id, self.exports.failed_file, by=by, request_id=request_id)

    def start_again(self, job_id: str, *, by: str = "", request_id: str = "") -> Job:
        """Queue a new batch over the file of another, as it lies there now, with the same name and options.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it was made of failed rows of another, whose drafts they continue.
            FileForbidden: jobs, or photos, may not be read from that bucket any more.
        """
        job = self.queries.job(job_id)
        if job.retry_of:
            raise IllegalTransition(f"Job {job_id} was made of failed rows of {job.retry_of}: start that one again")
        return self.submission.submit(job.gcs_path, job.options, name=job.name, by=by, request_id=request_id)
