"""Rows while Discogs' quota is scarce, and batches that ask Discogs only when it is needed, with real limiters.

Discogs grants eight calls a minute here. The first row takes two of them, so that no more than three quarters are free.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from engine.bootstrap import open_pipeline
from engine.clock import SystemClock
from engine.codec import decode, replace
from engine.domain.batch.decided import Choice, Decided
from engine.domain.batch.items import Item, Outcome
from engine.domain.batch.options import Need, Options
from engine.domain.identify.evidence import Confidence
from engine.domain.identify.lookups import about_musicbrainz
from engine.domain.identify.releases import Release, Track
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.errors import Cause, ItemError
from engine.pipeline.kept_answers import KeptAnswers
from engine.pipeline.lookups import Lookups, Question
from engine.pipeline.row import RowPipeline
from engine.sandbox.catalogue import mbid
from engine.settings import Settings
from engine.store.base import Store
from tests.support.pipeline_runs import Runs
from tests.support.working import Work

FIRST = "07961220922684"  # both know it
NEXT = "00633668000121"  # both know it, with two artists and a day
CLASSICAL = "00761203724123"  # both know it, and who composed and conducted all of it
SEVERAL = "00028942671324"  # classical, by six composers, whom Discogs credits by track
UNCREDITED = "00074646167229"  # classical, and nobody tells who composed it
ONLY_MUSICBRAINZ = "00093624755524"
ONLY_DISCOGS = "00752743004318"
AMBIGUOUS = "02000000000022"
NOBODY_S = "00000000000017"
EIGHT = "8"
DRAFT = Options(test_mode=True)
LOWEST = replace(DRAFT, price_rule=PriceRule(PriceBasis.DISCOGS_LOWEST))
WHEN_NEEDED = replace(DRAFT, discogs=Need.WHEN_NEEDED)
_SAME = "both describe the same release, and calls to Discogs were scarce."
COMPLETED = f"The tracks are MusicBrainz': {_SAME}"
CREDITED = f"The tracks, composers and conductors are MusicBrainz': {_SAME}"
NOT_NEEDED = "Discogs was not asked, as this batch wants where MusicBrainz decides: genre and tracks are not known."


@contextmanager
def pipeline(bench: Runs, a_minute: str = EIGHT, store: Store | None = None) -> Iterator[RowPipeline]:
    settings = Settings(_env_file=None, DM_SANDBOX_URL=bench.sandbox.url, DISCOGS_PER_MINUTE=a_minute)
    with open_pipeline(settings, bench.session, store or bench.store(), SystemClock()) as opened:
        yield opened


def run(bench: Runs, opened: RowPipeline, gtin: str, options: Options = DRAFT, work: Work | None = None) -> Item:
    work = work or bench.work(gtin, options)
    work.run(opened)
    return work.item


def after_the_first(bench: Runs, gtin: str, options: Options = DRAFT) -> tuple[Item, list[str]]:
    """Return what a row comes to once a quarter of Discogs' quota is used, and the calls to both databases for it."""
    with pipeline(bench) as opened:
        run(bench, opened, FIRST)
        bench.sandbox.reset()
        item = run(bench, opened, gtin, options)
    return item, [*bench.calls("discogs"), *bench.calls("musicbrainz")]


def kinds(calls: list[str]) -> list[str]:
    return ["/".join(call.split("/")[1:3]) for call in calls]


def test_while_most_of_the_quota_is_free_discogs_tells_the_tracks(bench: Runs) -> None:
    with pipeline(bench) as opened:
        item = run(bench, opened, FIRST)
    assert kinds(bench.calls("discogs")) == ["database/search", "releases/21"]
    assert COMPLETED not in item.match.reasons


def test_while_the_quota_is_scarce_a_row_costs_one_call_and_its_draft_says_the_same(bench: Runs) -> None:
    item, calls = after_the_first(bench, NEXT)
    with pipeline(bench, "0") as unlimited:
        told_by_discogs = run(bench, unlimited, NEXT)
    assert kinds(calls) == ["database/search", "ws/2", "ws/2"]
    assert item.match.reasons[-1] == COMPLETED
    assert item.match.confidence is Confidence.HIGH
    assert item.match.lacking == ()
    assert item.release == told_by_discogs.release
    assert item.draft == told_by_discogs.draft
    assert "Me And The Drummer" in item.draft.description


@pytest.mark.parametrize("gtin", [CLASSICAL, "00034571177984"])
def test_of_classical_music_musicbrainz_tells_composers_and_conductors_too(bench: Runs, gtin: str) -> None:
    item, calls = after_the_first(bench, gtin)
    with pipeline(bench, "0") as unlimited:
        told_by_discogs = run(bench, unlimited, gtin)
    assert kinds(calls) == ["database/search", "ws/2", "ws/2"]
    assert item.match.reasons[-1] == CREDITED
    assert item.release == told_by_discogs.release
    assert item.draft == told_by_discogs.draft
    specifics = item.draft.inventory_item["product"]["aspects"]
    assert specifics["Composer"]
    assert specifics["Conductor"]


def test_composers_whom_discogs_credits_by_track_are_named(bench: Runs) -> None:
    item, _ = after_the_first(bench, SEVERAL)
    with pipeline(bench, "0") as unlimited:
        told_by_discogs = run(bench, unlimited, SEVERAL)
    ours, theirs = (one.draft.inventory_item["product"]["aspects"] for one in (told_by_discogs, item))
    assert "Composer" not in ours
    assert (theirs["Composer"][0], len(theirs["Composer"])) == ("François Couperin", 6)
    assert "Conductor" not in theirs


def test_where_musicbrainz_does_not_tell_who_composed_it_discogs_is_asked_as_before(bench: Runs) -> None:
    item, calls = after_the_first(bench, UNCREDITED)
    with pipeline(bench, "0") as unlimited:
        told_by_discogs = run(bench, unlimited, UNCREDITED)
    assert kinds(calls) == ["database/search", "releases/6084107", "ws/2", "ws/2"]
    assert (item.match, item.release, item.draft) == (
        told_by_discogs.match,
        told_by_discogs.release,
        told_by_discogs.draft,
    )


def test_an_answer_that_is_kept_without_credits_is_not_taken_for_one_without_composers(bench: Runs) -> None:
    store = bench.store()
    question = Question(about_musicbrainz(mbid({"id": 3020012}), credited=False), lambda said: decode(Release, said))
    lookups = Lookups(store, SystemClock())
    lookups.learn(CLASSICAL, question, Release("musicbrainz", "", "", "", tracks=(Track("1", "Untold"),)))
    lookups.keep(CLASSICAL)
    with pipeline(bench, EIGHT, store) as opened:
        run(bench, opened, FIRST)
        bench.sandbox.reset()
        item = run(bench, opened, CLASSICAL)
    assert item.match.reasons[-1] == CREDITED


@pytest.mark.parametrize("gtin", [UNCREDITED, ONLY_DISCOGS])
def test_what_musicbrainz_does_not_tell_is_asked_of_discogs_all_the_same(bench: Runs, gtin: str) -> None:
    item, calls = after_the_first(bench, gtin)
    assert [kind.split("/")[0] for kind in kinds(calls)][:2] == ["database", "releases"]
    assert not {COMPLETED, CREDITED} & set(item.match.reasons)


def test_a_rule_for_discogs_prices_asks_discogs_about_the_release(bench: Runs) -> None:
    item, calls = after_the_first(bench, NEXT, LOWEST)
    assert [kind.split("/")[0] for kind in kinds(calls)] == ["database", "releases", "ws"]
    assert COMPLETED not in item.match.reasons


@pytest.mark.parametrize("fault", ["busy", "server_error", "cut_body"])
def test_where_musicbrainz_does_not_answer_discogs_does(bench: Runs, fault: str) -> None:
    with pipeline(bench) as opened:
        run(bench, opened, FIRST)
        bench.sandbox.fault("musicbrainz", fault, match=mbid({"id": 7698104}))
        item = run(bench, opened, NEXT)
    assert "releases" in [kind.split("/")[0] for kind in kinds(bench.calls("discogs"))[2:]]
    assert (item.outcome, item.match.lacking) == (Outcome.COMPOSED, ())
    assert COMPLETED not in item.match.reasons


def test_what_discogs_has_said_already_counts_first(bench: Runs) -> None:
    store = bench.store()
    with pipeline(bench, "0", store) as unlimited:
        before = run(bench, unlimited, NEXT)
    with pipeline(bench, EIGHT, store) as opened:
        run(bench, opened, FIRST)
        bench.sandbox.reset()
        assert run(bench, opened, NEXT) == before
    assert not bench.calls("discogs")


def kept_of(bench: Runs, gtin: str) -> Release:
    """Return the release of a row as previews show it, once the row was run while the quota was scarce."""
    store = bench.store()
    with pipeline(bench, EIGHT, store) as opened:
        run(bench, opened, FIRST)
        item = run(bench, opened, gtin)
    assert item.release
    kept = KeptAnswers(store, SystemClock()).release(gtin, item.release)
    assert kept
    return kept


def test_a_preview_shows_the_genre_of_the_one_and_the_tracks_of_the_other(bench: Runs) -> None:
    kept = kept_of(bench, NEXT)
    assert (kept.source, kept.genres, len(kept.tracks)) == ("discogs", ("Folk, World, & Country",), 13)


def test_a_preview_of_classical_music_has_the_credits_of_the_other_too(bench: Runs) -> None:
    kept = kept_of(bench, CLASSICAL)
    assert (kept.source, kept.composers, kept.conductors, len(kept.tracks)) == (
        "discogs", ("Ignaz Pleyel",), ("Sebastian Tewinkel",), 8,
    )  # fmt: skip


def test_a_batch_that_needs_discogs_seldom_asks_musicbrainz_alone_where_that_decides(bench: Runs) -> None:
    for gtin in (NEXT, ONLY_MUSICBRAINZ):
        with pipeline(bench) as opened:
            item = run(bench, opened, gtin, WHEN_NEEDED)
        assert (item.match.reasons, item.match.confidence) == (
            ("Found at MusicBrainz.", NOT_NEEDED),
            Confidence.GOOD,
        )
        assert item.match.lacking == ()
        assert item.release
        assert item.release.discogs_id is None
        assert item.draft.category == "Music CDs"
    assert not bench.calls("discogs")


def test_it_asks_discogs_about_what_musicbrainz_does_not_know(bench: Runs) -> None:
    with pipeline(bench, "0") as opened:
        item = run(bench, opened, ONLY_DISCOGS, WHEN_NEEDED)
    assert item.release
    assert item.release.discogs_id == "24"
    assert item.draft.description.count("Andromeda") == 1


@pytest.mark.parametrize(("gtin", "cause"), [(AMBIGUOUS, Cause.AMBIGUOUS), (NOBODY_S, Cause.NO_MATCH)])
def test_it_asks_discogs_about_what_musicbrainz_does_not_decide(bench: Runs, gtin: str, cause: Cause) -> None:
    with pipeline(bench, "0") as opened, pytest.raises(ItemError) as failure:
        run(bench, opened, gtin, WHEN_NEEDED)
    assert failure.value.cause is cause
    assert bench.calls("discogs")


def test_it_asks_discogs_where_its_prices_count_or_a_person_chose(bench: Runs) -> None:
    options = replace(LOWEST, discogs=Need.WHEN_NEEDED)
    with pipeline(bench, "0") as opened:
        assert run(bench, opened, NEXT, options).match.confidence is Confidence.HIGH
        chosen = bench.work(NEXT, WHEN_NEEDED, sku="DM2")
        chosen.item = replace(chosen.item, decided=Decided(choice=Choice(discogs_id="7698104", by="Kim")))
        item = run(bench, opened, NEXT, WHEN_NEEDED, chosen)
    assert item.match.confidence is Confidence.CHOSEN
    assert item.release
    assert item.release.discogs_id == "7698104"
