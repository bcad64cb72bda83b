"""`POST /api/batch/recover/{job_id}`: from every state, with a live worker and after one was killed."""

from __future__ import annotations

import re

import pytest

from engine.batches.documents import read_job
from engine.codec import encode, replace
from engine.domain.batch import jobs
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.shards import Shard, ShardKind, Tally, counted
from engine.store.base import Put
from tests.support.clocks import until
from tests.support.sandbox_server import running
from tests.support.serving import Scripted, Served, lines, upcs, worker_process

REAL = "724383244812\n075992422222\n090204922215\n844185023863\n075596050340\n808720015812\n"


def recover(served: Served, job_id: str) -> tuple[int, str]:
    response = served.call("POST", f"/api/batch/recover/{job_id}")
    body = response.json()
    return response.status_code, body["status"] if response.ok else body["detail"]


def submissions(served: Served) -> int:
    return int(served.get("/api/batch/jobs")["total"])


def test_an_unknown_job_cannot_be_recovered(served: Served) -> None:
    assert recover(served, "batch_20250821_145610_0") == (404, "Job batch_20250821_145610_0 not found")


def test_a_completed_job_cannot_be_recovered(served: Served) -> None:
    job_id = served.finished(lines(upcs(2)))
    status, detail = recover(served, job_id)
    assert status == 400
    assert "completed" in detail
    assert served.status(job_id)["status"] == "completed"


def test_a_job_whose_worker_was_heard_of_lately_cannot_be_recovered(served: Served) -> None:
    with served.stopped_at(2) as (job_id, _):
        (worker,) = served.get("/api/workers")["workers"]
        status, detail = recover(served, job_id)
        assert status == 400
        assert re.search(rf"worker {worker['worker']}, last heard of [0-3] s ago, holds it", detail)
        assert re.search(r"recover again in ([7-9]|10) s", detail)
        assert served.status(job_id)["status"] == "running"


@pytest.mark.parametrize("action", ["recover", "pause", "cancel"])
def test_an_answer_counts_what_is_done_and_not_what_the_document_knew(served: Served, action: str) -> None:
    with served.stopped_at(4) as (job_id, pipeline):
        pipeline.go.set()
    done = served.status(job_id)["processed_upcs"]
    found = served.store.get(f"batch_jobs/{job_id}")[0]
    assert found
    job = read_job(found)
    shard = counted(Shard(job_id, 0, ShardKind.ROWS, 0, 6, 1, job.created_at, None), Tally(ok=1))
    late = replace(jobs.fold(job, [shard]), status=JobStatus.RUNNING, completed_at=None)
    served.store.commit(Put(found.path, encode(late)))
    path = f"/api/batch/recover/{job_id}" if action == "recover" else f"/api/batch/{job_id}/{action}"
    told = served.post(path)
    assert done > late.processed_upcs
    assert (told["processed_upcs"], told["successful"], told["last_processed_index"]) == (done, done, done - 1)


def test_a_waiting_job_is_left_as_it_is(served: Served) -> None:
    job_id = served.start(lines(upcs(2)))
    before = served.store.get(f"batch_jobs/{job_id}")[0]
    assert recover(served, job_id) == (200, "pending")
    after = served.store.get(f"batch_jobs/{job_id}")[0]
    assert before is not None
    assert after is not None
    assert before.version == after.version


def test_a_failed_job_goes_on_once_its_file_is_there(served: Served) -> None:
    job_id = served.post("/api/batch/process", {"gcs_path": "gs://bucket/late.txt"})["job_id"]
    served.work()
    assert served.status(job_id)["status"] == "failed"
    served.place(lines(upcs(3)), "gs://bucket/late.txt")
    assert recover(served, job_id) == (200, "pending")
    assert served.status(job_id)["error"] is None
    served.work()
    job = served.status(job_id)
    assert (job["status"], job["processed_upcs"], job["last_processed_index"]) == ("completed", 3, 2)


@pytest.mark.parametrize("action", ["pause", "cancel"])
def test_a_stopped_job_goes_on_where_it_stopped(served: Served, action: str) -> None:
    with served.stopped_at(2) as (job_id, pipeline):
        served.post(f"/api/batch/{job_id}/{action}")
        pipeline.go.set()
        until(lambda: not any(worker["job_id"] for worker in served.get("/api/workers")["workers"]))
    done = set(pipeline.runs)
    again = Scripted()
    assert recover(served, job_id) == (200, "pending")
    served.work(again)
    job = served.status(job_id)
    assert (job["status"], job["processed_upcs"], job["successful_upcs"]) == ("completed", 6, 6)
    assert done
    assert done.isdisjoint(again.runs)
    assert done | set(again.runs) == set(range(6))


def test_pressing_twice_is_one_recovery(served: Served) -> None:
    job_id = served.start(lines(upcs(4)))
    served.post(f"/api/batch/{job_id}/cancel")
    assert [recover(served, job_id) for _ in range(3)] == [(200, "pending")] * 3
    events = served.store.find(f"batch_jobs/{job_id}/events")
    assert sum(event.fields["event"] == "recovered" for event in events) == 1
    pipeline = Scripted()
    served.work(pipeline)
    assert sorted(pipeline.runs) == [0, 1, 2, 3]
    assert submissions(served) == 1


def test_a_job_whose_worker_was_killed_is_recovered_and_nothing_is_done_twice(served: Served) -> None:
    with running() as sandbox:
        sandbox.latency(discogs=2.0)  # so that the last row is not done before it is seen that two are
        job_id = served.start(REAL)
        with worker_process(served.settings, sandbox.url, DM_LEASE_SECONDS="2", DM_LANES="1") as worker:
            until(lambda: served.status(job_id)["processed_upcs"] >= 2)
            worker.kill()
            worker.wait()
        held = recover(served, job_id)
        assert held[0] in {200, 400}  # until its lease has run out the dead worker counts as alive
        status, state = until(lambda: found if (found := recover(served, job_id))[0] == 200 else None, every=0.2) or (
            0,
            {},
        )
        assert (status, state) == (200, "pending")
        assert recover(served, job_id) == (200, "pending")
        sandbox.latency()
        with worker_process(served.settings, sandbox.url, DM_LEASE_SECONDS="2"):
            job = until(lambda: (found := served.status(job_id))["status"] == "completed" and found)
        assert (job["processed_upcs"], job["last_processed_index"]) == (6, 5)
        offers = sandbox.ledger(calls=False)
        assert offers["published"] == []
        assert len(offers["offers"]) == job["successful_upcs"]
        assert {offer["created"] for offer in offers["offers"].values()} == {1}


def test_a_killed_workers_job_goes_on_by_itself_after_the_lease(served: Served) -> None:
    with running() as sandbox:
        sandbox.latency(discogs=0.5)
        job_id = served.start(REAL)
        with worker_process(served.settings, sandbox.url, DM_LEASE_SECONDS="1", DM_LANES="1") as worker:
            until(lambda: served.status(job_id)["processed_upcs"] >= 2)
            worker.kill()
            worker.wait()
        with worker_process(served.settings, sandbox.url, DM_LEASE_SECONDS="1"):
            job = until(lambda: (found := served.status(job_id))["status"] == "completed" and found)
        assert job["processed_upcs"] == 6
        assert {offer["created"] for offer in sandbox.ledger(calls=False)["offers"].values()} == {1}
