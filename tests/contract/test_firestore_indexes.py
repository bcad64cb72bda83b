"""The indexes that are deployed are those that the code's queries need. The emulator answers without them."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from engine import codec
from engine.access.audit import Audit
from engine.batches.documents import events_of
from engine.batches.drafts import Drafts
from engine.batches.indexing import index_batches
from engine.batches.listing import BatchFilter
from engine.batches.notifications import Notifications
from engine.batches.queries import Queries
from engine.batches.scan_queue import ScanQueue
from engine.batches.taking import Entry
from engine.batches.watch import Watch
from engine.clock import SystemClock
from engine.codec import decode, encode, replace
from engine.domain.audit import AuditFilter
from engine.domain.batch.draft_index import Review
from engine.domain.batch.early_stop import FIRST
from engine.domain.batch.fixes import FixKind, Remedy, RowsWanted
from engine.domain.batch.items import ItemStatus
from engine.domain.batch.jobs import JobStatus, Visibility
from engine.domain.batch.shards import Shard, ShardKind
from engine.domain.batch.upload import Upload
from engine.domain.identify.evidence import Match
from engine.domain.listing.readiness import DraftNeed
from engine.domain.retention import Keep
from engine.errors import Cause, ItemError
from engine.files.base import Files
from engine.maintenance.retention import Retention
from engine.maintenance.retention_rules import Rules
from engine.pipeline.lookups import Lookups, Question
from engine.store.base import ANYWHERE, Document, Order, Patch, Put, Store, Where
from engine.upstream.caller import UNATTENDED
from engine.worker.source import rows_to_run
from tests.support.batch_runs import FIXED, Batches, Chosen, barcode, barcodes, fails
from tests.support.working import Work

ROOT = Path(__file__).parents[2]
DECLARED = json.loads((ROOT / "deploy" / "firestore.indexes.json").read_text())
RANGES = {"<", "<=", ">", ">="}


@dataclass(frozen=True)
class Shape:
    """What a query asks for, without its values; `by` is the function that asks."""

    by: str
    scope: str
    group: str
    where: tuple[tuple[str, str], ...]
    order: Order | None


class Recording:
    """A store that remembers the shapes of the queries it was asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.shapes: set[Shape] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def find(
        self, collection: str, where: Sequence[Where] = (), order: Order | None = None, limit: int = 100
    ) -> list[Document]:
        self._remember(collection, where, order)
        return self._store.find(collection, where, order, limit)

    def count(self, collection: str, where: Sequence[Where] = ()) -> int:
        self._remember(collection, where, None)
        return self._store.count(collection, where)

    def snapshot(self) -> Iterator[Document]:
        return self._store.snapshot()

    def sum(self, collection: str, field: str, where: Sequence[Where] = ()) -> int:
        self._remember(collection, where, Order(field))  # it is added up from an index of the field
        return self._store.sum(collection, field, where)

    def _remember(self, collection: str, where: Sequence[Where], order: Order | None) -> None:
        code = sys._getframe(2).f_code
        by = f"{Path(code.co_filename).stem}.{code.co_qualname.partition('.<locals>')[0].rpartition('.')[2]}"
        conditions = tuple(sorted((condition.field, condition.comparison) for condition in where))
        scope = "COLLECTION_GROUP" if collection.startswith(ANYWHERE) else "COLLECTION"
        self.shapes.add(Shape(by, scope, collection.rpartition("/")[2], conditions, order))


@pytest.fixture
def shapes(store: Store, files: Files) -> set[Shape]:
    """Run a batch, and ask for everything that can be asked of it; return the shapes of the queries."""
    recording = Recording(store)
    batches = Batches(recording, files)
    queries = batches.queries
    batches.upload(barcodes(FIRST + 1))
    batches.run(Chosen())
    job_id = batches.upload(barcodes(6))
    batches.run(Chosen({1: fails, 2: fails, 3: unpriced}))
    batches.commands.price(job_id)
    batches.run(Chosen())
    batches.commands.retry_failed(job_id)
    batches.run(Chosen({1: fails}))
    found = store.get(f"batch_shards/{job_id}-0000")[0]
    assert found
    taken_over = codec.replace(decode(Shard, found.fields), kind=ShardKind.RETRY, epoch=2, next=0)
    list(rows_to_run(recording, batches.rows, taken_over))
    batches.commands.again(job_id, {0: {}})
    batches.run(Chosen({0: lacks}))
    batches.commands.complete(job_id)
    batches.run(Chosen())
    drafts = Drafts(recording)
    for asked in (
        {},
        {"job_id": job_id},
        {"review": Review.OPEN},
        {"look": True, "review": Review.OPEN},
        {"job_id": job_id, "review": Review.OPEN},
        {"job_id": job_id, "needs": DraftNeed.PRICE},
    ):
        drafts.page(**asked), drafts.count(**asked)
    drafts.page(before=found.read_at)
    for key in ("00700000000000", "discogs-249504"):
        drafts.of_key(key), drafts.earlier(key, job_id), drafts.drafted([key])
    for status in (None, *ItemStatus):
        for cause in (None, Cause.NO_MATCH):
            for q in ("", "blue", "700000"):
                queries.items(job_id, status=status, cause=cause, q=q)
                queries.items(job_id, status=status, cause=cause, q=q, needs=DraftNeed.PRICE)
    now = SystemClock().now()
    for status in (None, *JobStatus):
        for q in ("", "rows"):
            for since, visibility in product((None, now), (None, *Visibility)):
                queries.jobs(wanted=BatchFilter(q, status, since, since, visibility))
    two_at_once(recording, queries)
    index_batches(recording)
    queries.batches(before=now)
    queries.batches_again(queries.batches(), now)
    (
        queries.causes(job_id),
        queries.composed(job_id),
        queries.lacking(job_id),
        queries.needing(job_id, DraftNeed.PRICE),
        queries.failed(job_id, 5),
        queries.newest(job_id, 5),
    )
    queries.overview(now)
    batches.engine.shifts.report(timedelta(hours=8))
    fixed(batches, job_id)
    queries.queued(), queries.events(job_id), queries.workers()
    list(batches.exports.results_csv(job_id)), batches.engine.upstreams.all()
    batches.engine.tokens.all()
    batches.engine.sessions.begin("ann", (), timedelta(hours=1))
    batches.engine.audit.page(AuditFilter("ann", job_id, now, now))
    notified(recording, job_id)
    batches.engine.fleet.now()
    batches.submission.uploads.newest()
    batches.submission.uploads.drop("none")
    retained(recording, batches)
    batches.engine.deletions.work()
    batches.engine.deletions.delete(job_id, leave_drafts=True)
    scans = batches.engine.scans
    session = scans.open().session_id
    scans.take(session, [Entry("a", barcode(1)), Entry("b", "VG+", "#1")])
    ScanQueue(recording, SystemClock()).waiting(), scans.unfinished(), scans.newest(session), scans.tally(session)
    scans.close(session)
    scans.discard(session)
    return recording.shapes


def retained(store: Recording, batches: Batches) -> None:
    """Take away by rule what is over: a scan session, and a file that nothing names."""
    scans, shortest, day = batches.engine.scans, timedelta(microseconds=1), timedelta(days=1)
    session = scans.open().session_id
    scans.take(session, [Entry("a", barcode(1))])
    scans.close(session)
    batches.files.create(f"{batches.files.home}/uploads/of-earlier-days/rows.txt", b"1")
    keep = Keep(batches=day, scans=shortest, files=day, notifications=day, audit=day)
    rules = Rules(store, batches.files, batches.engine.deletions, keep, Audit(store, SystemClock()))
    Retention(store, batches.files, SystemClock(), rules.all(expired=False), pause=0).work()


def two_at_once(store: Recording, queries: Queries) -> None:
    """Ask for a page that ends between two batches made at the same moment."""
    (job,) = queries.jobs(limit=1).jobs
    second = {**encode(job), "job_id": "batch_twin"}
    store.commit(Put("batch_jobs/batch_twin", second))
    queries.jobs(limit=1)


def fixed(batches: Batches, one: str) -> None:
    """Ask for what is fixed over all batches."""
    for (gtin, upc), job_id in product((("", ""), ("00700000000010", ""), ("", "8.8E+11")), ("", one)):
        wanted = RowsWanted(Cause.NO_MATCH, gtin, job_id, upc)
        batches.engine.attention.concerned(wanted, Remedy(FixKind.RETRY))
        batches.engine.attention.page(wanted, SystemClock().now(), SystemClock().now(), 5)
    batches.engine.attention.rows(RowsWanted(Cause.NO_MATCH), before=SystemClock().now())
    batches.engine.attention.archived()
    batches.engine.fixes.newest(), batches.engine.fixes.work()


def notified(store: Recording, job_id: str) -> None:
    """Ask for notifications, and look for batches that stand still; this one seems to."""
    now = SystemClock().now()
    found = store.get(f"batch_jobs/{job_id}")[0]
    assert found
    moved = {**found.fields["engine"], "moved_at": now - timedelta(hours=1)}
    store.commit(Patch(found.path, {"status": JobStatus.RUNNING, "engine": moved}, None))
    Watch(store, SystemClock(), timedelta(minutes=30)).look()
    Notifications(store, SystemClock()).due(), Notifications(store, SystemClock()).newest()
    store.commit(Patch(found.path, {"status": JobStatus.COMPLETED}, None))


def lacks(work: Work) -> None:
    work.item = replace(work.item, match=Match(lacking=("discogs",)))


def unpriced(_work: Work) -> None:
    raise ItemError(Cause.NO_PRICE, "Nobody sells it.")


def callers() -> Iterator[str]:
    """Return the functions of the engine and the console that query a store."""
    for path in [*(ROOT / "engine").rglob("*.py"), *(ROOT / "console").rglob("*.py")]:
        if path.parent.name in {"store", "sandbox", "evidence"}:  # evidence asks for the rows of a batch, as screens do
            continue
        module = ast.parse(path.read_text())
        owners: list[ast.Module | ast.ClassDef] = [module]
        for owner in [*owners, *(node for node in module.body if isinstance(node, ast.ClassDef))]:
            for function in owner.body:
                if isinstance(function, ast.FunctionDef) and any(map(_queries, ast.walk(function))):
                    yield f"{path.stem}.{function.name}"


def _queries(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr in {"find", "count", "sum"} and ast.unparse(node.func.value).rpartition(".")[2] in {
        "store",
        "_store",
    }


def needed(shape: Shape) -> Iterator[tuple[str, ...]]:
    """Return the composite indexes that a query needs: one for each condition beside the field it is sorted by.

    Equalities alone need none, and where several stand beside an order Firestore merges an index of each. It takes one
    condition on a list in a query.
    """
    assert sum(comparison == "contains" for _, comparison in shape.where) <= 1
    ranges = {field for field, comparison in shape.where if comparison in RANGES}
    sort = shape.order.field if shape.order else next(iter(ranges), None)
    assert ranges <= {sort}, "a range and an order on two fields"
    direction = "DESCENDING" if shape.order and shape.order.descending else "ASCENDING"
    for field, comparison in shape.where:
        if sort and field != sort:
            kind = "CONTAINS" if comparison == "contains" else "ASCENDING"
            yield shape.scope, shape.group, f"{field} {kind}", f"{sort} {direction}"


def declared() -> set[tuple[str, ...]]:
    return {(one["queryScope"], one["collectionGroup"], *map(_indexed, one["fields"])) for one in DECLARED["indexes"]}


def _indexed(field: dict[str, str]) -> str:
    return f"{field['fieldPath']} {field.get('order') or field['arrayConfig']}"


def test_every_function_that_queries_is_known_here(shapes: set[Shape]) -> None:
    assert {shape.by for shape in shapes} >= set(callers())


def test_every_index_that_is_needed_is_declared_and_no_other(shapes: set[Shape]) -> None:
    assert declared() == {index for shape in shapes for index in needed(shape)}


def test_no_field_that_is_asked_for_is_without_its_own_index(shapes: set[Shape]) -> None:
    unindexed = {
        (override["collectionGroup"], override["fieldPath"])
        for override in DECLARED["fieldOverrides"]
        if not override["indexes"]
    }
    asked = {(shape.group, field) for shape in shapes for field, _ in shape.where}
    asked |= {(shape.group, shape.order.field) for shape in shapes if shape.order}
    assert not unindexed & asked


def test_every_field_that_is_asked_for_in_all_collections_of_a_name_has_an_index_over_them(shapes: set[Shape]) -> None:
    over_all = {
        (override["collectionGroup"], override["fieldPath"])
        for override in DECLARED["fieldOverrides"]
        if {"order": "ASCENDING", "queryScope": "COLLECTION_GROUP"} in override["indexes"]
    }
    anywhere = [shape for shape in shapes if shape.scope == "COLLECTION_GROUP"]
    equal = [shape for shape in anywhere if not any(needed(shape))]  # a composite index answers the others
    assert over_all == {(shape.group, field) for shape in equal for field, _ in shape.where}


def test_documents_that_are_to_go_carry_the_time_at_which_they_do(batches: Batches) -> None:
    job = batches.submission.upload(barcodes(2), "rows.txt", FIXED, request_id="pressed-once")
    batches.submission.uploads.keep(Upload("given", job.gcs_path))
    batches.run()
    lookups = Lookups(batches.store, SystemClock())
    question: Question[list[int]] = Question("discogs", lambda _: [])
    lookups.ask(UNATTENDED, "00000000000017", question, list)
    lookups.keep("00000000000017")
    below = {"events": events_of(job.job_id)}
    for override in DECLARED["fieldOverrides"]:
        if override.get("ttl"):
            group = override["collectionGroup"]
            found = batches.store.find(below.get(group, group))
            assert found
            assert all(document.fields[override["fieldPath"]] > document.read_at for document in found)


def test_nobody_comes_in_from_a_browser() -> None:
    rules = (ROOT / "deploy" / "firestore.rules").read_text()
    assert [line.strip() for line in rules.splitlines() if "allow" in line] == ["allow read, write: if false;"]
    assert "match /{document=**}" in rules
