"""Files that were given and are not started are kept for seven days, over each store."""

from __future__ import annotations

import pytest

from engine.batches.uploads import Uploads
from engine.codec import replace
from engine.domain.batch.options import Ambiguous, Options
from engine.domain.batch.upload import KEPT, Upload
from engine.errors import BadRequest
from tests.support.batch_runs import Batches
from tests.support.clocks import FakeClock

CHOSEN = Upload(
    "abc", "gs://ours/uploads/1/box.csv", name="Box 7", options=Options(ambiguous=Ambiguous.BEST), by="maria"
)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def uploads(batches_of_each_store: Batches, clock: FakeClock) -> Uploads:
    return Uploads(batches_of_each_store.store, clock)


def test_an_upload_is_found_with_all_that_was_chosen(uploads: Uploads) -> None:
    kept = uploads.keep(CHOSEN)
    assert uploads.find("abc") == kept
    assert (kept.path, kept.name, kept.options) == (CHOSEN.path, CHOSEN.name, CHOSEN.options)


def test_the_one_that_was_changed_last_comes_first(uploads: Uploads, clock: FakeClock) -> None:
    uploads.keep(CHOSEN)
    uploads.keep(replace(CHOSEN, upload_id="def"))
    clock.seconds += 1
    uploads.keep(replace(CHOSEN, name="Box 8"))
    assert [upload.name for upload in uploads.newest()] == ["Box 8", "Box 7"]


def test_one_that_nobody_changed_for_seven_days_is_gone(uploads: Uploads, clock: FakeClock) -> None:
    uploads.keep(CHOSEN)
    clock.seconds += KEPT.total_seconds()
    assert uploads.find("abc") is None
    assert uploads.newest() == []


def test_dropping_one_takes_the_old_ones_away_too(
    uploads: Uploads, batches_of_each_store: Batches, clock: FakeClock
) -> None:
    uploads.keep(CHOSEN)
    clock.seconds += KEPT.total_seconds() + 1
    uploads.keep(replace(CHOSEN, upload_id="def"))
    uploads.keep(replace(CHOSEN, upload_id="ghi"))
    uploads.drop("def")
    left = batches_of_each_store.store.find("uploads")
    assert [document.name for document in left] == ["ghi"]


@pytest.mark.parametrize("upload_id", ["", "a/b", "../x", "x" * 65])
def test_an_id_that_cannot_be_one_finds_nothing_and_stores_nothing(uploads: Uploads, upload_id: str) -> None:
    assert uploads.find(upload_id) is None
    with pytest.raises(BadRequest, match="id of letters"):
        uploads.keep(replace(CHOSEN, upload_id=upload_id))
