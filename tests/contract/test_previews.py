"""Templates are shown with the newest drafts, as far as what the services said of them is still kept."""

from __future__ import annotations

from pathlib import Path

from engine.batches.previews import MOST
from engine.clock import SystemClock
from engine.domain.batch.options import Options
from engine.domain.listing.description.texts import NO_TEXTS
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.files.folder import FolderFiles
from engine.pipeline.kept_answers import KeptAnswers
from engine.store.base import Store
from tests.support.batch_runs import Batches
from tests.support.pipeline_runs import Runs

SEVERAL_TRACKS = b"UPC,Condition,Notes\n7961220922684,Good,Small tear\n093624755524,,\n"
OPTIONS = Options(price_rule=PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 599}}))


def drafted(bench: Runs, tmp_path: Path) -> tuple[Batches, Store]:
    """Return batches of which two rows are drafted by the real pipeline."""
    store = bench.store()
    batches = Batches(store, FolderFiles(tmp_path))
    batches.upload(SEVERAL_TRACKS, OPTIONS, "box.csv")
    batches.worker(bench.pipeline(store=store)).run(until_idle=True)
    return batches, store


def test_before_there_is_a_draft_releases_are_made_up(bench: Runs, tmp_path: Path) -> None:
    previews = Batches(bench.store(), FolderFiles(tmp_path)).engine.previews
    assert not previews.real(previews.examples())


def test_the_newest_drafts_are_shown_with_their_tracks_and_words(bench: Runs, tmp_path: Path) -> None:
    batches, _ = drafted(bench, tmp_path)
    previews = batches.engine.previews
    examples = previews.examples()
    assert previews.real(examples)
    assert 0 < len(examples) <= MOST
    (job,) = batches.queries.jobs().jobs
    items = batches.queries.items_at(job.job_id, [0, 1])
    stored = {item.release.title: item.draft.description for item in items if item.draft}
    shown = {one.name: one.html for one in previews.of("", NO_TEXTS, examples)}
    assert shown == stored
    named = {name for one in examples for name in one.sources}
    assert "Data provided by Discogs" in named
    assert all(one.sources for one in previews.of("", NO_TEXTS, examples))
    (graded,) = [one for one in examples if one.said.condition]
    assert (graded.said.condition, graded.said.note, graded.said.noted) == ("Good", "Small tear", True)


def test_what_is_no_longer_kept_is_left_out_and_the_facts_of_the_row_stay(bench: Runs, tmp_path: Path) -> None:
    batches, store = drafted(bench, tmp_path)
    KeptAnswers(store, SystemClock()).forget(["7961220922684", "093624755524"])
    examples = batches.engine.previews.examples()
    assert all(one.release.tracks == () for one in examples)
    assert all(one.release.title and one.release.formats for one in examples)
