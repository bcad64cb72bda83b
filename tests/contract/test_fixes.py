"""One fix for many failed rows, over all batches: what it does and leaves alone, and that it counts no row twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from engine.batches.documents import job_path
from engine.batches.fixes import FIXES, Fixes
from engine.clock import SystemClock
from engine.codec import decode, encode, replace
from engine.domain.batch.fixes import UNDO_FOR, Fix, FixKind, FixState, Remedy, RowsWanted
from engine.domain.batch.items import ItemStatus
from engine.domain.batch.progress import Deleting
from engine.domain.identify.evidence import Match, ReleaseSummary, Verdict
from engine.errors import BadRequest, Cause, Conflict, DecisionRefused, IllegalTransition, ItemError, NotThere
from engine.store.base import Patch
from tests.support.batch_runs import FIXED, Batches, Chosen, Drafting, barcode, barcodes, fails
from tests.support.clocks import until
from tests.support.dying import Dying, Killed
from tests.support.working import Work

NO_MATCH, NO_PRICE = RowsWanted(Cause.NO_MATCH), RowsWanted(Cause.NO_PRICE)
AMBIGUOUS = RowsWanted(Cause.AMBIGUOUS)
RETRY = Remedy(FixKind.RETRY)


@pytest.fixture
def batches(batches_of_each_store: Batches) -> Batches:
    return batches_of_each_store


def unpriced(_work: Work) -> None:
    raise ItemError(Cause.NO_PRICE, "Nobody sells it.")


def doubtful(*titles: str) -> Callable[[Work], None]:
    """Return a step that finds pressings, of albums with these titles."""
    return between(*(ReleaseSummary("New Order", title, discogs_id=f"{at + 1}") for at, title in enumerate(titles)))


def between(*candidates: ReleaseSummary, found: int = 0) -> Callable[[Work], None]:
    """Return a step that does not know which of several releases it is."""

    def step(work: Work) -> None:
        if work.item.decided.choice is None:
            match = Match(Verdict.AMBIGUOUS, found=found or len(candidates), candidates=candidates)
            work.item = replace(work.item, match=match)
            raise ItemError(Cause.AMBIGUOUS, "Two releases have this barcode.")

    return step


def begun(batches: Batches, rows: RowsWanted, remedy: Remedy) -> Fix:
    """Return a fix that is due at once."""
    fix = batches.engine.fixes.begin(rows, remedy, by="ann")
    batches.store.commit(Patch(f"{FIXES}/{fix.fix_id}", {"due_at": fix.at - timedelta(seconds=1)}, None))
    return fix


def run_on(fixes: Fixes) -> None:
    while fixes.work():
        pass


def carried_out(batches: Batches, rows: RowsWanted, remedy: Remedy) -> Fix:
    fix = begun(batches, rows, remedy)
    run_on(batches.engine.fixes)
    return batches.engine.fixes.get(fix.fix_id)


def failed_batches(batches: Batches, count: int, rows: int = 3) -> list[str]:
    """Return batches whose rows have all failed."""
    names = [batches.upload(barcodes(rows)) for _ in range(count)]
    batches.run(Chosen(dict.fromkeys(range(rows), fails)))
    return names


def test_causes_are_counted_over_all_batches(batches: Batches) -> None:
    failed_batches(batches, 3)
    name = batches.upload(barcodes(2))
    batches.run(Chosen({1: unpriced}))
    causes = {entry.cause: entry.count for entry in batches.engine.attention.causes()}
    assert causes == {Cause.NO_MATCH: 9, Cause.NO_PRICE: 1}
    (row,) = batches.engine.attention.rows(NO_PRICE)
    assert (row.job_id, row.item.index) == (name, 1)


def test_a_fix_queues_every_such_row_of_every_batch(batches: Batches) -> None:
    names = failed_batches(batches, 3)
    fix = carried_out(batches, NO_MATCH, RETRY)
    assert (fix.state, fix.total, fix.done, fix.left) == (FixState.DONE, 9, 9, {})
    assert fix.ended_at
    batches.run()
    assert [batches.job(name).successful_upcs for name in names] == [3, 3, 3]
    assert batches.engine.attention.causes() == []


def test_rows_that_fail_again_are_not_fixed_again(batches: Batches) -> None:
    (name,) = failed_batches(batches, 1)
    fix = begun(batches, NO_MATCH, RETRY)
    batches.engine.fixes.step(fix.fix_id)
    batches.run(Chosen(dict.fromkeys(range(3), fails)))
    run_on(batches.engine.fixes)
    assert batches.engine.fixes.get(fix.fix_id).done == 3
    assert {item.attempts for item in batches.items(name).values()} == {2}


def test_a_fix_waits_and_can_be_undone_as_a_whole(batches: Batches) -> None:
    (name,) = failed_batches(batches, 1)
    fixes = batches.engine.fixes
    fix = fixes.begin(NO_MATCH, RETRY, by="ann")
    assert fix.due_at == fix.at + UNDO_FOR
    assert not fixes.work()
    assert fixes.undo(fix.fix_id).state is FixState.UNDONE
    assert fixes.undo(fix.fix_id).state is FixState.UNDONE
    assert not fixes.due()
    assert not fixes.under_way()
    assert all(item.wanted is None for item in batches.items(name).values())
    with pytest.raises(IllegalTransition, match="This fix is undone"):
        fixes.stop(fix.fix_id)


def test_a_fix_that_has_begun_is_stopped_not_undone(batches: Batches) -> None:
    failed_batches(batches, 1)
    fix = begun(batches, NO_MATCH, RETRY)
    batches.engine.fixes.step(fix.fix_id)
    with pytest.raises(IllegalTransition, match="stop it instead"):
        batches.engine.fixes.undo(fix.fix_id)
    assert batches.engine.fixes.stop(fix.fix_id).state is FixState.STOPPED
    assert not batches.engine.fixes.work()


def test_the_second_operator_is_told_what_the_first_did(batches: Batches) -> None:
    failed_batches(batches, 1)
    batches.engine.fixes.begin(NO_MATCH, RETRY, by="ann")
    with pytest.raises(IllegalTransition, match="ann is fixing such rows already"):
        batches.engine.fixes.begin(NO_MATCH, Remedy(FixKind.LEAVE_OUT), by="bob")


def test_prices_by_format_stay_with_every_batch_whose_rows_are_run_again(batches: Batches) -> None:
    names = [batches.upload(barcodes(3)) for _ in range(2)]
    batches.run(Chosen({1: unpriced, 2: unpriced}))
    prices = {"CD": {"*": 499}, "*": {"*": 699, "VG": 299}}
    assert carried_out(batches, NO_PRICE, Remedy(FixKind.PRICE, prices=prices)).done == 4
    fixed = FIXED.price_rule.fixed
    rules = [batches.job(name).options.price_rule.fixed for name in names]
    assert rules == [{**fixed, "CD": prices["CD"], "*": {**fixed["*"], **prices["*"]}}] * 2
    batches.run()
    assert [batches.job(name).failed_upcs for name in names] == [0, 0]
    assert all(item.decided.edits.price_cents is None for item in batches.items(names[0]).values())


def test_one_price_for_all_that_lack_one(batches: Batches) -> None:
    name = batches.upload(barcodes(4))
    batches.run(Chosen({1: unpriced, 2: unpriced, 3: fails}))
    assert carried_out(batches, NO_PRICE, Remedy(FixKind.PRICE, price_cents=799)).done == 2
    batches.run()
    items = batches.items(name)
    assert [items[at].decided.edits.price_cents for at in range(4)] == [None, 799, 799, None]
    assert items[3].status is ItemStatus.FAILED


def test_a_release_is_chosen_once_for_one_barcode(batches: Batches) -> None:
    names = [batches.upload(barcodes(2)) for _ in range(2)]
    batches.run(Chosen(dict.fromkeys(range(2), doubtful("Blue Monday", "Blue Monday"))))
    gtin = barcode(1).rjust(14, "0")
    (first, *_) = batches.engine.attention.repeated(Cause.AMBIGUOUS)
    assert (first.count, first.name) == (2, "New Order – Blue Monday")
    wanted = RowsWanted(Cause.AMBIGUOUS, gtin)
    fix = carried_out(batches, wanted, Remedy(FixKind.CHOOSE, discogs_id="2"))
    assert (fix.total, fix.done) == (2, 2)
    for name in names:
        items = batches.items(name)
        assert items[0].decided.choice is None
        assert items[1].decided.choice
        assert items[1].decided.choice.numbers == {"Discogs": "2"}


def test_the_best_candidate_is_taken_where_all_are_one_album(batches: Batches) -> None:
    name = batches.upload(barcodes(2))
    batches.run(Chosen({0: doubtful("Blue Monday", "BLUE MONDAY"), 1: doubtful("Blue Monday", "Technique")}))
    wanted, remedy = AMBIGUOUS, Remedy(FixKind.TAKE_BEST, same_album=True)
    concerned = batches.engine.attention.concerned(wanted, remedy)
    assert (concerned.rows, concerned.fixed, concerned.left) == (2, 1, {"their candidates are not one album": 1})
    fix = carried_out(batches, wanted, remedy)
    assert (fix.done, fix.left) == (1, concerned.left)
    items = batches.items(name)
    assert items[0].decided.choice
    assert items[0].decided.choice.discogs_id == "1"
    assert items[1].decided.choice is None


def test_the_best_candidate_is_taken_where_enough_facts_speak_for_it_alone(batches: Batches) -> None:
    name = batches.upload(barcodes(4))
    both = ReleaseSummary("New Order", "Technique", year=1989, discogs_id="1", musicbrainz_id="a")
    bootleg = ReleaseSummary(year=1990, discogs_id="2", format_descriptions=("Unofficial Release",))
    found = [(both, bootleg), (both, replace(bootleg, format_descriptions=())), (bootleg, both), (both,)]
    batches.run(Chosen({at: between(*candidates) for at, candidates in enumerate(found)}))
    wanted, remedy = AMBIGUOUS, Remedy(FixKind.TAKE_BEST, min_facts=2)
    concerned = batches.engine.attention.concerned(wanted, remedy)
    against, fewer = (
        "a fact speaks against their best candidate",
        "fewer than 2 facts speak for their best candidate alone",
    )
    assert (concerned.fixed, concerned.left) == (1, {against: 1, fewer: 2})
    assert concerned.bars == {1: 2, 2: 1}
    assert concerned.facts["Discogs and MusicBrainz both know it"] == 2
    assert carried_out(batches, wanted, remedy).left == concerned.left
    assert [bool(batches.items(name)[at].decided.choice) for at in range(4)] == [True, False, False, False]


def test_of_more_candidates_than_are_kept_nobody_knows_which_is_ahead(batches: Batches) -> None:
    batches.upload(barcodes(1))
    batches.run(Chosen({0: between(ReleaseSummary("A", discogs_id="1", musicbrainz_id="a"), found=11)}))
    concerned = batches.engine.attention.concerned(AMBIGUOUS, Remedy(FixKind.TAKE_BEST, min_facts=1))
    assert (concerned.left, concerned.bars) == ({"more candidates were found than are kept": 1}, {})


def test_a_barcode_is_corrected_for_every_row_that_has_the_wrong_one(batches: Batches) -> None:
    names = [batches.upload(b"8.80E+11\n" + barcodes(1)) for _ in range(2)]
    batches.run()
    wanted = RowsWanted(Cause.INVALID_BARCODE, upc="8.80E+11")
    fix = carried_out(batches, wanted, Remedy(FixKind.BARCODE, barcode=barcode(77)))
    assert (fix.total, fix.done) == (2, 2)
    batches.run()
    for name in names:
        item = batches.items(name)[0]
        assert (item.status, item.upc, item.gtin) == (ItemStatus.SUCCEEDED, barcode(77), barcode(77).zfill(14))
        assert item.decided.barcode
        assert batches.exact(name)


def test_a_barcode_that_is_corrected_and_still_unknown_fails_as_such(batches: Batches) -> None:
    name = batches.upload(b"8.80E+11\n" + barcodes(1))
    batches.run()
    remedy = Remedy(FixKind.BARCODE, barcode=barcode(77))
    carried_out(batches, RowsWanted(Cause.INVALID_BARCODE, upc="8.80E+11"), remedy)
    batches.run(Chosen({0: fails}))
    assert (batches.items(name)[0].cause, batches.items(name)[0].upc) == (Cause.NO_MATCH, barcode(77))
    batches.commands.retry_failed(name)
    batches.run()
    assert batches.items(name)[0].status is ItemStatus.SUCCEEDED


def test_a_row_without_a_barcode_is_left_out(batches: Batches) -> None:
    name = batches.upload(b"8.80E+11\n" + barcodes(1))
    batches.run(Drafting())
    carried_out(batches, RowsWanted(Cause.INVALID_BARCODE), Remedy(FixKind.LEAVE_OUT))
    batches.run(Drafting())
    assert batches.items(name)[0].cause is Cause.REMOVED


def test_rows_are_left_out(batches: Batches) -> None:
    name = batches.upload(barcodes(3))
    batches.run(Drafting({1: fails}))
    carried_out(batches, NO_MATCH, Remedy(FixKind.LEAVE_OUT))
    batches.run(Drafting())
    assert batches.items(name)[1].status is ItemStatus.SKIPPED
    assert batches.exact(name)


def test_rows_of_a_batch_on_hold_are_left_alone_and_it_is_said_why(batches: Batches) -> None:
    held, free = failed_batches(batches, 2)
    batches.commands.again(held, {0: {}})
    batches.commands.pause(held)
    concerned = batches.engine.attention.concerned(NO_MATCH, RETRY)
    assert (concerned.fixed, concerned.left) == (3, {"their batch is paused": 3})
    fix = carried_out(batches, NO_MATCH, RETRY)
    assert (fix.done, fix.left, fix.left_alone) == (3, {"their batch is paused": 3}, 3)
    assert all(item.wanted for item in batches.items(free).values())


def test_rows_of_a_batch_that_is_being_deleted_are_left_alone(batches: Batches) -> None:
    (name,) = failed_batches(batches, 1)
    marked = replace(batches.stored(name).engine, deleting=Deleting("ann", batches.stored(name).created_at, 0))
    batches.store.commit(Patch(job_path(name), {"engine": encode(marked)}, None))
    fix = carried_out(batches, NO_MATCH, RETRY)
    assert (fix.done, fix.left) == (0, {"their batch is being deleted": 3})


def test_more_rows_than_a_page_are_all_fixed(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.batches.fixes.PAGE", 2)
    names = failed_batches(batches, 2, rows=5)
    fix = carried_out(batches, NO_MATCH, RETRY)
    assert (fix.state, fix.done) == (FixState.DONE, 10)
    batches.run()
    assert [batches.job(name).successful_upcs for name in names] == [5, 5]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, 6))
def test_a_worker_that_is_killed_at_any_commit_counts_no_row_twice_and_loses_none(
    batches: Batches, at: int, *, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.batches.fixes.PAGE", 4)
    names = failed_batches(batches, 2)
    fix = begun(batches, NO_MATCH, RETRY)
    dying = Fixes(Dying(batches.store, at, after=after), SystemClock())
    with pytest.raises(Killed):
        run_on(dying)
    run_on(batches.engine.fixes)
    now = batches.engine.fixes.get(fix.fix_id)
    assert (now.state, now.done, now.left) == (FixState.DONE, 6, {})
    batches.run()
    assert [batches.job(name).successful_upcs for name in names] == [3, 3]
    assert {item.attempts for name in names for item in batches.items(name).values()} == {2}


def test_rows_that_come_into_a_page_after_a_kill_are_fixed_too(
    batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.batches.fixes.PAGE", 3)
    names = failed_batches(batches, 2, rows=4)
    fix = begun(batches, NO_MATCH, RETRY)
    dying = Fixes(Dying(batches.store, 1, after=True), SystemClock())
    with pytest.raises(Killed):
        run_on(dying)
    batches.run()  # what was queued has succeeded, and makes room in the page
    run_on(batches.engine.fixes)
    assert batches.engine.fixes.get(fix.fix_id).done == 8
    batches.run()
    assert [batches.job(name).successful_upcs for name in names] == [4, 4]


def test_two_workers_at_one_fix_count_each_row_once(batches: Batches) -> None:
    failed_batches(batches, 3)
    fix = begun(batches, NO_MATCH, RETRY)
    with batches.working(), batches.working():
        until(lambda: batches.engine.fixes.get(fix.fix_id).over)
    assert batches.engine.fixes.get(fix.fix_id).done == 9


@pytest.mark.parametrize(
    ("rows", "remedy", "error", "said"),
    [
        (NO_MATCH, Remedy(FixKind.PRICE, price_cents=5), BadRequest, "price cannot mend rows that failed for no_match"),
        (NO_PRICE, Remedy(FixKind.PRICE), BadRequest, "price_cents"),
        (NO_PRICE, Remedy(FixKind.PRICE, prices={"CD": {}}), BadRequest, "price_cents"),
        (NO_PRICE, Remedy(FixKind.PRICE, 5, prices={"CD": {"*": 5}}), BadRequest, "price_cents"),
        (NO_PRICE, Remedy(FixKind.PRICE, price_cents=0), DecisionRefused, "price_cents"),
        (NO_MATCH, Remedy(FixKind.CHOOSE, discogs_id="1"), BadRequest, "gtin"),
        (RowsWanted(Cause.NO_MATCH, "0" * 14), Remedy(FixKind.CHOOSE), DecisionRefused, "choice names a release"),
        (RowsWanted(Cause.INVALID_BARCODE), RETRY, BadRequest, "there are: barcode, leave_out"),
        (RowsWanted(Cause.INVALID_BARCODE), Remedy(FixKind.BARCODE, barcode=barcode(1)), BadRequest, "name it as gtin"),
        (RowsWanted(Cause.INVALID_BARCODE, upc="1"), Remedy(FixKind.BARCODE, barcode="12"), DecisionRefused, "barcode"),
        (NO_MATCH, RETRY, IllegalTransition, "No such row"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(
    batches: Batches, rows: RowsWanted, remedy: Remedy, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        batches.engine.fixes.begin(rows, remedy)
    assert batches.store.find(FIXES) == []


def test_a_fix_that_nobody_asked_for_is_not_there(batches: Batches) -> None:
    for name in ("fix_1", "", "a/b"):
        with pytest.raises(NotThere):
            batches.engine.fixes.get(name)


def test_a_fix_is_read_back_as_it_was_asked_for(batches: Batches) -> None:
    failed_batches(batches, 1)
    fix = batches.engine.fixes.begin(NO_MATCH, RETRY, by="ann")
    (found,) = batches.store.find(FIXES)
    assert decode(Fix, found.fields) == fix == batches.engine.fixes.newest()[0]
    with pytest.raises(Conflict):
        batches.store.commit(Patch(found.path, {"done": 1}, None), Patch("bulk_fixes/none", {"done": 1}, None))
