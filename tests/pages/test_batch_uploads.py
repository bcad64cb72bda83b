"""The files that a seller uploads elsewhere, on the screen of a batch."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from engine.batches.rows import RowFiles
from engine.codec import replace
from engine.domain.batch.items import Outcome
from engine.domain.identify.releases import Format, Release
from engine.domain.listing.composition import Copy, compose
from engine.domain.listing.pricing import Price
from engine.files.folder import FolderFiles
from engine.worker.loop import Worker, WorkerConfig
from tests.support.desk import CLOCK, Desk, button, text, upcs
from tests.support.working import Changing, Work


class Composing(Changing):
    """A pipeline that drafts every row; only the first one is an offer at eBay, and the last has no category."""

    def change(self, work: Work) -> None:
        index = work.row.index
        formats = () if index == 2 else (Format("CD"),)
        release = Release("discogs", "7", "Artist", "Café Songs", formats=formats)
        draft = compose(Copy(work.sku, work.row.gtin or ""), release, Price(1250, "fixed", ""))
        outcome = Outcome.COMPOSED if index else Outcome.DRAFTED
        work.item = replace(work.item, outcome=outcome, sku=work.sku, draft=draft)


def worked(desk: Desk) -> str:
    """Return a batch of three drafts."""
    job_id = desk.submit(upcs(3)).job_id
    files = RowFiles(FolderFiles(Path(desk.settings.files.removeprefix("file:"))))
    Worker(desk.store, files, Composing(), CLOCK, WorkerConfig(1, timedelta(seconds=30))).run(until_idle=True)
    return job_id


def test_the_screen_says_where_each_file_goes_and_what_happens_there(desk: Desk) -> None:
    told = text(desk.screen("batch", job_id=worked(desk)))
    assert "Seller Hub under Reports, Uploads" in told
    assert "1 offer of this batch, unpublished, would become second drafts" in told
    assert "Discogs puts them up for sale at once" in told


def test_what_the_drafts_lack_is_counted_when_it_is_asked(desk: Desk) -> None:
    app = desk.screen("batch", job_id=worked(desk))
    assert "3 drafts in one file" not in text(app)
    told = text(button(app, "What do they lack?").click().run())
    assert "3 drafts in one file." in told
    assert "3 drafts without a condition" in told
    assert "1 draft without a category: eBay refuses" in told


def test_a_batch_without_drafts_has_nothing_to_upload(desk: Desk) -> None:
    app = desk.screen("batch", job_id=desk.submit(upcs(2)).job_id)
    assert button(app, "What do they lack?").disabled
    assert "second drafts" not in text(app)
