"""The one door for the console and the API: everything they may ask of the engine."""

from __future__ import annotations

from dataclasses import dataclass

from engine.batches.connections import ConnectionTest
from engine.batches.control import Control
from engine.batches.drafts import Drafts
from engine.batches.exports import Exports, Only
from engine.batches.health import Health, HealthCheck
from engine.batches.queries import Queries
from engine.batches.submission import Submission
from engine.batches.upstream_views import UpstreamState, UpstreamsView, UpstreamView
from engine.batches.upstreams import Upstreams
from engine.batches.views import BatchView, CauseCount, ItemPage, JobPage, Wait, WorkerView
from engine.domain.jobs import Job
from engine.reading import Check

__all__ = [
    "BatchView",
    "CauseCount",
    "Check",
    "ConnectionTest",
    "Drafts",
    "Engine",
    "Exports",
    "Health",
    "ItemPage",
    "JobPage",
    "Only",
    "UpstreamState",
    "UpstreamView",
    "UpstreamsView",
    "Wait",
    "WorkerView",
]


@dataclass(frozen=True, slots=True)
class Engine:
    """Submit, steer, read and export batches; made once a process, safe for threads."""

    submission: Submission
    control: Control
    queries: Queries
    exports: Exports
    health: HealthCheck
    upstreams: Upstreams
    drafts: Drafts

    def retry_as_new(self, job_id: str, *, by: str = "", request_id: str = "") -> Job:
        """Submit the failed rows of a batch, those that a retry can mend, as a batch of their own.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it has no such row.
        """
        job = self.queries.job(job_id)
        name, content = self.exports.failed_file(job_id)
        path = self.submission.keep(content, name)
        title = f"{job.name}, failed rows"
        return self.submission.submit(path, job.options, name=title, by=by, request_id=request_id, retry_of=job_id)
