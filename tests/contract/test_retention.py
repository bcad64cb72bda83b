"""What is over goes by rule, counted, on every store; what is open never does, whoever is killed."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.access.audit import Audit
from engine.batches.deletion import DELETIONS, Deletions
from engine.batches.documents import DRAFTS, JOBS, events_of
from engine.batches.fixes import FIXES
from engine.batches.notifications import Notifications
from engine.batches.scan_documents import SESSIONS as SCAN_SESSIONS
from engine.batches.scan_documents import scans_of
from engine.batches.taking import Entry
from engine.clock import SystemClock
from engine.codec import replace
from engine.domain.access import Actor, Role, TokenScope, Via
from engine.domain.audit import Result
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.upload import Upload
from engine.domain.notifications import NOTIFICATIONS
from engine.domain.notifications import test as notification
from engine.domain.retention import EXPIRING, Keep, RetentionRecord, Subject
from engine.errors import FilesAway
from engine.files.base import Files
from engine.maintenance.retention import PATH, ROUND, Retention
from engine.maintenance.retention_rules import AT_ONCE, Rules
from engine.maintenance.store_record import keep_record, read_record
from engine.store.base import Committed, Patch, Put, Write
from engine.store.sqlite import SQLiteStore
from tests.support.batch_runs import FIXED, AtEbay, Batches, Chosen, barcode, barcodes, fails
from tests.support.clocks import until
from tests.support.dying import Dying, Killed

TEN_DAYS = timedelta(days=10)
LONG_AGO = timedelta(days=30)
NOTHING = Keep(scans=None, notifications=None)
KEEP_AUDIT = Keep(scans=None, notifications=None, audit=timedelta(days=20))


@pytest.fixture
def batches(batches_of_each_store: Batches) -> Batches:
    return batches_of_each_store


def now() -> datetime:
    return SystemClock().now()


def by_itself(batches: Batches) -> bool:
    """Whether the store takes away what has expired by itself."""
    return not isinstance(batches.store, SQLiteStore)


def retention(batches: Batches, keep: Keep, store: Any = None) -> Retention:
    """Return retention as a worker has it that never pauses."""
    store = store or batches.store
    rules = Rules(store, batches.files, Deletions(store, batches.rows), keep, Audit(store, SystemClock()))
    expired = not by_itself(batches)
    return Retention(store, batches.files, SystemClock(), rules.all(expired=expired), pause=0)


def again(batches: Batches) -> None:
    """Have the time pass until the next round is due."""
    if found := batches.store.get(PATH)[0]:
        batches.store.commit(Patch(PATH, {"due_at": found.read_at}, None))


def go_through(batches: Batches, keep: Keep, store: Any = None) -> RetentionRecord:
    """Go through a round, and delete what it marked; return what the store then says of it."""
    again(batches)
    retention(batches, keep, store).work()
    while batches.engine.deletions.work():
        pass
    record = batches.engine.retained.last()
    assert record
    return record


def removed(record: RetentionRecord, subject: Subject) -> int:
    return record.rules[subject].removed


def aged(batches: Batches, job_id: str, **more: object) -> str:
    """Have a batch be as old as if everything in it had happened a month ago."""
    then = now() - LONG_AGO
    fields = {"created_at": then, "updated_at": then, "completed_at": then, **more}
    batches.store.commit(Patch(f"{JOBS}/{job_id}", fields, None))
    return job_id


def done(batches: Batches, count: int = 3, pipeline: Any = None) -> str:
    job_id = batches.upload(barcodes(count))
    batches.run(pipeline)
    return job_id


def jobs(batches: Batches) -> set[str]:
    return {document.name for document in batches.store.find(JOBS)}


KEEP_BATCHES = Keep(batches=TEN_DAYS, scans=None, notifications=None)


def test_a_batch_that_ended_long_ago_goes_whole_and_is_counted(batches: Batches) -> None:
    old, new = aged(batches, done(batches)), done(batches)
    record = go_through(batches, KEEP_BATCHES)
    assert jobs(batches) == {new}
    assert (batches.rows.kept(old), batches.store.count(f"{JOBS}/{old}/items")) == ([], 0)
    assert (removed(record, Subject.BATCHES), record.rules[Subject.BATCHES].days) == (1, 10)
    gone = batches.engine.deletions.find(old)
    assert gone
    assert (gone.by, gone.rows) == ("retention", 3)


@pytest.mark.parametrize("status", [JobStatus.PENDING, JobStatus.RUNNING, JobStatus.PAUSED])
def test_a_batch_that_has_not_ended_stays_however_old_it_is(batches: Batches, status: JobStatus) -> None:
    job_id = aged(batches, done(batches), status=str(status))
    assert removed(go_through(batches, KEEP_BATCHES), Subject.BATCHES) == 0
    assert jobs(batches) == {job_id}


def test_a_batch_with_rows_in_a_workers_hand_stays(batches: Batches) -> None:
    job_id = aged(batches, batches.upload(barcodes(2)), status=str(JobStatus.CANCELLED))
    leased = {"owner": "worker-1", "lease_until": now() + timedelta(minutes=5)}
    batches.store.commit(Patch(f"batch_shards/{job_id}-0000", leased, None))
    go_through(batches, KEEP_BATCHES)
    assert jobs(batches) == {job_id}


def test_a_batch_that_was_changed_lately_stays(batches: Batches) -> None:
    job_id = aged(batches, done(batches), updated_at=now())
    go_through(batches, KEEP_BATCHES)
    assert jobs(batches) == {job_id}


def test_a_batch_stays_while_one_is_open_that_carries_its_failed_rows_on_and_so_does_the_other_way_round(
    batches: Batches,
) -> None:
    parent = done(batches, 3, Chosen({1: fails}))
    child = batches.engine.retry_as_new(parent).job_id
    batches.run()
    aged(batches, parent)
    aged(batches, child, status=str(JobStatus.PAUSED))
    go_through(batches, KEEP_BATCHES)
    assert jobs(batches) == {parent, child}
    aged(batches, parent, status=str(JobStatus.PAUSED))
    aged(batches, child, status=str(JobStatus.COMPLETED))
    go_through(batches, KEEP_BATCHES)
    assert jobs(batches) == {parent, child}
    aged(batches, parent, status=str(JobStatus.COMPLETED))
    assert removed(go_through(batches, KEEP_BATCHES), Subject.BATCHES) == 2


def test_drafts_at_ebay_stay_and_still_protect_from_a_second_one(batches: Batches) -> None:
    job_id = aged(batches, done(batches, 3, AtEbay()))
    go_through(batches, KEEP_BATCHES)
    assert jobs(batches) == set()
    assert batches.store.count(DRAFTS) == 3
    assert batches.engine.drafts.drafted([barcode(0).zfill(14)]) == {barcode(0).zfill(14)}
    gone = batches.engine.deletions.find(job_id)
    assert gone
    assert gone.drafts == 3


def test_what_is_kept_for_good_never_goes(batches: Batches) -> None:
    job_id = aged(batches, done(batches))
    record = go_through(batches, NOTHING)
    assert jobs(batches) == {job_id}
    assert record.rules[Subject.BATCHES].days is None


def scanned(batches: Batches, count: int = 2, *, close: bool = True) -> str:
    scans = batches.engine.scans
    session_id = scans.open("Shelf 1").session_id
    scans.take(session_id, [Entry(f"line-{number}", barcode(number)) for number in range(count)])
    if close:
        scans.close(session_id)
    batches.store.commit(Patch(f"{SCAN_SESSIONS}/{session_id}", {"changed_at": now() - LONG_AGO}, None))
    return session_id


def test_a_scan_session_that_became_a_file_goes_with_its_scans_and_one_that_is_filled_stays(batches: Batches) -> None:
    closed, filled = scanned(batches), scanned(batches, close=False)
    record = go_through(batches, Keep(scans=TEN_DAYS, notifications=None))
    assert [document.name for document in batches.store.find(SCAN_SESSIONS)] == [filled]
    assert (batches.store.count(scans_of(closed)), batches.store.count(scans_of(filled))) == (0, 2)
    assert removed(record, Subject.SCANS) == 1


def test_a_notification_goes_unless_it_is_still_to_be_delivered(batches: Batches) -> None:
    then = now() - LONG_AGO
    over, due, new = (notification("ann", now=at) for at in (then, then + timedelta(seconds=1), now()))
    for one, due_at in ((over, None), (due, now()), (new, None)):
        Notifications(batches.store, SystemClock()).notify(replace(one, due_at=due_at))
    record = go_through(batches, Keep(scans=None, notifications=TEN_DAYS))
    left = {document.name for document in batches.store.find(NOTIFICATIONS)}
    assert left == {due.notification_id, new.notification_id}
    assert removed(record, Subject.NOTIFICATIONS) == 1


@dataclass
class At:
    """A clock that stands still."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return 0.0


def test_entries_of_the_audit_go_by_age_and_the_newer_ones_stay(batches: Batches) -> None:
    actor = Actor("ann", TokenScope.STEER, Via.SCREEN, "10.0.0.7", Role.OPERATOR)
    for age in (LONG_AGO, LONG_AGO / 2, timedelta(0)):
        audit = Audit(batches.store, At(now() - age))
        audit.ended(audit.asked(actor, "commands.pause", "Pause a batch"), Result.DONE)
    record = go_through(batches, KEEP_AUDIT)
    assert len(batches.engine.audit.page()) == 2
    assert removed(record, Subject.ENTRIES) == 1
    go_through(batches, NOTHING)
    assert len(batches.engine.audit.page()) == 2


def test_what_is_kept_of_fixes_and_deletions_goes_with_the_audit_unless_something_is_still_to_be_done(
    batches: Batches,
) -> None:
    ended, due = {"due_at": None}, {"due_at": now()}
    for collection in (FIXES, DELETIONS):
        for name, fields, age in (("old", ended, LONG_AGO), ("open", due, LONG_AGO), ("new", ended, timedelta(0))):
            batches.store.commit(Put(f"{collection}/{name}", {"at": now() - age, **fields}))
    retention(batches, KEEP_AUDIT).work()
    record = batches.engine.retained.last()
    assert record
    for collection, subject in ((FIXES, Subject.FIXES), (DELETIONS, Subject.DELETIONS)):
        assert {document.name for document in batches.store.find(collection)} == {"open", "new"}
        assert removed(record, subject) == 1


def test_a_session_of_a_person_goes_with_its_end_and_one_that_counts_stays(batches: Batches) -> None:
    sessions = batches.engine.sessions
    here, _ = sessions.begin("ann", (), timedelta(hours=1)), sessions.begin("ben", (), timedelta(hours=-1))
    assert removed(go_through(batches, NOTHING), Subject.SESSIONS) == 1
    assert sessions.of(here)


def expiring(batches: Batches, subject: Subject, at: datetime, count: int = 1) -> None:
    """Put documents that expire one after another from `at` on into a collection."""
    place = events_of("batch_1") if subject is Subject.HISTORY else EXPIRING[subject]
    ends = [at + timedelta(microseconds=number) for number in range(count)]
    for first in range(0, count, AT_ONCE):
        puts = (Put(f"{place}/{end:%S%f}", {"expires_at": end}) for end in ends[first : first + AT_ONCE])
        batches.store.commit(*puts)


def test_what_has_expired_goes_where_the_store_does_not_take_it_away_itself(batches: Batches) -> None:
    for subject in EXPIRING:
        expiring(batches, subject, now() - timedelta(days=1), 2)
        expiring(batches, subject, now() + timedelta(days=1))
    record = go_through(batches, NOTHING)
    if by_itself(batches):
        assert not set(EXPIRING) & set(record.rules)
        return
    assert {subject: removed(record, subject) for subject in EXPIRING} == dict.fromkeys(EXPIRING, 2)
    assert all(batches.store.count(place) == 1 for place in EXPIRING.values())


KEEP_FILES = Keep(scans=None, notifications=None, files=TEN_DAYS)


def given(batches: Batches, content: bytes, name: str = "rows.txt", *, old: bool = True) -> str:
    """Return the address of a file that was given, a month ago unless it is not `old`."""
    path = batches.submission.keep(content, name)
    if not old:
        return path
    today = path.split("/")[-3]
    earlier = path.replace(today, f"{now() - LONG_AGO:%Y%m%d}")
    batches.files.create(earlier, content)
    batches.files.delete(path)
    return earlier


def old_files(batches: Batches) -> list[str]:
    return list(batches.files.walk(f"{batches.files.home}/uploads/{now() - LONG_AGO:%Y%m%d}/", 100))


def test_an_old_file_that_nothing_names_goes_and_one_that_something_names_stays(batches: Batches) -> None:
    lost, new = given(batches, b"lost"), given(batches, b"new", old=False)
    of_batch, of_upload, fixed, of_scans = (given(batches, name.encode(), f"{name}.txt") for name in "abcd")
    before = f"{batches.files.home}/uploads/0123456789abcdef/rows.txt"
    batches.files.create(before, b"of an earlier version")
    batches.submission.submit(of_batch, FIXED)
    batches.submission.uploads.keep(Upload("given", of_upload, fixed=fixed))
    session = scanned(batches)
    batches.store.commit(Patch(f"{SCAN_SESSIONS}/{session}", {"path": of_scans}, None))
    record = go_through(batches, KEEP_FILES)
    left = set(batches.files.walk(f"{batches.files.home}/uploads/", 100))
    assert {new, of_batch, of_upload, fixed, of_scans} <= left
    assert not {lost, before} & left
    assert removed(record, Subject.FILES) == 2


def test_what_carried_rows_have_from_their_batch_stays_with_the_batch_that_has_them(batches: Batches) -> None:
    parent = done(batches, 3, Chosen({1: fails}))
    child = batches.engine.retry_as_new(parent).job_id
    carried = batches.stored(child).engine.carried
    content = batches.files.read(carried)
    old = carried.replace(f"/{carried.split('/')[-3]}/", f"/{now() - LONG_AGO:%Y%m%d}/")
    batches.files.create(old, content)
    assert removed(go_through(batches, KEEP_FILES), Subject.FILES) == 0
    assert batches.files.read(old) == content


EVERYTHING = Keep(batches=TEN_DAYS, scans=TEN_DAYS, files=TEN_DAYS, notifications=TEN_DAYS, audit=TEN_DAYS)
COMMITS = 10  # of a round over what `filled` makes; two fewer where what has expired is left to the store


def filled(batches: Batches) -> dict[Subject, int]:
    """Fill a store with what is to go and what is open; return how much of each is to go."""
    aged(batches, done(batches)), aged(batches, done(batches, 2), status=str(JobStatus.PAUSED))
    scanned(batches), scanned(batches, close=False), given(batches, b"lost")
    then = now() - LONG_AGO
    for one in (notification("ann", now=then), notification("ann", now=then + timedelta(seconds=1))):
        Notifications(batches.store, SystemClock()).notify(replace(one, due_at=None))
    batches.engine.sessions.begin("ben", (), timedelta(hours=-1))
    gone = {Subject.BATCHES: 1, Subject.SCANS: 1, Subject.FILES: 1, Subject.NOTIFICATIONS: 2, Subject.SESSIONS: 1}
    gone |= {Subject.ENTRIES: 0, Subject.FIXES: 0, Subject.DELETIONS: 0}
    if by_itself(batches):
        return gone
    expiring(batches, Subject.LOOKUPS, now() - timedelta(days=1), AT_ONCE + 1)
    return gone | dict.fromkeys(EXPIRING, 0) | {Subject.LOOKUPS: AT_ONCE + 1}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("commits", range(1, COMMITS + 2))
def test_a_round_that_is_killed_at_any_commit_is_ended_by_the_next_and_everything_is_counted_once(
    batches: Batches, commits: int, *, after: bool
) -> None:
    expected = filled(batches)
    with pytest.raises(Killed) if commits <= COMMITS - 2 * by_itself(batches) else nullcontext():
        retention(batches, EVERYTHING, Dying(batches.store, commits, after=after)).work()
    record = go_through(batches, EVERYTHING)
    counted = {Subject(name): rule.removed for name, rule in record.rules.items()}
    killed_with_files = counted[Subject.FILES] == 0  # just before they were counted
    assert counted == expected | {Subject.FILES: 0 if killed_with_files else 1}
    assert (len(old_files(batches)), killed_with_files) == (
        0,
        commits == COMMITS - 1 - 2 * by_itself(batches) and not after,
    )
    assert {batches.job(name).status for name in jobs(batches)} == {JobStatus.PAUSED}
    assert batches.store.count(SCAN_SESSIONS) == 1
    assert go_through(batches, EVERYTHING).rules == record.rules


def test_two_workers_at_one_round_remove_and_count_everything_once(batches: Batches) -> None:
    expected = filled(batches)
    first, second = retention(batches, EVERYTHING), retention(batches, EVERYTHING)
    threads = [threading.Thread(target=one.work) for one in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    record = batches.engine.retained.last()
    assert record
    assert {Subject(name): rule.removed for name, rule in record.rules.items()} == expected


class Interrupting:
    """A store in which another worker takes the round over just before one of its commits."""

    def __init__(self, batches: Batches, commits: int) -> None:
        self._batches, self._left = batches, commits

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batches.store, name)

    def commit(self, *writes: Write) -> Committed:
        self._left -= 1
        if self._left == 0:
            again(self._batches)
            retention(self._batches, EVERYTHING).work()
        return self._batches.store.commit(*writes)


@pytest.mark.parametrize("commits", [1, 2, 3, 5])
def test_a_worker_that_was_frozen_beyond_its_lease_removes_nothing_more(batches: Batches, commits: int) -> None:
    expected = filled(batches)
    retention(batches, EVERYTHING, Interrupting(batches, commits)).work()
    record = batches.engine.retained.last()
    assert record
    assert {Subject(name): rule.removed for name, rule in record.rules.items()} == expected


def test_a_batch_that_changes_between_the_look_and_the_commit_stays(batches: Batches) -> None:
    job_id, other = aged(batches, done(batches)), aged(batches, done(batches))

    class Changing:
        def __getattr__(self, name: str) -> Any:
            return getattr(batches.store, name)

        def commit(self, *writes: Write) -> Committed:
            if any(write.path == f"{JOBS}/{job_id}" for write in writes):
                batches.commands.rename(job_id, "Wanted again")
            committed: Committed = batches.store.commit(*writes)
            return committed

    record = go_through(batches, KEEP_BATCHES, Changing())
    assert jobs(batches) == {job_id}
    assert removed(record, Subject.BATCHES) == 1
    assert batches.engine.deletions.find(other)


def test_a_round_is_once_a_day_and_the_store_is_asked_once_a_minute(batches: Batches) -> None:
    first, second = retention(batches, NOTHING), retention(batches, NOTHING)
    assert first.due()
    first.work()
    assert not second.due()
    record = batches.engine.retained.last()
    assert record
    assert record.due_at - record.ended_at > ROUND - timedelta(minutes=1)
    again(batches)
    assert not second.due(), "it has just looked"
    assert retention(batches, NOTHING).due()


def test_nothing_goes_while_a_backup_is_brought_back(batches: Batches) -> None:
    job_id = aged(batches, done(batches))
    record, found = read_record(batches.store)
    keep_record(batches.store, replace(record, restoring="backup-1"), found)
    retention(batches, KEEP_BATCHES).work()
    assert jobs(batches) == {job_id}
    assert batches.engine.retained.last() is None


def test_a_worker_carries_retention_out_beside_its_rows(batches: Batches) -> None:
    old = aged(batches, done(batches))
    with batches.working(retention=retention(batches, KEEP_BATCHES)):
        new = batches.upload(barcodes(2))
        until(lambda: jobs(batches) == {new} and batches.stored(new).status is JobStatus.COMPLETED)
    assert batches.engine.deletions.find(old)


def test_a_round_that_is_closed_half_way_is_due_at_once_for_the_next_worker(batches: Batches) -> None:
    batches.engine.sessions.begin("ben", (), timedelta(hours=-1))
    closed = retention(batches, NOTHING)
    closed.closing.set()
    closed.work()
    assert retention(batches, NOTHING).due()
    record = batches.engine.retained.last()
    assert record
    assert (removed(record, Subject.SESSIONS), record.ended_at) == (0, None)


def test_a_document_that_cannot_be_read_holds_up_its_own_rule_alone(batches: Batches) -> None:
    aged(batches, done(batches))
    broken = scanned(batches)
    batches.store.commit(Patch(f"{SCAN_SESSIONS}/{broken}", {"scans": "many"}, None))
    batches.engine.sessions.begin("ben", (), timedelta(hours=-1))
    record = go_through(batches, EVERYTHING)
    assert [removed(record, one) for one in (Subject.BATCHES, Subject.SCANS, Subject.SESSIONS)] == [1, 0, 1]
    assert batches.store.count(SCAN_SESSIONS) == 1


class NoFiles:
    """Files that are away."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def __getattr__(self, name: str) -> Any:
        return getattr(self._files, name)

    def walk(self, *_: object) -> list[str]:
        raise FilesAway("the bucket does not answer")


def test_while_the_files_are_away_everything_else_goes_and_the_round_is_tried_again(batches: Batches) -> None:
    expected, lost = filled(batches), NoFiles(batches.files)
    rules = Rules(batches.store, lost, batches.engine.deletions, EVERYTHING, Audit(batches.store, SystemClock()))
    expired = not by_itself(batches)
    with pytest.raises(FilesAway):
        Retention(batches.store, lost, SystemClock(), rules.all(expired=expired), pause=0).work()
    record = batches.engine.retained.last()
    assert record
    assert {Subject(name): rule.removed for name, rule in record.rules.items()} == expected | {Subject.FILES: 0}
    assert record.due_at < now() + timedelta(minutes=6)
    assert removed(go_through(batches, EVERYTHING), Subject.FILES) == 1
