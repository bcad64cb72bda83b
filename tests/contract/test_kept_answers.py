"""Answers that are wrong are forgotten: the next row asks the services anew, whatever a worker still has in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.clock import SystemClock
from engine.codec import decode, replace
from engine.domain.batch.items import Attempt
from engine.domain.identify.barcodes import display
from engine.domain.identify.lookups import StoredLookup
from engine.errors import BadRequest
from engine.pipeline.answer_cache import READ_AGAIN_SECONDS
from engine.pipeline.kept_answers import MOST_FORGOTTEN, KeptAnswers
from engine.pipeline.lookups import Lookups, Question
from engine.store.base import Store
from engine.store.sqlite import SQLiteStore
from engine.upstream.caller import UNATTENDED
from tests.contract.commands import Desk
from tests.support.batch_runs import Batches, barcode
from tests.support.clocks import AheadClock
from tests.support.pipeline_runs import Runs

GTIN = "07961220922684"
OTHER = "00093624755524"
NOBODY_S = "00000000000017"


def words(said: object) -> list[str]:
    return decode(list[str], said)


DISCOGS, COVER = Question("discogs", words), Question("coverart/1", words)


def answer(lookups: Lookups, gtin: str, said: str) -> list[str]:
    """Return what is known of a barcode, or `said` by the service where nothing is."""
    return lookups.ask(UNATTENDED, gtin, DISCOGS, lambda: [said]).said


def kept(store: Store, *gtins: str) -> Lookups:
    """Return the look-ups of a worker that has asked about barcodes and stored what it heard."""
    lookups = Lookups(store, SystemClock())
    for gtin in gtins:
        answer(lookups, gtin, "wrong")
        lookups.ask(UNATTENDED, gtin, COVER, lambda: ["wrong"])
        lookups.keep(gtin)
    return lookups


def test_what_is_forgotten_is_told_by_service(store: Store) -> None:
    kept(store, GTIN)
    known, unknown = KeptAnswers(store, SystemClock()).forget([GTIN, NOBODY_S])
    assert set(known.answers) == {"discogs", "coverart/1"}
    today = SystemClock().now().date()
    told = f"{display(GTIN)}: 2 answers forgotten (Cover Art Archive 1, Discogs 1), since {today}."
    assert known.sentence == told
    assert unknown.sentence == f"{display(NOBODY_S)}: no answer was kept."


def test_another_barcode_keeps_its_answers(store: Store) -> None:
    kept(store, GTIN, OTHER)
    KeptAnswers(store, SystemClock()).forget([GTIN])
    fresh = Lookups(store, SystemClock())
    assert (answer(fresh, GTIN, "right"), answer(fresh, OTHER, "right")) == (["right"], ["wrong"])


def test_a_worker_that_has_them_in_memory_asks_anew_for_a_row_that_is_done_again(store: Store) -> None:
    lookups = kept(store, GTIN)
    KeptAnswers(store, SystemClock()).forget([GTIN])
    assert answer(lookups, GTIN, "right") == ["wrong"]  # a row in hand goes on with what it has
    lookups.begin(GTIN, again=True)
    assert answer(lookups, GTIN, "right") == ["right"]


def test_a_worker_that_has_them_in_memory_asks_anew_for_any_row_a_minute_later(store: Store) -> None:
    clock = AheadClock()
    lookups = Lookups(store, clock)
    answer(lookups, GTIN, "wrong")
    lookups.keep(GTIN)
    clock.seconds += 2
    KeptAnswers(store, clock).forget([GTIN])
    lookups.begin(GTIN, again=False)
    assert answer(lookups, GTIN, "right") == ["wrong"]
    clock.seconds += READ_AGAIN_SECONDS + 1
    lookups.begin(GTIN, again=False)
    assert answer(lookups, GTIN, "right") == ["right"]


def test_a_worker_does_not_store_again_what_was_forgotten(store: Store) -> None:
    lookups = kept(store, GTIN)
    KeptAnswers(store, SystemClock()).forget([GTIN])
    lookups.begin(GTIN, again=True)
    answer(lookups, GTIN, "right")
    lookups.keep(GTIN)
    (document,) = store.get(f"lookups/{GTIN}")
    stored = decode(StoredLookup, document.fields)
    assert {question: one.said for question, one in stored.answers.items()} == {"discogs": ["right"]}
    assert stored.forgotten_at is not None


def test_a_row_that_is_done_again_asks_the_services(bench: Runs) -> None:
    store = bench.store()
    pipeline = bench.pipeline(store=store)
    bench.work(GTIN).run(pipeline)
    bench.sandbox.reset()
    KeptAnswers(store, SystemClock()).forget([GTIN])
    work = bench.work(GTIN)
    work.item = replace(work.item, history=(Attempt(1),))
    work.run(pipeline)
    assert bench.calls("musicbrainz")
    assert bench.calls("discogs")


@pytest.mark.parametrize(
    ("upcs", "sentence"),
    [
        ([], "Name 1 to 200 barcodes, not 0"),
        ([barcode(number) for number in range(MOST_FORGOTTEN + 1)], "Name 1 to 200 barcodes, not 201"),
        (["12345"], "12345: "),
    ],
)
def test_what_cannot_be_forgotten_is_refused(store: Store, upcs: list[str], sentence: str) -> None:
    with pytest.raises(BadRequest, match=sentence):
        KeptAnswers(store, SystemClock()).forget(upcs)


def test_the_command_line_forgets_barcodes_in_any_spelling(tmp_path: Path, batches: Batches) -> None:
    desk = Desk(tmp_path, {"DM_STORE": f"sqlite:///{tmp_path}/dm.db", "DM_FILES": f"file:{tmp_path}/files"})
    kept(SQLiteStore(tmp_path / "dm.db"), GTIN)
    ended = desk.run("lookups", "forget", " 7961220-922684 ", OTHER)
    assert ended.returncode == 0, ended.stderr
    first, second = ended.stdout.splitlines()
    assert first.startswith("7961220922684: 2 answers forgotten (Cover Art Archive 1, Discogs 1)")
    assert second == "093624755524: no answer was kept."
    refused = desk.run("lookups", "forget", "12345")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("12345: ")
