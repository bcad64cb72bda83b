"""Fixes of many failed rows: asked for, undone, and carried out a page at a time by whichever worker comes by.

Each group of rows is queued in the same commit as it is counted, so that a worker that is killed, or two at once, count
no row twice and leave none out.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from engine.batches.attention import Attention, FailedRow, by_batch, failed_rows
from engine.batches.commands import Commands
from engine.batches.due import due, outstanding
from engine.batches.listing import BEGINNING
from engine.clock import Clock
from engine.codec import decode, encode, replace
from engine.domain.batch.fixes import UNDO_FOR, Fix, FixState, Remedy, RowsWanted, decisions, ensure_whole, left_alone
from engine.domain.batch.jobs import Job
from engine.errors import Conflict, IllegalTransition, JobError, NotThere, StoreAway
from engine.log import get_logger
from engine.store.base import Document, Expect, Order, Patch, Put, Store

log = get_logger(__name__)

FIXES = "bulk_fixes"
PAGE = 200  # as many as `Commands.again` takes at once
SHOWN = 10
_UNDER_WAY = (FixState.WAITING, FixState.RUNNING)


class Fixes:
    """Begin, undo, stop and carry out fixes of failed rows over all batches. `by` is who asks, for the history."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._attention = Attention(store)
        self._commands = Commands(store)

    def begin(self, wanted: RowsWanted, remedy: Remedy, *, by: str = "") -> Fix:
        """Have a remedy applied to all failed rows that are wanted, once the time to undo it is over.

        Raises:
            BadRequest: such rows are not mended so, or the remedy is not whole.
            IllegalTransition: no row is wanted, or such rows are being fixed already.
            DecisionRefused: a value that a draft cannot have.
        """
        ensure_whole(wanted, remedy)
        if other := next((fix for fix in self.under_way() if fix.rows.overlaps(wanted)), None):
            raise IllegalTransition(
                f"{other.by or 'Somebody'} is fixing such rows already ({other.remedy.kind}, {other.total} rows); "
                "wait for its end, or stop it"
            )
        if not (total := self._attention.count(wanted)):
            raise IllegalTransition("No such row needs attention any more")
        fix_id = f"fix_{secrets.token_hex(6)}"
        now = self._clock.now()
        fix = Fix(fix_id, wanted, remedy, by, now, now + UNDO_FOR, total=total)
        self._store.commit(Put(_path(fix_id), encode(fix), Expect.ABSENT))
        log.info("fix_asked_for", fix=fix_id, kind=str(remedy.kind), cause=str(wanted.cause), rows=total, by=by)
        return fix

    def undo(self, fix_id: str, *, by: str = "") -> Fix:
        """Take a fix back that has not begun: nothing was changed.

        Raises:
            NotThere: there is no such fix.
            IllegalTransition: it has begun; it can be stopped.
        """
        return self._end(fix_id, FixState.UNDONE, frozenset({FixState.WAITING}), by)

    def stop(self, fix_id: str, *, by: str = "") -> Fix:
        """Leave alone the rows that a fix has not come to; what it has queued goes on.

        Raises:
            NotThere: there is no such fix.
            IllegalTransition: it has ended.
        """
        return self._end(fix_id, FixState.STOPPED, frozenset(_UNDER_WAY), by)

    def get(self, fix_id: str) -> Fix:
        """Return a fix as it stands.

        Raises:
            NotThere: there is none of that name.
        """
        return _read(self._found(fix_id))

    def newest(self, limit: int = SHOWN) -> list[Fix]:
        """Return the fixes that were asked for last, the newest first."""
        return list(map(_read, self._store.find(FIXES, (), Order("at", descending=True), limit)))

    def under_way(self) -> list[Fix]:
        """Return the fixes that have not ended."""
        return list(map(_read, outstanding(self._store, FIXES)))

    def work(self) -> bool:
        """Carry out one page of each fix that is due; return whether there was one.

        Raises:
            StoreAway: the store does not answer.
        """
        fix_ids = self.due()
        for fix_id in fix_ids:
            self.step(fix_id)
        return bool(fix_ids)

    def due(self) -> list[str]:
        """Return the names of the fixes that are to be carried out now.

        Raises:
            StoreAway: the store does not answer.
        """
        return [document.name for document in due(self._store, FIXES)]

    def step(self, fix_id: str) -> Fix:
        """Look at the next page of rows of a fix that is due, and return the fix as it stands then.

        Raises:
            NotThere: there is no such fix.
            StoreAway: the store does not answer.
        """
        found = self._found(fix_id)
        fix = _read(found)
        if fix.due_at is None or fix.due_at > found.read_at:
            return fix
        page = self._page(fix)
        groups = by_batch(list(failed_rows(fix.rows, page)))
        step = _Step(self._store, self._commands, found, fix)
        jobs = self._attention.jobs(groups)
        try:
            for job_id, of_batch in groups.items():
                step.take(jobs.get(job_id), of_batch)
            return step.write(partial(_moved, page) if page else partial(_ended, FixState.DONE, found.read_at))
        except Conflict:  # another worker, or a person who stops it, came first
            return self.get(fix_id)

    def _page(self, fix: Fix) -> list[Document]:
        """Return the next rows of the cause that nobody has looked at."""
        limit = PAGE + len(fix.passed)
        found = self._attention.page(fix.rows, fix.cursor or BEGINNING, fix.at, limit)
        return [document for document in found if document.path not in fix.passed]

    def _end(self, fix_id: str, state: FixState, allowed: frozenset[FixState], by: str) -> Fix:
        while True:
            found = self._found(fix_id)
            fix = _read(found)
            if fix.state is state:
                return fix
            if fix.state not in allowed:
                hint = "; stop it instead" if fix.state is FixState.RUNNING else ""
                raise IllegalTransition(f"This fix is {fix.state}{hint}")
            ended = _ended(state, found.read_at, fix)
            try:
                self._store.commit(Patch(found.path, encode(ended), found.version))
            except Conflict:
                continue
            log.info("fix_ended", fix=fix_id, state=str(state), by=by)
            return ended

    def _found(self, fix_id: str) -> Document:
        found = self._store.get(_path(fix_id))[0] if fix_id and "/" not in fix_id else None
        if found is None:
            raise NotThere(f"There is no fix {fix_id}")
        return found


class _Step:
    """One page of a fix. The fix is written with each group of rows, always from the version that was written last."""

    def __init__(self, store: Store, commands: Commands, found: Document, fix: Fix) -> None:
        self._store = store
        self._commands = commands
        self._path, self._version = found.path, found.version
        self._fix = fix

    def take(self, job: Job | None, rows: Sequence[FailedRow]) -> None:
        """Queue the rows of one batch that can be mended, and count the others by what keeps them from it.

        Raises:
            Conflict: the fix was written by somebody else.
        """
        reasons = [left_alone(self._fix.remedy, job, row.item) if job else "their batch is gone" for row in rows]
        if left := [(row, reason) for row, reason in zip(rows, reasons, strict=True) if reason]:
            self._leave(left)
        if free := [row for row, reason in zip(rows, reasons, strict=True) if not reason]:
            self._queue(free)

    def write(self, moved: Callable[[Fix], Fix]) -> Fix:
        """Write the fix as `moved` changes it, and return it.

        Raises:
            Conflict: somebody else has written it.
        """
        self._fix = moved(self._fix)
        written = self._store.commit(Patch(self._path, encode(self._fix), self._version))
        self._version = written.versions[0]
        return self._fix

    def _leave(self, rows: Sequence[tuple[FailedRow, str]]) -> None:
        """Count rows that are left alone, each by its reason."""
        left = Counter(reason for _, reason in rows)
        self.write(partial(_looked_at, [row for row, _ in rows], left=left))

    def _queue(self, rows: Sequence[FailedRow]) -> None:
        """Queue rows of one batch in one commit; where one of them cannot be, each half by itself."""
        fix = _looked_at(rows, self._fix, done=len(rows))
        try:
            self._again(rows, Patch(self._path, encode(fix), self._version))
        except JobError as error:
            if len(rows) == 1:
                self._leave([(rows[0], str(error))])
                return
            middle = len(rows) // 2
            self._queue(rows[:middle])
            self._queue(rows[middle:])
            return
        found = self._store.get(self._path)[0]
        if found is None or _read(found) != fix:
            raise Conflict(self._path)
        self._fix, self._version = fix, found.version

    def _again(self, rows: Sequence[FailedRow], counted: Patch) -> None:
        remedy, by = self._fix.remedy, self._fix.by
        wanted = {row.item.index: decisions(remedy, row.item) for row in rows}
        seen = {row.item.index: row.item.changed_at for row in rows if row.item.changed_at}
        try:
            self._commands.again(rows[0].job_id, wanted, by=by, seen=seen, beside=[counted], prices=remedy.prices)
        except StoreAway:
            found = self._store.get(self._path)[0]
            if found is not None and found.version != self._version:
                raise Conflict(self._path) from None
            raise


def _looked_at(rows: Sequence[FailedRow], fix: Fix, *, done: int = 0, left: Counter[str] | None = None) -> Fix:
    """Return a fix with more rows that were looked at: `done` were queued, `left` left alone."""
    total = Counter(fix.left) + (left or Counter())
    passed = (*fix.passed, *(row.path for row in rows))
    return replace(fix, state=FixState.RUNNING, done=fix.done + done, left=dict(total), passed=passed)


def _moved(page: Sequence[Document], fix: Fix) -> Fix:
    """Return a fix whose cursor stands behind a page.

    Of the rows that were looked at, those are remembered that the next page may hold: those that ended at the same
    moment, and those of a step that did not come to its end.
    """
    last = page[-1].fields["finished_at"]
    here = {document.path for document in page}
    alike = [document.path for document in page if document.fields["finished_at"] == last]
    passed = (*(path for path in fix.passed if path not in here), *alike)
    return replace(fix, state=FixState.RUNNING, cursor=last, passed=passed)


def _ended(state: FixState, at: datetime, fix: Fix) -> Fix:
    return replace(fix, state=state, ended_at=at, due_at=None, passed=())


def _path(fix_id: str) -> str:
    return f"{FIXES}/{fix_id}"


def _read(found: Document) -> Fix:
    return decode(Fix, found.fields, found.path)
