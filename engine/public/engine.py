"""Everything that may be asked of the engine, in one value."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from engine.batches.attention import Attention
from engine.batches.bulk_actions import BulkActions
from engine.batches.commands import Commands
from engine.batches.deletion import Deletions
from engine.batches.drafts import Drafts
from engine.batches.exports import Exports
from engine.batches.fixes import Fixes
from engine.batches.health import HealthCheck
from engine.batches.previews import Previews
from engine.batches.queries import Queries
from engine.batches.seller import Profiles
from engine.batches.seller_account import Account
from engine.batches.submission import Submission
from engine.batches.upstreams import Upstreams
from engine.catalog.catalogue import Catalogue
from engine.credentials.accounts import Accounts
from engine.doctor.doctor import Doctor
from engine.domain.batch.items import Item
from engine.domain.batch.jobs import Job
from engine.domain.batch.layout import FOUND, Layout
from engine.errors import BadRequest, FileError, IllegalTransition, StoreError, UnreadableFile
from engine.pipeline.kept_answers import Forgotten, KeptAnswers


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

    def drafted_before(
        self, gcs_path: str, *, layout: Layout = FOUND, first: int | None = None, job_id: str = ""
    ) -> int | None:
        """Return how many barcodes of a file, or of its `first` rows, have drafts in other batches than `job_id`.

        None where nobody can tell: the file is not there, cannot be used, or a store does not answer.
        """
        try:
            content = self.submission.fetch(gcs_path)
            rows = islice(self.submission.open(content, gcs_path.rpartition("/")[2], layout).rows(), first)
            return self.drafts.drafted({row.key for row in rows if row.key}, job_id)
        except (BadRequest, FileError, StoreError, UnreadableFile):
            return None

    @property
    def bulk_actions(self) -> BulkActions:
        """Return what can be done with several drafts at once."""
        return BulkActions(self.queries, self.commands)

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
