"""Documents as the last version before typed documents wrote them: read in full, and written with the same keys."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.batches.connections import ConnectionTest
from engine.batches.documents import Event
from engine.codec import decode, encode, replace
from engine.domain.batch import legacy
from engine.domain.batch.jobs import Job
from engine.domain.batch.progress import EngineState
from engine.domain.batch.results import RowFailure
from engine.domain.batch.rows import Row
from engine.domain.batch.shards import Shard, ShardKind
from engine.domain.batch.workers import WorkerRecord

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


NEW: dict[type, dict[str, object]] = {  # what later versions write besides
    Shard: {"schema": 1, "but": []},
    WorkerRecord: {"schema": 1, "credentials": 0},
    Event: {},
}


def _times(value: dict[str, Any]) -> Any:
    return datetime.fromisoformat(value["$time"]) if "$time" in value else value


DATA = Path(__file__).parents[1] / "data" / "documents_v0.json"  # see `tests/contract/test_stored_documents.py`
RECORDED: dict[str, Any] = json.loads(DATA.read_text(), object_hook=_times)
JOB = RECORDED["documents"]["batch_jobs/batch_20261128_142911_0"]


def kept(pattern: str) -> list[Any]:
    """Return the recorded documents whose path matches."""
    found = [pytest.param(path, fields, id=path) for path, fields in RECORDED["documents"].items()]
    return [param for param in found if re.fullmatch(pattern, str(param.id))]


def plain(value: object) -> Any:
    """Return a document as JSON, lists as lists."""
    return json.loads(json.dumps(value, default=str))


@pytest.mark.parametrize(
    ("kind", "path", "stored"),
    [
        pytest.param(kind, *param.values, id=param.id)
        for kind, pattern in (
            (Shard, "batch_shards/[^/]+"),
            (WorkerRecord, "workers/[^/]+"),
            (Event, "batch_jobs/[^/]+/events/.+"),
        )
        for param in kept(pattern)
    ],
)
def test_a_document_is_read_and_written_with_the_same_keys_and_values(
    kind: type[msgspec.Struct], path: str, stored: dict[str, Any]
) -> None:
    assert plain(encode(decode(kind, stored, path))) == plain(stored | NEW[kind])


@pytest.mark.parametrize(("path", "stored"), kept("connections/tests"))
def test_tests_of_connections_are_read_and_written_with_the_same_keys_and_values(
    path: str, stored: dict[str, Any]
) -> None:
    assert {name: plain(encode(decode(ConnectionTest, test, path))) for name, test in stored.items()} == plain(stored)


@pytest.mark.parametrize(("path", "stored"), kept("batch_jobs/batch_2026[^/]+"))
def test_the_document_of_a_batch_is_written_with_the_same_keys_and_values_and_its_lists_oldest_first(
    path: str, stored: dict[str, Any]
) -> None:
    written = plain(encode(legacy.read(stored, path)))
    engine, columns = written["engine"], stored["engine"].get("columns", [])
    assert engine.get("columns", []) == columns
    new: dict[str, object] = {
        "no_price": "draft",
        "profile": "",
        "grading": None,
        "grade_map": {},
        "layout": {},
        "early_stop": True,
    }
    added = {"options": {**stored["options"], **new}, "name_terms": (), "visibility": "visible"}
    lists = {
        "results": [
            {**entry, "needs": []} for entry in sorted(stored["results"], key=itemgetter("timestamp", "index"))
        ],
        "checkpoints": sorted(stored["checkpoints"], key=itemgetter("timestamp", "upc_index")),
    }
    wanted = {**stored, **added, **lists, "schema": 1, "engine": {name: stored["engine"][name] for name in engine}}
    assert written == plain(wanted)
    assert set(stored["engine"]) - set(engine) <= {"columns"}  # what is at its default is not written


def test_a_row_of_a_file_is_read_and_written_without_what_is_at_its_default() -> None:
    pieces = [text for path, text in RECORDED["files"].items() if path.endswith(".jsonl")]
    lines = [line for text in pieces for line in text.splitlines()]
    for fields in map(json.loads, lines):
        again = encode(decode(Row, fields))
        assert plain(again) == {name: fields[name] for name in again}
        assert {name: fields[name] for name in set(fields) - set(again)}.items() <= {"copies": 1, "quantity": 1}.items()
    assert len(lines) > 50


def test_a_batch_whose_document_has_a_number_is_read_as_it_stands() -> None:
    job = legacy.read(JOB, "batch_jobs/1")
    assert legacy.read(encode(job), "batch_jobs/1") == job


def test_a_shard_from_before_lanes_were_noted_has_none_in_the_document_of_its_batch() -> None:
    fields = {"kind": "rows", "a": 0, "b": 5, "next": 2, "ok": 2, "bad": 0, "skipped": 0, "done": False}
    engine = decode(EngineState, {"shards": {"0000": fields}, "pace": {}})
    assert engine.shards["0000"].lanes is None
    assert engine.shards["0000"].kind is ShardKind.ROWS


def test_a_field_that_a_newer_version_adds_is_ignored_in_every_part_of_a_batch() -> None:
    job = legacy.read(JOB, "batch_jobs/1")
    fields = encode(job)
    fields["options"] = {**fields["options"], "new": 1, "price_rule": {**fields["options"]["price_rule"], "new": 1}}
    fields["engine"] = {**fields["engine"], "new": {}, "content": {**fields["engine"]["content"], "new": 1}}
    fields["results"] = [{**fields["results"][0], "new": 1, "cause": "a newer one"}]
    found = legacy.read({**fields, "new": 1}, "batch_jobs/1")
    assert found == replace(job, results=(replace(job.results[0], cause="a newer one"),))


# what the service before this one wrote


def old(**fields: object) -> Job:
    known = {"job_id": "old", "status": "failed", "gcs_path": "gs://b/boxes/one.txt", "created_at": NOW}
    return legacy.read({**known, **fields}, "batch_jobs/old")


def test_a_batch_of_the_earlier_service_has_the_name_of_its_file_and_its_own_two_options() -> None:
    job = old(create_drafts=False, test_mode=True, options=None)
    assert (job.name, job.options.create_drafts, job.options.test_mode) == ("one.txt", False, True)


def test_a_result_of_the_earlier_service_is_kept_whole_however_often_it_is_written() -> None:
    entry = {"upc": 724383244812, "success": True, "artist": "Björk", "listing_id": "1101", "timestamp": "2025-08-21"}
    job = old(results=[entry, "5"])
    assert [(result.upc, result.success, result.artist) for result in job.results] == [
        ("5", None, ""),
        ("724383244812", True, "Björk"),
    ]
    assert job.results[1].earlier == entry
    assert job.results[1].timestamp == datetime(2025, 8, 21, tzinfo=UTC)
    assert legacy.read(encode(job), "batch_jobs/old") == job


def test_what_an_entry_of_the_earlier_service_does_not_tell_is_none() -> None:
    job = old(failed_upc_list=["7", {"upc": "8", "index": "3", "error": 401, "timestamp": "?"}], checkpoints=[{}])
    assert job.failed_upc_list == (RowFailure("7"), RowFailure("8", error="401"))
    assert (job.checkpoints[0].upc_index, job.checkpoints[0].success) == (None, None)


def test_an_outcome_of_our_own_has_no_word_of_an_earlier_service() -> None:
    result = legacy.read(JOB, "batch_jobs/1").results[0]
    assert "earlier" not in encode(result)
