"""The faults: each is one change of one file that breaks a promise, and the tests that are to notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """`old`, which stands in `file` once, becomes `new`; `tests` are what pytest is given."""

    name: str
    file: str
    old: str
    new: str
    tests: str


LEASE, SHARDS = "engine/worker/shard_lease.py", "engine/domain/batch/shards.py"
GROUPED = "engine/pipeline/grouped_calls.py"
CRASH = "tests/crash/test_crash_points.py"
SOURCE = "tests/contract/test_worker_source.py"
TURNS = "tests/contract/test_worker_turns.py"
RETENTION = "tests/contract/test_retention.py"

FAULTS = (
    Fault(
        "the fence is left out of a worker's writes",
        LEASE,
        "self._store.commit(Patch(self.path, changed, self._version), *puts, *job_writes)",
        "self._store.commit(Patch(self.path, changed, None), *puts, *job_writes)",
        CRASH,
    ),
    Fault(
        "a conflict is taken for a write that went through",
        LEASE,
        "            if not self._applied(wanted):\n                return False\n",
        "            return True\n",
        f"{CRASH} tests/contract/test_worker_store_faults.py",
    ),
    Fault(
        "a lane does not look whether the row is still its own",
        "engine/worker/run.py",
        "if self._over or not self.shard_lease.alive():",
        "if self._over and not self.shard_lease.alive():",
        f"{CRASH} tests/contract/test_ebay_writes.py tests/contract/test_pipeline_crashes.py",
    ),
    Fault(
        "another worker's epoch is not noticed",
        LEASE,
        "if found is None or read_shard(found).epoch != self.shard.epoch:",
        "if found is None:",
        f"{CRASH} tests/contract/test_worker_turns.py tests/contract/test_worker_store_faults.py",
    ),
    Fault(
        "a claim does not raise the epoch",
        SHARDS,
        "epoch=shard.epoch + 1",
        "epoch=shard.epoch",
        f"{CRASH} tests/unit/test_shards.py",
    ),
    Fault(
        "a claim is not compared with what was read",
        LEASE,
        "store.transact(Patch(found.path, document, found.version))",
        "store.transact(Patch(found.path, document, None))",
        f"{TURNS}::test_of_two_workers_that_saw_a_free_shard_one_claims_it",
    ),
    Fault(
        "a shard that somebody holds is claimed",
        SHARDS,
        "return shard.available_at is not None and shard.available_at <= now",
        "return shard.available_at is not None",
        "tests/unit/test_shards.py tests/contract/test_worker_turns.py",
    ),
    Fault(
        "a lease ends as soon as it is renewed",
        SHARDS,
        "    until = now + lease\n    return replace(shard, lease_until=until, ",
        "    until = now\n    return replace(shard, lease_until=until, ",
        "tests/unit/test_shards.py tests/contract/test_worker_turns.py",
    ),
    Fault(
        "a batch that a person stopped is freed by a renewal",
        SHARDS,
        "available_at=None if shard.hold else until)",
        "available_at=until)",
        "tests/unit/test_shards.py tests/contract/test_control_steering.py",
    ),
    Fault(
        "no look before an offer is created",
        "engine/pipeline/draft.py",
        "    standing = _standing(context, sku, ebay)\n    if standing",
        "    standing = None\n    if standing",
        f"{CRASH} tests/contract/test_pipeline_crashes.py",
    ),
    Fault(
        "a row that is lost is sent with the others of its call",
        GROUPED,
        "ours = [request for request in group if _is_ours(request)]",
        "ours = group",
        "tests/unit/test_grouped_calls.py",
    ),
    Fault(
        "a row that was called too often within a call is not told to the limiter",
        "engine/upstream/ebay_bulk.py",
        "return next(often, None) or (",
        "return (",
        "tests/contract/test_clients_ebay_bulk.py",
    ),
    Fault(
        "rows that are with eBay are not counted as in flight",
        "engine/worker/run.py",
        "lanes = self._width.most + len(self._sending)",
        "lanes = self._width.most",
        "tests/contract/test_rows_with_ebay.py",
    ),
    Fault(
        "a live listing is changed",
        "engine/pipeline/draft.py",
        'if standing and standing.status == "PUBLISHED":',
        'if standing and standing.status == "NEVER":',
        "tests/contract/test_added_copies.py tests/contract/test_backups.py",
    ),
    Fault(
        "the intent is not stored before the first write to eBay",
        "engine/pipeline/row.py",
        "        context.port.save(item)\n",
        "",
        "tests/contract/test_pipeline_crashes.py tests/contract/test_pipeline_steps.py",
    ),
    Fault(
        "an intent is reported as stored before it is",
        "engine/worker/run.py",
        "                intents.append(reported)\n",
        "                reported.stored.set_result(None)\n",
        SOURCE,
    ),
    Fault(
        "the watermark passes over rows in flight",
        "engine/worker/run.py",
        "begun = next(iter(self.in_flight), self._frontier)",
        "begun = self._frontier",
        "tests/contract/test_worker_batches.py tests/crash/test_crash_points.py",
    ),
    Fault(
        "the watermark passes over rows that were given back",
        "engine/worker/run.py",
        "return min((begun, *self._requeued))",
        "return begun",
        "tests/contract/test_worker_batches.py tests/contract/test_outages.py tests/contract/test_control_steering.py",
    ),
    Fault(
        "the counters forget what was counted before",
        SHARDS,
        "        tally += _counts(shard.kind, item)",
        "        tally = _counts(shard.kind, item)",
        "tests/unit/test_shards.py tests/contract/test_worker_batches.py",
    ),
    Fault(
        "a retry counts its rows twice",
        SHARDS,
        "return now if kind in FIRST_RUN else now - _end(item.was or ItemStatus.FAILED)",
        "return now",
        "tests/unit/test_shards.py tests/contract/test_control_again.py",
    ),
    Fault(
        "rows that are done are done again after a takeover",
        "engine/worker/source.py",
        "if not item.done and item.round == shard.round:",
        "if item.round == shard.round:",
        SOURCE,
    ),
    Fault(
        "a retry takes rows that it has tried already",
        "engine/worker/source.py",
        "mine = (item for item in found if item.round < shard.round and item.wanted is None)",
        "mine = (item for item in found if item.wanted is None)",
        SOURCE,
    ),
    Fault(
        "deaths are not counted against a row",
        SHARDS,
        "return replace(held, kills=shard.kills + 1)",
        "return held",
        f"{CRASH} tests/unit/test_shards.py",
    ),
    Fault(
        "an outage of the store counts as a death",
        "engine/worker/loop.py",
        "excused=self._ended_in_outage(document)",
        "excused=False",
        "tests/contract/test_worker_store_faults.py",
    ),
    Fault(
        "nobody is suspected after a death",
        SHARDS,
        "return replace(held, suspects=shard.suspects or shard.lanes)",
        "return held",
        f"{CRASH} tests/unit/test_shards.py",
    ),
    Fault(
        "a row that waits for a service spends an attempt",
        "engine/worker/service_wait.py",
        "        return False\n",
        "        return True\n",
        "tests/contract/test_outages.py tests/contract/test_worker_batches.py",
    ),
    Fault(
        "a request that is sent twice starts two batches",
        "engine/batches/submission.py",
        "        if request_id:\n            request = Request(",
        "        if request_id and False:\n            request = Request(",
        "tests/api/test_api_process.py tests/contract/test_uploads.py tests/pages/test_new_batch_screen.py",
    ),
    Fault(
        "a scan that comes twice counts twice",
        "engine/batches/scans.py",
        "Put(scan_path(session_id, scan.scan_id), encode(scan), Expect.ABSENT)",
        "Put(scan_path(session_id, scan.scan_id + secrets.token_hex(2)), encode(scan), Expect.ABSENT)",
        "tests/contract/test_scans.py",
    ),
    Fault(
        "a fix begins before it can be undone",
        "engine/domain/batch/fixes.py",
        "UNDO_FOR = timedelta(seconds=10)",
        "UNDO_FOR = timedelta(0)",
        "tests/contract/test_fixes.py",
    ),
    Fault(
        "what becomes of a bulk call is given to other rows",
        "engine/pipeline/grouped_calls.py",
        "parts = (found[one.sku] for one in group)",
        "parts = (found[one.sku] for one in reversed(group))",
        "tests/unit/test_grouped_calls.py",
    ),
    Fault(
        "rows that are no longer ours go with a bulk call",
        "engine/pipeline/grouped_calls.py",
        "ours = [request for request in group if _is_ours(request)]",
        "ours = group",
        "tests/unit/test_grouped_calls.py",
    ),
    Fault(
        "a token counts after it was revoked",
        "engine/access/tokens.py",
        "if not token.has(given[1]) or token.state(found.read_at) is not TokenState.LIVE:",
        "if not token.has(given[1]):",
        "tests/contract/test_tokens.py",
    ),
    Fault(
        "a session counts after its end",
        "engine/access/sessions.py",
        "return session if session.has(given[1]) and found.read_at < session.ends_at else None",
        "return session if session.has(given[1]) else None",
        "tests/unit/test_sessions.py",
    ),
    Fault(
        "a secret that a service repeats is logged",
        "engine/log.py",
        "    return redacted(line)\n",
        "    return str(line)\n",
        "tests/unit/test_redaction.py tests/unit/test_log.py",
    ),
    Fault(
        "an exported cell runs as a formula",
        "engine/domain/listing/spreadsheets.py",
        "return cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell)",
        "return False",
        "tests/contract/test_no_formulas.py",
    ),
    Fault(
        "workers begin while a backup is restored",
        "engine/maintenance/migrations.py",
        "    if record.restoring:\n",
        "    if record.restoring and False:\n",
        "tests/contract/test_migrations.py tests/contract/test_backups.py",
    ),
    Fault(
        "a worker that lost its round of retention goes on",
        "engine/maintenance/retention.py",
        "self._store.commit(Patch(PATH, encode(record), held.version), *page.writes)",
        "self._store.commit(Patch(PATH, encode(record), None), *page.writes)",
        f"{RETENTION}::test_a_worker_that_was_frozen_beyond_its_lease_removes_nothing_more",
    ),
    Fault(
        "retention takes a scan session away that is being filled",
        "engine/maintenance/retention_rules.py",
        "            if session.path:\n                yield Page(1",
        "            if session.session_id:\n                yield Page(1",
        f"{RETENTION}::test_a_scan_session_that_became_a_file_goes_with_its_scans_and_one_that_is_filled_stays",
    ),
    Fault(
        "retention takes a batch away whose failed rows another one carries on",
        "engine/maintenance/retention_rules.py",
        " or self._has_open_relatives(job)",
        "",
        f"{RETENTION}::test_a_batch_stays_while_one_is_open_that_carries_its_failed_rows_on_and_so_does_the_other_way_round",
    ),
)
