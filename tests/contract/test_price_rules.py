"""Prices by Discogs' suggestions and the operator's defaults, from the rule to the row."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from engine.codec import encode
from engine.domain.batch.grades import graded
from engine.domain.batch.items import Item
from engine.domain.batch.options import Need, NoPrice, Options
from engine.domain.batch.rows import Condition
from engine.domain.listing.market_prices import SuggestedPrice
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.errors import Cause, ItemError, PersonNeeded
from engine.sandbox import catalogue
from engine.store.base import Store
from engine.upstream.discogs import Discogs, parse_suggestions
from engine.upstream.http import HttpTransport
from tests.support.clocks import AheadClock
from tests.support.pipeline_runs import Runs

KNOWN_TO_BOTH = "07961220922684"  # Discogs 21
ONLY_MUSICBRAINZ = "00093624755524"
SUGGESTED = PriceRule(PriceBasis.DISCOGS_SUGGESTED, factor=0.9)
PATH = "GET /marketplace/price_suggestions/21"


@pytest.fixture
def discogs(bench: Runs) -> Iterator[Discogs]:
    with requests.Session() as session:
        yield Discogs(
            HttpTransport(session, "DraftMaker/0.1 +tests@example.org"), f"{bench.sandbox.url}/discogs", token="sandbox"
        )


def run(bench: Runs, options: Options, gtin: str = KNOWN_TO_BOTH, store: Store | None = None, later: int = 0) -> Item:
    work = bench.work(gtin, options)
    work.run(bench.pipeline(store=store, clock=AheadClock(later * 3_600.0)))
    return work.item


def suggestions(bench: Runs) -> int:
    return bench.calls("discogs").count(PATH)


def test_suggestions_are_told_in_cents_by_grade(discogs: Discogs) -> None:
    told = discogs.suggestions(21)
    assert set(told) >= {"Mint (M)", "Very Good (VG)", "Poor (P)"}
    assert all(price.cents > 0 and price.currency == "USD" for price in told.values())
    assert discogs.suggestions(1) == {}


def test_what_is_no_price_is_no_suggestion() -> None:
    body = {
        "Mint (M)": {"currency": "EUR", "value": 14.519999},
        "Good (G)": {"currency": "USD", "value": None},
        "message": "x",
    }
    assert parse_suggestions(body) == {"Mint (M)": SuggestedPrice(1452, "EUR")}


def test_a_release_without_suggestions_has_none(discogs: Discogs) -> None:
    told = {number: discogs.suggestions(number) for number in list(catalogue.load().discogs)[:40]}
    assert {} in told.values()


def test_a_copy_is_priced_by_its_grade_and_the_sample_is_kept(bench: Runs) -> None:
    price = run(bench, Options(condition=Condition.USED_VERY_GOOD, price_rule=SUGGESTED)).price
    evidence = price.evidence
    assert price.source == "discogs_suggested"
    assert evidence.grade == "Very Good (VG)"
    assert price.cents == round(evidence.suggested_cents * 0.9)
    assert evidence.suggestions["Very Good (VG)"] == evidence.suggested_cents
    assert {"asked_at", "factor", "ending_cents", "floor_cents", "ceiling_cents"} < set(encode(evidence))


def test_a_sellers_own_grade_is_priced_by_discogs_own_suggestion_for_it(bench: Runs) -> None:
    price = run(bench, Options(grading=graded("VG+/VG"), price_rule=SUGGESTED)).price
    assert price.evidence.grade == "Very Good Plus (VG+)"


def test_an_ungraded_copy_has_no_price_and_costs_no_call(bench: Runs) -> None:
    with pytest.raises(ItemError, match="suggests prices by grade, and this copy has none") as failure:
        run(bench, Options(price_rule=SUGGESTED, no_price=NoPrice.HOLD))
    assert failure.value.cause is Cause.NO_PRICE
    assert not suggestions(bench)


def test_suggestions_are_asked_for_once_in_six_hours(bench: Runs) -> None:
    store = bench.store()
    options = Options(condition=Condition.NEW, price_rule=SUGGESTED, test_mode=True)
    assert run(bench, options, store=store).price == run(bench, options, store=store, later=5).price
    assert suggestions(bench) == 1
    run(bench, options, store=store, later=7)
    assert suggestions(bench) == 2


@pytest.mark.parametrize("need", list(Need))
def test_suggestions_that_discogs_keeps_back_stop_the_batch_and_nothing_else_at_discogs(
    bench: Runs, need: Need
) -> None:
    bench.sandbox.fault("discogs", "denied", match="GET /marketplace")
    with pytest.raises(PersonNeeded, match="seller settings at Discogs") as refusal:
        run(bench, Options(condition=Condition.NEW, price_rule=SUGGESTED, discogs=need))
    assert type(refusal.value) is PersonNeeded
    assert bench.sandbox.fired() == 1


@pytest.mark.parametrize("basis", [PriceBasis.DISCOGS_LOWEST, PriceBasis.DISCOGS_SUGGESTED])
def test_what_discogs_does_not_know_has_the_operators_default_or_none(bench: Runs, basis: PriceBasis) -> None:
    default = PriceRule(basis, fixed={"*": {"*": 450}})
    price = run(bench, Options(condition=Condition.NEW, price_rule=default), ONLY_MUSICBRAINZ).price
    assert (price.cents, price.source) == (450, "default")
    assert "Discogs does not know this release" in price.reason
    item = run(bench, Options(condition=Condition.NEW, price_rule=PriceRule(basis)), ONLY_MUSICBRAINZ)
    assert (item.price.cents, item.price.source, item.price.evidence.basis) == (0, "none", basis)
    assert "Discogs does not know this release" in item.price.reason


def test_the_rule_for_the_copy_is_the_one_that_counts(bench: Runs) -> None:
    rule = PriceRule(PriceBasis.COMPARABLE, factor=5.0, factors={"Vinyl": {"USED_GOOD": 0.5}}, ending_cents=99)
    price = run(bench, Options(condition=Condition.USED_GOOD, price_rule=rule)).price
    assert price.evidence.factor == 0.5
    assert price.cents % 100 == 99
